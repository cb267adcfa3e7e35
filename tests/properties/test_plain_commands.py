"""A command that is seen at once to be right is one that the parser, and the real shells, can read."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.checks.shell import _is_plain
from cblint.shell.parser import parse
from cblint.source.text import Text

CHARACTERS = "'\"&;|`()<>#![*~é\t\n\\ ${}1"
RESERVED = ("if", "then", "fi", "do", "done", "in", "time", "esac", "case", "for", "function", "coproc")
WORDS = ("a", "b.c", "-d", "A=", "$A", "${A}", "${A:-b}", "''", '""', " ", " && ", " || ", " | ", "$(", "${")
SUBSTITUTIONS = ("`a`", "$(a)", "`if`", "$(done)", "\\\n", "`time`")
PIECES = [*CHARACTERS, *RESERVED, *WORDS, *SUBSTITUTIONS]
LINES = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(LINES)
def test_plain_commands_have_no_problem(line: str) -> None:
    if _is_plain(line):
        assert parse(Text.of(line)).problem is None


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_plain_commands_are_read_by_real_shells(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    words = [
        "a",
        "'b c'",
        '"d $E"',
        "${F}",
        "G=h",
        "-i",
        "$J",
        "'\"'",
        '"\'"',
        "${K:-l}",
        "}",
        "if",
        "done",
        "in",
        "time",
        "`m`",
        "$(n)",
        "o\\\np",
        "`if`",
        "i\\\nf",
    ]
    lines = [
        f"{first} {second}{joint}{third}"
        for first in words
        for second in words
        for joint in (" ", " && ", "")
        for third in words[:8]
    ]
    plain = [line for line in lines if _is_plain(line)]
    assert len(plain) > 1000, "too few to mean anything"
    # One process for all: each line in a function of its own is read, and none is run.
    script = "\n".join(f"f{number}() {{\n{line}\n}}" for number, line in enumerate(plain))
    done = subprocess.run([shell, "-n"], input=script.encode(), capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
