"""Where a run is, told to who watches it: phases as they end, rules as they begin; and what time they take."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from time import perf_counter

from cblint.records import NamedTuple
from cblint.typing import Protocol, TypeVar

REST = "all else"
"""The phase of what no other one has."""

Done = TypeVar("Done")


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Rule = TypeVar("Rule", bound=_Named)


class Spent(NamedTuple):
    """Seconds of some work by phase, those of the phase of rules by the name of each, and the process that did it."""

    phases: Mapping[str, float]
    rules: Mapping[str, float]
    process: int

    @property
    def seconds(self) -> float:
        """All of them."""
        return sum(self.phases.values())


class Watch:
    """What is told where a run is. It may raise what is not an Exception, to end the run."""

    def lap(self, phase: str) -> None:
        """A phase has ended."""

    def book(self, phase: str, seconds: float) -> None:
        """Some work that is a phase by itself has been done meanwhile."""

    def each(self, rules: Iterable[Rule]) -> Iterator[Rule]:
        """The rules as they are run."""
        yield from rules

    def step(self) -> None:
        """Something goes on that may take long, within a rule."""


class _Stopwatch(Watch):
    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self.rules: dict[str, float] = {}
        self._last = perf_counter()
        self._aside = 0.0

    def lap(self, phase: str) -> None:
        now = perf_counter()
        _add(self.phases, phase, now - self._last - self._aside)
        self._last, self._aside = now, 0.0

    def book(self, phase: str, seconds: float) -> None:
        _add(self.phases, phase, seconds)
        self._aside += seconds

    def each(self, rules: Iterable[Rule]) -> Iterator[Rule]:
        for rule in rules:
            started, aside = perf_counter(), self._aside
            yield rule
            _add(self.rules, rule.name, perf_counter() - started - (self._aside - aside))


def _add(seconds: dict[str, float], name: str, more: float) -> None:
    seconds[name] = seconds.get(name, 0.0) + more


_running: ContextVar[tuple[Watch, ...]] = ContextVar("running", default=())
"""The innermost last: that of a file within that of the run. Each thread has its own. Often there is none."""


def watched(work: Callable[[], Done], watch: Watch) -> Done:
    """What the work gives, which ``watch`` is told of."""
    before = _running.set((*_running.get(), watch))
    try:
        return work()
    finally:
        _running.reset(before)


def measured(work: Callable[[], Done]) -> tuple[Done, Spent]:
    """What the work gives, and what it took."""
    watch = _Stopwatch()
    done = watched(work, watch)
    watch.lap(REST)
    return done, Spent(watch.phases, watch.rules, os.getpid())


def lap(phase: str) -> None:
    """Book on a phase what has passed since the last one ended."""
    for watch in _running.get()[-1:]:
        watch.lap(phase)


def aside(phase: str, work: Callable[[], Done]) -> Done:
    """Do some work that is a phase by itself, whatever asks for it and whatever phases it has."""
    running = _running.get()
    if not running:
        return work()
    done, spent = measured(work)
    running[-1].book(phase, spent.seconds)
    return done


def each(rules: Iterable[Rule]) -> Iterable[Rule]:
    """The rules, each of which is at work until the next is taken."""
    running = _running.get()
    return running[-1].each(rules) if running else rules


def step() -> None:
    """Tell all who watch that something goes on that may take long."""
    for watch in _running.get():
        watch.step()


def together(spent: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Seconds by name, added up."""
    added: dict[str, float] = {}
    for part in spent:
        for name, seconds in part.items():
            _add(added, name, seconds)
    return added
