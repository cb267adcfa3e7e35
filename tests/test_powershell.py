"""What is read of PowerShell: calls and their words, variables, assignments, and what cannot be read."""

from __future__ import annotations

import functools
import json

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_bytes
from cblint.opening import STDIN
from cblint.shell.powershell import parse
from cblint.shell.powershell_tree import (
    Assigned,
    Bracket,
    Call,
    Expandable,
    Keyword,
    Pipe,
    PowerShellScript,
    Variable,
)
from cblint.shell.syntax import SingleQuoted, walk
from cblint.source.text import Text
from tests.counted import calls_of, steepening


def read(text: str) -> PowerShellScript:
    return parse(Text.of(text))


def calls(text: str) -> list[list[str]]:
    """The words of every call."""
    return [[word.raw for word in node.words] for node in walk(read(text)) if isinstance(node, Call)]


def variables(text: str) -> list[str]:
    """Every variable as it is written."""
    return [node.raw for node in walk(read(text)) if isinstance(node, Variable)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("docker push $A/b:$C -t x", [["docker", "push", "$A/b:$C", "-t", "x"]]),
        ('msbuild /p:A="B;C" x.sln', [["msbuild", '/p:A="B;C"', "x.sln"]]),
        ("a; b\nc", [["a"], ["b"], ["c"]]),
        ("a `\n  b", [["a", "b"]]),
        ("a # b\n# c", [["a"]]),
        ("a b#c <# d\n e #> f", [["a", "b#c", "f"]]),
        ("a > b.txt 2>&1 | c", [["a", "b.txt"], ["c"]]),
        ("a &", [["a"]]),
        ("7z x a.7z", [["7z", "x", "a.7z"]]),
        ("& 'C:\\a b\\c.exe' d", [["'C:\\a b\\c.exe'", "d"]]),
        (". .\\a.ps1", [[".\\a.ps1"]]),
        ("1..3 | % { a $_ }", [["%", "{ a $_ }"], ["a", "$_"]]),
        ("if (a) { b } elseif (c) { d } else { e }", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("do { a } while (b)\nc", [["a"], ["b"], ["c"]]),
        ("switch -Regex (a) { '^x' { b } default { c } }", [["a"], ["b"], ["c"]]),
        ("$x = a b", [["a", "b"]]),
        ("$x = if (a) { b }", [["a"], ["b"]]),
        ("@{ A = 1; B = b c\n C = d }", [["b", "c"], ["d"]]),
        ('"x $(a "$(b)") y"', [["a", '"$(b)"'], ["b"]]),
        ("return a b", [["a", "b"]]),
        ("a --% $b; | c", [["a"], ["c"]]),
        ("foreach-object { a }", [["foreach-object", "{ a }"], ["a"]]),
        ("param([string] $A = 'b')\na $A", [["a", "$A"]]),
        ("function f { param($A) a $A }", [["a", "$A"]]),
    ],
)
def test_what_is_called_with_which_words(text: str, words: list[list[str]]) -> None:
    assert read(text).problem is None
    assert calls(text) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a $b ${c} $env:D ${env:E F}", ["$b", "${c}", "$env:D", "${env:E F}"]),
        ('a \'$b\' "$c" "`$d" `$e', ["$c"]),
        ('a $b:c $d::e "$f: " $?', ["$b:c", "$d", "$f", "$?"]),
        ("a -Dx=$b -y:$c --z=$d -w $e", ["$c", "$d", "$e"]),
        ("a $b.c $d[0] $e\\f $g/$h", ["$b", "$d", "$e", "$g", "$h"]),
        ("a b${c}d x$e", ["${c}", "$e"]),
        ("a @b c@d", ["@b"]),
        ('@"\n$a "$b" $(c $d)\n"@', ["$a", "$b", "$d"]),
        ("@'\n$a\n'@", []),
        ("a $ $% $", []),
        ("$a.b($c)[$d] -eq $e", ["$a", "$c", "$d", "$e"]),
        ('"$($a)$b"', ["$a", "$b"]),
    ],
)
def test_which_variables_are_read(text: str, found: list[str]) -> None:
    assert read(text).problem is None
    assert variables(text) == found


@pytest.mark.parametrize(
    ("text", "targets", "operator"),
    [
        ("$a = 1", ["$a"], "="),
        ("[string] $a, $b = 1, $c", ["$a", "$b"], "="),
        ("$env:A += 'x'", ["$env:A"], "+="),
        ("$a.b = $c", ["$a"], "="),
        ("$a++", ["$a"], "++"),
        ("for ($i = 0; $i -lt 3; $i++) { a }", ["$i"], "="),
    ],
)
def test_what_is_assigned(text: str, targets: list[str], operator: str) -> None:
    first = next(node for node in walk(read(text)) if isinstance(node, Assigned))
    assert [part.raw for part in first.target.parts] == targets
    assert first.operator == operator


def test_where_strings_stand() -> None:
    strings = ["'b'", "@'\n$c\n'@", '"d"', '@"\n$e\n"@']
    nodes = walk(read(" ".join(["a", *strings])))
    assert [node.raw for node in nodes if isinstance(node, (SingleQuoted, Expandable))] == strings


def test_names_are_without_regard_to_case() -> None:
    [braced, scoped, plain] = [node for node in walk(read("a ${Env:Path} $Script:X $Y")) if isinstance(node, Variable)]
    assert (braced.drive, braced.name, braced.braces) == ("env", "path", True)
    assert (scoped.drive, scoped.name) == ("script", "x")
    assert (plain.drive, plain.name) == ("", "y")


def test_what_is_called_by_which_name() -> None:
    names = [node.name for node in walk(read("C:\\x\\Docker.EXE a; & $b; Get-Item; 'a'c")) if isinstance(node, Call)]
    assert names == ["docker", "", "get-item"]


def test_kinds_of_nodes() -> None:
    script = read('if ($a) { b | c && d }\n"x"\nfunction f($p) { }')
    assert isinstance(script.statements[0], Keyword)
    pipe = next(node for node in walk(script) if isinstance(node, Pipe))
    assert pipe.operators == ("|", "&&")
    assert [node.opening for node in walk(script) if isinstance(node, Bracket)] == ["(", "{", "(", "{"]
    assert [node.value for node in walk(script) if isinstance(node, Expandable)] == ["x"]


@pytest.mark.parametrize(
    ("text", "kind", "read_before"),
    [
        ("if [ -f x ]; then y; fi", "unexpected", 0),
        ("a\nfor x in y; do z; done", "unexpected", 1),
        ("a; while read x; do y; done", "unexpected", 1),
        ("a\nb 'c", "unclosed", 1),
        ('a "b', "unclosed", 0),
        ("@'\na", "unclosed", 0),
        ("<# a", "unclosed", 0),
        ("a ${b", "unclosed", 0),
        ("a (b", "unfinished", 0),
        ("a | ", "unfinished", 0),
        ("a }", "unexpected", 1),
        ("case $x in a) b;; esac", "unexpected", 1),
        ("class A { }", "not-read", 0),
        ("(" * 100 + ")" * 100, "too-deep", 0),
        ("$a = " * 100 + "1", "too-deep", 0),
    ],
)
def test_what_cannot_be_read(text: str, kind: str, read_before: int) -> None:
    script = read(text)
    assert script.problem is not None
    assert (script.problem.kind, len(script.statements)) == (kind, read_before)


HOSTILE = {
    "variables": "$a ",
    "brackets": "(",
    "substitutions": "$(",
    "quoted substitutions": '"$(',
    "blocks": "{ ",
    "tables": "@{",
    "words": "a ",
    "lines": "a $b\n",
    "commands": "a;",
    "chains": "a && ",
    "pipelines": "a | ",
    "here-strings": '@"\n',
    "whole here-strings": '@"\n"$a"\n"@\n',
    "strings": '"a$b" ',
    "doubled quotes": '""',
    "single quotes": "''",
    "braces without end": "${",
    "backticks": "`",
    "continued lines": "`\n",
    "comments": "a #b\n",
    "block comments": "<#",
    "assignments": "$a=",
    "additions": "$a + ",
    "members": "$a.b",
    "conditions": "if (a) {b} ",
    "branches": "else {a}",
    "functions": "function f($a) {b} ",
    "dollars": "$",
    "ats": "@",
    "dashes": "-",
    "numbers": "1 ",
    "redirections": "a > ",
    "keywords": "return ",
    "brackets of a type": "[",
    "depth again and again": "$(" * 39 + "a" + ")" * 39 + "\n",
}


@pytest.mark.parametrize("shell", ["powershell.exe", "cmd.exe", "bash"])
def test_rules_are_calm_whatever_they_read(shell: str) -> None:
    """Commands of every kind at once, and what the rules look for beside them."""
    commands = ["$env:A = 1; Write-Host $A", "set A=%A%", *(piece * 300 for piece in HOSTILE.values())]
    text = json.dumps({"version": 0.2, "env": {"shell": shell}, "phases": {"build": {"commands": commands}}})
    result = lint_bytes(text.encode(), Candidate(STDIN, True), Settings(isolated=True))
    assert (result.crashes, result.skipped) == ((), "")


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_the_work_grows_as_the_text_does(piece: str) -> None:
    texts = [Text.of(piece * (length // len(piece))) for length in (1_500, 3_000, 6_000)]
    parse(texts[0])  # what is done but once in a process
    assert steepening([calls_of(functools.partial(parse, text)) for text in texts]) < 1.2
    assert len(list(walk(read(piece * 500)))) <= 3 * 500 * max(len(piece), 4)
