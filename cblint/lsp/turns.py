"""Who may analyse: one thread at a time, and who answers a person before what runs in the background."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Stale(BaseException):
    """What is worked at is no longer asked for. No error: nothing that contains errors may hold it up."""


class Turns:
    """What is remembered of texts is made for one thread at a time."""

    def __init__(self) -> None:
        self._free = Condition()
        self._is_taken = False
        self._waiting = 0

    @contextmanager
    def first(self) -> Iterator[None]:
        """The next turn."""
        with self._free:
            self._waiting += 1
            self._free.wait_for(lambda: not self._is_taken)
            self._waiting -= 1
            self._is_taken = True
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def later(self) -> Iterator[None]:
        """A turn when nobody else waits for one."""
        self._take_later()
        try:
            yield
        finally:
            self._leave()

    def give_way(self) -> None:
        """Between two steps of a later turn: let those go first who wait."""
        if self._waiting:
            self._leave()
            self._take_later()

    def _take_later(self) -> None:
        with self._free:
            self._free.wait_for(lambda: not self._is_taken and not self._waiting)
            self._is_taken = True

    def _leave(self) -> None:
        with self._free:
            self._is_taken = False
            self._free.notify_all()
