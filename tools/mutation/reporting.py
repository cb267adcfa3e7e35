"""Counts what became of mutants, and says which of those that survive cannot be told from the original."""

from __future__ import annotations

import operator
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import yaml

WANTED = 0.85
"""The share that tests have to notice, of all but those that are shown to be equivalent."""

EQUIVALENT = os.path.join(os.path.dirname(__file__), "equivalent.yml")


class Result(NamedTuple):
    """What became of a mutant."""

    key: str
    path: str
    line: int
    operator: str
    diff: str
    outcome: str
    test: str | None
    tests: int
    """How many were meant to look at it."""
    rounds: int
    """How many rounds of them it has been through."""
    seconds: float

    @property
    def part(self) -> str:
        return os.path.dirname(self.path)

    @property
    def alive(self) -> bool:
        """Whether no test has noticed it."""
        return self.outcome in ("survived", "uncovered")

    @property
    def change(self) -> tuple[str, str]:
        """The module, and what is taken out of it and put in, wherever that stands."""
        return self.path, "\n".join(f"{line[0]} {line[1:].strip()}" for line in self.diff.splitlines()[1:])


def equivalents(path: str = EQUIVALENT) -> Mapping[tuple[str, str], str]:
    """Why mutants do the same as the original, by their changes."""
    with open(path, encoding="utf-8") as file:
        entries = yaml.safe_load(file) or []
    return {(entry["path"], entry["change"].strip()): entry["why"] for entry in entries}


def share(results: Sequence[Result]) -> float:
    """How much of what can be noticed was."""
    reasons = equivalents()
    counted = [result for result in results if not (result.alive and result.change in reasons)]
    return sum(not result.alive for result in counted) / len(counted) if counted else 1.0


def report(results: Sequence[Result], possible: int, seed: int) -> str:
    """The counts, and the survivors as changes at their places: first those that somebody has to look at."""
    reasons = equivalents()
    outcomes = Counter(result.outcome for result in results)
    alive = [result for result in results if result.alive]
    equivalent = [result for result in alive if result.change in reasons]
    noticed = len(results) - len(alive)
    lines = [
        f"mutants       {len(results)} of {possible} possible, seed {seed}",
        f"killed        {outcomes['killed']}",
        f"by time-out   {outcomes['timeout']}",
        f"survived      {outcomes['survived']}, {len(equivalent)} of them equivalent",
        f"not covered   {outcomes['uncovered']}",
        f"noticed       {_percent(noticed, len(results))} of all,"
        f" {_percent(noticed, len(results) - len(equivalent))} without those that are equivalent",
        f"time          {sum(result.seconds for result in results) / max(1, len(results)):.1f} s a mutant",
        "",
        *(f"{part:14}{_percent(dead, of)} of {of}" for part, (dead, of) in _by_part(results).items()),
    ]
    for title, chosen in (
        ("Survivors", [result for result in alive if result.change not in reasons]),
        ("Equivalent", equivalent),
    ):
        lines += ["", f"{title}: {len(chosen)}"]
        for result in sorted(chosen, key=lambda result: (result.path, result.line)):
            why = reasons.get(result.change)
            about = f"{result.outcome}, {result.tests} tests" if why is None else why
            lines += ["", f"{result.path}:{result.line} ({result.operator}; {about})", *result.diff.splitlines()[1:]]
    return "\n".join(lines)


def _by_part(results: Sequence[Result]) -> dict[str, tuple[int, int]]:
    """How many of how many were noticed, by package and by operator."""
    counts: dict[str, tuple[int, int]] = {}
    for kind in ("part", "operator"):
        for result in sorted(results, key=operator.attrgetter(kind)):
            name = getattr(result, kind)
            dead, of = counts.get(name, (0, 0))
            counts[name] = dead + (not result.alive), of + 1
    return counts


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "nothing"
