"""Strings and heredocs of HCL as texts that know their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from cblint import expressions
from cblint.records import NamedTuple
from cblint.source.text import HOLE, Piece, Text
from cblint.typing import TypeAlias

_ESCAPES = expressions.lazy(r'\\(?:[nrt"\\]|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))|\$\$\{|%%\{')
_DOUBLED = expressions.lazy(r"\$\$\{|%%\{")
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


_Literal: TypeAlias = tuple[Piece, ...]
"""What stands between marks, in offsets into the text; in a heredoc, of one line."""
_Part: TypeAlias = _Literal | Mark


def quoted(text: Text, start: int, end: int, marks: Iterable[Mark]) -> Text:
    """What stands between the quotes of a string, from ``start`` to ``end``."""
    return _joined(text, start, end, _trimmed(text.value, _parts(text.value, start, end, marks, _unescaped)))


def heredoc(text: Text, start: int, end: int, marks: Iterable[Mark], indented: bool) -> Text:
    """The lines of a heredoc from ``start`` to ``end``, without their common indentation if it is ``<<-``."""
    parts = _trimmed(text.value, _parts(text.value, start, end, marks, _lines))
    return _joined(text, start, end, _dedented(parts) if indented else parts)


def _parts(
    source: str, start: int, end: int, marks: Iterable[Mark], literals: Callable[[str, int, int], Iterator[_Literal]]
) -> Iterator[_Part]:
    for mark in marks:
        yield from literals(source, start, mark.start)
        yield mark
        start = mark.end
    yield from literals(source, start, end)


def _unescaped(source: str, start: int, end: int) -> Iterator[_Literal]:
    if start < end:
        yield tuple(_replaced(source, start, end, _ESCAPES))


def _lines(source: str, start: int, end: int) -> Iterator[_Literal]:
    """The lines one by one: strip markers and indentation act on each by itself."""
    while start < end:
        stop = source.find("\n", start, end) + 1 or end
        yield tuple(_replaced(source, start, stop, _DOUBLED))
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


def _trimmed(source: str, parts: Iterable[_Part]) -> list[_Part]:
    """Without the blanks that ``~`` takes away: those of the part next to it, which in a heredoc ends with its line."""
    found: list[_Part] = []
    after = False
    for part in parts:
        if not isinstance(part, Mark):
            found.append(_without_left(part) if after else part)
            after = False
            continue
        before = found[-1] if found else part
        if source.startswith("~", part.start + 2) and not isinstance(before, Mark):
            found[-1] = _without_right(before)
        found.append(part)
        after = source.startswith("~", part.end - 2)
    return found


def _without_left(literal: _Literal) -> _Literal:
    kept = list(literal)
    while kept and not kept[0].value.strip():
        del kept[0]
    if kept:
        kept[0] = _cut(kept[0], len(kept[0].value) - len(kept[0].value.lstrip()))
    return tuple(kept)


def _without_right(literal: _Literal) -> _Literal:
    kept = list(literal)
    while kept and not kept[-1].value.strip():
        del kept[-1]
    if kept:
        value, start, _ = kept[-1]
        blanks = len(value) - len(value.rstrip())
        kept[-1] = Piece(value[: len(value) - blanks], start, kept[-1].end - blanks)
    return tuple(kept)


def _cut(piece: Piece, number: int) -> Piece:
    """A piece without so many characters at its beginning, each of which stands for itself."""
    return Piece(piece.value[number:], piece.start + number, piece.end)


def _dedented(parts: list[_Part]) -> list[_Part]:
    """As HCL does it: blank lines neither count nor change, and a line that begins with a mark has no indentation."""
    beginnings = [number for number in range(len(parts)) if number == 0 or _ends_line(parts[number - 1])]
    counting = [number for number in beginnings if not (_ends_line(parts[number]) and _is_blank(parts[number]))]
    least = min((_indent(parts[number]) for number in counting), default=0)
    found = list(parts)
    for number in counting if least else ():
        first, *others = _pieces(found[number])
        found[number] = (_cut(first, least), *others)
    return found


def _pieces(part: _Part) -> _Literal:
    return () if isinstance(part, Mark) else part


def _ends_line(part: _Part) -> bool:
    pieces = _pieces(part)
    return bool(pieces) and pieces[-1].value.endswith("\n")


def _is_blank(part: _Part) -> bool:
    return all(not piece.value.strip() for piece in _pieces(part))


def _indent(part: _Part) -> int:
    first = next(iter(_pieces(part)), Piece("", 0, 0)).value
    return len(first) - len(first.lstrip())


def _joined(text: Text, start: int, end: int, parts: Iterable[_Part]) -> Text:
    """The text of a template: what the file tells of its interpolations stands where it is written."""
    found: list[Text] = []
    pieces: list[Piece] = []
    for shown in _shown(text.value, end, parts):
        if isinstance(shown, Text):
            found += (text.derive(pieces, start), shown)
            pieces = []
        else:
            pieces += shown
    rest = text.derive(pieces, start)
    return Text.joined((*found, rest), text.offset(start)) if found else rest


def _shown(source: str, end: int, parts: Iterable[_Part]) -> Iterator[_Literal | Text]:
    """All that stands outside of directives, and a hole for each of the outermost of these with all that it holds."""
    depth = begin = 0
    inside: list[_Part] = []
    for part in parts:
        if depth:
            inside.append(part)
        if not isinstance(part, Mark):
            if not depth:
                yield part
        elif part.directive is None:
            if not depth:
                yield (Piece(HOLE, part.start, part.end),) if part.known is None else part.known
        else:
            begin = begin if depth else part.start
            depth = max(depth + part.directive, 0)
            if not depth:
                yield (_held(source, begin, part.end, inside),)
                inside = []
    if depth:
        yield (Piece(HOLE, begin, end),)


def _held(source: str, begin: int, end: int, inside: list[_Part]) -> Piece:
    """The hole for a directive, ``inside`` which all up to its end stands.

    Where that is whole lines, it is a line as well, which is indented as the first of them.
    """
    lines = [part for before, part in pairwise(inside) if _is_over(before)]
    first = next((part for part in lines if _pieces(part) and not _is_blank(part)), None)
    begins_line = source[begin - 1 : begin] in ("", "\n")
    if first is None or not begins_line or not _is_over(inside[-2]):
        return Piece(HOLE, begin, end)
    return Piece(f"{_pieces(first)[0].value[: _indent(first)]}{HOLE}\n", begin, end)


def _is_over(part: _Part) -> bool:
    """Whether a line is over behind a part, also where ``~`` has taken its end away."""
    return not isinstance(part, Mark) and (not part or _ends_line(part))
