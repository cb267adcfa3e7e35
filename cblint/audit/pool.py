"""Looking at repositories in many processes: what one of them costs is its own, is tried once more, and is told."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from itertools import count, islice
from typing import Protocol

from cblint.audit.limits import HARD
from cblint.audit.model import Plan, Problem, Task, Visit
from cblint.audit.processes import Processes
from cblint.audit.visit import OtherProgram, visit
from cblint.records import NamedTuple

CHUNK = 8
"""Repositories that a process is given at a time."""
AHEAD = 3
"""Chunks for each process that are on the way: more would only take memory."""
MOST_BAD = 3
"""Files of a repository that may each end a process: after so many the rest of it is given up."""
PATIENCE = 60.0
"""Seconds that may pass without anybody who works."""
_LOOK = 2.0


class NoWorkers(Exception):
    """Nobody is left to work. ``str()`` is a sentence."""


class Workers(Protocol):
    """Where the work is done: ``many`` is how much of it can be done at a time.

    ``shares``: a process may have several pieces of work, which all end with it.
    """

    many: int
    shares: bool

    def executor(self) -> Executor:
        """What takes work. Raises NoWorkers."""

    def at_work(self) -> bool:
        """Whether there is anybody who works. Raises NoWorkers if there will be nobody any more."""

    def has_ended(self, error: BaseException) -> bool:
        """Whether an error says that the process which did the work has ended, and nothing else."""

    def close(self, at_once: bool) -> None:
        """End it; what has not begun is not done, and ``at_once`` what has begun neither."""


class Local:
    """Processes of this machine."""

    shares = False

    def __init__(self, jobs: int, memory: int) -> None:
        self.many = jobs
        self._memory = memory
        self._processes: Processes | None = None

    def executor(self) -> Executor:
        self._processes = self._processes or Processes(self.many, self._memory)
        return self._processes

    def at_work(self) -> bool:
        return True

    def has_ended(self, error: BaseException) -> bool:
        return isinstance(error, BrokenExecutor)

    def close(self, at_once: bool) -> None:
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=at_once)
            self._processes = None


class _Piece(NamedTuple):
    """Work for a process. ``now`` is a file for the path of what it looks at: it is there if it is tried once more."""

    tasks: list[Task]
    now: str = ""


Running = dict[Future[list[Visit]], _Piece]


def visits(
    tasks: Iterable[Task], plan: Plan, workers: Workers, folder: str, tell: Callable[[str], None]
) -> Iterator[Visit]:
    """What became of each repository, in the order in which they are done.

    ``folder`` is one that nobody else writes to, ``tell`` is told, in a sentence, when a process is gone. Raises
    NoWorkers.
    """
    left = iter(tasks)
    again: deque[_Piece] = deque()
    running: Running = {}
    marks = (os.path.join(folder, f"now-{number}") for number in count())
    while True:
        # What may end its process goes alone where others would end with it.
        while again and not (workers.shares and running):
            _submit(again.popleft(), running, plan, workers)
        while not again and len(running) < workers.many * AHEAD and (chunk := list(islice(left, CHUNK))):
            _submit(_Piece(chunk), running, plan, workers)
        if not running:
            return
        for future in _some_done(running, workers):
            piece = running.pop(future)
            error = future.exception()
            if error is None:
                yield from future.result()
                continue
            if isinstance(error, OtherProgram):
                raise NoWorkers(str(error))
            is_over = workers.has_ended(error) or isinstance(error, MemoryError)
            if is_over and not piece.now:
                tell(_sentence(piece.tasks))
            for task in piece.tasks:
                follows = _follows(task, piece.now, plan, None if is_over else error)
                if isinstance(follows, Visit):
                    yield follows
                else:
                    again.append(_Piece([follows], piece.now or next(marks)))


def _submit(piece: _Piece, running: Running, plan: Plan, workers: Workers) -> None:
    running[workers.executor().submit(visit_all, piece.tasks, plan, piece.now)] = piece


def _some_done(running: Running, workers: Workers) -> list[Future[list[Visit]]]:
    """Those that are done. Raises NoWorkers."""
    since = time.monotonic()
    while True:
        done, _ = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
        if any(future.cancelled() for future in done):
            raise NoWorkers("The cluster has given up the work: its scheduler is gone, or was told to give it up.")
        if done:
            return list(done)
        since = time.monotonic() if workers.at_work() else since
        if time.monotonic() - since > PATIENCE:
            raise NoWorkers(f"The cluster has had no worker for {PATIENCE:g} seconds.")


def _sentence(tasks: Sequence[Task]) -> str:
    names = ", ".join(task.unit.name for task in tasks[:3])
    more = f" and {len(tasks) - 3} more" if len(tasks) > 3 else ""
    follows = "they are looked at again, each by itself" if len(tasks) > 1 else "it is looked at again"
    return f"A process was killed, or out of memory or time, when it was given {names}{more}: {follows}."


def _follows(task: Task, now: str, plan: Plan, error: BaseException | None) -> Task | Visit:
    """What follows where nobody knows what became of a repository.

    It is tried again by itself, then without the files that end the process which looks at them; in the end it is given
    up. So it is at once where it was by itself, and an ``error`` says more than that a process has ended.
    """
    if not now:
        return task
    if error is not None:
        return _given_up(task, f"could not be looked at: {type(error).__name__}: {error}")
    path = _taken_from(now)
    if not path:
        return _given_up(
            task, "made the process that looked at it end twice: it was killed, or had not enough memory or time"
        )
    if len(task.without) == MOST_BAD:
        return _given_up(task, f"has more than {MOST_BAD} files that each make the process end that looks at them")
    why = (
        "made the process that looked at it end: it was killed, had not enough memory, or took more than "
        f"{plan.seconds * HARD:g} seconds"
    )
    return task._replace(without={**task.without, path: why})


def _given_up(task: Task, why: str) -> Visit:
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
    """What becomes of some repositories, in order; ``now`` is a file to write to which of their files is looked at.

    Raises OtherProgram.
    """

    def begun(path: str) -> None:
        # The disk may be another machine's, or full.
        with contextlib.suppress(OSError), open(now, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(path)

    return [visit(task, plan, begun) if now else visit(task, plan) for task in tasks]
