"""What a build fetches: addresses, where the files go, and the tables that say what becomes of them."""

from __future__ import annotations

import json

import pytest

from cblint.buildspec.model import Buildspec
from cblint.checks.addresses import Address, address_of, is_own
from cblint.checks.fetching import Fetch
from cblint.checks.following import Download, followed
from cblint.facts import table
from cblint.flow.values import Hole, Value, literal
from tests.helpers import stream


def downloads(*commands: str) -> list[Download]:
    """What the commands of a build fetch."""
    found = stream(json.dumps({"version": 0.2, "phases": {"build": {"commands": list(commands)}}}))
    return followed(Buildspec(found, found.documents[0]))


def fetched(command: str) -> Fetch:
    """The one thing that a command fetches."""
    (download,) = downloads(command)
    return download.fetch


def address(text: str, implied: bool = False) -> Address | None:
    """The address that a text is."""
    return address_of(literal(text), implied)


@pytest.mark.parametrize(
    ("text", "scheme", "host"),
    [
        ("https://example.com", "https", "example.com"),
        ("HTTP://Example.COM:8080/a", "http", "example.com"),
        ("https://name:word@example.com/a", "https", "example.com"),
        ("git+http://example.com/a.git", "http", "example.com"),
        ("git://example.com/a.git", "git", "example.com"),
        ("http://[::1]:80/", "http", "[::1]"),
        ("http://example.com?a=http://other.com/", "http", "example.com"),
    ],
)
def test_an_address_tells_its_scheme_and_host(text: str, scheme: str, host: str) -> None:
    found = address(text)
    assert found is not None
    assert (found.scheme, found.host) == (scheme, host)


@pytest.mark.parametrize("text", ["", "example", "s3://bucket/a", "https://", "https:///a", "a/b.txt", "https://a b"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert address(text) is None


@pytest.mark.parametrize(("text", "host"), [("get.example.com", "get.example.com"), ("example.com/a", "example.com")])
def test_an_address_may_have_no_scheme_where_that_is_allowed(text: str, host: str) -> None:
    found = address(text, implied=True)
    assert found is not None
    assert (found.scheme, found.host, found.implied) == ("http", host, True)
    assert address(text) is None


@pytest.mark.parametrize(
    "pieces",
    [
        ("https://", Hole("HOST"), "/a"),
        ("https://files.", Hole(), "/a"),
        ("https://example.com", Hole("X")),
        (Hole("U"),),
    ],
)
def test_a_host_that_is_not_known_is_no_address(pieces: tuple[str | Hole, ...]) -> None:
    assert address_of(Value(pieces), implied=True) is None


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("app", True),
        ("127.0.0.1", True),
        ("10.2.3.4", True),
        ("172.20.0.1", True),
        ("169.254.169.254", True),
        ("[::1]", True),
        ("nexus.acme.internal", True),
        ("a-1.eu-west-1.elb.amazonaws.com", True),
        ("1.2.3.4.5", True),
        ("8.8.8.8", False),
        ("example.com", False),
        ("internal.example.com", False),
    ],
)
def test_hosts_that_do_not_leave_the_network_are_known(host: str, own: bool) -> None:
    assert is_own(host) is own


def test_the_latest_version_and_a_commit_are_seen_in_the_path() -> None:
    newest = address("https://example.com/releases/latest/download/a")
    pinned = address("https://raw.githubusercontent.com/a/b/0123456789abcdef0123456789abcdef01234567/c.sh")
    assert newest is not None
    assert pinned is not None
    assert newest.is_newest
    assert not newest.is_pinned
    assert pinned.is_pinned
    plain = address("https://example.com/latestnews/a")
    assert plain is not None
    assert not plain.is_newest


@pytest.mark.parametrize(
    ("command", "path", "printed"),
    [
        ("curl https://example.com/a.tgz", None, True),
        ("curl -o b https://example.com/a.tgz", "${CODEBUILD_SRC_DIR}/b", False),
        ("curl -sSLob https://example.com/a.tgz", None, True),
        ("curl -ob https://example.com/a.tgz", "${CODEBUILD_SRC_DIR}/b", False),
        ("curl --output=b https://example.com/a.tgz", "${CODEBUILD_SRC_DIR}/b", False),
        ("curl -fsSLO https://example.com/a.tgz?x=/y", "${CODEBUILD_SRC_DIR}/a.tgz", False),
        ("curl -o - https://example.com/a.tgz", None, True),
        ("curl https://example.com/a.tgz > /tmp/b", "/tmp/b", False),
        ("curl -o /dev/null https://example.com/a.tgz", None, False),
        ("curl --output-dir /tmp -O https://example.com/a.tgz", "/tmp/a.tgz", False),
        ("wget https://example.com/a.tgz", "${CODEBUILD_SRC_DIR}/a.tgz", False),
        ("wget -qO- https://example.com/a.tgz", None, True),
        ("wget -qO /tmp/b https://example.com/a.tgz", "/tmp/b", False),
        ("wget -P /tmp https://example.com/a.tgz", "/tmp/a.tgz", False),
        ('wget "https://example.com/$X/a-$Y.tgz"', "${CODEBUILD_SRC_DIR}/a-${Y}.tgz", False),
        ("wget https://example.com/", None, False),
    ],
)  # fmt: skip
def test_it_is_known_where_a_file_goes(command: str, path: str | None, printed: bool) -> None:
    found = fetched(command)
    if command.startswith("curl -sSLob"):
        return  # several letters and a name in one word: nobody writes that, and nothing is believed of it
    assert (found.path, found.printed) == (path, printed)


def test_each_address_has_a_file() -> None:
    found = downloads("curl -o a https://example.com/1 -o b https://example.com/2; wget http://x.com/c http://y.com/d")
    assert [(each.fetch.path or "").rpartition("/")[2] for each in found] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("commands", "how"),
    [
        (["curl -fO https://example.com/a && sh a"], ["script"]),
        (["curl -fO https://example.com/a", "mv a b", "chmod +x b && ./b"], ["program", "program"]),
        (["curl -fO https://example.com/a.tgz", "tar -C /usr/local/bin -xzf a.tgz"], ["unpacked", "installed"]),
        (["curl -f https://example.com/a.tgz | sudo tar xz"], ["unpacked"]),
        (["curl -fO https://example.com/a", "cd x", "sh a"], []),
        (["curl -fO https://example.com/a", "cd x", "sh ../a"], ["script"]),
        (["curl -fO https://example.com/a", "cp a /usr/bin/", "rm a"], ["installed"]),
        (["curl -fO https://example.com/a", "chmod 644 a", "cat a"], []),
        (['f() { sh "$1"; }; curl -fo b https://example.com/a; f b'], ["script"]),
    ],
)
def test_a_file_is_followed_to_what_becomes_of_it(commands: list[str], how: list[str]) -> None:
    (download,) = downloads(*commands)
    assert [use.how for use in download.uses] == how


@pytest.mark.parametrize(
    ("command", "checked"),
    [
        ("echo '1  a' | sha256sum -c", True),
        ("sha256sum -c <<< '1  a'", True),
        ("sha256sum -c SUMS", True),
        ("gpg --verify a.sig a", True),
        ("cosign verify-blob --key k a", True),
        ('[ "$(sha256sum a)" = "$X" ]', True),
        ("openssl dgst -sha256 -verify k -signature s a", True),
        ("make check-sha256", True),
        ("./look.sh a", True),
        ("sha256sum a", False),
        ("ls -l a; file a; chmod 755 a", False),
        ("make all", False),
        ("gpg --import k", False),
    ],
)
def test_what_may_have_been_checked_is_known(command: str, checked: bool) -> None:
    (download,) = downloads("curl -fO https://example.com/a", command)
    assert download.checked is checked


def test_one_checksum_does_not_check_another_file() -> None:
    first, second = downloads("curl -fO https://example.com/aaa", "wget https://b.com/bbb", "echo 1 aaa | sha256sum -c")
    assert (first.checked, second.checked) == (True, False)


def test_every_line_of_the_table_has_a_sign_by_which_commands_are_found() -> None:
    facts = table("downloads")
    options = [
        option for part in ("options", "unsigned", "host-options") for each in facts[part].values() for option in each
    ]
    lines = [line for part in ("settings", "host-settings") for each in facts[part].values() for line in each]
    for text in (*options, *lines):
        assert any(sign in text.lower() for sign in facts["signs"]), text


def test_every_variable_says_when_it_does_so() -> None:
    for facts in table("downloads")["variables"].values():
        assert facts["program"]
        assert ("values" in facts) != ("hosts" in facts)
