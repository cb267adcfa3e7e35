"""Positions of a file in the columns that a format counts in."""

from __future__ import annotations

from cblint.linter import FileResult
from cblint.source.text import Position, Utf8Columns, Utf16Columns


class ColumnsOf:
    """A file's columns in units of UTF-16 or in bytes of UTF-8.

    Where a line is not at hand, they stay as they are: right for all that is written in ASCII.
    """

    def __init__(self, file: FileResult, unit: type[Utf8Columns] | type[Utf16Columns]) -> None:
        self._lines = file.excerpts
        self._unit = unit
        self._found: dict[int, Utf8Columns | Utf16Columns] = {}

    def of(self, position: Position) -> int:
        """The column (1-based) of a position."""
        columns = self._found.get(position.line)
        if columns is None:
            columns = self._found[position.line] = self._unit(self._lines.get(position.line, ""))
        return columns.of(position.column)
