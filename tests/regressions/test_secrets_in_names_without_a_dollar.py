"""A secret whose name is a plain word, or whose command is written in pieces, was looked for by no build."""

from __future__ import annotations

import pytest

from tests.helpers import commands, lint, said

ARTIFACT = "artifacts:\n  files: [env.txt]\n"


@pytest.mark.parametrize(
    "command",
    [
        "printenv token",
        "printenv password",
        "for name in token; do printenv $name; done",
        "printenv to''ken",
        'aws secretsmanager get-"secret"-value --secret-id shop',
        "aws sts get-session-to\\ken",
        "cham'ber' read shop key",
    ],
)
def test_it_is_found(command: str) -> None:
    assert any(each.startswith("secret-printed ") for each in said(lint(commands(command))))


def test_it_is_found_on_two_lines() -> None:
    text = commands("|\n        gh auth tok\\\n        en")
    assert "secret-printed 6:9" in said(lint(text))


def test_it_is_found_in_an_artifact() -> None:
    assert "secret-in-artifact 8:11" in said(lint(commands("export token", "env > env.txt") + ARTIFACT))


def test_a_word_that_is_no_variable_is_none() -> None:
    assert not any(each.startswith("secret-") for each in said(lint(commands("echo the token is 'set'", "ls token"))))
