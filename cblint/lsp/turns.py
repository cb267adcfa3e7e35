"""Who may analyse: one thread at a time, and who answers a person before what runs in the background."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import TypeVar

from cblint.timing import Rule, Watch, watched

Done = TypeVar("Done")

QUESTION, CHANGE, CHECK = range(3)
"""What there are turns for, those first who wait for the first: a change takes as long as some checks."""
_OFTEN, _SELDOM = 16, 256
"""Times after which objects that only refer to each other are looked for among older ones as well, and among all."""


class Stale(BaseException):
    """What is worked at is no longer asked for. No error: nothing that contains errors may hold it up."""


class Turns:
    """What is remembered of texts is made for one thread at a time."""

    def __init__(self) -> None:
        self._free = Condition()
        self._is_taken = False
        self._waiting = [0, 0, 0]
        self._before: Callable[[], None] | None = None
        self._had = 0

    def before(self, work: Callable[[], None]) -> None:
        """Do some work at the beginning of the next turn, without waiting for it."""
        self._before = work

    def have(self, rank: int, work: Callable[[], Done], is_wanted: Callable[[], bool] = lambda: True) -> Done | None:
        """What some work gives, done in a turn; None if it is given up because nobody wants it any more."""
        try:
            with self._taken(rank):
                return watched(work, _Steps(is_wanted, lambda: self.give_way(rank)))
        except Stale:
            return None

    @contextmanager
    def _taken(self, rank: int) -> Iterator[None]:
        self._take(rank)
        try:
            before, self._before = self._before, None
            if before is not None:
                before()
            yield
        finally:
            self._leave()

    def free_what_is_left(self) -> None:
        """Look for objects that only refer to each other. Python would look at any time; a build is full of them."""
        self._had += 1
        gc.collect(0 if self._had % _OFTEN else 1 if self._had % _SELDOM else 2)

    def give_way(self, rank: int) -> None:
        """Between two steps of a turn: let those go first who wait for a better one."""
        if any(self._waiting[:rank]):
            self._leave()
            self._take(rank)

    def _take(self, rank: int) -> None:
        with self._free:
            self._waiting[rank] += 1
            self._free.wait_for(lambda: not self._is_taken and not any(self._waiting[:rank]))
            self._waiting[rank] -= 1
            self._is_taken = True

    def _leave(self) -> None:
        with self._free:
            self._is_taken = False
            self._free.notify_all()


class _Steps(Watch):
    """Gives work up at any step of it, and gives way only between rules: within one there may be locks."""

    def __init__(self, is_wanted: Callable[[], bool], give_way: Callable[[], None]) -> None:
        self._is_wanted = is_wanted
        self._give_way = give_way

    def step(self) -> None:
        if not self._is_wanted():
            raise Stale

    def each(self, rules: Iterable[Rule]) -> Iterator[Rule]:
        for rule in rules:
            self.step()
            self._give_way()
            yield rule
