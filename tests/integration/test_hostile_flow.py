"""Builds made to take a linter's time or memory: each is run on paper within its budget, in a process of little memory,
and what comes of it is still a belief; what is traced of it can be printed."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from typing import Any

import jsonschema
import pytest

from cblint.facts.sources import read_schema
from cblint.flow import build as builds
from cblint.flow.core import Limits
from cblint.flow.trace import beliefs
from cblint.flow.values import LONGEST
from tests.bounds import ALL, times
from tests.builds import Phases, assigned, build, commands, value, written
from tests.helpers import repository
from tests.integration.conftest import environment

SECONDS = 100
"""Of work: far above what any takes."""
MEMORY = 1 << 30
DOUBLINGS = 18 if ALL else 14
SCHEMA = jsonschema.Draft202012Validator(read_schema("trace"))

WORD = "a" * (1_000_000 if ALL else 200_000)


def nested(begin: str, end: str, depth: int, inner: str = "make") -> str:
    return begin * depth + inner + end * depth


GIVEN_UP = {
    "loops of known turns": nested("for x in 1 2 3; do ", "; done", 40),
    "loops of unknown turns": nested("for x in $Y; do X=$X$x; ", "; done", 30),
    "loops on conditions": nested("while a; do ", "; done", 40),
    "calls by the power of two": "f0() { a; }\n"
    + "".join(f"f{n}() {{ f{n - 1}; f{n - 1}; }}\n" for n in range(1, 18))
    + "f17",
    "branches that call": "f0() { a || X=1; }\n"
    + "".join(f"f{n}() {{ if a; then f{n - 1}; else f{n - 1}; fi; }}\n" for n in range(1, 18))
    + "f17",
    "recursion": "f() { f; f; }; f",
    "recursion of two": "f() { g; g; }; g() { f || f; }; f",
    "early returns": "f() {\n" + "".join(f"X{n}=1; a || return 1\n" for n in range(2_000 if ALL else 400)) + "}\nf",
    "early ends of a loop": "while a; do\n"
    + "".join(f"X{n}=1; a || break\n" for n in range(2_000 if ALL else 400))
    + "done",
    "patterns that fall through": "case $X in "
    + "".join(f"a{n}) X{n}=1;& " for n in range(3_000 if ALL else 400))
    + "esac",
}
"""What is more than the budget has: the rest is given up."""

FOLLOWED = {
    "a loop without end": "while true; do :; done",
    "a loop without end that grows": "while true; do X=$X.; done",
    "an open list": "a && " * times(20_000),
    "a list": "a && " * times(20_000) + "a",
    "a list of alternatives": "a || " * times(20_000) + "a",
    "lines under set -e": "set -e\n" + "".join(f"a{n}\n" for n in range(times(5_000))),
    "assignments under set -e": "set -e\n" + "".join(f"X{n}=$(a)\n" for n in range(times(5_000))),
    "eval of itself": 'X=\'eval "$X"\'; eval "$X"',
    "eval of eval": "X=; " + "X=\"eval '$X'\"; " * 50 + 'eval "$X"',
    "eval twice of itself": 'X=\'eval "$X"; eval "$X"\'; eval "$X"',
    "a trap that sets itself": 'T=\'trap "$T" EXIT; a || exit\'; trap "$T" EXIT; a || exit',
    "here-documents": "cat <<A\n$(make)\nA\n" * times(2_000),
    "here-documents without end": "cat <<A\n" * times(10_000),
    "a long word": f"X={WORD}\nY=$X$X\necho $Y",
    "a text that doubles": "X=aaaa\n" + "X=$X$X\n" * 60,
    "an unknown text that doubles": "X=$A\n" + "X=$X$X\n" * 60,
    "an appended text that doubles": "X=a\n" + "X+=$X\n" * 60,
    "printed text that doubles": "X=a\n" + "X=$(echo $X $X)\n" * 60,
    "arguments that double": "set -- a b\n" + 'set -- "$@" "$@"\n' * DOUBLINGS,
    "an array that doubles": "a=(1 2)\n" + 'a=("${a[@]}" "${a[@]}")\n' * DOUBLINGS,
    "files that double": "echo a > f\n" + "cat f f > g; cat g g > f\n" * 40,
    "huge numbers": "X=$((9**9**9))\nY=$((1<<99999999999))\nZ=$((9223372036854775807+1))\n"
    "W=$((-9223372036854775808/-1))",
    "a long sum": "X=$((" + "1+" * times(50_000) + "1))",
    "brackets in a sum": "X=$((" + "(" * times(5_000) + "1" + ")" * times(5_000) + "))",
    "names of names in a sum": "".join(f"a{n}=a{n + 1}+a{n + 1}; " for n in range(25)) + "a25=1; X=$((a0))",
    "a counted loop": "X=0; while [ $X -lt 100000 ]; do X=$((X+1)); done",
    "a counted loop of bash": "for ((i=0;i<1000000000;i++)); do X=$i; done",
    "stars in case": f"X={WORD}\ncase $X in {'*a' * 500}*b) make;; esac",
    "stars in a suffix": f"X={WORD}\nY=${{X%%{'*a' * 500}*b}}",
    "stars in a prefix": f"X={'a' * times(10_000)}\nY=${{X##{'*a' * 500}*b}}",
    "stars in a replacement": f"X={'a' * times(10_000)}\nY=${{X//{'*a' * 20}*b/c}}",
    "stars in a test": f"X={'a' * times(10_000)}\n[[ $X == {'*a' * 500}*b ]] && make",
    "a regular expression": f"X={'a' * times(10_000)}\n[[ $X =~ ^(a+)+$b ]] && make",
    "defaults in defaults": "X=" + nested("${X:-", "}", 5_000, "a"),
    "defaults that run": "X=" + nested("${X:-$(a)", "}", 35, "b"),
    "substitutions": "X=" + nested("$(", ")", 5_000, "a"),
    "subshells": nested("(", ")", 5_000, "a"),
    "a wide field": "printf '%1000000000d' 1; X=$(printf '%0999999999s' a)",
    "braces": "echo {1..100000000}{1..100000000}",
    "a far end": "X=a; Y=${X:0:99999999999}; Z=${X:$((1<<62))}",
    "long texts side by side": f"X={'a' * times(16_000)}\n" + "if a; then Y=${X}b; else Y=${X}c; fi\n" * 500,
    "texts read again and again": f"X='{'f() { a; }; ' * 1_000}'\n" + 'eval "$X"\n' * 1_000,
    "directories": "cd aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 1_000,
    "a deep directory": f"cd {'a/' * times(100_000)}\ncd {'../' * times(100_000)}",
    "branches": "if a; then X=1; " + "".join(f"elif b; then X{n}=2; " for n in range(times(2_000))) + "fi",
    "patterns": "case $X in " + "".join(f"a{n}) X{n}=1;; " for n in range(times(2_000))) + "esac",
    "jobs": "a &\n" * times(2_000),
    "many arguments": 'f() { shift; f "$@"; }; f ' + "a " * times(10_000),
    "files made and removed": "".join(f"touch f{n}\n" for n in range(1_000)) + "rm -rf x\n" * 500,
}


# Each in a process of its own, but one in which all is imported: most would have done little else.
TRACING = f"""
import os, resource, sys
from cblint.cli import main
from cblint.flow import build

def trace(name):
    try:
        main(["trace", f"{{name}}/buildspec.yml", "--format", "json"])
    except SystemExit as end:
        return end.code or 0

if not {ALL}:
    build.STEPS //= 8
trace("plain")
for name in sys.argv[1:]:
    if os.fork() == 0:
        resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
        resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
        for stream, ending in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{{name}}.{{ending}}", os.O_WRONLY | os.O_CREAT), stream)
        sys.exit(trace(name))
    print(name, os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""


def test_hostile_builds_are_traced_within_bounds(tmp_path: pathlib.Path) -> None:
    scripts = {**GIVEN_UP, **FOLLOWED}
    repository(tmp_path, {"plain/buildspec.yml": written({"build": commands("make")})})
    numbered = {str(number): script for number, script in enumerate(scripts.values())}
    for number, script in numbered.items():
        phases: Phases = {
            "build": {"commands": ["A=1", script, "Z=1"], "finally": ["B=1"]},
            "post_build": commands("C=1"),
        }
        repository(tmp_path, {f"{number}/buildspec.yml": written(phases, "bash")})
    command = [sys.executable, "-c", TRACING, *numbered]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment())
    assert done.stderr == b""
    statuses = dict(line.split() for line in done.stdout.decode().splitlines()[-len(numbered) :])
    for number, name in zip(numbered, scripts, strict=True):
        assert (statuses[number], (tmp_path / f"{number}.err").read_bytes()) == ("0", b""), name
        document = json.loads((tmp_path / f"{number}.out").read_bytes())
        SCHEMA.validate(document)
        first, *_ = document["items"]
        assert first["variables"] == {"A": {"assigned": "yes", "value": "1", "labels": []}}, name
        for item in document["items"]:
            assert all(len(found["value"] or "") <= LONGEST for found in item["variables"].values()), name


def run_counted(monkeypatch: pytest.MonkeyPatch, *scripts: str) -> tuple[Any, int]:
    """The build of these commands, and how much of its budget is left."""
    made: list[Limits] = []

    class Seen(Limits):
        def __init__(self, steps: int) -> None:
            super().__init__(min(steps, 2_000))
            made.append(self)

    monkeypatch.setattr(builds, "Limits", Seen)
    found = build({"build": commands(*scripts)}, "bash")
    (limits,) = made
    return found, limits.steps


@pytest.mark.parametrize("script", GIVEN_UP.values(), ids=GIVEN_UP)
def test_what_is_given_up_may_have_done_anything(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    env = "CODEBUILD_SRC_DIR"
    found, left = run_counted(monkeypatch, "A=1", script, "true")
    assert left < 0
    first, second, third = found.on("succeeding")
    assert value(found, "A") is None
    assert assigned(found, "A") is None
    assert (second.outcome.ok is not None, second.outcome.failed is not None) == (True, True)
    assert first.outcome.failed is None
    # There is nothing left for those that follow.
    assert (third.outcome.ok is not None, third.outcome.failed is not None) == (True, True)
    assert [belief.succeeds for belief in beliefs(found)] == [True, None, None]
    assert third.before.variable(env).assigned is True


@pytest.mark.parametrize("script", ["while true; do :; done", "until false; do a; done", "while :; do X=1; done"])
def test_what_has_no_end_leads_nowhere(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found, left = run_counted(monkeypatch, script, "make")
    assert left > 0
    assert [(run.step.number, run.outcome.either is None) for run in found.runs] in (
        [(0, True)],
        [(0, False), (1, False)],
    )


def test_the_budget_is_that_of_the_whole_build() -> None:
    loop = nested("for x in 1 2 3; do ", "; done", 40)
    found = build({"build": commands(*[loop] * 20)}, "bash")
    events = [len(run.events) for run in found.on("succeeding")]
    assert len(events) == 20
    assert events[0] > 1_000
    assert sum(events[2:]) == 0


def test_a_long_build_is_not_given_up() -> None:
    lines = "\n".join(f"X{number}=$(a)" for number in range(2_000))
    found = build({"build": commands(f"A=1\nset -e\n{lines}", "true")}, "bash")
    assert value(found, "A") == "1"


def test_many_items_are_not_given_up() -> None:
    found = build({"build": commands("A=1", *["make"] * 3_000), "post_build": commands("B=$A")})
    assert value(found, "B") == "1"
    assert value(found, "B", "failing") == "1"
