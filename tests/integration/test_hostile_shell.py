"""Commands made to take a linter's time or memory: each is linted by all rules in a process that may have little."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

SECONDS = 60
"""A watchdog, far above what any takes: what grows with the square of its length does not end within it."""
MEMORY = 1 << 30

HOSTILE = {
    "substitutions": "$(" * 10_000,
    "quoted substitutions": '"$(' * 5_000,
    "lists": "a && " * 20_000 + "a",
    "an open list": "a && " * 20_000,
    "pipelines": "a | " * 20_000 + "a",
    "a line": "a" * 1_000_000,
    "words": "a " * 500_000,
    "double quotes": '"' + "x " * 300_000,
    "single quotes": "'" + "x " * 300_000,
    "control characters": "a\0b\0" * 1_000,
    "here-documents": "cat <<A\n" * 20_000,
    "here-documents of one line": "cat " + "<<A " * 20_000,
    "here-strings": "<<<" * 20_000,
    "backquotes": "`" * 9_999,
    "parameters": "${" * 10_000,
    "arithmetic": "$((" * 10_000,
    "subshells": "(" * 10_000,
    "groups": "{ " * 10_000,
    "ifs": "if " * 10_000,
    "cases": "case a in " * 5_000,
    "conditions": "[[ " + "( " * 10_000,
    "functions": "f() " * 10_000,
    "arrays": "a=(" * 10_000,
    "subscripts": "a[" * 10_000,
    "negations": "! " * 10_000,
    "coprocesses": "coproc " * 5_000,
    "brace expansions": "echo " + "{a," * 10_000,
    "continued lines": "\\\n" * 100_000,
    "traps": "trap " * 100_000,
    "tests": "[ " * 100_000,
    "keyed names": "; a[ " * 50_000,
    "braces with text": "{a" * 100_000,
    "blanks": "set" + " " * 500_000,
    "all of them": '$(echo "${a:-`b $((1+' * 2_000,
}


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


@pytest.mark.parametrize("script", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_command_is_linted_within_bounds(script: str) -> None:
    text = f"version: 0.2\nphases: {{build: {{commands: [{json.dumps(script)}]}}}}\n"
    done = subprocess.run(
        [sys.executable, "-m", "cblint", "check", "--format", "json", "--isolated", "-"],
        input=text.encode(),
        capture_output=True,
        timeout=SECONDS,
        preexec_fn=limit_memory,
    )
    assert done.stderr == b""
    assert done.returncode in (0, 1)
    result = json.loads(done.stdout)
    assert result["summary"]["skipped"] == []
