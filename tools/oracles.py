"""Holds what is predicted of generated scripts to what the shells do, and counts what is unknown.

    python -m tools.oracles                    200,000 scripts over the three shells; 1 is returned if any is wrong
    python -m tools.oracles --from 5000        go on at a seed, where an earlier run was stopped
    python -m tools.oracles --show 7 --shell dash    a script, what the shell does and what is predicted
    python -m tools.oracles --corpus           the share of unknown in the buildspecs of the corpus (CBLINT_CORPUS)

A script that is judged wrong is printed with its seed once it has been made as small as it gets.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cblint.buildspec.model import Buildspec
from cblint.flow.build import run_build
from cblint.flow.trace import beliefs
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text
from tests.flow_oracle import Judged, compare, judge_many, names_of, no_share
from tests.flow_prediction import predict
from tests.flow_runner import SHELLS, have_shells, in_memory, runner
from tests.shell_scripts import script
from tools import corpus

SCRIPTS, CHUNK = 200_000, 50
MOST = 100
"""After so many that are not good, there is enough to mend."""
SECONDS = 20
"""How often progress is told."""


class Chunk(NamedTuple):
    """Some seeds, for each of some shells."""

    seeds: range
    shells: tuple[str, ...]


def judge_chunk(chunk: Chunk, folder: str) -> Judged:
    """Judge the scripts of a chunk, below a folder: its owner clears away what a stopped process leaves."""
    with runner(folder) as shells:
        return judge_many([(seed, shell) for seed in chunk.seeds for shell in chunk.shells], shells, predict)


def chunks(first: int, scripts: int, shells: tuple[str, ...]) -> list[Chunk]:
    """So many scripts, from a seed on, spread over shells."""
    last = first + -(-scripts // len(shells))
    return [Chunk(range(at, min(at + CHUNK, last)), shells) for at in range(first, last, CHUNK)]


def judge_all(work: Sequence[Chunk], workers: int, most: int) -> bool:
    """Judge many scripts and print what is wrong, until that is too much; whether nothing is."""
    share = no_share()
    bad = done = 0
    reached = work[0].seeds.start
    started = told = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="oracles", dir=in_memory()) as folder,
        multiprocessing.get_context("spawn").Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool,
    ):
        try:
            results = pool.imap(functools.partial(judge_chunk, folder=folder), work)
            for chunk, judged in zip(work, results, strict=True):
                share.add(judged.share)
                bad += len(judged.bad)
                done += len(chunk.seeds) * len(chunk.shells)
                reached = chunk.seeds.stop
                for verdict in judged.bad:
                    print(f"{verdict}\n", flush=True)
                if bad >= most:
                    _tell(f"that is enough; go on with --from {reached}")
                    break
                if time.monotonic() - told > SECONDS:
                    told = time.monotonic()
                    _tell(f"to seed {reached}: {done} scripts, {done / (told - started):.0f} a second, {bad} not good")
        except KeyboardInterrupt:
            _tell(f"stopped; go on with --from {reached}")
    print(f"{done} scripts, seeds {work[0].seeds.start} to {reached - 1}, {bad} not good\n{share}")
    return not bad


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def show(seed: int, shell: str) -> None:
    """Print a script, what the shell does and says, and what of the prediction does not hold."""
    items = script(seed, shell).items
    with runner() as shells, shells.place() as place:
        predictions = predict(items, shell, place.environment, place.root)
        observed = shells.run(items, shell, names_of(items), place)
        for number, item in enumerate(items):
            print(f"--- item {number + 1}\n{item}\n>>> {observed[number]}\n    {predictions[number]}")
        print(*compare(predictions, observed), shells.said(place), sep="\n")


# The corpus


def corpus_unknown() -> dict[str, tuple[int, int]]:
    """How often a belief about a command of the corpus's buildspecs is made, and how often it says nothing, by kind.

    Variables are those that the buildspec sets or has set before: whether they are set, and to what.
    """
    counts = dict.fromkeys(("status", "directory", "variable is set", "value"), (0, 0))

    def count(kind: str, unknown: bool) -> None:
        made, without = counts[kind]
        counts[kind] = made + 1, without + unknown

    for buildspec in corpus_buildspecs():
        names: set[str] = set()
        for belief in beliefs(run_build(buildspec)):
            names.update(belief.changed)
            count("status", belief.succeeds is None)
            count("directory", belief.directory is None)
            for variable in map(belief.state.variable, names):
                count("variable is set", variable.assigned is None)
                count("value", variable.assigned is not False and variable.value.text is None)
    return counts


def corpus_buildspecs() -> Iterator[Buildspec]:
    """The buildspecs of the corpus."""
    for file in corpus.corpus_files():
        if file.kind != "buildspec":
            continue
        with open(file.file, encoding="utf-8", errors="replace") as opened:
            text = Text.of(opened.read())
        try:
            stream = load(text)
        except TooComplex:
            continue
        yield from (Buildspec(stream, document) for document in stream.documents)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.oracles", description=__doc__.partition("\n")[0])
    parser.add_argument("--scripts", type=int, default=SCRIPTS, help="how many, over all shells")
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="SEED")
    parser.add_argument("--shell", choices=SHELLS, action="append", help="only this one")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--most", type=int, default=MOST, help="stop when so many are not good")
    parser.add_argument("--show", type=int, metavar="SEED")
    parser.add_argument("--corpus", action="store_true")
    options = parser.parse_args(arguments)
    shells = tuple(options.shell or SHELLS)
    if options.corpus:
        if not corpus.available():
            print(f"the corpus is not at {corpus.CORPUS} (set CBLINT_CORPUS)", file=sys.stderr)
            return 2
        for kind, (made, unknown) in corpus_unknown().items():
            print(f"{kind:16} {unknown / made:6.1%} of {made:,} unknown")
        return 0
    if not have_shells():
        print("dash or bash is not installed", file=sys.stderr)
        return 2
    if options.show is not None:
        for shell in shells:
            show(options.show, shell)
        return 0
    work = chunks(options.first, options.scripts, shells)
    return 0 if judge_all(work, options.workers, options.most) else 1


if __name__ == "__main__":
    sys.exit(main())
