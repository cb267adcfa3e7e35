"""Whole processes, in turn with others: the time that they take on the wall and of processors, and their memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple


class Spent(NamedTuple):
    """What a process took with all its children: seconds on the wall and of processors, and MB of the largest."""

    wall: float
    processor: float
    memory: float


class Compared(NamedTuple):
    """Medians of two commands, and those of the pairwise ratios; below 1 the first is the better."""

    ours: Spent
    theirs: Spent
    wall: float
    processor: float


def spent(command: Sequence[str], folder: str, most: int = 1) -> Spent:
    """Run a command to its end. Raises SystemExit if its status is above ``most``: then it did not do its work."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said, env=_environment())
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if not 0 <= code <= most:
            said.seek(0)
            told = said.read()[-2000:].decode("utf-8", "replace")
            raise SystemExit(f"{' '.join(command[:6])} … exited with {code}:\n{told}")
    return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def compared(ours: Sequence[str], theirs: Sequence[str], folder: str, runs: int, most: int = 1) -> Compared:
    """Run both in turn, after once for the disk's sake."""
    pairs = [(spent(ours, folder), spent(theirs, folder, most)) for _ in range(runs + 1)][1:]
    return Compared(
        _median([first for first, _ in pairs]),
        _median([second for _, second in pairs]),
        statistics.median(first.wall / second.wall for first, second in pairs),
        statistics.median(first.processor / second.processor for first, second in pairs),
    )


def alone(command: Sequence[str], folder: str, runs: int, most: int = 1) -> Spent:
    """The medians of a command."""
    return _median([spent(command, folder, most) for _ in range(runs + 1)][1:])


def imported(python: str, arguments: Sequence[str], folder: str) -> int:
    """How many modules a command of Python's imports."""
    done = subprocess.run(
        [python, "-X", "importtime", *arguments], cwd=folder, capture_output=True, text=True, env=_environment()
    )
    return sum(line.startswith("import time:") for line in done.stderr.splitlines()) - 1


def _median(found: Sequence[Spent]) -> Spent:
    return Spent(*(statistics.median(column) for column in zip(*found, strict=True)))


def _environment() -> dict[str, str]:
    """Bytecode may be written, nobody's cache is used unless a command names one, and nothing is coloured."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"CBLINT_CACHE_DIR": "", "NO_COLOR": "1", **own}
