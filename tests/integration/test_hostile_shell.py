"""Commands made to take a linter's time or memory: all rules lint them in a process that may have little; their work,
which is counted, and the parser's grows as the length does; and no depth is too much for the stack, however full it is.
"""

from __future__ import annotations

import functools
import json
import pathlib
import resource
import subprocess
import sys
from typing import SupportsIndex

import pytest

from cblint.shell.parser import parse
from cblint.shell.script import Script
from cblint.source.text import Text
from tests.bounds import ALL, times
from tests.counted import calls_of, steepening
from tests.helpers import lint, repository
from tests.integration.conftest import environment

SECONDS = 600 if ALL else 60
"""Of work, far above what all take: what grows with the square of its length does not end within it."""
MEMORY = 1 << 30
MOST = 1.2
"""How much steeper the work may grow: not at all; twice were its square."""

HOSTILE = {
    "substitutions": ("", "$(", 10_000, ""),
    "quoted substitutions": ("", '"$(', 5_000, ""),
    "lists": ("", "a && ", 20_000, "a"),
    "an open list": ("", "a && ", 20_000, ""),
    "pipelines": ("", "a | ", 20_000, "a"),
    "a line": ("", "a", 1_000_000, ""),
    "words": ("", "a ", 500_000, ""),
    "double quotes": ('"', "x ", 300_000, ""),
    "single quotes": ("'", "x ", 300_000, ""),
    "control characters": ("", "a\0b\0", 1_000, ""),
    "here-documents": ("", "cat <<A\n", 20_000, ""),
    "here-documents of one line": ("cat ", "<<A ", 20_000, ""),
    "here-strings": ("", "<<<", 20_000, ""),
    "backquotes": ("", "`", 9_999, ""),
    "parameters": ("", "${", 10_000, ""),
    "arithmetic": ("", "$((", 10_000, ""),
    "subshells": ("", "(", 10_000, ""),
    "groups": ("", "{ ", 10_000, ""),
    "ifs": ("", "if ", 10_000, ""),
    "cases": ("", "case a in ", 5_000, ""),
    "conditions": ("[[ ", "( ", 10_000, ""),
    "functions": ("", "f() ", 10_000, ""),
    "arrays": ("", "a=(", 10_000, ""),
    "subscripts": ("", "a[", 10_000, ""),
    "negations": ("", "! ", 10_000, ""),
    "coprocesses": ("", "coproc ", 5_000, ""),
    "brace expansions": ("echo ", "{a,", 10_000, ""),
    "continued lines": ("", "\\\n", 100_000, ""),
    "traps": ("", "trap ", 100_000, ""),
    "tests": ("", "[ ", 100_000, ""),
    "keyed names": ("", "; a[ ", 50_000, ""),
    "braces with text": ("", "{a", 100_000, ""),
    "blanks": ("set", " ", 500_000, ""),
    "all of them": ("", '$(echo "${a:-`b $((1+', 2_000, ""),
    "commands": ("", "a;", 150_000, ""),
    "comments": ("", "a #b\n", 60_000, ""),
    "line ends": ("", "\n", 100_000, ""),
    "carriage returns": ("", "a\r\n", 100_000, ""),
    "pairs of quotes": ("", '"a" ', 75_000, ""),
    "pairs of backquotes": ("", "`a` ", 75_000, ""),
    "escapes in backquotes": ("`", "\\\\", 150_000, "`"),
    "subshells that begin like arithmetic": ("", "((a)\n)\n", 40_000, ""),
    "subshells with brackets in comments": ("", "((a #((\n) )\n", 25_000, ""),
    "here-documents that end at a bracket": ("", "$(cat <<E\nE)\n", 25_000, ""),
    "items of a case": ("case a in ", "b) c;; ", 40_000, "esac"),
    "branches": ("if a; then b; ", "elif a; then b; ", 20_000, "fi"),
    "depth again and again": ("", "$(" * 39 + "a" + ")" * 39 + "\n", 2_500, ""),
}
"""What stands before and behind what is repeated, and how often it is."""


def buildspec(script: str) -> str:
    """A buildspec of this command."""
    return f"version: 0.2\nphases: {{build: {{commands: [{json.dumps(script)}]}}}}\n"


def limit() -> None:
    """Little memory, and an end of all time."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def test_hostile_commands_are_linted_within_bounds(tmp_path: pathlib.Path) -> None:
    texts = {
        f"{name}/buildspec.yml": buildspec(before + repeated * times(count) + after)
        for name, (before, repeated, count, after) in HOSTILE.items()
    }
    folder = repository(tmp_path, dict(texts))
    done = subprocess.run(
        [sys.executable, "-m", "cblint", "check", "--format", "json", "--isolated", "--jobs", "1"],
        capture_output=True,
        cwd=folder,
        env=environment(),
        preexec_fn=limit,
    )
    assert done.stderr == b""
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert result["summary"]["skipped"] == []
    assert sorted(file["path"] for file in result["files"]) == sorted(texts)


@pytest.mark.parametrize(("before", "repeated", "count", "after"), HOSTILE.values(), ids=HOSTILE)
def test_the_work_of_all_rules_grows_as_the_length_does(before: str, repeated: str, count: int, after: str) -> None:
    lengths = (200, 600, 1_200, 2_400)  # the first is for what is done but once in a process
    texts = [buildspec(before + repeated * (length // len(repeated)) + after) for length in lengths]
    counts = [calls_of(functools.partial(lint, text)) for text in texts][1:]
    assert steepening(counts) < MOST, counts


# The work of the parser, counted


class Watched(str):
    """A text that counts how much of it is looked at in C, where the profiler does not see it."""

    seen = 0

    def __getitem__(self, index: SupportsIndex | slice) -> str:
        found = super().__getitem__(index)
        Watched.seen += len(found)
        return found

    def find(self, sub: str, start: SupportsIndex | None = None, end: SupportsIndex | None = None) -> int:
        found = super().find(sub, start, end)
        begun = int(start or 0)
        Watched.seen += (found if found >= 0 else int(end if end is not None else len(self))) - begun
        return found


def work(text: str) -> int:
    """How many calls the parser makes, and how many characters it looks at one by one."""
    Watched.seen = 0
    source = Text.of(Watched(text))
    return calls_of(lambda: parse(source)) + Watched.seen


REPEATED = {
    "words": ("", "a ", ""),
    "a word": ("", "a", ""),
    "commands": ("", "a;", ""),
    "lists": ("", "a && ", "a"),
    "lists without end": ("", "a || ", ""),
    "pipelines": ("", "a | ", "a"),
    "background": ("", "a & ", ""),
    "line ends": ("", "\n", ""),
    "continued lines": ("", "\\\n", ""),
    "a continued word": ("a", "\\\n", "b"),
    "continued words": ("", "a\\\n", ""),
    "continued quotes": ("", "'a'\\\n", ""),
    "backslashes": ("", "\\", ""),
    "comments": ("", "a #b\n", ""),
    "comments after compound commands": ("", "(a) #b\n", ""),
    "single quotes": ("", "'a'", ""),
    "a single quote": ("'", "a", ""),
    "double quotes": ("", '"a"b', ""),
    "a double quote": ('"', "a\\", ""),
    "dollar signs": ("", "$", ""),
    "dollar quotes": ("", "$'\\''", ""),
    "a dollar quote": ("$'", "\\'", ""),
    "parameters": ("", "${a-b}", ""),
    "a parameter": ("${a-", "b'c'", ""),
    "parameters without end": ("", "${a", ""),
    "substitutions": ("", "$(a)", ""),
    "substitutions without end": ("", "$(a ", ""),
    "quoted substitutions": ("", '"$(', ""),
    "backquotes": ("", "`a`", ""),
    "a backquote": ("`", "a\\`", ""),
    "escapes in backquotes": ("`", "\\\\", "`"),
    "backslashes in backquotes": ("`", "\\x", "`"),
    "old arithmetic": ("", "$[1]", ""),
    "arithmetic": ("", "$((1))", ""),
    "arithmetic without end": ("", "$((1 ", ""),
    "arithmetic commands": ("", "((1));", ""),
    "brackets": ("", "(", ""),
    "brackets with blanks": ("", "( ", ""),
    "pairs of brackets": ("", "()", ""),
    "brackets in arithmetic": ("((", "(", ""),
    "subshells that begin like arithmetic": ("", "((a)\n)\n", ""),
    "substitutions that begin like arithmetic": ("", "$((a)\n)", ""),
    "brackets in comments": ("", "((a #((\n) )\n", ""),
    "quotes in comments": ("", "((a #'\n) )\n", ""),
    "backquotes in comments": ("", "((a #`\n) )\n", ""),
    "here-documents in what is no arithmetic": ("", "((a <<E (\nE\n) )\n", ""),
    "here-documents": ("", "a <<E\nE\n", ""),
    "here-documents without end": ("", "a <<E\n", ""),
    "here-documents of a line": ("a", " <<E", "\n"),
    "lines of a here-document": ("a <<E\n", "$a\n", "E\n"),
    "continued lines of a here-document": ("a <<E\n", "\\\n", "E\n"),
    "tabs of a here-document": ("a <<-E\n", "\t", "E\n"),
    "substitutions of a here-document": ("a <<E\n", "$(", "\nE\n"),
    "backquotes of a here-document": ("a <<E\n", "`", "\nE\n"),
    "here-documents that end at a bracket": ("", "$(a <<E\nE)\n", ""),
    "here-documents in a substitution": ("$(a <<E\n", "E\n", ")"),
    "here-strings": ("", "<<<a ", ""),
    "redirections": ("a", " >b", ""),
    "assignments": ("", "a=b ", ""),
    "declarations": ("export", " a=b", ""),
    "arrays": ("", "a=(b) ", ""),
    "arrays in words": ("", "a=(b)c ", ""),
    "an array": ("a=(", "b ", ")"),
    "subscripts": ("", "a[b]=c ", ""),
    "a subscript": ("a[", "[", ""),
    "declared subscripts": ("export", " a[b", ""),
    "subscripts in subscripts": ("", "a[$(", ""),
    "declared subscripts in subscripts": ("", "export a[$(", " b"),
    "coprocesses": ("", "coproc ", ""),
    "coprocesses in coprocesses": ("", "coproc a$(", ""),
    "negations": ("", "! ", "a"),
    "times": ("", "time ", "a"),
    "groups": ("", "{ ", ""),
    "reserved words": ("", "if ", ""),
    "branches": ("if a; then b; ", "elif a; then b; ", "fi"),
    "loops": ("", "for a in b; do ", ""),
    "words of a loop": ("for a in ", "b ", "; do c; done"),
    "sections of a loop": ("for ((", ";", ")); do a; done"),
    "items of a case": ("case a in ", "b) c;; ", "esac"),
    "patterns of a case": ("case a in ", "b|", "c) d;; esac"),
    "functions": ("", "f() ", ""),
    "tests": ("", "[[ a ]]\n", ""),
    "conditions": ("[[ ", "a && ", "a ]]"),
    "brackets in a test": ("[[ ", "( ", ""),
    "brackets in a pattern": ("[[ a =~ ", "(", ""),
    "patterns in patterns": ("", "[[ a =~ ($(", ""),
    "processes": ("", "a <(b) ", ""),
    "unicode": ("", "é😀 ", ""),
    "NUL": ("", "a\0", ""),
}


@pytest.mark.parametrize(("before", "repeated", "after"), REPEATED.values(), ids=REPEATED)
def test_the_work_grows_as_the_length_does(before: str, repeated: str, after: str) -> None:
    lengths = (200, 500, 1_000, 2_000)  # the first is for what is done but once in a process
    counts = [work(before + repeated * (length // len(repeated)) + after) for length in lengths][1:]
    assert steepening(counts) < MOST, counts


# Depth


def frames_left(needed: int) -> int:
    """How many calls can still be nested here, counted no further than needed."""
    try:
        return 0 if needed == 0 else 1 + frames_left(needed - 1)
    except RecursionError:
        return 0


def deep(left: int, text: str) -> Script:
    """The tree of the text, read where the stack has only so many frames left."""
    return below(frames_left(sys.getrecursionlimit()) - left, text)


def below(calls: int, text: str) -> Script:
    """The same below so many calls."""
    return below(calls - 1, text) if calls > 0 else parse(Text.of(text))


@pytest.mark.parametrize(("before", "repeated", "after"), REPEATED.values(), ids=REPEATED)
def test_depth_leaves_a_third_of_the_stack_to_others(before: str, repeated: str, after: str) -> None:
    for text in (before + repeated * 1_000, before + repeated * 35 + after):
        script = deep(sys.getrecursionlimit() * 2 // 3, text)
        assert script.problem is None or script.problem.kind in ("too-deep", "unexpected", "unclosed", "unfinished")
