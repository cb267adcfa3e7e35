"""Batches of thousands of tasks, and other shapes that repeat without end, take about linear time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.bounds import times

MANY = times(20_000)
TAIL = "phases: {build: {commands: [make]}}\n"


def graph(*tasks: str) -> str:
    """A buildspec with a build-graph of these tasks, each a flow mapping without its braces."""
    return "version: 0.2\nbatch:\n  build-graph:\n" + "".join(f"    - {{{task}}}\n" for task in tasks) + TAIL


def commands(*items: str) -> str:
    """A buildspec with these commands."""
    return f"version: 0.2\nphases: {{build: {{commands: {json.dumps(items)}}}}}\n"


TEXTS = {
    "a block of 5,000 commands": (
        commands("\n".join(f"npm test {n}" for n in range(times(5_000)))),
        "masked-failure-in-block",
    ),
    "failures thrown away": (
        commands("\n".join(f"npm test {n} || true" for n in range(times(4_000)))),
        "masked-failure-or-true",
    ),
    "gates that may fail open": (
        commands(
            "\n".join(
                f'C{n}=$(cat f | jq .x)\nif [ "$C{n}" -lt 8 ]; then exit 1; fi\n' for n in range(1_200)
            )
        ),
        "gate-fails-open",
    ),
    "exits without end": (
        commands(*(f"if [ $A{n} ]; then exit 0; fi" for n in range(times(2_000))), "make deploy"),
        "early-exit-zero",
    ),
    "a word that may claim something": (
        commands("make", "a" * times(500_000) + "=passed: " + "b" * times(100_000), "npm test || true"),
        "masked-failure-or-true",
    ),
    "a chain": (
        graph(*(f"identifier: t{n}, depend-on: [t{n - 1}]" for n in range(MANY))),
        "batch-dependency-unresolved",
    ),
    "a circle": (
        graph(*(f"identifier: t{n}, depend-on: [t{(n - 1) % MANY}]" for n in range(MANY))),
        "batch-dependency-unresolved",
    ),
    "everyone waits for all before": (
        graph(*(f"identifier: t{n}, depend-on: [x{''.join(f', t{m}' for m in range(n))}]" for n in range(500))),
        "batch-dependency-unresolved",
    ),
    "nobody is there": (
        graph(*(f"identifier: task_{n}, depend-on: [tesk_{n}]" for n in range(MANY))),
        "batch-dependency-unresolved",
    ),
    "every name is wrong": (
        graph(*(f"identifier: t-{n}, depend-on: [t-{n - 1}]" for n in range(MANY))),
        "batch-identifier-invalid",
    ),
    "every name is the same": (graph(*["identifier: a-b"] * MANY), "batch-identifier-invalid"),
    "every key is misspelt": (
        graph(*(f"identifier: t{n}, depends-on: [t{n - 1}]" for n in range(MANY))),
        "batch-dependency-key",
    ),
    "every identifier is missing": (graph(*["identifer: a"] * MANY), "unknown-key"),
    "nothing is known": (
        "version: 0.2\n" + "".join(f"artefact{n}: 1\n" for n in range(times(50_000))) + TAIL,
        "unknown-key",
    ),
    "no command ends": (
        f"version: 0.2\nenv: {{variables: {{A: '{'$(' * times(500_000)}', B: $A}}}}\n{TAIL}",
        "env-value-not-expanded",
    ),
    "no brace ends": (
        f"version: 0.2\nenv: {{variables: {{PATH: '{'${PATH:-' * times(100_000)}$PATH'}}}}\n{TAIL}",
        "env-path-clobbered",
    ),
    "backslashes": (
        "version: 0.2\nphases:\n  build:\n    commands:\n      - a \\\n"
        + "        b \\\n" * times(100_000)
        + "        c\n",
        "backslash-in-folded-scalar",
    ),
    "a backslash that escapes all others": (
        "version: 0.2\nphases:\n  build:\n    commands:\n      - a " + "\\" * 1_000_001 + "\n        b\n",
        "backslash-in-folded-scalar",
    ),
    "placeholders": (
        f"version: 0.2\nenv: {{variables: {{A: '{'<your ' * times(200_000)}', B: your-{'a' * times(500_000)}., "
        f"C: your-name}}}}\n{TAIL}",
        "placeholder-left-in",
    ),
    "tasks that read what others write under their number": (
        graph(
            *(
                f"identifier: t{n}, env: {{variables: {{K: {'abc'[n % 3]}}}}}, depend-on: [t{max(n - 1, 0)}]"
                for n in range(MANY)
            )
        ).replace(
            "[make]",
            json.dumps(
                [
                    'if [ "$K" = a ]; then docker push r/a:$CODEBUILD_BUILD_ID; docker build -t b .; fi',
                    'if [ "$K" = c ]; then docker pull r/a:$CODEBUILD_BUILD_ID; docker run b; fi',
                ]
            ),
        ),
        "batch-build-number-as-shared-tag",
    ),
    "installations": (
        commands(*["npm install && yum install -y a && apt-get upgrade -y"] * times(4_000)),
        "npm-install-in-ci",
    ),
    "installations in one command": (
        commands(" && ".join(["npm install", "npm ci --omit=dev", "npm test", "yum install -y a"] * 1_500)),
        "install-order-production-deps",
    ),
    "a matrix of 1,000 lists": (
        "version: 0.2\nbatch: {build-matrix: {dynamic: {env: {variables: {"
        + ", ".join(f"V{n}: [{'1, ' * 100}]" for n in range(1000))
        + "}}}}\n"
        + TAIL,
        "batch-matrix-size",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "rule"), TEXTS.values(), ids=TEXTS)
def test_the_time_is_about_linear(text: str, rule: str) -> None:
    command = [sys.executable, "-m", "cblint", "check", "-", "--isolated", "--format", "json"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=100)
    assert b"internal error" not in done.stderr
    assert f'"rule": "{rule}"'.encode() in done.stdout
