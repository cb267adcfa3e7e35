"""Runs targets many times, on inputs that nobody has thought of, and writes down each of which something is wrong.

    python -m tools.fuzz                           every target, 1,000 executions each; 1 is returned if any fails
    python -m tools.fuzz check shell --runs 100000 --workers 2    so many of these
    python -m tools.fuzz check --seed 7 --from 5000    other inputs, or go on where an earlier run was stopped
    python -m tools.fuzz --seconds 60              each target for so long, however many executions that are
    python -m tools.fuzz check --input FILE        one execution, as a failure in crashes/ says
    python -m tools.fuzz check --guided --seconds 600    let atheris look for inputs that reach what none has reached

An input is made from the seed and the number of its execution alone: ``--seed S --from N --runs 1`` makes it again.
What fails is made as small as it gets, and written to a folder beside what was said of it.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool

from tools.fuzz.driving import Tally, workplace
from tools.fuzz.failing import failure_of
from tools.fuzz.targets import all_targets
from tools.fuzz.working import Work, begin, done

RUNS, CHUNK, SECONDS = 1_000, 200, 20.0
"""Executions of each target, how many a process is given at a time, and how often progress is told."""
ENOUGH = 20
"""After so many failures of a target there is enough to mend."""


def _chunks(target: str, options: argparse.Namespace) -> Iterator[Work]:
    until = time.monotonic() + options.seconds if options.seconds else float("inf")
    first, last = options.first, options.first + options.runs
    if options.seconds and not options.bounded:
        last = sys.maxsize
    for start in range(first, last, CHUNK):
        yield Work(target, options.seed, range(start, min(start + CHUNK, last)), until)


def fuzz(target: str, options: argparse.Namespace, pool: concurrent.futures.Executor) -> Tally:
    """All executions of one target, with a word on how far they are now and then."""
    tally, told = Tally(), time.monotonic()
    work = _chunks(target, options)
    waiting: dict[concurrent.futures.Future[Tally], Work] = {}
    while len(tally.found) < ENOUGH:
        for chunk in work:
            if time.monotonic() > chunk.until:
                work = iter(())
                break
            waiting[pool.submit(done, chunk)] = chunk
            if len(waiting) > options.workers:
                break
        if not waiting:
            break
        for future in concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED).done:
            chunk = waiting.pop(future)
            try:
                tally = tally.plus(future.result())
            except BrokenProcessPool:
                again = f"{target} --seed {options.seed} --from {chunk.numbers.start} --runs {len(chunk.numbers)}"
                sys.exit(f"a process has died in, or beside: python -m tools.fuzz {again}")
        if time.monotonic() - told > SECONDS:
            told = time.monotonic()
            print(f"… {tally.line(target, options.seed)}", file=sys.stderr, flush=True)
    for future in waiting:
        future.cancel()
    return tally


def fuzz_all(targets: Sequence[str], options: argparse.Namespace) -> bool:
    """All targets one after the other; whether nothing is wrong."""
    folder = os.path.abspath(options.crashes)
    context = multiprocessing.get_context("spawn")
    failed = executions = 0
    started = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(options.workers, context, begin, (folder,)) as pool:
        for target in targets:
            tally = fuzz(target, options, pool)
            print(tally.line(target, options.seed), flush=True)
            for each in tally.found:
                print(f"    {each.failure.kind}\n        {each.path}", flush=True)
            failed += len(tally.found)
            executions += tally.executions
    print(f"{executions} executions in {time.monotonic() - started:.0f} s, {failed} failures")
    return not failed


def execute(target: str, path: str) -> bool:
    """One execution of one input, told in full; whether nothing is wrong."""
    with open(path, "rb") as file:
        data = file.read()
    with workplace():
        failure = failure_of(all_targets()[target], data)
    print(failure.said if failure is not None else "nothing is wrong")
    return failure is None


def _guided(target: str, options: argparse.Namespace) -> int:
    """One target in a process of its own, as nothing but its end stops what guides it; its exit status."""
    runs = options.runs if options.bounded or not options.seconds else sys.maxsize
    command = [sys.executable, "-m", "tools.fuzz.guided", target, "--runs", str(runs), "--seed", str(options.seed)]
    command += ["--seconds", str(options.seconds), "--crashes", os.path.abspath(options.crashes)]
    return subprocess.run(command, check=False).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; what it returns is the exit status."""
    targets = all_targets()
    parser = argparse.ArgumentParser(
        prog="python -m tools.fuzz",
        description=__doc__,
        epilog="targets:\n" + "\n".join(f"  {each.name:<16}{each.about}" for each in targets.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all of them, if none is named")
    parser.add_argument("--runs", type=int, help=f"executions of each target ({RUNS:,})")
    parser.add_argument("--seconds", type=float, default=0.0, help="of each target, instead of a number of executions")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", type=int, default=0, dest="first", help="the number of the first execution")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--crashes", default="crashes", help="the folder for inputs of which something is wrong")
    parser.add_argument("--input", help="execute the only target once, on what a file holds")
    parser.add_argument("--guided", action="store_true", help="by coverage, with atheris (pip install --group fuzz)")
    options = parser.parse_args(arguments)
    chosen = options.targets or list(targets)
    unknown = [name for name in chosen if name not in targets]
    if unknown:
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(targets)}")
    options.bounded = options.runs is not None
    options.runs = options.runs or RUNS
    if options.guided:
        return max([_guided(name, options) for name in chosen])
    if options.input:
        return 0 if execute(chosen[0], options.input) else 1
    return 0 if fuzz_all(chosen, options) else 1


if __name__ == "__main__":
    sys.exit(main())
