"""A bound for what must not take quadratic time: so far above what it takes that no slow machine reaches it."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

SECONDS = 60.0
"""Of work. Inputs are made so large that with the square of their length it would be many minutes."""


@contextlib.contextmanager
def no_hanging(seconds: float = SECONDS) -> Iterator[None]:
    """Fails the test that works longer; how long it takes below that does not matter."""

    def stop(_: int, __: FrameType | None) -> None:
        raise AssertionError(f"still at work after {seconds:.0f} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
