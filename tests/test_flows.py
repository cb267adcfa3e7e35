"""What commands make of texts with labels: the samples of tests/data/flows.yml."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import yaml

from cblint.checks.ways import may_have_secrets
from cblint.facts import table
from cblint.flow.dumps import ENVIRONMENT
from cblint.flow.events import Event
from cblint.flow.kinds import LOGGED, STORED
from cblint.flow.labels import UNTRUSTED, given_labels, sounds_secret
from cblint.shell.effects import Verb, line_in, verbs
from cblint.shell.query import invocations
from tests.builds import build, buildspec, written
from tests.shell import read

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "flows.yml")
MASKED = {True: "whole", None: "part", False: "other"}
OF_OUTPUT = {"secret", "untrusted", "passes", "arguments", "environment", "copies", "stores", "clean"}


def samples() -> dict[str, str]:
    with open(SAMPLES, encoding="utf-8") as file:
        found: dict[str, str] = yaml.safe_load(file)
    return found


def all_verbs() -> list[Verb]:
    """The lines that tell what a command prints or stores."""
    lines = (verb for program in table("flows")["tools"] for verb in verbs(program, "flows"))
    return [verb for verb in lines if OF_OUTPUT & set(verb.says)]


@pytest.mark.parametrize(("command", "expected"), samples().items(), ids=str)
def test_a_command_prints_and_stores_what_its_sample_says(command: str, expected: str) -> None:
    script = command.replace("$U", "$CODEBUILD_WEBHOOK_HEAD_REF")
    found = build({"build": {"commands": [script]}}, top={"env": {"secrets-manager": {"S": "a:b"}}})
    events = [event for run in found.on("succeeding") for event in run.events if event.kind in (LOGGED, STORED)]
    assert [_told(event) for event in events][-1:] == ([] if expected == "nothing" else [expected])


def _told(event: Event) -> str:
    """What a sample says of it."""
    labels = sorted(event.values[0].labels, key=lambda label: label.source != ENVIRONMENT)
    source = labels[0].source
    if event.kind == STORED:
        return f"into {event.name.rpartition('/')[2]} {source}"
    return source if source == ENVIRONMENT or labels[0].kind == UNTRUSTED else f"{source} {MASKED[labels[0].masked]}"


def test_every_line_has_a_sample() -> None:
    fitting = {id(verb) for command in samples() for verb in _lines(command)}
    assert [verb.name for verb in all_verbs() if id(verb) not in fitting] == []


def _lines(command: str) -> Iterator[Verb]:
    for invocation in invocations(read(command)):
        verb = line_in("flows", invocation)
        if verb is not None:
            yield verb


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "TOKEN",
        "GITHUB_TOKEN",
        "API_KEY",
        "APIKEY",
        "CLIENT_SECRET",
        "db_passwd",
        "FLYWAY_USER_PW",
        "GITHUB_PAT",
        "DOCKERHUB_PASS",
        "SnykApiKey",
    ],
)
def test_a_name_tells_a_secret(name: str) -> None:
    assert sounds_secret(name)
    assert [label.source for label in given_labels(name)] == ["named"]


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_NAME",
        "TOKEN_URL",
        "PASSWORD_FILE",
        "SECRET_ARN",
        "PWD",
        "OLDPWD",
        "KEY",
        "CACHE_KEY",
        "NEXT_TOKEN",
        "SSH_PUBLIC_KEY",
        "MONKEY",
        "BYPASS",
        "nextToken",
        "hasPassword",
        "CompassKey",
        "TESTS_PASS",
        "RESULT_PAT",
    ],
)
def test_a_name_tells_of_no_secret(name: str) -> None:
    assert not sounds_secret(name)
    assert given_labels(name) == frozenset()


@pytest.mark.parametrize("command", [command for command, told in samples().items() if told.startswith("fetched")])
def test_a_command_that_fetches_a_secret_has_the_build_looked_at(command: str) -> None:
    assert may_have_secrets(buildspec(written({"build": {"commands": [command]}})))


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "TOKEN", "GITHUB_PAT", "apiKey", "DB_PASS", "DB_PW", "CLIENT_SECRET", "SnykToken"]
)
def test_a_name_of_a_secret_has_the_build_looked_at(name: str) -> None:
    assert sounds_secret(name)
    assert may_have_secrets(buildspec(written({"build": {"commands": [f"echo ${name}"]}})))


def test_a_build_without_secrets_is_not_looked_at() -> None:
    assert not may_have_secrets(buildspec(written({"build": {"commands": ["npm ci", "npm test"]}})))
