"""GitHub's hash of a line, ``primaryLocationLineHash``, by which it knows an alert again when lines move.

It is nowhere described but in ``src/fingerprints.ts`` of github/codeql-action: what looks odd here is so there.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import accumulate, chain, repeat

_FACTOR = 37
_WINDOW = 100
"""UTF-16 code units from the beginning of a line, over the ends of lines, that are hashed."""
_LEAVING = _FACTOR**_WINDOW
_BITS = 2**64 - 1
_END = 0xFFFF
"""What stands behind the last unit of a file, and before zeros without end."""


def line_hashes(data: bytes, wanted: Collection[int]) -> dict[int, str]:
    """The hash of each wanted line (1-based) of a file in UTF-8, and behind a colon how many lines up to it have it.

    Lines end with CRLF, CR or LF. A byte order mark is a character like others, blanks and tabs are none.
    """
    units = _units(data)
    # hashes[n] is that of all units before n: two of them give that of the units between.
    hashes = array("Q", accumulate(chain(units, (_END,), repeat(0, _WINDOW - 1)), _with, initial=0))
    seen: Counter[int] = Counter()
    found = {}
    for line, start in enumerate(_starts(units), 1):
        value = (hashes[start + _WINDOW] - hashes[start] * _LEAVING) & _BITS
        seen[value] += 1
        if line in wanted:
            found[line] = f"{value:x}:{seen[value]}"
    return found


def _with(value: int, unit: int) -> int:
    return (value * _FACTOR + unit) & _BITS


def _units(data: bytes) -> memoryview:
    """The UTF-16 code units that count."""
    text = data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").replace(" ", "").replace("\t", "")
    return memoryview(text.encode("utf-16")).cast("H")[1:]  # in the order of this machine, which a mark tells


def _starts(units: memoryview) -> Iterator[int]:
    return chain((0,), (number for number, unit in enumerate(units, 1) if unit == 0x0A))
