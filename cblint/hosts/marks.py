"""The marks of template engines (Go, Jinja, ERB) in a text that is not YAML yet: what stands between them is."""

from __future__ import annotations

from cblint import expressions
from cblint.source.text import HOLE, Piece, Text

MARKS = ("{{", "{%", "<%")
_MARK = r"\{\{(?:[^{}\n]|\{[^{}\n]*\}){0,2000}\}\}|\{[%#][^%#\n]{0,2000}[%#]\}|<%[^%\n]{0,2000}%>"
_WHOLE_LINE = expressions.lazy(rf"(?m)^[ \t]*(?:(?:{_MARK})[ \t]*)+$")
_INSIDE = expressions.lazy(_MARK)
_STEERS = expressions.lazy(
    r"\{\{-?[ \t]*(?:if|else|end|range|with|define|block|break|continue|/\*|\$?\w+[ \t]*:?=|[#/^!])|\{[%#]|<%(?!=)"
)
"""What begins a mark that puts nothing in, but decides what of the lines around it is there."""


def without_marks(text: Text) -> Text:
    """The text without the lines that only steer the template; a HOLE stands for each thing that is put in."""
    source = text.value
    pieces: list[Piece] = []
    done = 0
    steering = [match.span() for match in _WHOLE_LINE.finditer(source) if _only_steers(match.group())]
    inside = [match.span() for match in _INSIDE.finditer(source)]
    for start, end, written in sorted([*((*span, "") for span in steering), *((*span, HOLE) for span in inside)]):
        if start >= done:
            pieces += [Piece(source[done:start], done, start), Piece(written, start, end)]
            done = end
    return text.derive([*pieces, Piece(source[done:], done, len(source))], 0)


def _only_steers(line: str) -> bool:
    return all(_STEERS.match(mark.group()) for mark in _INSIDE.finditer(line))
