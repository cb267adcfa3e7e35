"""What a process that looks at strangers' files may take: time, memory, and no more life than who started it."""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from cblint.timing import Watch, watched

Done = TypeVar("Done")

HARD = 3
"""So many times the time that a file may take, its process ends if it has not come to its senses."""


class OutOfTime(BaseException):
    """The time for some work is over. No rule that crashes may take it for its own error."""


def within(seconds: float, work: Callable[[], Done]) -> Done:
    """What the work gives. Raises OutOfTime.

    Work that hears neither a signal nor the clock, such as that of a library in C, ends its process in the end. So does
    a rule that asks the clock too seldom where there are no signals: on Windows, and in a thread of a cluster's worker.
    """
    with open(os.devnull, "wb") as nowhere:
        faulthandler.dump_traceback_later(seconds * HARD, exit=True, file=nowhere)
        try:
            return _signalled(seconds, work) if _has_signals() else watched(work, _Clock(seconds))
        finally:
            faulthandler.cancel_dump_traceback_later()


def _has_signals() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def _signalled(seconds: float, work: Callable[[], Done]) -> Done:
    before = signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _out_of_time(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime


class _Clock(Watch):
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def lap(self, _phase: str) -> None:
        self.step()

    def step(self) -> None:
        if time.monotonic() > self._end:
            raise OutOfTime


def limit_memory(most: int) -> None:
    """Let this process have no more memory than so many bytes (0: all there is), where the system can do that."""
    if most and sys.platform != "win32":
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def begin(most_memory: int) -> None:
    """How a process of a pool begins: it leaves Ctrl-C to the one that started it, and ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(most_memory)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)
