"""What the table of arguments says of command lines, and where a shell is known to print its commands."""

from __future__ import annotations

from typing import Any

import pytest

from cblint.checks.arguments import says_secret
from cblint.facts import table
from cblint.flow.kinds import PASSED
from cblint.shell.effects import verbs
from tests import builds

FIELDS = {"secret", "holds", "instead", "keeps", "built", "history"}


@pytest.mark.parametrize("program", table("arguments")["tools"])
def test_a_line_says_where_secrets_stand(program: str) -> None:
    for verb in verbs(program, "arguments"):
        says: dict[str, Any] = verb.says
        assert says.keys() <= FIELDS, verb.name
        assert says, verb.name
        for field in ("secret", "holds", "built"):
            assert all(place.startswith(("-", "@", "/")) for place in says.get(field, ())), verb.name
        assert says.get("instead", "ends.").endswith(".")


@pytest.mark.parametrize(
    "name", ["--password", "--api-token", "-Dsonar.login", "DbPassword", "db.password", "NPM_TOKEN", "--clientToken"]
)
def test_a_name_says_that_a_secret_follows(name: str) -> None:
    assert says_secret(name)


@pytest.mark.parametrize(
    "name", ["--password-stdin", "--token-file", "--starting-token", "--user", "--public-key", "-p"]
)
def test_a_name_says_something_else(name: str) -> None:
    assert not says_secret(name)


@pytest.mark.parametrize(
    ("script", "prints"),
    [
        ('set -x; deploy "$TOKEN"', True),
        ('set -o xtrace; deploy "$TOKEN"', True),
        ('set -v; deploy "$TOKEN"', False),
        ('set -x; set +x; deploy "$TOKEN"', False),
        ('[ -n "$DEBUG" ] && set -x; deploy "$TOKEN"', None),
        ("bash -xc 'deploy \"$TOKEN\"'", True),
        ("bash -c 'deploy \"$TOKEN\"'", False),
    ],
)
def test_it_is_known_where_a_shell_prints_its_commands(script: str, prints: bool | None) -> None:
    events = [event for event in builds.item(script).events if event.kind == PASSED and event.name == "deploy"]
    assert [event.state.options.xtrace for event in events if event.state is not None] == [prints]
