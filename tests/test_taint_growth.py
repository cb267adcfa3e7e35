"""Builds full of secrets take work that grows as they do: calls counted, not timed."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable

import pytest

from cblint.buildspec.model import Buildspec
from cblint.catalogue import find
from cblint.flow import build as builds
from cblint.flow import build_of
from cblint.flow.build import run_build
from cblint.flow.core import Limits
from tests.bounds import ALL
from tests.builds import buildspec
from tests.counted import counting, steepening

SIZES = (100, 200, 400) if ALL else (50, 100, 200)
LARGE = (500, 1_000, 2_000) if ALL else SIZES
SMALL = (50, 100, 200) if ALL else (12, 24, 48)
MOST = 1.2
"""How much steeper the work may grow: not at all, and logarithms; twice were its square."""
FETCH = "S=$(aws secretsmanager get-secret-value --secret-id x --query SecretString --output text)"
MAIN = ("fetched and printed", "through files")
COSTLY = ("through texts", "through sourced files")
"""Behind a text that is not known anything may have changed: that costs as much as there are variables, and is given up
after a while."""
STEEPER = {"environments": 1.3, "through texts": 1.3, "through sourced files": 1.3}
"""What asks for every variable again and again."""
RULES = ("secret-printed", "environment-dumped")


def _variables(count: int) -> list[str]:
    passed = [f"export V{number}=$V{number - 1}" for number in range(1, count // 2)]
    return ["export V0=$TOKEN", *passed, *(f'echo "$V{number}"' for number in range(count // 2))]


SHAPES: dict[str, Callable[[int], list[str]]] = {
    "passed on through variables": _variables,
    "one variable printed": lambda count: ["export V=$TOKEN", *['echo "$V"'] * (count - 1)],
    "given and encoded": lambda count: ["export V=$(echo $TOKEN | base64); echo $V"] * count,
    "fetched and printed": lambda count: [f"{FETCH}; echo $S"] * count,
    "through files": lambda count: [
        f'echo "$TOKEN" > f{number}; V{number}=$(cat f{number}); echo "$V{number}"' for number in range(count)
    ],
    "through one file": lambda count: ['echo "$TOKEN" >> f', "cat f"] * (count // 2),
    "through a file that grows in a chain": lambda count: [
        f'echo "$(cat f{number})$TOKEN" > f{number + 1}; cat f{number + 1}' for number in range(count)
    ],
    "through functions": lambda count: ['f() { echo "$1"; }; f "$TOKEN"'] * count,
    "through texts": lambda count: [f"eval \"V{number}='$TOKEN'\"; echo $V{number}" for number in range(count)],
    "through sourced files": lambda count: [
        f'echo "export V{number}=$TOKEN" > f{number}; . ./f{number}; echo $V{number}' for number in range(count)
    ],
    "in one block": lambda count: [
        "\n".join(f'V{number}=$(echo "$TOKEN" | cut -c1); echo "$V{number}"' for number in range(count))
    ],
    "in one chain": lambda count: [" && ".join(['echo "$TOKEN"'] * count)],
    "many secrets": lambda count: [f"{FETCH.replace('S=', f'S{number}=')}; echo $S{number}" for number in range(count)],
    "environments": lambda count: [f"export V{number}=$TOKEN; env" for number in range(count)],
    "environments in one block": lambda count: ["\n".join(["env", "echo"] * count)],
    "environments in items of their own": lambda count: ["env"] * count,
    "environments through files": lambda count: [f"env > f{number}; cat f{number}" for number in range(count)],
}
POWERSHELL: dict[str, Callable[[int], list[str]]] = {
    "printed": lambda count: ["Write-Host $env:TOKEN"] * count,
    "printed in one block": lambda count: ["\n".join(["Write-Host $env:TOKEN"] * count)],
    "passed on": lambda count: [
        "$v0 = $env:TOKEN\n"
        + "\n".join(f"$v{number} = $v{number - 1}; Write-Host $v{number}" for number in range(1, count))
    ],
    "environments": lambda count: ["Get-ChildItem Env: | Sort-Object Name"] * count,
    "environments in one block": lambda count: ["\n".join(["Get-ChildItem Env:", "make"] * count)],
}


def _buildspec(commands: list[str], shell: str) -> Buildspec:
    env = {"secrets-manager": {"TOKEN": "a:b"}, "shell": shell}
    return buildspec(json.dumps({"version": 0.2, "env": env, "phases": {"build": {"commands": commands}}}))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_of_the_build_and_the_rules_grows_as_the_buildspec(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Limits] = []

    class Kept(Limits):
        def __init__(self, steps: int) -> None:
            super().__init__(steps)
            made.append(self)

    monkeypatch.setattr(builds, "Limits", Kept)
    built, checked = [], []
    # The first is for what is done but once in a process.
    for size in (4, *(LARGE if shape in MAIN else SMALL if shape in COSTLY else SIZES)):
        found = _buildspec(SHAPES[shape](size), "bash")
        with counting() as calls:
            run_build(found)
        built.append(calls[0])
        checked.append(_checked(found))
    # It is not that the rest was given up.
    assert shape in COSTLY or all(limits.steps > 0 for limits in made)
    for counts in (built, checked):
        assert steepening(counts[1:]) < STEEPER.get(shape, MOST), counts


@pytest.mark.parametrize("shape", POWERSHELL)
def test_the_work_of_the_rules_for_powershell_grows_as_the_buildspec(shape: str) -> None:
    counts = [_checked(_buildspec(POWERSHELL[shape](size), "powershell.exe")) for size in (4, *SIZES)][1:]
    assert steepening(counts) < MOST, counts


def _checked(found: Buildspec) -> int:
    """How many functions the rules call, the build on paper and the trees of the commands aside."""
    build_of(found)
    for item in found.shell_items:
        assert item.invocations is not None
    for item in found.powershell_items:
        assert item.powershell.problem is None
    reports = 0
    with counting() as calls:
        for rule in RULES:
            module, function = find(rule).check.split(".")
            check = getattr(importlib.import_module(f"cblint.checks.{module}"), function)
            reports += sum(1 for _ in check(found))
    assert reports
    return calls[0]
