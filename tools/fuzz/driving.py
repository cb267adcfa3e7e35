"""Executions of a target one after the other, in one process, and the tally of them."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.flow_runner import in_memory
from tools.fuzz.failing import Failure, failure_of, smallest, written_down
from tools.fuzz.mutating import Pool
from tools.fuzz.target import Target


class Found(NamedTuple):
    """A failure, and where its input was written; empty if nowhere."""

    failure: Failure
    data: bytes
    path: str


class Tally(NamedTuple):
    """What came of executions of a target: how many there were, their seconds, and the slowest with its input."""

    executions: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_input: bytes = b""
    slowest_number: int = 0
    found: tuple[Found, ...] = ()

    def plus(self, other: Tally) -> Tally:
        """Both together. The same failure is told once."""
        slower = other if other.slowest > self.slowest else self
        known = {each.failure.kind for each in self.found}
        return Tally(
            self.executions + other.executions,
            self.seconds + other.seconds,
            slower.slowest,
            slower.slowest_input,
            slower.slowest_number,
            (*self.found, *(each for each in other.found if each.failure.kind not in known)),
        )

    def line(self, target: str, seed: int) -> str:
        """In one line."""
        rate = self.executions / self.seconds if self.seconds else 0.0
        slowest = (
            f"slowest {self.slowest * 1000:.0f} ms ({len(self.slowest_input)} bytes, number {self.slowest_number})"
        )
        failed = f", {len(self.found)} FAILURES" if self.found else ""
        return f"{target:<14}{self.executions:>9} executions, {rate:>6.0f}/s each, {slowest}, seed {seed}{failed}"


class Driver:
    """Executes one target again and again. ``folder`` is where failures are written, if anywhere."""

    def __init__(self, target: Target, seed: int, folder: str = "") -> None:
        self._target = target
        self._seed = seed
        self._folder = folder
        self.pool = Pool(target.seeds())
        self._known: set[str] = set()

    def run(self, numbers: range, until: float = float("inf")) -> Tally:
        """Executions by their numbers; none begins after a moment of ``time.monotonic``."""
        tally = Tally()
        for number in numbers:
            if time.monotonic() > until:
                break
            tally = tally.plus(self.execute(self.pool.made(self._target.name, self._seed, number), number))
        return tally

    def execute(self, data: bytes, number: int) -> Tally:
        """One execution, of an input that its number makes, or that somebody else has made."""
        started, before = time.monotonic(), time.process_time()
        failure = failure_of(self._target, data)
        slowest = time.process_time() - before
        found = tuple(self._new(failure, data, number))
        return Tally(1, time.monotonic() - started, slowest, data, number, found)

    def _new(self, failure: Failure | None, data: bytes, number: int) -> Iterator[Found]:
        if failure is None or failure.kind in self._known:
            return
        self._known.add(failure.kind)
        if not self._folder:
            yield Found(failure, data, "")
            return
        small = smallest(self._target, data, failure)
        failure = failure_of(self._target, small) or failure
        made = f"python -m tools.fuzz {self._target.name} --seed {self._seed} --from {number} --runs 1"
        yield Found(failure, small, written_down(self._folder, self._target, small, failure, made))


@contextmanager
def workplace() -> Iterator[str]:
    """A repository with nothing in it, in memory: the current folder meanwhile, where no file of ours is looked at.

    The collector of garbage leaves what is loaded alone: trees of a file fill its threshold again and again.
    """
    before, threshold = os.getcwd(), gc.get_threshold()
    with tempfile.TemporaryDirectory(prefix="fuzz", dir=in_memory()) as folder:
        os.mkdir(os.path.join(folder, ".git"))
        os.chdir(folder)
        gc.set_threshold(100_000)
        gc.collect()
        gc.freeze()
        try:
            yield folder
        finally:
            gc.unfreeze()
            gc.set_threshold(*threshold)
            os.chdir(before)
