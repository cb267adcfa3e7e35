"""Batches of thousands of tasks, and other shapes that repeat without end, take work that grows as they do."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable

import pytest

from cblint.opening import STDIN
from tests.bounds import ALL, no_hanging
from tests.counted import calls_of, steepening
from tests.helpers import lint

SIZES = (30, 60, 120)
MOST = 1.2
"""How much steeper the work may grow: hardly, and logarithms; twice were its square."""
TAIL = "phases: {build: {commands: [make]}}\n"


def graph(tasks: Iterable[str]) -> str:
    """A buildspec with a build-graph of these tasks, each a flow mapping without its braces."""
    return "version: 0.2\nbatch:\n  build-graph:\n" + "".join(f"    - {{{task}}}\n" for task in tasks) + TAIL


def commands(*items: str) -> str:
    """A buildspec with these commands."""
    return f"version: 0.2\nphases: {{build: {{commands: {json.dumps(items)}}}}}\n"


Shape = Callable[[int], str]

SHAPES: dict[str, tuple[int, str, Shape]] = {
    "a block of 5,000 commands": (
        5_000,
        "masked-failure-in-block",
        lambda count: commands("\n".join(f"npm test {n}" for n in range(count))),
    ),
    "failures thrown away": (
        4_000,
        "masked-failure-or-true",
        lambda count: commands("\n".join(f"npm test {n} || true" for n in range(count))),
    ),
    "gates that may fail open": (
        1_200,
        "gate-fails-open",
        lambda count: commands(
            "\n".join(f'C{n}=$(cat f | jq .x)\nif [ "$C{n}" -lt 8 ]; then exit 1; fi\n' for n in range(count))
        ),
    ),
    "exits without end": (
        2_000,
        "early-exit-zero",
        lambda count: commands(*(f"if [ $A{n} ]; then exit 0; fi" for n in range(count)), "make deploy"),
    ),
    "a chain": (
        20_000,
        "batch-dependency-unresolved",
        lambda count: graph(f"identifier: t{n}, depend-on: [t{n - 1}]" for n in range(count)),
    ),
    "a circle": (
        20_000,
        "batch-dependency-unresolved",
        lambda count: graph(f"identifier: t{n}, depend-on: [t{(n - 1) % count}]" for n in range(count)),
    ),
    "nobody is there": (
        20_000,
        "batch-dependency-unresolved",
        lambda count: graph(f"identifier: task_{n}, depend-on: [tesk_{n}]" for n in range(count)),
    ),
    "every name is wrong": (
        20_000,
        "batch-identifier-invalid",
        lambda count: graph(f"identifier: t-{n}, depend-on: [t-{n - 1}]" for n in range(count)),
    ),
    "every name is the same": (
        20_000,
        "batch-identifier-invalid",
        lambda count: graph(["identifier: a-b"] * count),
    ),
    "every key is misspelt": (
        20_000,
        "batch-dependency-key",
        lambda count: graph(f"identifier: t{n}, depends-on: [t{n - 1}]" for n in range(count)),
    ),
    "every identifier is missing": (20_000, "unknown-key", lambda count: graph(["identifer: a"] * count)),
    "nothing is known": (
        50_000,
        "unknown-key",
        lambda count: "version: 0.2\n" + "".join(f"artefact{n}: 1\n" for n in range(count)) + TAIL,
    ),
    "tasks that read what others write under their number": (
        20_000,
        "batch-build-number-as-shared-tag",
        lambda count: graph(
            f"identifier: t{n}, env: {{variables: {{K: {'abc'[n % 3]}}}}}, depend-on: [t{max(n - 1, 0)}]"
            for n in range(count)
        ).replace(
            "[make]",
            json.dumps(
                [
                    'if [ "$K" = a ]; then docker push r/a:$CODEBUILD_BUILD_ID; docker build -t b .; fi',
                    'if [ "$K" = c ]; then docker pull r/a:$CODEBUILD_BUILD_ID; docker run b; fi',
                ]
            ),
        ),
    ),
    "installations": (
        4_000,
        "npm-install-in-ci",
        lambda count: commands(*["npm install && yum install -y a && apt-get upgrade -y"] * count),
    ),
    "installations in one command": (
        6_000,
        "install-order-production-deps",
        lambda count: commands(
            " && ".join(["npm install", "npm ci --omit=dev", "npm test", "yum install -y a"] * (count // 4))
        ),
    ),
    "lists of a matrix": (
        1_000,
        "batch-matrix-size",
        lambda count: (
            "version: 0.2\nbatch: {build-matrix: {dynamic: {env: {variables: {"
            + ", ".join(f"V{n}: [{'1, ' * 10}]" for n in range(count))
            + "}}}}\n"
            + TAIL
        ),
    ),
    "backslashes at the ends of lines": (
        100_000,
        "backslash-in-folded-scalar",
        lambda count: (
            "version: 0.2\nphases:\n  build:\n    commands:\n      - a \\\n" + "        b \\\n" * count + "        c\n"
        ),
    ),
}
"""How many there are of it where there is time, what is found, and the shape."""


LARGER = {"nothing is known": (60, 120, 240), "a block of 5,000 commands": (120, 240, 480)}
"""What leaps where there are few."""


def linted(text: str) -> list[str]:
    """The rules of the findings in a file of no repository: nothing that it names may be told to be missing."""
    return [finding.rule for finding in lint(text, name=STDIN).findings]


@pytest.mark.parametrize("name", SHAPES)
def test_the_work_grows_as_the_shape(name: str) -> None:
    full, rule, shape = SHAPES[name]
    sizes = (4, *LARGER.get(name, SIZES))  # the first is for what is done but once in a process
    counts = [calls_of(functools.partial(linted, shape(size))) for size in sizes][1:]
    assert steepening(counts) < MOST, counts
    with no_hanging():
        assert rule in linted(shape(full if ALL else sizes[-1]))


LESS = 1 if ALL else 4
LONG = {
    "a word that may claim something": (
        commands("make", "a" * (500_000 // LESS) + "=passed: " + "b" * (100_000 // LESS), "npm test || true"),
        "masked-failure-or-true",
    ),
    "everyone waits for all before": (
        graph(f"identifier: t{n}, depend-on: [x{''.join(f', t{m}' for m in range(n))}]" for n in range(500 // LESS)),
        "batch-dependency-unresolved",
    ),
    "no command ends": (
        f"version: 0.2\nenv: {{variables: {{A: '{'$(' * (500_000 // LESS)}', B: $A}}}}\n{TAIL}",
        "env-value-not-expanded",
    ),
    "no brace ends": (
        f"version: 0.2\nenv: {{variables: {{PATH: '{'${PATH:-' * (100_000 // LESS)}$PATH'}}}}\n{TAIL}",
        "env-path-clobbered",
    ),
    "a backslash that escapes all others": (
        "version: 0.2\nphases:\n  build:\n    commands:\n      - a " + "\\" * (1_000_000 // LESS + 1) + "\n        b\n",
        "backslash-in-folded-scalar",
    ),
    "placeholders": (
        f"version: 0.2\nenv: {{variables: {{A: '{'<your ' * (200_000 // LESS)}', B: your-{'a' * (500_000 // LESS)}., "
        f"C: your-name}}}}\n{TAIL}",
        "placeholder-left-in",
    ),
}
"""What is looked through by regular expressions and by the C library, whose steps nobody counts."""


@pytest.mark.parametrize(("text", "rule"), LONG.values(), ids=LONG)
def test_the_time_is_about_linear(text: str, rule: str) -> None:
    with no_hanging(60 / LESS):
        assert rule in linted(text)
