"""What is said of names that someone has typed wrongly: of commands, options, choices, rules, images, variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cblint.cli.commands import cli
from cblint.cli.options import OPTIONS
from cblint.cli.spelled import Choice
from cblint.spelling import closest, hint
from tests.bounds import no_hanging
from tests.conftest import Golden

TYPOS = [
    ("chekc", "check"),
    ("Check", "check"),
    ("exlain", "explain"),
    ("rule", "rules"),
    ("shema", "schema"),
    ("tarce", "trace"),
    ("--vresion", "--version"),
    ("--verb", "--verbose"),
    ("check --formt json", "--format"),
    ("check --exit_zero", "--exit-zero"),
    ("check --stat", "--statistics"),
    ("check --colour=always", "--color"),
    ("check --format jsn", "json"),
    ("check --format=SARIF", "sarif"),
    ("check --profile pedantc", "pedantic"),
    ("check --fail-on warn", "warning"),
    ("check --fail-on err", "error"),
    ("check --color alwyas", "always"),
    ("check --select curl-with-fail .", "curl-without-fail"),
    ("check --ignore curlwithoutfail .", "curl-without-fail"),
    ("explain curl-with-fail", "curl-without-fail"),
    ("explain curl", "curl-without-fail"),
    ("explain curl_without_fail", "curl-without-fail"),
    ("explain imge standard:7.0", "image"),
    ("explain variabel CODEBUILD_BUILD_ID", "variable"),
    ("explain codebuild_build_id", "CODEBUILD_BUILD_ID"),
    ("explain CODEBUILD_BILD_ID", "CODEBUILD_BUILD_ID"),
    ("explain variable CODEBUILD_BILD_ID", "CODEBUILD_BUILD_ID"),
    ("explain standrd:7.0", "standard:7.0"),
    ("explain aws/codebuild/standrd:7.0", "standard:7.0"),
    ("explain rule duplicat-key", "duplicate-key"),
    ("explain CB1010 --format markdwn", "markdown"),
    ("explain CB1010 --fromat json", "--format"),
    ("rules --severity warn", "warning"),
    ("rules --category secret", "secrets"),
    ("rules --profile sec", "security"),
    ("rules --fixabel", "--fixable"),
    ("schema buildspecs", "buildspec"),
    ("schema conf", "config"),
    ("trace x --format jsno", "json"),
    ("trace x --formatt json", "--format"),
]


def refused(line: str) -> str:
    """What is said of a command line that is wrong."""
    done = CliRunner().invoke(cli, line.split())
    assert done.exit_code == 2, (line, done.output)
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize(("line", "meant"), TYPOS, ids=[line for line, _ in TYPOS])
def test_what_was_meant_is_said(line: str, meant: str) -> None:
    assert f' Did you mean "{meant}"?' in refused(line)


@pytest.mark.parametrize(
    "line",
    [
        "zzz",
        "--zzz",
        "-x",
        "-",
        "check --zzz",
        "check -x",
        "check --format zzz",
        "explain zzz",
        "schema zzz",
        "rules zzz",
    ],
)
def test_nothing_is_said_to_have_been_meant_where_nothing_is_near(line: str) -> None:
    assert "Did you mean" not in refused(line)


def test_an_option_without_its_command_is_told_which_it_is_of() -> None:
    assert refused("--list-files").endswith('no option "--list-files". Did you mean: cli check --list-files\n')
    assert refused("baseline --add").endswith('no option "--add". Did you mean: cli baseline update --add\n')


def test_a_number_is_told_what_it_must_be() -> None:
    for wrong in ("-1", "x", "+2", "²", "1.5", "9" * 5000):
        assert f"Invalid value for '--jobs': \"{wrong}\" is not a whole number, such as 0 or 4.\n" in refused(
            f"check --jobs {wrong}"
        )


def test_between_names_that_are_equally_near_the_reader_chooses() -> None:
    assert 'Did you mean "rule" or "rules"?' in refused("schema rulse")
    assert hint("batch", ["batch-a", "batch-b", "other"]) == ' Did you mean "batch-a" or "batch-b"?'
    assert hint("batch", [f"batch-{number}" for number in range(20)]) == ""
    assert hint("pat", ["cat", "bat", "cat"]) == ' Did you mean "bat" or "cat"?'


def test_an_unknown_choice_is_told_which_there_are() -> None:
    assert '"zzz" is not one of text, concise, json, jsonl, sarif, github, gitlab,' in refused("check --format zzz")


def test_what_is_typed_cannot_steer_a_terminal_or_take_time() -> None:
    said = [
        refused(f"{command}\x1b[31m") for command in ("", "--", "check --", "check --format ", "explain ", "schema ")
    ]
    assert not any("\x1b" in each for each in said)
    with no_hanging():
        refused("x" * 1_000_000)
        refused("check --format " + "x" * 1_000_000)
        refused("--" + "x" * 1_000_000)


@given(st.text(max_size=12), st.lists(st.text(min_size=1, max_size=12), max_size=5))
def test_what_is_meant_is_what_findings_suggest_or_more(name: str, candidates: list[str]) -> None:
    found = closest(name, candidates)
    assert found is None or f'"{found}"' in hint(name, candidates)
    assert hint(name, []) == ""


@pytest.mark.parametrize("name", ["json", "text"])
def test_a_choice_is_itself(name: str) -> None:
    assert Choice(["text", "json"]).convert(name, None, None) == name


def test_the_help_of_check_shows_each_option_once_under_a_heading() -> None:
    shown = CliRunner().invoke(cli, ["check", "--help"]).output
    for option in OPTIONS:
        assert sum(line.startswith(f"  {', '.join(option.names)} ") for line in shown.splitlines()) == 1, option.names
    headings = [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == [
        "What runs:",
        "Which files:",
        "What is left out:",
        "What fails:",
        "Fixes:",
        "What is printed:",
        "Other options:",
    ]
    assert max(map(len, shown.splitlines())) <= 100


def _every(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command."""
    yield before
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _every(command, (*before, name))
        else:
            yield (*before, name)


def _parsed(words: list[str]) -> None:
    """A command line that an example gives is right: click would say so here."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    if words != ["--help"]:
        # Below the program, whose settings click would else forget for good.
        command.make_context(command.name, words, parent=cli.make_context("cblint", ["check"]))


@pytest.mark.parametrize("command", [*_every(cli)], ids=" ".join)
def test_every_command_explains_itself(golden: Golden, command: tuple[str, ...]) -> None:
    for columns in (80, 100, 300):
        done = CliRunner().invoke(cli, [*command, "--help"], prog_name="cblint", env={"COLUMNS": str(columns)})
        assert done.exit_code == 0
        lines = done.output.splitlines()
        assert lines[0].startswith(" ".join(("Usage: cblint", *command)))
        assert max(map(len, lines)) <= min(columns, 100)
        assert not any(line.endswith("-") and not line.endswith(" -") for line in lines), "a name is broken"
        assert "Example" in done.output or command[:1] == ("baseline",)
        if command and command != ("baseline",):
            assert "Exit status:" in done.output
        for example in (line.strip() for line in lines if line.startswith("    cblint ")):
            _parsed(shlex.split(re.split(" {2,}| > ", example)[0])[1:])
        if columns == 80:
            golden.check(f"help-{'-'.join(command or ('cblint',))}.txt", done.output)
