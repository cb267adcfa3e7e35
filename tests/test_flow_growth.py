"""The build on paper takes work that grows as the build does: counted, not timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from cblint.flow import build as builds
from cblint.flow import state
from cblint.flow.core import Limits
from cblint.flow.layers import Layers
from cblint.flow.trace import beliefs
from tests.builds import build, commands
from tests.counted import steepening

SIZES = (100, 200, 400)
LARGER = (200, 400, 800)
MOST = 1.3
"""How much steeper the work may grow: hardly, and logarithms; twice were its square."""
IN_STEPS = ("a block under set -e", "a block of exits", "a block of conditions", "blocks of ten lines")
"""What grows by leaps, which are told from growth where they are small beside all."""

SHAPES: dict[str, Callable[[int], Sequence[str]]] = {
    "assignments": lambda count: [f"X{number}={number}" for number in range(count)],
    "exports": lambda count: [f"export X{number}=$(a)" for number in range(count)],
    "values of values": lambda count: ["X0=a", *(f"X{number}=${{X{number - 1}}}" for number in range(1, count))],
    "conditions": lambda count: [f"if a; then X{number}=1; else Y{number}=2; fi" for number in range(count)],
    "failures": lambda count: [f"X{number}=1; a" for number in range(count)],
    "cases": lambda count: [f"case $A in a) X{number}=1;; b) X{number}=2;; esac" for number in range(count)],
    "pipelines": lambda count: [f"X{number}=$(a | b); c | d" for number in range(count)],
    "loops": lambda count: [f"for x in $Y; do X{number}=$x; done" for number in range(count)],
    "functions": lambda count: [f"f() {{ local y=1; X{number}=$1; }}; f {number}" for number in range(count)],
    "directories": lambda count: [f"cd a{number}; X{number}=1; cd .." for number in range(count)],
    "files": lambda count: [f"echo {number} > f{number}; X{number}=$(cat f{number})" for number in range(count)],
    "subshells": lambda count: [f"(X{number}=1; a) || Y{number}=1" for number in range(count)],
    "a block under set -e": lambda count: ["set -e\n" + "\n".join(f"X{number}=$(a)" for number in range(count))],
    "a block": lambda count: ["\n".join(f"X{number}=$(a)" for number in range(count))],
    "a block of conditions": lambda count: [
        "set -e\n" + "\n".join(f"if a; then X{number}=1; fi; b || c" for number in range(count))
    ],
    "a block of branches": lambda count: [
        "if a; then b; " + "\n".join(f"elif a; then X{number}=1" for number in range(count)) + "\nfi"
    ],
    "a block of cases": lambda count: [
        "case $A in " + "\n".join(f"a{number}) X{number}=1;;" for number in range(count)) + "\nesac"
    ],
    "a block of exits": lambda count: ["\n".join(f"X{number}=1; a || exit 1" for number in range(count))],
    "a chain": lambda count: [" && ".join(f"a{number}" for number in range(count))],
    "blocks of ten lines": lambda count: [
        "set -e\n" + "".join(f"X{number}_{line}=1; a\n" for line in range(10)) for number in range(count // 10)
    ],
}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the mappings of the state are asked, changed and joined."""
    counted: Counter[str] = Counter()

    def count(owner: Any, name: str) -> None:
        plain = getattr(owner, name)

        def counting(*arguments: Any) -> Any:
            counted[name] += 1
            return plain(*arguments)

        monkeypatch.setattr(owner, name, counting)

    for name in ("get", "update"):
        count(Layers, name)
    # State asks for the function each time by its name in the module.
    count(state, "join_variables")
    return counted


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_as_the_build_does(shape: str, work: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    totals = []
    steps = []
    for size in LARGER if shape in IN_STEPS else SIZES:
        limits: list[Limits] = []

        class Counted(Limits):
            def __init__(self, steps: int, seen: list[Limits] = limits) -> None:
                super().__init__(steps)
                self.first = steps
                seen.append(self)

        monkeypatch.setattr(builds, "Limits", Counted)
        work.clear()
        found = build({"build": commands(*SHAPES[shape](size)), "post_build": commands("true")}, "bash")
        assert len(list(beliefs(found))) == len(SHAPES[shape](size)) + 1
        totals.append(Counter(work))
        (counted,) = limits
        assert isinstance(counted, Counted)
        # It is not that the rest was given up.
        assert counted.steps > 0
        steps.append(counted.first - counted.steps)
    for name in totals[-1]:
        assert steepening([counts[name] for counts in totals]) < MOST, (name, totals)
    assert steepening(steps) < MOST, steps


def test_events_grow_as_the_build_does() -> None:
    counts = []
    for size in SIZES:
        found = build({"build": commands(" && ".join(f"a{number}" for number in range(size)))}, "bash")
        events = [event for run in found.runs for event in run.events]
        counts.append(len(events) + sum(len(event.guards) for event in events))
    assert steepening(counts) < MOST, counts
