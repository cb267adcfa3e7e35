"""Bounds of the tests: a time that only quadratic work takes, and how much of what is long `make test` tries."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

SECONDS = 60.0
"""Of work. Inputs are made so large that with the square of their length it would be many minutes."""


ALL = os.environ.get("CBLINT_HOSTILE") == "all"
"""Whether hostile texts are as long as they are meant to be: `make fuzz` takes the time for it."""


def times(count: int) -> int:
    """How often a hostile text repeats itself: a thirtieth where all tests have to end within ten minutes.

    There it is growth that is watched, by counting at small sizes (``tests/counted.py``), and that nothing breaks.
    """
    return count if ALL else count // 30


FUZZ = os.environ.get("CBLINT_HYPOTHESIS") == "fuzz"
"""Whether properties are held to examples that nobody has seen: `make fuzz` takes the time for it."""


def draws(count: int) -> int:
    """How many examples a property is held to: three in ten, but thirty, where all tests have to end in ten minutes.

    There they are the same each time; `make fuzz` draws all of them anew, ten times over.
    """
    return count if FUZZ else max(min(count, 30), count * 3 // 10)


ORACLES = int(os.environ.get("CBLINT_ORACLES", "0"))
"""How many examples are held to what others make of them: `make oracles` has thousands, which nobody has seen."""

FROM = int(os.environ.get("CBLINT_FROM", "0"))
"""The seed of the first of those that are made from seeds."""


def compared(count: int) -> int:
    """How many examples are held to another parser or validator: as many as of any property, but in `make oracles`."""
    return ORACLES or draws(count)


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
