"""Reading a text of which only the deployment tells all: lines that are put in, and errors that may be none."""

from __future__ import annotations

import re

from cblint import expressions
from cblint.source.loader import Stream, load
from cblint.source.text import HOLE, Piece, Text

MOST_LINES = 16
"""Lines that are put in and looked into: each costs another reading."""
_LINE = expressions.lazy(rf"(?m)^[ \t]*({HOLE}+(?:[ \t]*\r?\n[ \t]*{HOLE}+)*)[ \t]*\r?$")
_STANDING_FOR = (f"{HOLE}: ", f"- {HOLE}")
"""What such a line is read as: keys that are not known, or items."""
_WAITING = expressions.lazy(r"([^\r\n]*:)[ \t]*[\r\n]\s*\Z")
"""A line that ends in a key without a value."""
_LONGEST = 400
"""Characters that are looked at before such a line."""
_NO_END = "unexpected end of stream"


def load_with_holes(text: Text) -> Stream:
    """The text as YAML; a line that is only put in stands for any keys or items where it can be nothing else.

    Such a key or item is one with a HOLE, so that what holds it is known not to be complete. Raises TooComplex.
    """
    stream = load(text)
    if stream.problem is None or HOLE not in text.value:
        return stream
    read, best = text, stream
    for _ in range(MOST_LINES):
        problem = best.problem
        if problem is None:
            return best
        lines = [match for match in _LINE.finditer(read.value) if match.start(1) <= problem.at]
        further = [load(_read_as(read, lines[-1], form)) for form in _forms(read, lines[-1])] if lines else []
        better = max(further, key=_reach, default=best)
        if _reach(better) <= _reach(best):
            break
        read, best = better.text, better
    return stream if best.problem is not None else best


def is_unsettled(stream: Stream) -> bool:
    """Whether nobody knows if the text is YAML: it has a syntax error at or behind a hole."""
    problem, source = stream.problem, stream.text.value
    if problem is None:
        return False
    # What has no end may get one from any hole behind it.
    end = source.find("\n", problem.at) if _NO_END not in problem.problem else -1
    return HOLE in (source[:end] if end >= 0 else source)


def _reach(stream: Stream) -> int:
    """How far the text could be read, counted from its end, which does not move."""
    return 1 if stream.problem is None else stream.problem.at - len(stream.text)


def _forms(text: Text, line: re.Match[str]) -> tuple[str, ...]:
    """What a line can be read as: behind a key without a value first of all that, however it is indented."""
    before = text.value[max(0, line.start() - _LONGEST) : line.start()]
    waiting = _WAITING.search(before)
    return _STANDING_FOR if waiting is None else (" " * (len(waiting[1]) + 1) + HOLE, *_STANDING_FOR)


def _read_as(text: Text, line: re.Match[str], form: str) -> Text:
    """The text with something else where the hole of a line stands, all of it at the hole's place."""
    source = text.value
    start, end = line.span(1)
    return text.derive(
        (Piece(source[:start], 0, start), Piece(form, start, end), Piece(source[end:], end, len(source))), 0
    )
