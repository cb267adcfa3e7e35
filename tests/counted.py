"""Work counted in calls of functions, Python's and C's alike: the same on every machine, whatever else it does."""

from __future__ import annotations

import cProfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from cblint.shell import trees


@contextmanager
def counting() -> Iterator[list[int]]:
    """How many functions are called as long as it lasts: known at its end.

    The profiler counts in C. A function of our own that is told of each call takes several times as long as the work.
    """
    calls = [0]
    profiler = cProfile.Profile(subcalls=False)
    profiler.enable()
    try:
        yield calls
    finally:
        profiler.disable()
        calls[0] = sum(entry.callcount for entry in profiler.getstats())


def calls_of(work: Callable[[], object]) -> int:
    """How many functions it calls where no tree of a command is kept from the work before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trees, "TREES", trees.Trees())
        with counting() as calls:
            work()
    return calls[0]


def steepening(counts: Sequence[int]) -> float:
    """How much more a further item costs than one before did, by the work for a size, for twice and four times that.

    1 where the work grows as the size does, 2 where it grows as its square, less where it hardly grows. What is done
    once, however much it is, hides nothing here, as it does where the counts themselves are compared: small sizes say
    enough.
    """
    first, second, third = counts
    return (third - second) / 2 / max(second - first, first / 100, 1)
