"""What a process of many does: the executions that it is given, in a repository of its own."""

from __future__ import annotations

import faulthandler
import functools
import signal
from typing import NamedTuple

from tools.fuzz.driving import Driver, Tally, workplace
from tools.fuzz.targets import all_targets


class Work(NamedTuple):
    """Executions of one target that a process is given."""

    target: str
    seed: int
    numbers: range
    until: float


def begin(folder: str) -> None:
    """What a process does before its first executions."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    place = workplace()
    place.__enter__()
    _kept.append(place)
    _folder.append(folder)


_kept: list[object] = []
_folder: list[str] = []


@functools.cache
def _driver(target: str, seed: int) -> Driver:
    return Driver(all_targets()[target], seed, _folder[0])


def done(work: Work) -> Tally:
    return _driver(work.target, work.seed).run(work.numbers, work.until)
