"""Audits generated fleets of growing size, and prints whether all of what was planted was found, how fast, in how much.

    make bench-audit                     1,000 and 10,000 repositories
    python -m tools.bench_audit PYTHON   the Python of an environment that has cblint[audit] installed

Each fleet is audited, audited again as it is, and once more after one buildspec in a hundred was changed. Memory is the
most that the process at the terminal has had, and beside it the most of one of its workers.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tools.fleet import Manifest, change, make, read

PER_REPOSITORY = 2.5
"""Buildspecs."""
Key = tuple[str, str, str, int, int, str, bool]
"""Repository, path, rule, line, column, severity, and whether it is suppressed."""


class Audited(NamedTuple):
    """An audit: seconds, files that were linted, and the most memory, in MB, of the parent and of a worker."""

    seconds: float
    linted: int
    parent: float
    worker: float


def audited(python: str, fleet: str, store: str, *more: str) -> Audited:
    """Run an audit as a process. Raises SystemExit where it does not come to its end."""
    command = [python, "-m", "cblint", "audit", fleet, "--store", store, "--quiet", *more]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    most: dict[int, float] = {}
    watching = threading.Thread(target=_watch, args=(process, most))
    watching.start()
    _, said = process.communicate()
    watching.join()
    if process.returncode not in (0, 1, 2):
        raise SystemExit(f"{' '.join(command)} exited with {process.returncode}:\n{said.decode()}")
    workers = [size for number, size in most.items() if number != process.pid]
    return Audited(time.perf_counter() - began, linted(store), most.get(process.pid, 0.0), max(workers, default=0.0))


def _watch(process: subprocess.Popen[bytes], most: dict[int, float]) -> None:
    """Keep the most memory of a process and its children, as the system counts it."""
    while process.poll() is None:
        for number in (process.pid, *_children(process.pid)):
            with contextlib.suppress(OSError, StopIteration):
                with open(f"/proc/{number}/status", encoding="ascii") as file:
                    size = next(line for line in file if line.startswith("VmHWM"))
                most[number] = int(size.split()[1]) / 1024
        time.sleep(0.1)


def _children(parent: int) -> list[int]:
    """Those of all its threads."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{parent}/task"):
            with open(f"/proc/{parent}/task/{thread}/children", encoding="ascii") as file:
                found += map(int, file.read().split())
    return found


def linted(store: str) -> int:
    """How many files the last run of a store has linted."""
    with contextlib.closing(sqlite3.connect(store)) as database:
        (found,) = database.execute("SELECT sum(linted) FROM visits WHERE run = (SELECT max(id) FROM runs)").fetchone()
    return int(found or 0)


def found(store: str) -> Counter[Key]:
    """The findings that a store has now."""
    with contextlib.closing(sqlite3.connect(store)) as database:
        rows = database.execute(
            'SELECT r.place, f.path, rule, line, "column", severity, suppressed FROM findings f'
            " JOIN repositories r ON r.id = f.repository WHERE gone IS NULL"
        )
        return Counter((row[0], *row[1:6], row[6] != "") for row in rows)


def planted(fleet: str, manifest: Manifest) -> Counter[Key]:
    """The findings that a fleet was made to have."""
    return Counter(
        (f"{fleet}/{repository.folder}", file.path, each.rule, each.line, each.column, each.severity, each.suppressed)
        for repository, file in manifest.files
        for each in file.findings
    )


def differences(fleet: str, store: str) -> Iterator[str]:
    """What was planted and not found, and what was found and not planted, in lines."""
    wanted, got = planted(fleet, read(fleet)), found(store)
    for title, more in (("missed", wanted - got), ("invented", got - wanted)):
        if more:
            yield f"  {more.total()} {title}, such as {next(iter(more))}"


def measured(python: str, repositories: int, seed: int, folder: str) -> float:
    """Audit a fleet of so many repositories three times and print it; the seconds of the first time."""
    fleet, store = os.path.join(folder, f"fleet{repositories}"), os.path.join(folder, f"{repositories}.db")
    buildspecs = round(repositories * PER_REPOSITORY)
    began = time.perf_counter()
    make(fleet, repositories, buildspecs, seed, "mixed")
    print(f"{repositories:,} repositories with {buildspecs:,} buildspecs, made in {time.perf_counter() - began:.0f} s")
    time.sleep(2.5)  # a state that is younger is not believed
    first = _told("first", audited(python, fleet, store), None)
    _told_differences(fleet, store)
    _told("again", audited(python, fleet, store), first)
    changed = change(fleet, 0.01, seed)
    time.sleep(2.5)
    _told(f"{len(changed):,} changed", audited(python, fleet, store), first)
    _told_differences(fleet, store)
    print(f"  store: {os.path.getsize(store) / 2**20:.0f} MB")
    return first.seconds


def _told(title: str, done: Audited, first: Audited | None) -> Audited:
    share = f" {done.seconds / first.seconds:7.1%} of the first time" if first is not None else ""
    print(
        f"  {title:14} {done.seconds:7.1f} s {done.linted:7,} files linted {done.linted / done.seconds:6.0f} files/s"
        f"   parent {done.parent:4.0f} MB, worker {done.worker:4.0f} MB{share}",
        flush=True,
    )
    return done


def _told_differences(fleet: str, store: str) -> None:
    wrong = list(differences(fleet, store))
    total = planted(fleet, read(fleet)).total()
    print("\n".join(wrong) if wrong else f"  all of {total:,} planted findings found, none invented", flush=True)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("python", help="the interpreter of an environment with cblint[audit]")
    parser.add_argument("--repositories", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cblint-bench-") as folder:
        seconds = {number: measured(options.python, number, options.seed, folder) for number in options.repositories}
    print("growth (ms for each repository; should stay level)")
    for number, each in seconds.items():
        print(f"  {number:7,} repositories {each / number * 1000:8.2f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
