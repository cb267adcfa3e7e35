"""Holds the tests to mutants of cblint, chosen at random, and says which of them no test notices.

    python -m tools.mutation                         500 mutants of the parts that all others rest on, from seed 1
    python -m tools.mutation --mutants 50 --seed 7 cblint/shell
    python -m tools.mutation --again                 those that survived before, after tests have been written
    python -m tools.mutation --report                only what is known so far

What is recorded of the tests, and the results, are kept in a folder: a run that was stopped goes on where it was.
1 is returned where too few are noticed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tools.mutation.mutants import Mutant, modules, sample
from tools.mutation.recording import FOLDER, TESTS
from tools.mutation.reporting import WANTED, Result, report, share
from tools.mutation.running import Copy, Judge, copied, load_libraries
from tools.mutation.selection import ROUNDS, Selection

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PARTS = ("cblint/source", "cblint/shell", "cblint/flow", "cblint/suppress.py")
LEFT_OUT = (
    "tests/audit",
    "tests/audit_page",
    "tests/integration/test_action.py",
    "tests/integration/test_audit.py",
    "tests/integration/test_pre_commit.py",
    "tests/integration/test_problem_matcher.py",
    "tests/integration/test_sarif_validator.py",
    "tests/integration/test_wheel.py",
    "tests/lsp",
    "tests/site",
    "tests/test_documented_commands.py",
    "tests/test_fleet.py",
    "tests/test_mutation.py",
)
"""Tests that start processes and browsers: what they look at is built on those parts, and tested before it."""


class Files(NamedTuple):
    """Where a run keeps what it knows."""

    folder: str

    @property
    def results(self) -> str:
        return os.path.join(self.folder, "results.jsonl")

    @property
    def recording(self) -> str:
        return os.path.join(self.folder, "recording")

    @property
    def recorded(self) -> str:
        """Holds the hash of what was recorded."""
        return os.path.join(self.recording, "of")

    def known(self) -> dict[str, Result]:
        """The results so far, by the keys of mutants: of each the last."""
        if not os.path.exists(self.results):
            return {}
        with open(self.results, encoding="utf-8") as file:
            return {line["key"]: Result(**line) for line in map(json.loads, file)}

    def add(self, result: Result) -> None:
        """Keep a result."""
        with open(self.results, "a", encoding="utf-8") as file:
            file.write(json.dumps(result._asdict()) + "\n")


def record(files: Files, copy: Copy, tests: Sequence[str]) -> None:
    """Run all tests once, and record which lines they run; not where that is known."""
    state = _state(copy.folder, tests)
    if os.path.exists(files.recorded):
        with open(files.recorded, encoding="utf-8") as file:
            if file.read() == state:
                return
    print("recording which tests run which lines: this is one run of most tests, on one processor", flush=True)
    shutil.rmtree(files.recording, ignore_errors=True)
    os.makedirs(files.recording)
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tools.mutation.recording", "--tb=short"),
            *(f"--ignore={path}" for path in LEFT_OUT),
            *tests,
        ],
        cwd=copy.folder,
        env={**os.environ, FOLDER: os.path.abspath(files.recording), "PYTHONPATH": f"{copy.folder}{os.pathsep}{ROOT}"},
        check=False,  # a test that fails here is not asked later
    )
    if not os.path.exists(os.path.join(files.recording, TESTS)):
        raise SystemExit("no test was run")
    with open(files.recorded, "w", encoding="utf-8") as file:
        file.write(state)


def _state(root: str, tests: Iterable[str]) -> str:
    """Differs where cblint or its tests do."""
    content = hashlib.sha256(repr(list(tests)).encode())
    for path in modules(root, ["cblint", "tests"]):
        with open(os.path.join(root, path), "rb") as file:
            content.update(path.encode() + b"\0" + file.read())
    return content.hexdigest()


def hold(files: Files, copy: Copy, mutants: Sequence[Mutant], known: Mapping[str, Result]) -> None:
    """Hold mutants to the tests that run their lines: all to a few, then those that are left to more."""
    selection, judge, results = Selection(copy.folder, files.recording), Judge(copy), dict(known)
    for number in range(len(ROUNDS)):
        left = [mutant for mutant in mutants if _goes_on(results.get(mutant.key), number)]
        print(f"round {number + 1}: {len(left)} mutants", flush=True)
        for mutant in left:
            result = _held(mutant, results.get(mutant.key), selection, judge)
            results[mutant.key] = result
            files.add(result)
            if result.alive and result.rounds == len(ROUNDS):
                print(f"{result.outcome} {mutant.path}:{mutant.line}\n{mutant.diff}", flush=True)


def _goes_on(result: Result | None, number: int) -> bool:
    return result is None or (result.alive and result.rounds == number)


def _held(mutant: Mutant, before: Result | None, selection: Selection, judge: Judge) -> Result:
    """What becomes of a mutant in the round behind those that it has survived."""
    started = _seconds()
    rounds = selection.rounds(mutant)
    number = before.rounds if before is not None else 0
    verdict = judge.judge(mutant.path, mutant.after, rounds[number])
    covered = any(rounds)
    return Result(
        key=mutant.key,
        path=mutant.path,
        line=mutant.line,
        operator=mutant.operator,
        diff=mutant.diff,
        outcome=verdict.outcome if covered else "uncovered",
        test=verdict.test if verdict.outcome != "survived" else None,
        tests=sum(map(len, rounds[: number + 1])),
        rounds=number + 1 if covered else len(ROUNDS),
        seconds=round(_seconds() - started + (before.seconds if before is not None else 0), 2),
    )


def _seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "paths", nargs="*", default=PARTS, help="modules and folders of them (default: the lower parts)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutants", type=int, default=500, help="how many")
    parser.add_argument("--tests", nargs="+", default=["tests"], metavar="PATH", help="only these tests")
    parser.add_argument("--checkout", default=ROOT, help="what is changed (default: the one that this is of)")
    parser.add_argument("--folder", help="keeps the recording and the results (default: .mutation in the checkout)")
    parser.add_argument("--again", action="store_true", help="ask again about those that survived")
    parser.add_argument("--report", action="store_true", help="only say what is known so far")
    options = parser.parse_args(arguments)
    files = Files(options.folder or os.path.join(options.checkout, ".mutation"))
    os.makedirs(files.folder, exist_ok=True)
    possible, mutants = sample(options.checkout, options.paths, options.seed, options.mutants)
    known = files.known()
    if not options.report:
        if options.again:
            known = {key: result for key, result in known.items() if not result.alive}
        load_libraries()
        with copied(options.checkout) as copy:
            record(files, copy, options.tests)
            hold(files, copy, mutants, known)
        known = files.known()
    results = [known[mutant.key] for mutant in mutants if mutant.key in known]
    print(report(results, possible, options.seed))
    return 0 if share(results) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
