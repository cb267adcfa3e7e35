"""The YAML blocks of the seed guide, each given on standard input: its six broken commands, and nothing else."""

from __future__ import annotations

import glob
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import STDIN, FileResult, Settings, lint_bytes
from tools import corpus

SEEDS = os.path.join(os.path.dirname(os.path.normpath(corpus.CORPUS)), "seeds")
GUIDE = next(iter(glob.glob(os.path.join(SEEDS, "000_*.txt"))), "")

pytestmark = pytest.mark.skipif(not GUIDE, reason=f"the seeds are not at {SEEDS} (they lie beside CBLINT_CORPUS)")

# Line and column in the guide, the place in its block: the rows "command-not-string" of its list of defects.
BROKEN = [
    (616, 36, "phases.build.commands[0]"),
    (1104, 32, "phases.install.commands[1]"),
    (1125, 26, "phases.build.commands[1]"),
    (1705, 39, "phases.pre_build.commands[0]"),
    (1706, 29, "phases.pre_build.commands[1]"),
    (2859, 23, "phases.pre_build.commands[0]"),
]


class Block(NamedTuple):
    """A fenced block; ``line`` is that of its first line in the guide."""

    line: int
    text: str


def blocks() -> Iterator[Block]:
    with open(GUIDE, encoding="utf-8", newline="") as file:
        lines = file.read().split("\n")
    begun: int | None = None
    for number, line in enumerate(lines, 1):
        if begun is None and re.fullmatch(r"\s*```ya?ml\s*", line):
            begun = number + 1
        elif begun is not None and line.strip().startswith("```"):
            yield Block(begun, "\n".join(lines[begun - 1 : number - 1]) + "\n")
            begun = None


def lint(block: Block) -> FileResult:
    return lint_bytes(block.text.encode(), Candidate(STDIN, True), Settings(isolated=True))


def test_the_six_broken_commands_are_found_at_their_places_and_nothing_else_is_said() -> None:
    found = [
        (block.line + finding.start.line - 1, finding.start.column, finding.where)
        for block in blocks()
        for finding in lint(block).findings
    ]
    assert found == BROKEN


def test_every_block_is_read_to_its_end() -> None:
    results = [lint(block) for block in blocks()]
    assert len(results) > 40
    assert [result.crashes for result in results if result.crashes] == []
    # One block is a CloudFormation template: a host, not a buildspec.
    assert [result.skipped for result in results if result.skipped] == ["is a CloudFormation template, not a buildspec"]


def test_the_command_line_says_the_same_of_standard_input() -> None:
    block = next(block for block in blocks() if block.line <= 616 < block.line + block.text.count("\n"))
    command = [sys.executable, "-m", "cblint", "check", "-", "--format", "concise", "--isolated"]
    done = subprocess.run(command, input=block.text.encode(), capture_output=True)
    assert done.returncode == 1
    assert done.stdout.decode().startswith(f"<stdin>:{616 - block.line + 1}:36: error[command-not-string] ")
    assert done.stdout.count(b"\n") == 1
