"""What is typed in a comment that speaks to cblint: the name of a rule, the directive itself, the reason."""

from __future__ import annotations

import re
from collections.abc import Collection

from cblint import expressions
from cblint.catalogue import Rule
from cblint.records import NamedTuple
from cblint.source.text import Span, begin_of_line, end_of_line

_LONGEST = 2_000
_COMMENT = r"(?:#{1,9}|/{2,9}|<!--)[ \t]{0,9}cblint:[ \t]{0,9}"
_NAMES = expressions.lazy(rf"{_COMMENT}ignore(?:-file)?[ \t]{{0,9}}\[(?P<before>[^\[\]]*?)(?P<word>[\w-]*)\Z")
_WORD = expressions.lazy(rf"{_COMMENT}(?P<word>[a-z-]{{0,20}})\Z")
_REASON = expressions.lazy(rf"{_COMMENT}ignore(?:-file)?[ \t]{{0,9}}\[[^\[\]]+\](?P<word>[ \t]*(?:--?)?[ \t]*)\Z")
_REST = expressions.lazy(r"[\w-]{0,100}")
_BEFORE_FIRST_KEY = expressions.lazy(r"(?:[ \t]*(?:#[^\r\n]*|---[ \t]*)?(?:\r\n|\r(?!\n)|\n))*[ \t]*")
IGNORE, IGNORE_FILE = "ignore", "ignore-file"


class Directing(NamedTuple):
    """Part of a directive that is being typed.

    ``what`` is ``rule``, ``directive`` or ``reason``; ``named`` are the rules in the brackets already; ``ending`` ends
    the brackets if nothing does. ``for_file``: a directive for the whole file can stand here.
    """

    what: str
    replaced: Span
    named: frozenset[str] = frozenset()
    ending: str = ""
    for_file: bool = False


def directing_at(text: str, offset: int) -> Directing | None:
    """The part of a directive that is typed at an offset; None where no comment speaks to cblint."""
    begin = max(begin_of_line(text, offset), offset - _LONGEST)
    line = text[begin:offset]
    if "cblint:" not in line:
        return None
    rest = text[offset : end_of_line(text, offset)]
    names = _NAMES.search(line)
    if names is not None:
        match = _REST.match(rest)
        more = match.end() if match is not None else 0
        following = rest[more:].partition("]")
        others = f"{names['before']} {following[0] if following[1] else ''}"
        named = frozenset(re.findall(r"[\w-]+", others))
        return Directing("rule", Span(offset - len(names["word"]), offset + more), named, "" if following[1] else "]")
    reason = _REASON.search(line)
    if reason is not None and not rest.strip():
        return Directing("reason", Span(offset - len(reason["word"]), offset))
    word = _WORD.search(line)
    if word is None or rest.strip():
        return None
    above = text[:begin]
    for_file = _BEFORE_FIRST_KEY.fullmatch(above) is not None and not line[: word.start()].strip()
    return Directing("directive", Span(offset - len(word["word"]), offset), for_file=for_file)


def in_order(rules: Collection[Rule], found: Collection[str], named: Collection[str]) -> list[tuple[int, Rule]]:
    """The rules that a directive may name, those first that have findings; ``found`` are names or codes."""
    left = [rule for rule in rules if rule.name not in named and rule.code not in named]
    ranks = [(0 if rule.name in found or rule.code in found else 1, rule) for rule in left]
    return sorted(ranks, key=lambda each: each[0])
