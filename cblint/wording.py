"""Words that sentences of several messages are put together of."""

from __future__ import annotations

from collections.abc import Sequence


def enumerated(names: Sequence[str], word: str) -> str:
    """``a``, ``a and b``, ``a, b and c``, with the ``word`` before the last; nothing for none."""
    *front, last = names or ("",)
    return f"{', '.join(front)} {word} {last}" if front else last


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``2 files``; a ``plural`` that ends otherwise is given."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"
