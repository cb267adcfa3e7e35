"""Executions of a target on inputs that atheris chooses: mutations of those that reached what none before had reached.

It instruments all of cblint, and its process ends with it: each target has one of its own.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

from tools.fuzz.driving import Driver, Tally, workplace

_OWN = 0.5
"""The share of mutations that are ours: they know words, lines and indentation."""
_MOST_BYTES = 4_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Fuzz one target until its time or the number of its executions is over, and print the line of its tally."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz.guided", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--crashes", required=True)
    options = parser.parse_args(arguments)
    try:
        import atheris
    except ImportError:
        parser.error("atheris is not installed: pip install --group fuzz")
    with atheris.instrument_imports(include=["cblint"]):
        from tools.fuzz.targets import all_targets

        target = all_targets()[options.target]
    driver = Driver(target, options.seed, os.path.abspath(options.crashes))
    with workplace(), tempfile.TemporaryDirectory(prefix="seeds") as folder:
        for number, data in enumerate(driver.pool.seeds):
            with open(os.path.join(folder, str(number)), "wb") as file:
                file.write(data)
        _fuzz(atheris, driver, options, folder)


def _fuzz(atheris: Any, driver: Driver, options: argparse.Namespace, folder: str) -> None:
    tally = Tally()
    until = time.monotonic() + options.seconds if options.seconds else float("inf")

    def execute(data: bytes) -> None:
        nonlocal tally
        tally = tally.plus(driver.execute(data, tally.executions))
        if tally.executions >= options.runs or time.monotonic() > until:
            _told(tally, options)

    flags = [f"-seed={options.seed}", f"-max_len={_MOST_BYTES}", "-timeout=1000", "-rss_limit_mb=0", "-verbosity=0"]
    atheris.Setup(["fuzz", *flags, folder], execute, custom_mutator=_mutator(atheris, driver))
    atheris.Fuzz()


def _mutator(atheris: Any, driver: Driver) -> Callable[[bytes, int, int], bytes]:
    """Half of the mutations are those of libFuzzer, the others ours."""

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if not driver.pool.seeds or chance.random() > _OWN:
            changed: bytes = atheris.Mutate(data, longest)
            return changed
        return driver.pool.mutated(data, chance)[:longest]

    return mutate


def _told(tally: Tally, options: argparse.Namespace) -> None:
    """Print what came of it, and end: libFuzzer knows no other way to be told that it is enough."""
    print(tally.line(options.target, options.seed), flush=True)
    for each in tally.found:
        print(f"    {each.failure.kind}\n        {each.path}", flush=True)
    sys.stdout.flush()
    os._exit(1 if tally.found else 0)


if __name__ == "__main__":
    main()
