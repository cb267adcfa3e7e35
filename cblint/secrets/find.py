"""The detector: every secret of a text, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from cblint.secrets import context
from cblint.secrets.formats import Match, tokens


def find(text: str) -> Iterator[Match]:
    """The secrets of a text in its order. Of two at one place the better known one counts."""
    found = chain(tokens(text), context.urls(text), context.headers(text))
    if context.may_be_named(text):
        found = chain(found, context.in_pairs(text))
    yield from once(found)


def once(found: Iterable[Match]) -> Iterator[Match]:
    """Those of several that stand apart, in the order of the text: of two that overlap the better known one."""
    last: Match | None = None
    for match in sorted(found, key=lambda match: (match.start, match.end)):
        if last is not None and match.start < last.end:
            last = min(last, match, key=_rank)
            continue
        if last is not None:
            yield last
        last = match
    if last is not None:
        yield last


_RANKS = {"format": 0, "url": 1, "header": 2, "named": 3}


def _rank(match: Match) -> tuple[int, bool, int]:
    return _RANKS[match.kind], not match.sure, match.start - match.end
