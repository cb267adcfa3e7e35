"""Choices that are read from bytes: as long as there are some, each is made by the next few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """What is chosen by bytes; where there are no more, it is the first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> bool:
        """Whether there are bytes to choose by."""
        return self._at < len(self._data)

    def below(self, bound: int) -> int:
        """A number from 0 on that is less than another."""
        size = 1 if bound <= 256 else 3
        found = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(found, "big") % max(bound, 1)

    def of(self, options: Sequence[T]) -> T:
        """One of some."""
        return options[self.below(len(options))]
