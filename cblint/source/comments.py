"""The comments of a YAML file, which no fast parser reports.

A ``#`` at the start of a line or after a blank begins one, unless it stands inside a scalar.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cblint.source.loader import Stream
from cblint.source.text import Span
from cblint.source.tree import Scalar, walk

_HASH = re.compile(r"(?:^|(?<=[ \t\r\n]))#[^\r\n]*")


class Comment(NamedTuple):
    """``text`` with its ``#``; ``alone`` says that nothing else stands on its line."""

    text: str
    span: Span
    alone: bool


def comments(stream: Stream) -> list[Comment]:
    """All comments in file order, up to a syntax error."""
    source = stream.text.value
    limit = stream.problem.at if stream.problem else len(source)
    found: list[Comment] = []
    at = 0
    for start, end in [*_scalar_ranges(stream), (limit, limit)]:
        while at < start and (match := _HASH.search(source, at, start)):
            # A comment runs to the end of its line, so it can pass the start of no scalar.
            at = match.end()
            line_start = max(source.rfind("\n", 0, match.start()), source.rfind("\r", 0, match.start())) + 1
            alone = not source[line_start : match.start()].strip()
            found.append(Comment(match.group().rstrip(), stream.text.span(*match.span()), alone))
        at = max(at, end)
    return found


def _scalar_ranges(stream: Stream) -> list[tuple[int, int]]:
    """Where the scalars' own characters stand: of block scalars, all below the header."""
    source = stream.text.value
    ranges = []
    for document in stream.documents:
        for node in walk(document.root):
            if isinstance(node, Scalar) and node.end > node.start:
                start = node.start
                if node.style in ("|", ">"):
                    breaks = [at for at in (source.find("\n", start), source.find("\r", start)) if at >= 0]
                    start = min(breaks, default=node.end)
                ranges.append((start, node.end))
    return ranges
