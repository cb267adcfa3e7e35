"""The tool that changes cblint to see whether the tests notice: what it changes, and what it says of it.

What it is made of is installed by `make mutation`, which begins with these.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

from tests.git import git
from tests.helpers import repository

pytest.importorskip("libcst")
pytest.importorskip("mutmut")
pytest.importorskip("coverage")

from tools.mutation import mutants

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

SMALL = '''"""Of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
Names = dict[str, "int | None"]
Either = Names | None
__all__ = ["largest"]
LEAST = 3


class Counter:
    """Counts."""

    __slots__ = ("count",)

    def __init__(self, count: int | None) -> None:
        """It."""
        self.count = count


def largest(numbers: Sequence[int]) -> int:
    found = LEAST
    for number in numbers:
        if number > found:
            found = number
    return found


def never(number: int) -> int:
    return number + 1
'''

TESTS = """
from cblint.small import Counter, largest

def test_of_one():
    assert largest([5]) == 5

def test_of_none():
    assert largest([]) == 3
    assert Counter(1).count == 1
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A repository that is to cblint's as a toy."""
    folder = tmp_path_factory.mktemp("toy")
    repository(folder, {"cblint/__init__.py": "", "cblint/small.py": SMALL, "tests/test_small.py": TESTS})
    git(folder, "init", "--quiet")
    return folder


def changes(root: pathlib.Path) -> set[tuple[str, str]]:
    """All that could be changed: a line, and what becomes of it."""
    _, made = mutants.sample(str(root), ["cblint"], 1, 1000)
    found = set()
    for mutant in made:
        before, after = (set(text.splitlines()) for text in (mutant.before, mutant.after))
        found.add(("".join(before - after).strip(), "".join(after - before).strip()))
    return found


def test_what_only_tells_types_names_or_readers_is_left_as_it_is(checkout: pathlib.Path) -> None:
    assert {line for line, _ in changes(checkout)} == {
        "LEAST = 3",
        "self.count = count",
        "found = LEAST",
        "if number > found:",
        "found = number",
        "return found",
        "return number + 1",
    }


def test_a_statement_is_changed_in_all_ways_that_the_operators_know(checkout: pathlib.Path) -> None:
    found = changes(checkout)
    assert {after for line, after in found if line == "if number > found:"} == {
        "if number >= found:",
        "if not (number > found):",
    }
    assert {after for line, after in found if line == "return number + 1"} == {
        "return number - 1",
        "return number + 2",
        "return None",
    }


def test_a_seed_chooses_always_the_same(checkout: pathlib.Path) -> None:
    (possible, first), (_, second), (_, other) = (
        mutants.sample(str(checkout), ["cblint"], seed, 5) for seed in (1, 1, 2)
    )
    assert possible > len(first) == 5
    assert first == second != other


@pytest.fixture(scope="module")
def outcomes(checkout: pathlib.Path) -> dict[str, dict[str, Any]]:
    """What the tool says of all mutants of the toy, by what they put in."""
    command = [sys.executable, "-m", "tools.mutation", "--checkout", str(checkout), "--mutants", "1000", "cblint"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": ROOT}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1, done.stderr  # too many survive
    assert "Survivors: " in done.stdout
    with open(checkout / ".mutation" / "results.jsonl", encoding="utf-8") as file:
        results = [json.loads(line) for line in file]
    return {result["diff"].splitlines()[-1].removeprefix("+").strip(): result for result in results}


def test_a_mutant_that_a_test_notices_is_killed_by_it(outcomes: dict[str, dict[str, Any]]) -> None:
    killed = outcomes["if not (number > found):"]
    assert (killed["outcome"], killed["test"]) == ("killed", "tests/test_small.py::test_of_one")
    assert outcomes["self.count = None"]["test"] == "tests/test_small.py::test_of_none"


def test_a_mutant_of_what_is_made_at_import_is_held_to_the_tests_that_use_it(
    outcomes: dict[str, dict[str, Any]],
) -> None:
    assert outcomes["LEAST = 4"]["test"] == "tests/test_small.py::test_of_none"


def test_a_mutant_that_does_the_same_survives(outcomes: dict[str, dict[str, Any]]) -> None:
    assert outcomes["if number >= found:"]["outcome"] == "survived"


def test_what_no_test_runs_is_not_covered(outcomes: dict[str, dict[str, Any]]) -> None:
    assert outcomes["return number - 1"]["outcome"] == "uncovered"
