"""The comments of a YAML file, which no fast parser reports.

To libyaml a ``#`` outside every scalar begins one, even right after a quote or a bracket.
"""

from __future__ import annotations

from collections.abc import Iterator

from cblint.records import NamedTuple
from cblint.source.loader import Stream
from cblint.source.text import Span, Text, begin_of_line, end_of_line
from cblint.source.tree import Scalar, walk


class Comment(NamedTuple):
    """``text`` with its ``#``; ``start`` is a local offset; ``alone``: nothing else stands on its line."""

    text: str
    start: int
    span: Span
    alone: bool

    def within(self, text: Text) -> Text:
        """The comment with the places of its characters; ``text`` is what was parsed."""
        return text.slice(self.start, self.start + len(self.text))


def comments(stream: Stream, begin: int = 0, until: int | None = None) -> list[Comment]:
    """All comments in file order, up to a syntax error; those of a part, whose scalars are all of the stream."""
    source = stream.text.value
    limit = min(stream.problem.at if stream.problem else len(source), len(source) if until is None else until)
    found: list[Comment] = []
    at = begin
    line_start = begin_of_line(source, begin)
    for start, end in [*_scalar_ranges(stream), (limit, limit)]:
        while at < start and (hash_sign := source.find("#", at, start)) >= 0:
            # A comment runs to the end of its line, so it can pass the start of no scalar.
            at = end_of_line(source, hash_sign, start)
            # From the line before on, so that it all stays linear.
            line_start = begin_of_line(source, hash_sign, line_start)
            alone = not source[line_start:hash_sign].strip()
            comment = source[hash_sign:at].rstrip()
            place = stream.text.span(hash_sign, hash_sign + len(comment))
            found.append(Comment(comment, hash_sign, place, alone))
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
                    start = end_of_line(source, start, node.end)
                ranges.append((start, node.end))
    return ranges


def comments_above(text: Text, start: int) -> Iterator[Text]:
    """The comments that stand above a place with nothing but empty lines between."""
    begin = begin_of_line(text.value, start)
    while begin > 0:
        end = begin - 1
        begin = begin_of_line(text.value, end)
        line = text.value[begin:end]
        if line.strip() not in ("", "---") and line.strip()[0] != "#":
            return
        if "#" in line:
            yield text.slice(begin + line.index("#"), begin + len(line.rstrip()))
