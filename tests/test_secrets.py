"""The detector: the samples of tests/data/secrets.yml, in every text that can hold them."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import pytest
import yaml

from cblint.facts import table
from cblint.secrets.context import named
from cblint.secrets.find import find
from cblint.secrets.formats import formats
from cblint.secrets.names import names_secret
from tests.bounds import ALL, no_hanging

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "secrets.yml"), encoding="utf-8") as file:
    SAMPLES: dict[str, Any] = yaml.safe_load(file)


class Sample(NamedTuple):
    """A token and what it is."""

    what: str
    text: str

    @property
    def secret(self) -> str:
        """The token itself: of some URLs the host is not a part of it."""
        for begin in ("hooks.slack.com/", "/api/webhooks/", "/webhookb2/"):
            if begin in self.text:
                return self.text[self.text.index(begin) :]
        return self.text


TOKENS = [Sample(what, "".join(parts)) for what, samples in SAMPLES["formats"].items() for parts in samples]
NAMED = [(each["what"], each["name"], "".join(each["value"][0])) for each in SAMPLES["named"]]


def found(text: str) -> list[tuple[str, str]]:
    """What is found in a text, and what it is called."""
    return [(match.what, text[match.start : match.end]) for match in find(text)]


@pytest.mark.parametrize("sample", TOKENS, ids=lambda sample: sample.what)
def test_a_token_is_found(sample: Sample) -> None:
    for around in ("{}", "x = {} y", 'X="{}"', "https://a.b/?x={}", "a\n{}\nb", "({})", "Bearer {}"):
        assert (sample.what, sample.secret) in found(around.format(sample.text)), around


@pytest.mark.parametrize(("what", "name", "value"), NAMED, ids=[what for what, _, _ in NAMED])
def test_a_value_is_known_by_its_name(what: str, name: str, value: str) -> None:
    for around in ("{}={}", "export {}={}", '{}="{}"', '"{}": "{}"', "{} = {}", "--{}={}", "-D{}={}"):
        assert found(around.format(name, value)) == [(what, value)], around
    assert named("X_" + name, value) is not None
    assert found(f"SNAPSHOT={value}") == []


def test_every_format_has_a_sample() -> None:
    assert {form.what for form in formats()} == set(SAMPLES["formats"])
    assert {each["what"] for each in table("secrets")["named"]} == {what for what, _, _ in NAMED}
    assert len(set(SAMPLES["formats"])) >= 45


@pytest.mark.parametrize("sample", TOKENS, ids=lambda sample: sample.what)
def test_a_row_of_one_letter_is_not_found(sample: Sample) -> None:
    public = max(form.public for form in formats() if form.what == sample.what)
    rest = "".join("x" if char.isalnum() else char for char in sample.secret[public:])
    assert found(sample.secret[:public] + rest) == []


@pytest.mark.parametrize("text", SAMPLES["nothing"])
def test_what_is_no_secret_is_not_found(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("name", "says_so"),
    [
        *[(name, True) for name in ("DB_PASSWORD", "apiToken", "client-secret", "X-Api-Key", "dbpassword", "DB_PASS")],
        *[(name, True) for name in ("accessKey", "TOKEN_2", "secrets", "auth.token", "SIGNING_KEY", "PGPASSWORD")],
        *[(name, False) for name in ("SECRET_NAME", "PUBLIC_KEY", "PWD", "TOKEN_URL", "AWS_ACCESS_KEY_ID", "compass")],
        *[(name, False) for name in ("password-stdin", "CACHE_KEY", "secret_arn", "TokenType", "tokens_path", "")],
    ],
)
def test_names(name: str, says_so: bool) -> None:
    assert names_secret(name) is says_so


@pytest.mark.parametrize("password", ["s3cr3t!Xq9", "Tr0ub4dor&3", "a8!kks-X2mk", "Xk2!mm29sk"])
@pytest.mark.parametrize("around", ["DB_PASSWORD='{}'", '--password "{}"', '{{"password": "{}"}}', '-Dx.password="{}"'])
def test_a_password_is_found(password: str, around: str) -> None:
    assert [text for _, text in found(around.format(password))] == [password]


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("postgresql://app:kX81-pq,Tz@db.eu-west-1.rds.amazonaws.com/app", "certain"),
        ("https://ci:packages@pypi.acme.io/simple", "probable"),
        ("mysql://user:pass@$DATABASE_HOST:3306/testdb", "known"),
        ("postgres://postgres:postgres@localhost:5432/test", "known"),
        ("redis://:kX81-pq,Tz@redis:6379", "known"),
        ("postgres://app:$PASSWORD@db.acme.io/app", None),
        ("https://user:password@example.com/", None),
    ],
)
def test_the_password_of_a_url(url: str, what: str | None) -> None:
    assert [match.what for match in find(url) if match.kind == "url"] == ([what] if what else [])


UNITS = [
    "eyJ-", "sk-", "://a:", "password=", "xoxb-", "pypi-AgE", "key", "://", "-----BEGIN PRIVATE KEY-----", "token",
    "authorization: bearer ", "--password '", "sntrys_eyJ/", "sig=", "glpat-", "é password=", "://a:b@c ", "eyJa.eyJa.",
    "password=aB3$", "SK0123456789", "a_", "-us", "AccountKey=", "passwordA", "T3BlbkFJ-", "0Q~", "a-----BEGIN PRIVATE",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_hostile_megabyte_takes_no_longer_than_another(unit: str) -> None:
    text = unit * ((1_000_000 if ALL else 200_000) // len(unit))
    with no_hanging(60 if ALL else 6):
        assert sum(1 for _ in find(text)) <= len(text)
