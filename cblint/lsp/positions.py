"""Offsets into a text and positions of the language server protocol, one into the other.

Offsets count code points from 0. Positions have a line and a character, both 0-based; characters count the units that
server and client have agreed on.
"""

from __future__ import annotations

from bisect import bisect_left

from lsprotocol import types

from cblint.source.text import Columns, Lines, Position, Span, Utf8Columns, Utf16Columns


class _CodePoints(Columns):
    """The columns of a line in code points."""

    __slots__ = ()

    def __init__(self, _line: str) -> None:
        super().__init__(())


_UNITS: dict[str, type[_CodePoints] | type[Utf8Columns] | type[Utf16Columns]] = {
    types.PositionEncodingKind.Utf8: Utf8Columns,
    types.PositionEncodingKind.Utf16: Utf16Columns,
    types.PositionEncodingKind.Utf32: _CodePoints,
}


class Positions:
    """The positions of one text. ``encoding`` is what its characters are counted in.

    ``before``: so many code points stand before offset 0, on the first line (a byte order mark).
    """

    def __init__(self, lines: Lines, encoding: str, before: int = 0) -> None:
        self._lines = lines
        self._before = before
        self._unit = _UNITS.get(encoding, Utf16Columns)
        self._columns: dict[int, Columns] = {}

    def position(self, offset: int) -> types.Position:
        """Where an offset stands."""
        return self._of(*self._lines.position(offset + self._before))

    def of(self, position: Position) -> types.Position:
        """The same place as people say it, in units of the protocol."""
        return self._of(position.line, position.column + (self._before if position.line == 1 else 0))

    def _of(self, line: int, column: int) -> types.Position:
        return types.Position(line - 1, self._of_line(line).of(column) - 1)

    def range(self, span: Span) -> types.Range:
        """A range of offsets."""
        return types.Range(self.position(span.start), self.position(span.end))

    def whole(self) -> types.Range:
        """All of the text."""
        return types.Range(types.Position(0, 0), self.position(len(self._lines.text) - self._before))

    def offset(self, position: types.Position) -> int:
        """The offset of a position; of one beyond the end of its line that end, beyond the text the end of that.

        One within a character that takes several units counts as its beginning.
        """
        number = position.line + 1
        if number > len(self._lines):
            return len(self._lines.text) - self._before
        start, end = self._lines.span(number)
        columns = self._of_line(number)
        # The first column that lies beyond the position is one too far.
        column = bisect_left(range(1, end - start + 2), position.character + 2, key=columns.of)
        return max(start + min(max(column - 1, 0), end - start) - self._before, 0)

    def span(self, area: types.Range) -> Span:
        """A range of the protocol, in offsets; the ends may come in either order."""
        start, end = sorted((self.offset(area.start), self.offset(area.end)))
        return Span(start, end)

    def _of_line(self, number: int) -> Columns:
        found = self._columns.get(number)
        if found is None:
            found = self._columns[number] = self._unit(self._lines.line(number))
        return found
