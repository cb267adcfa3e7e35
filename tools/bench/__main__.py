"""Measures an installed wheel beside its peers in the same run; figures are ratios, never absolute bars.

    make bench                       builds the wheel, installs it and its peers, runs this
    python -m tools.bench PYTHON     the Python of an environment that has them; --keep writes to history.jsonl

Each row is two commands in turn (A B A B …), whole processes. A ratio is the median of the pairwise ones; below 1
cblint takes less. A peer that is not installed leaves its row out, which is said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence

from tools.bench import history, texts
from tools.bench.measuring import Spent, alone, compared, imported

FILES, MIXED = 580, 10_000
# As little of yamllint's own output as can be: what is timed is reading and checking.
YAMLLINT = ("-m", "yamllint", "-d", "{extends: default, rules: {line-length: disable}}")
_READ = "import os\nfor top, _, names in os.walk('.'):\n    for name in names:\n"
_READ += "        b'codebuild' in open(os.path.join(top, name), 'rb').read().lower()\n"


class Bench:
    """Rows of one run: they are printed as they are measured, and kept in ``figures``."""

    def __init__(self, python: str, runs: int) -> None:
        self._python = python
        self._binaries = os.path.dirname(python)
        self._runs = runs
        self.figures: dict[str, float] = {}

    def check(self, *arguments: str) -> list[str]:
        """cblint's command line; without its cache, unless that is what is measured."""
        return [self._python, "-m", "cblint", "check", "--no-cache", *arguments]

    def again(self, cache: str, *arguments: str) -> list[str]:
        """The same with a cache of its own."""
        return ["/usr/bin/env", f"CBLINT_CACHE_DIR={cache}", self._python, "-m", "cblint", "check", *arguments]

    def yamllint(self, *arguments: str) -> list[str]:
        """That of the peer to which the bars are."""
        return [self._python, *YAMLLINT, *arguments]

    def program(self, name: str) -> str | None:
        """The path of a peer, if it is installed in the environment."""
        return shutil.which(name, path=self._binaries)

    def row(self, title: str, peer: str, ours: Sequence[str], theirs: Sequence[str], folder: str, few: bool) -> float:
        """Compare two commands; the ratio of their time on the wall."""
        runs = max(3, self._runs // 5) if few else self._runs
        found = compared(ours, theirs, folder, runs)
        print(
            f"{title:34} cblint {_shown(found.ours)}   {peer:16} {_shown(found.theirs)}"
            f"   wall {found.wall:5.2f}  processor {found.processor:5.2f}",
            flush=True,
        )
        self.figures[f"{title} / {peer}"] = found.wall
        return found.wall

    def speed(self, title: str, total: int, taken: Spent) -> float:
        """Print the MB that are done in a second."""
        rate = total / 1e6 / taken.wall
        print(f"{title:34} {rate:6.2f} MB/s", flush=True)
        self.figures[f"{title} MB/s"] = rate
        return rate

    def imports(self, folder: str) -> None:
        """How many modules either imports for one file."""
        ours = imported(self._python, ["-m", "cblint", "check", "--no-cache", "buildspec.yml"], folder)
        theirs = imported(self._python, [*YAMLLINT, "buildspec.yml"], folder)
        print(f"{'modules imported':34} cblint {ours}   yamllint {theirs}", flush=True)
        self.figures["modules imported"] = ours

    def start(self, folder: str) -> bool:
        """One typical file: cold, beside each peer on the file that is its own; and once more as it was."""
        shutil.copyfile(texts.TYPICAL, os.path.join(folder, "buildspec.yml"))
        ours = self.check("buildspec.yml")
        cold = self.row("cold start, one file", "yamllint", ours, self.yamllint("buildspec.yml"), folder, False)
        self.imports(folder)
        for peer, command in self._peers(folder):
            self.row("cold start, one file", peer, ours, command, folder, True)
        again = self._again(folder)
        return cold < 1 and again < 1.3

    def _peers(self, folder: str) -> Iterator[tuple[str, list[str]]]:
        schema = os.path.join(texts.ROOT, "rules", "schema", "buildspec.schema.json")
        workflow, script = texts.workflows()[0], os.path.join(folder, "script.sh")
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nnpm ci\nnpm test\n")
        commands = {
            "check-jsonschema": ["--schemafile", schema, "buildspec.yml"],
            "zizmor": ["--offline", "--quiet", "--no-exit-codes", workflow],
            "shellcheck": [script],
            "cfn-lint": ["--non-zero-exit-code", "none", texts.template(folder)],
        }
        for peer, arguments in commands.items():
            program = self.program(peer)
            if program is None:
                print(f"{peer} is not installed: left out")
            else:
                yield peer, [program, *arguments]

    def _again(self, folder: str) -> float:
        """A file that is as it was, beside a run that finds none: what is kept is recalled."""
        empty = os.path.join(folder, "empty")
        os.mkdir(empty)
        cache = os.path.join(folder, "cache")
        ours, bare = self.again(cache, "buildspec.yml"), self.again(cache, "empty")
        return self.row("the same file again", "bare start-up", ours, bare, folder, False)

    def many(self, folder: str) -> bool:
        """Many buildspecs: beside yamllint on the same, and zizmor on workflows."""
        total = texts.copies(texts.originals(), os.path.join(folder, "many"), FILES, "buildspec-{:04}.yml")
        place = os.path.join(folder, "many")
        title = f"{FILES} buildspecs, {total / 1e6:.2f} MB"
        bulk = self.row(title, "yamllint", self.check("."), self.yamllint("."), place, True)
        ours = self.speed("cblint on these", total, alone(self.check("."), place, 3))
        again = self.again(os.path.join(folder, "cache"), ".")
        self.row("the same again", "yamllint", again, self.yamllint("."), place, True)
        self.speed("cblint on these again", total, alone(again, place, 3))
        zizmor = self.program("zizmor")
        if zizmor is None:
            return bulk <= 0.25
        below = os.path.join(folder, "flows", ".github", "workflows")
        flows = texts.copies(texts.workflows(), below, FILES, "flow-{:04}.yml")
        command = [zizmor, "--offline", "--quiet", "--no-exit-codes", "."]
        theirs = self.speed(f"zizmor on {FILES} workflows", flows, alone(command, os.path.join(folder, "flows"), 3, 14))
        return bulk <= 0.25 and ours >= theirs

    def growth(self, folder: str) -> None:
        """Time per byte of one file as it grows: a straight line keeps it level."""
        for size in (64, 256, 1024):
            taken = alone(self.check(texts.long(folder, size)), folder, 2)
            each = taken.wall * 1024 / size
            print(f"{f'{size} KB of commands':34} {_shown(taken)}   {each:6.2f} s/MB", flush=True)
            self.figures[f"{size} KB, s/MB"] = each

    def unrelated(self, folder: str) -> None:
        """10,000 files of which one in a hundred is ours, beside a program that only reads them."""
        texts.mixed(folder, MIXED)
        read = [self._python, "-c", _READ]
        self.row(f"{MIXED:,} files, 1 % buildspecs", "reading them", self.check("."), read, folder, True)

    def secrets(self, folder: str) -> None:
        """Commands that pass secrets on, beside as many that do not."""
        with_secrets, without = (self.check(texts.secrets(folder, fetched)) for fetched in (True, False))
        self.row("2,000 commands with secrets", "the same without", with_secrets, without, folder, True)

    def disabled(self, folder: str) -> None:
        """What the rules cost: one rule that looks at keys, beside all."""
        place = os.path.join(folder, "many")
        some = self.check("--select", "unknown-key", ".")
        self.row("one rule on many files", "all rules", some, self.check("."), place, True)


def _shown(taken: Spent) -> str:
    return f"{taken.wall * 1000:8.1f} ms {taken.processor * 1000:8.1f} ms {taken.memory:5.0f} MB"


def main() -> int:
    """The command: 0 if all bars are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("python", help="the interpreter of an environment with the cblint wheel and its peers")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--keep", action="store_true", help="write the figures to tools/bench/history.jsonl")
    options = parser.parse_args()
    bench = Bench(os.path.abspath(options.python), options.runs)
    before = history.last()
    print(f"{'(wall, processors, memory)':34}")
    met = [_in_a_folder(bench.start)]
    with tempfile.TemporaryDirectory() as folder:
        met.append(bench.many(folder))
        bench.disabled(folder)
    for measured in (bench.growth, bench.unrelated, bench.secrets):
        _in_a_folder(measured)
    for name, value in bench.figures.items():
        if before.get(name) and not 0.87 < value / before[name] < 1.15:
            print(f"{name}: {value:.2f}, where it was {before[name]:.2f}")
    if options.keep:
        history.keep(bench.figures)
    print("bars (cold start no slower than yamllint, again below 1.3 of a bare start-up): " + _said(met[0]))
    print("bars (4 times yamllint's bytes per second, no fewer than zizmor's): " + _said(met[1]))
    return 0 if all(met) else 1


def _in_a_folder(measured: Callable[[str], bool | None]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        return bool(measured(folder))


def _said(met: bool) -> str:
    return "met" if met else "not met"


if __name__ == "__main__":
    sys.exit(main())
