"""How conditions turn out where a variable is empty."""

from __future__ import annotations

import pytest

from cblint.checks.emptiness import asked_for, holds
from cblint.shell import commands
from cblint.shell.commands import If, SimpleCommand
from cblint.shell.parser import parse
from cblint.shell.syntax import walk
from cblint.source.text import Text

NAMES = frozenset({"X", "Y"})


def _condition(text: str) -> If:
    script = parse(Text.of(f"if {text}; then a; fi"))
    assert script.problem is None
    return next(node for node in walk(script) if isinstance(node, If))


KNOWN = [
    ('[ "$X" = main ]', False),
    ('[ main = "$X" ]', False),
    ('[ "$X" != main ]', True),
    ('[ -z "$X" ]', True),
    ('[ -n "${X}" ]', False),
    ('[ "$X" ]', False),
    ('test "$X$Y" = main', False),
    ('[ "$X" = "v$OTHER" ]', False),
    ('! [ "$X" = main ]', True),
    ('[ "$X" = main ] && [ "$OTHER" = dev ]', False),
    ('[ "$X" = main ] || [ "$Y" = dev ]', False),
    ('[ "$X" != main ] || make', True),
    ('[ "$X" = main ] || [ "$Y" != dev ] && [ -z "$X" ]', True),
    ("[[ $X == main ]]", False),
    ("[[ $X == release/* ]]", False),
    ("[[ $X =~ ^refs/heads/(main|release/.+)$ ]]", False),
    ("[[ $X == main || $Y == dev ]]", False),
    ("[[ $X == main && $OTHER == dev ]]", False),
    ("[[ -z $X ]]", True),
]
UNKNOWN = [
    '[ "$X" = "$OTHER" ]',
    '[ "${X:-main}" = main ]',
    '[ "${#X}" = 1 ]',
    '[ "$X" = "" ]',
    '[ "$OTHER" = main ]',
    '[ "$X" = main ] || make',
    '[ "$X" = main -o "$OTHER" = dev ]',
    '[ "$X" -eq 1 ]',
    "[[ $X == * ]]",
    "[[ $X =~ main ]]",
    "[[ ! $X == main ]]",
    "[[ $X == main || $Y == dev && $X == a ]]",
    "echo $X | grep -q main",
    'make; [ "$X" = main ]',
    "[ ]",
]


@pytest.mark.parametrize(("text", "answer"), KNOWN)
def test_a_condition_is_known_where_only_the_empty_variable_decides(text: str, answer: bool) -> None:
    assert holds(_condition(text).branches[0].condition, NAMES) is answer


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_something_else_decides_is_not_known(text: str) -> None:
    assert holds(_condition(text).branches[0].condition, NAMES) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('[ -z "$X" ]', {"X"}),
        ('[ "$X" ]', {"X"}),
        ('[ "$X" = "" ]', {"X"}),
        ("[[ -n $X && $Y == main ]]", {"X"}),
        ('[ "$X" = main ]', set()),
        ("make -n $X", set()),
    ],
)
def test_whether_it_is_empty_can_be_asked_in_several_ways(text: str, asked: set[str]) -> None:
    tests = [node for node in walk(_condition(text)) if isinstance(node, (SimpleCommand, commands.Test))]
    assert {name for test in tests for name in asked_for(test, NAMES)} == asked
