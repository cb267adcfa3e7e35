"""Words that sentences of several messages are put together of."""

from __future__ import annotations

from collections.abc import Sequence


def enumerated(names: Sequence[str], word: str) -> str:
    """``a``, ``a and b``, ``a, b and c``, with the ``word`` before the last; nothing for none."""
    *front, last = names or ("",)
    return f"{', '.join(front)} {word} {last}" if front else last
