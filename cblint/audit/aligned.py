"""Rows of names and numbers, one below the other, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cblint.report.shown import printable, width
from cblint.report.text import Paint


def aligned(heads: Sequence[str], rows: Iterable[Sequence[object]], paint: Paint) -> Iterator[str]:
    """Lines with their ends: the heads, then the rows, numbers to the right. What strangers say steers nothing."""
    given = list(rows)
    cells = [[_text(cell) for cell in row] for row in given]
    shown = [printable(head) for head in heads]
    widths = [max(map(width, column)) for column in zip(shown, *cells, strict=True)]
    right = [all(_is_number(row[place]) for row in given) and bool(given) for place in range(len(heads))]
    yield paint("bold", _line(shown, widths, right)) + "\n"
    yield from (f"{_line(row, widths, right)}\n" for row in cells)


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float)) or cell is None


def _text(cell: object) -> str:
    return "" if cell is None else f"{cell:,}" if isinstance(cell, int) else printable(str(cell))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        f"{' ' * (wide - width(cell))}{cell}" if is_right else f"{cell}{' ' * (wide - width(cell))}"
        for cell, wide, is_right in zip(cells, widths, right, strict=True)
    )
    return "  ".join(padded).rstrip()
