"""Functions that call one another, texts that hold themselves and prints of a large environment: crashes and hangs."""

from __future__ import annotations

import json

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.bounds import no_hanging, times

COUNT = 800
LAST = f"f{COUNT}() {{ echo $1; }}\nf0 $DB_PASSWORD"
CALL = '"$1"'
COMMANDS = {
    "a chain": "\n".join(f"f{at}() {{ f{at + 1} {CALL}; }}" for at in range(COUNT)) + f"\n{LAST}",
    "each calls the next one twice": "\n".join(
        f"f{at}() {{ f{at + 1} {CALL}; f{at + 1} {CALL}; }}" for at in range(COUNT)
    )
    + f"\n{LAST}",
    "a circle": "\n".join(
        f"f{at}() {{ f{(at + 1) % COUNT} {CALL}; f{(at + 2) % COUNT} {CALL}; }}" for at in range(COUNT)
    )
    + "\nf0 $DB_PASSWORD",
    "eval of eval": "eval " * times(3_000) + "echo a",
    "a text that holds itself": 'export X="echo $DB_PASSWORD"\'; sh -c "$X"; sh -c "$X"\'\nsh -c "$X"\n' * 100,
    "loops in a pipeline": "echo $DB_PASSWORD" + " | while read -r x; do sleep 1; done" * times(2_000),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_they_are_linted_in_bounded_time(command: str) -> None:
    assert_linted({"DB_PASSWORD": "a:b"}, [command])


def test_so_is_a_large_environment_that_is_printed_again_and_again() -> None:
    assert_linted({f"S{at}_PASSWORD": "a:b" for at in range(times(4_000))}, ["env"] * times(4_000))


def assert_linted(secrets: dict[str, str], commands: list[str]) -> None:
    text = json.dumps(
        {"version": 0.2, "env": {"secrets-manager": secrets}, "phases": {"build": {"commands": commands}}}
    )
    with no_hanging():
        result = lint_text(text, Candidate("buildspec.yml", True), Settings(isolated=True))
    assert result.kind == "buildspec"
    assert not result.crashes
