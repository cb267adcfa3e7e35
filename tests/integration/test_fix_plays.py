"""What fixes change, every example in dash, bash as sh and bash: nothing but what their entries say."""

from __future__ import annotations

import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from cblint.examples import Example, lint_example, path_of
from cblint.fix import fixed_text
from cblint.linter import Settings, reader_of
from tests import flow_runner
from tests.builds import buildspec
from tests.examples import all_entries, all_examples
from tests.fix_plays import Case, aligned, observables
from tests.flow_runner import SHELLS, Runner
from tests.shell_claims import in_turn

pytestmark = pytest.mark.skipif(not flow_runner.have_shells(), reason="dash or bash is not installed")

FIXES: dict[str, dict[str, Any]] = {entry["name"]: entry["fix"] for entry in all_entries()}
HELD = sorted(name for name, fix in FIXES.items() if fix["safety"] == "safe" or "observables" in fix)
EXAMPLES = defaultdict(list)
for each in all_examples():
    if each.fixed is not None:
        EXAMPLES[each.rule].append(each)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with tempfile.TemporaryDirectory(prefix="fixes", dir=flow_runner.in_memory()) as folder:
        yield Runner(os.path.realpath(folder), apart=True)


def _case(example: Example, folder: str) -> Case:
    """The example before and after the fixes that its entry answers for."""
    own = [finding for finding in lint_example(example, example.text, folder).findings if finding.rule == example.rule]
    read = reader_of(path_of(example, folder), Settings())
    fixed, _ = fixed_text(example.text, own, FIXES[example.rule]["safety"] != "safe", read)
    return Case(example.text, fixed, example.given.get("files", {}))


def can_be_played(example: Example) -> bool:
    """Not what PowerShell runs, nor what stands in a file of another format: its fixes are those of a buildspec."""
    project = example.given.get("project", {})
    for_windows = buildspec(example.text).powershell_items or str(project.get("environment-type", "")).startswith(
        "WINDOWS"
    )
    return not for_windows and "path" not in example.given


@pytest.mark.parametrize("rule", HELD)
def test_a_fix_changes_what_its_entry_says_and_nothing_else(rule: str, runner: Runner, tmp_path: Any) -> None:
    examples = [example for example in EXAMPLES[rule] if can_be_played(example)]
    assert EXAMPLES[rule], "no example shows the fix"
    seen: set[str] = set()
    for example, shell in in_turn(examples):
        found = observables(_case(example, str(tmp_path / example.id)), shell, runner)
        more = set(found).difference(FIXES[rule]["observables"])
        assert not more, f"{example.id} changes more: " + "\n".join(f"{name}: {found[name]}" for name in more)
        seen |= set(found)
    if examples:
        never = set(FIXES[rule]["observables"]) - seen
        assert not never, f"no example shows that the fix changes {', '.join(sorted(never))}"


# The oracle itself


HEAD = "version: 0.2\nphases:\n  build:\n    commands:\n"


def _changed(old: str, new: str, runner: Runner, shell: str = "dash") -> set[str]:
    """What the oracle sees between two lists of commands, one a line."""
    texts = [HEAD + "".join(f"      - {_written(line)}\n" for line in lines.splitlines()) for lines in (old, new)]
    return set(observables(Case(texts[0], texts[1], {}), shell, runner))


def _written(command: str) -> str:
    return command if command.startswith("{") else json.dumps(command)


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("make", "make # it", set()),
        ("make a", "make  'a'", set()),
        ("make", "make -k", {"arguments"}),
        ("make", "npm test", {"calls", "status", "stderr", "stdout"}),
        ("make; npm test", "npm test; make", {"calls", "status"}),
        ("make && npm test", "make; npm test", {"calls", "status", "stdout"}),
        ("make || true", "make", {"status"}),
        ("echo a | make", "echo b | make", {"stdin"}),
        ("echo a | make", "make", {"stdin"}),
        ("make", "A=1 make", {"variables"}),
        ("A=1; make", "A=2; make", {"variables"}),
        ("cd ci && make", "cd scripts && make", {"folder"}),
        ("cd ci && make", "(cd ci && make)", {"folder"}),
        ("make", "make; echo a > left.txt", {"files", "status"}),
        ("make", "make; mkdir -p left", {"calls", "stdout", "stderr", "status"}),
        ("make", "make && echo a", {"stdout"}),
        ("make", "make && echo a >&2", {"stderr"}),
        # Seen only where a variable holds blanks, is what a test asks for, or is not there.
        ("make $A", 'make "$A"', {"arguments"}),
        ('[ "$A" != yes ] || make', "true", {"calls", "stdout", "stderr", "status"}),
        ("make ${A:-all}", "make $A", {"arguments"}),
        # Only where what a program prints has blanks.
        ("make $(git log)", 'make "$(git log)"', {"arguments"}),
        # What came before the difference counts, and what follows it.
        ("A=1\nmake $A", "A=1\nmake 2", {"arguments"}),
        ("A=1\nmake $A", "A=2\nmake $A", {"variables"}),
        # One that is taken away.
        ("make\nnpm test", "npm test", {"calls", "stdout", "stderr", "status"}),
        ("env | sort\nmake", "make", {"stdout"}),
        ("make; env", "make", {"stdout", "status"}),
        ("{a: b}\nmake", "a\nmake", {"commands"}),
    ],
)  # fmt: skip
def test_the_oracle_sees_what_changes(old: str, new: str, changes: set[str], runner: Runner) -> None:
    assert _changed(old, new, runner) == changes


def test_the_oracle_tells_shells_apart(runner: Runner) -> None:
    assert [_changed("[[ a == a ]]", "[ a = a ]", runner, shell) for shell in SHELLS] == [
        {"status", "stderr"}, set(), set()
    ]  # fmt: skip


def test_items_are_held_to_those_they_came_from() -> None:
    assert aligned(["a", "b"], ["a", "b"]) == [("a", "a"), ("b", "b")]
    assert aligned(["a", "b"], ["b"]) == [("a", ":"), ("b", "b")]
    assert aligned(["b"], ["a", "b"]) == [(":", "a"), ("b", "b")]
    assert aligned(["a", "b", "c"], ["x", "c"]) == [("a", "x"), ("b", ":"), ("c", "c")]
    assert aligned(["export A=1", "A=1 make", "b"], ["make"]) == [("export A=1", ":"), ("A=1 make", "make"), ("b", ":")]
    assert aligned(["make"], ["npm test", "make all"]) == [(":", "npm test"), ("make", "make all")]
