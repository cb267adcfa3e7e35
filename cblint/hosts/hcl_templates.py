"""Strings and heredocs of HCL as texts that know their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from cblint.source.text import HOLE, Piece, Text

_ESCAPES = re.compile(r'\\(?:[nrt"\\]|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))|\$\$\{|%%\{')
_DOUBLED = re.compile(r"\$\$\{|%%\{")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class Mark(NamedTuple):
    """What stands between ``${`` or ``%{`` and ``}``, both included, in offsets into the text.

    ``directive`` is how much deeper the template is behind it: 1 for ``if`` and ``for``, -1 for their ends, 0 for
    ``else``; None for an interpolation. ``known`` is the text that an interpolation gives, if the file tells it.
    """

    start: int
    end: int
    directive: int | None = None
    known: Text | None = None


_Part: TypeAlias = Text | Mark
_Literal: TypeAlias = Callable[[Text, int, int], Iterator[Text]]


def quoted(text: Text, start: int, end: int, marks: Iterable[Mark]) -> Text:
    """What stands between the quotes of a string, from ``start`` to ``end``."""
    return _joined(text, start, end, _trimmed(text, _parts(text, start, end, marks, _unescaped)))


def heredoc(text: Text, start: int, end: int, marks: Iterable[Mark], indented: bool) -> Text:
    """The lines of a heredoc from ``start`` to ``end``, without their common indentation if it is ``<<-``."""
    parts = _trimmed(text, _parts(text, start, end, marks, _lines))
    return _joined(text, start, end, _dedented(parts) if indented else parts)


def _parts(text: Text, start: int, end: int, marks: Iterable[Mark], literal: _Literal) -> Iterator[_Part]:
    for mark in marks:
        yield from literal(text, start, mark.start)
        yield mark
        start = mark.end
    yield from literal(text, start, end)


def _unescaped(text: Text, start: int, end: int) -> Iterator[Text]:
    if start < end:
        yield text.derive(_replaced(text.value, start, end, _ESCAPES), start)


def _lines(text: Text, start: int, end: int) -> Iterator[Text]:
    """The lines one by one: strip markers and indentation act on each by itself."""
    while start < end:
        stop = text.value.find("\n", start, end) + 1 or end
        yield text.derive(_replaced(text.value, start, stop, _DOUBLED), start)
        start = stop


def _replaced(source: str, start: int, end: int, escapes: re.Pattern[str]) -> Iterator[Piece]:
    for match in escapes.finditer(source, start, end):
        yield Piece(source[start : match.start()], start, match.start())
        yield Piece(_meaning(match), *match.span())
        start = match.end()
    yield Piece(source[start:end], start, end)


def _meaning(escape: re.Match[str]) -> str:
    written = escape[0]
    if written[0] != "\\":
        return written[1:]
    if written[1] not in "uU":
        return _SIMPLE[written[1]]
    number = int(escape[1] or escape[2], 16)
    # Half of a surrogate pair is no character of Unicode: HCL reads it as one that cannot be shown.
    return "\ufffd" if number > 0x10FFFF or 0xD800 <= number < 0xE000 else chr(number)


def _trimmed(text: Text, parts: Iterable[_Part]) -> list[_Part]:
    """Without the blanks that ``~`` takes away: those of the part next to it, which in a heredoc ends with its line."""
    found: list[_Part] = []
    after = False
    for part in parts:
        if isinstance(part, Text):
            found.append(_without_left(part) if after else part)
            after = False
            continue
        before = found[-1] if found else None
        if text.value.startswith("~", part.start + 2) and isinstance(before, Text):
            found[-1] = before.slice(0, len(before.value.rstrip()))
        found.append(part)
        after = text.value.startswith("~", part.end - 2)
    return found


def _without_left(text: Text) -> Text:
    return text.slice(len(text) - len(text.value.lstrip()), len(text))


def _dedented(parts: list[_Part]) -> list[_Part]:
    """As HCL does it: blank lines neither count nor change, and a line that begins with a mark has no indentation."""
    beginnings = [number for number, _ in enumerate(parts) if _begins_line(parts, number)]
    counting = [number for number in beginnings if not _blank(parts[number])]
    indents = [_indent(parts[number]) for number in counting]
    least = min(indents, default=0)
    found = list(parts)
    for number in counting:
        part = found[number]
        if isinstance(part, Text):
            found[number] = part.slice(least, len(part))
    return found


def _begins_line(parts: list[_Part], number: int) -> bool:
    before = parts[number - 1] if number else None
    return number == 0 or (isinstance(before, Text) and before.value.endswith("\n"))


def _blank(part: _Part) -> bool:
    return isinstance(part, Text) and part.value.endswith("\n") and not part.value.strip()


def _indent(part: _Part) -> int:
    return len(part) - len(part.value.lstrip()) if isinstance(part, Text) else 0


def _joined(text: Text, start: int, end: int, parts: Iterable[_Part]) -> Text:
    return Text.joined(_shown(text, end, parts), text.offset(start))


def _shown(text: Text, end: int, parts: Iterable[_Part]) -> Iterator[Text]:
    """All that stands outside of directives, and a hole for each of the outermost of these with all that it holds."""
    depth = begin = 0
    for part in parts:
        if isinstance(part, Text):
            if not depth:
                yield part
        elif part.directive is None:
            if not depth:
                yield _hole(text, part.start, part.end) if part.known is None else part.known
        else:
            begin = begin if depth else part.start
            depth = max(depth + part.directive, 0)
            if not depth:
                yield _hole(text, begin, part.end)
    if depth:
        yield _hole(text, begin, end)


def _hole(text: Text, start: int, end: int) -> Text:
    return text.derive((Piece(HOLE, start, end),), start)
