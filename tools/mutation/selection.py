"""Knows from a recording which tests run which lines, and chooses those that a mutant is held to."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from coverage.numbits import register_sqlite_functions

from tools.mutation.mutants import Mutant, modules
from tools.mutation.recording import LINES, TESTS


class Test(NamedTuple):
    """What was recorded of a test."""

    name: str
    seconds: float
    processes: bool
    """Whether it starts some: these are slow, and the last to be asked."""

    @property
    def file(self) -> str:
        return self.name.partition("::")[0]


Round = tuple[Test, ...]
"""Tests that are run together."""


class Bounds(NamedTuple):
    """Of a round."""

    seconds: float
    """Of its tests, as they were recorded."""
    files: int
    """Each takes time to be read."""
    share: float
    """Of the time, for the tests of one file: others look at a line in another way."""
    processes: bool
    """Whether its tests are those that start some, such as the shells that a build on paper is held to."""


ROUNDS = (Bounds(3.0, 8, 0.4, False), Bounds(25.0, 60, 0.2, False), Bounds(25.0, 10, 0.5, True))
"""The first is one that few mutants survive."""


class Selection:
    """A recording."""

    def __init__(self, root: str, folder: str) -> None:
        self._root = root
        with open(os.path.join(folder, TESTS), encoding="utf-8") as file:
            recorded = [json.loads(line) for line in file]
        self.tests = {
            test["name"]: Test(test["name"], test["seconds"], test["processes"]) for test in recorded if test["passed"]
        }
        self._lines = sqlite3.connect(os.path.join(folder, LINES))
        register_sqlite_functions(self._lines)
        measured = self._lines.execute("select id, path from file").fetchall()
        self._files = {path[path.rindex("/cblint/") + 1 :]: number for number, path in measured}
        self._uses: dict[str, list[tuple[str, int]]] | None = None

    def rounds(self, mutant: Mutant) -> list[Round]:
        """The tests for a mutant, the quickest first, in rounds; all are empty where no test runs its line."""
        covering = sorted(self._covering(mutant), key=lambda test: (test.seconds, test.name))
        rounds = []
        for bounds in ROUNDS:
            candidates = [test for test in covering if test.processes == bounds.processes]
            near = _near(mutant.path, candidates, bounds.files)
            tests = _within([test for test in candidates if test.file in near], bounds)
            rounds.append(tuple(tests))
            chosen = set(tests)
            covering = [test for test in covering if test not in chosen]
        return rounds

    def _covering(self, mutant: Mutant) -> list[Test]:
        place = mutant.place
        names = self._running(mutant.path, range(place.first, place.last + 1))
        for path, line in self._used(place.names):
            names |= self._running(path, [line])
        if names == {_AT_IMPORT}:
            names = self._running(mutant.path, None)
        return [self.tests[name] for name in names if name in self.tests]

    def _running(self, path: str, lines: Iterable[int] | None) -> set[str]:
        """The tests that run one of some lines of a module, or any; _AT_IMPORT among them, if it is run there."""
        if path not in self._files:
            return set()
        which = "1" if lines is None else " or ".join(f"num_in_numbits({line:d}, numbits)" for line in lines)
        found = self._lines.execute(
            f"select context from line_bits join context on context.id = context_id where file_id = ? and ({which})",
            [self._files[path]],
        )
        return {context for (context,) in found}

    def _used(self, names: Iterable[str]) -> list[tuple[str, int]]:
        """The lines of cblint that speak of some names."""
        if self._uses is None:
            self._uses = defaultdict(list)
            for path in modules(self._root, ["cblint"]):
                with open(os.path.join(self._root, path), "rb") as file:
                    for token in tokenize.tokenize(file.readline):
                        if token.type == tokenize.NAME:
                            self._uses[token.string].append((path, token.start[0]))
        return [use for name in names for use in self._uses.get(name, ())]


def _near(path: str, tests: Iterable[Test], most: int) -> set[str]:
    """The files of tests that are the nearest to a module: their names have words in common, or they run it often."""
    words = set(_WORD.findall(path)) - {"cblint", "py"}
    counts = Counter(test.file for test in tests)
    ranked = sorted(counts, key=lambda file: (-len(words & set(_WORD.findall(file))), -counts[file], file))
    return set(ranked[:most])


_AT_IMPORT = ""
"""What is recorded for the lines that no test runs, but an import."""
_WORD = re.compile("[a-z]+")


def _within(tests: Iterable[Test], bounds: Bounds) -> list[Test]:
    """The first tests that take no more than what is granted; at least one, if there is any."""
    chosen: list[Test] = []
    spent: dict[str, float] = defaultdict(float)
    total = 0.0
    for test in tests:
        of_file = spent[test.file] + test.seconds
        if chosen and (total + test.seconds > bounds.seconds or of_file > bounds.seconds * bounds.share):
            continue
        chosen.append(test)
        spent[test.file] += test.seconds
        total += test.seconds
    return chosen
