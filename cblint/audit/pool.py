"""Looking at repositories in many processes: what one of them costs is its own, is tried once more, and is told."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import active_children, get_context
from typing import Protocol

from cblint.audit.limits import HARD, begin
from cblint.audit.model import Plan, Problem, Task, Visit
from cblint.audit.visit import visit

CHUNK = 8
"""Repositories that a process is given at a time."""
AHEAD = 3
"""Chunks for each process that are on the way: more would only take memory."""
MOST_BAD = 3
"""Files of a repository that may each end a process: after so many the rest of it is given up."""
PATIENCE = 60.0
"""Seconds that may pass without anybody who works."""
_LOOK = 5.0

Running = dict[Future[list[Visit]], list[Task]]


class NoWorkers(Exception):
    """Nobody is left to work. ``str()`` is a sentence."""


class Workers(Protocol):
    """Where the work is done: ``many`` is how much of it can be done at a time."""

    many: int

    def executor(self) -> Executor:
        """What takes work."""

    def alone(self) -> Executor:
        """The same for work that may end its process, and must end no other work with it."""

    def broken(self) -> None:
        """Begin anew: a process is gone."""

    def at_work(self) -> bool:
        """Whether there is anybody who works."""

    def close(self, at_once: bool) -> None:
        """End it; what has not begun is not done, and ``at_once`` what has begun neither."""


class Local:
    """Processes of this machine."""

    def __init__(self, jobs: int, memory: int) -> None:
        self.many = jobs
        self._memory = memory
        self._pools: dict[str, ProcessPoolExecutor] = {}

    def executor(self) -> Executor:
        return self._pool("all", self.many)

    def alone(self) -> Executor:
        return self._pool("alone", 1)

    def at_work(self) -> bool:
        return True

    def broken(self) -> None:
        self.close(False)

    def close(self, at_once: bool) -> None:
        for child in active_children() if at_once else ():
            child.terminate()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
        self._pools.clear()

    def _pool(self, name: str, jobs: int) -> ProcessPoolExecutor:
        if name not in self._pools:
            # Not forked: a child must not hold what its parent has open, such as the store.
            self._pools[name] = ProcessPoolExecutor(
                jobs, mp_context=get_context("spawn"), initializer=begin, initargs=(self._memory,)
            )
        return self._pools[name]


def visits(tasks: Iterable[Task], plan: Plan, workers: Workers, tell: Callable[[str], None]) -> Iterator[Visit]:
    """What became of each repository, in the order in which they are done.

    ``tell`` is told, in a sentence, when a process is gone. Raises NoWorkers.
    """
    left = iter(tasks)
    running: Running = {}
    while True:
        while len(running) < workers.many * AHEAD and (chunk := list(islice(left, CHUNK))):
            running[_submitted(chunk, plan, workers)] = chunk
        if not running:
            return
        suspects: list[Task] = []
        for future in _some_done(running, workers):
            yield from _taken(future, running, suspects)
        if suspects:
            names = ", ".join(task.unit.name for task in suspects[:3])
            more = f" and {len(suspects) - 3} others" if len(suspects) > 3 else ""
            tell(
                f"A process was gone, killed or out of memory or time, when {names}{more} had been given to it or to "
                "those beside it: they are looked at again, each by itself."
            )
            workers.broken()
            with tempfile.TemporaryDirectory(prefix="cblint-") as folder:
                for task in suspects:
                    yield _tried_again(task, plan, workers, os.path.join(folder, "now"))


def _submitted(chunk: list[Task], plan: Plan, workers: Workers) -> Future[list[Visit]]:
    try:
        return workers.executor().submit(visit_all, chunk, plan)
    except BrokenExecutor:  # it knows before we do
        workers.broken()
        return workers.executor().submit(visit_all, chunk, plan)


def _some_done(running: Running, workers: Workers) -> list[Future[list[Visit]]]:
    """Those that are done: where a process is gone, all that were given to its pool. Raises NoWorkers."""
    since = time.monotonic()
    while True:
        done, _ = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
        if any(isinstance(future.exception(), BrokenExecutor) for future in done):
            return list(wait(running).done)
        if done:
            return list(done)
        since = time.monotonic() if workers.at_work() else since
        if time.monotonic() - since > PATIENCE:
            raise NoWorkers("The cluster has no worker left that does anything.")


def _taken(future: Future[list[Visit]], running: Running, suspects: list[Task]) -> list[Visit]:
    """What became of the repositories of a chunk; they are suspects if nobody knows."""
    chunk = running.pop(future)
    if future.exception() is None:
        return future.result()
    suspects += chunk
    return []


def _tried_again(task: Task, plan: Plan, workers: Workers, now: str) -> Visit:
    """What becomes of a repository by itself, at last without the files that end the process which looks at them.

    ``now`` is a file into which the process writes what it looks at.
    """
    without: dict[str, str] = {}
    while len(without) <= MOST_BAD:
        try:
            (found,) = workers.alone().submit(visit_all, [task._replace(without=without)], plan, now).result()
            return found
        except BrokenExecutor:
            workers.broken()
            path = _taken_from(now)
            if not path or path in without:
                why = "made the process that looked at it end twice: it was killed, or had not enough memory or time"
                break
            without[path] = (
                f"made the process that looked at it end: it was killed, had not enough memory, or took more than "
                f"{plan.seconds * HARD:g} seconds"
            )
        except Exception as error:
            why = f"could not be looked at: {type(error).__name__}: {error}"
            break
    else:
        why = f"has more than {MOST_BAD} files that each make the process end that looks at them"
    return Visit(task.unit, failed=True, problems=(Problem("", why),))


def _taken_from(now: str) -> str:
    try:
        with open(now, encoding="utf-8", errors="surrogateescape") as file:
            path = file.read()
        os.unlink(now)
    except OSError:
        return ""
    return path


def visit_all(tasks: Sequence[Task], plan: Plan, now: str = "") -> list[Visit]:
    """What becomes of some repositories, in order; ``now`` is a file to write to which of their files is looked at."""

    def begun(path: str) -> None:
        with open(now, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(path)

    return [visit(task, plan, begun) if now else visit(task, plan) for task in tasks]
