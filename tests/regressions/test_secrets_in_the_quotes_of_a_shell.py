"""A secret was known as it is written, not as its shell reads it: other rules' messages showed ``pa'ss'word`` plain."""

from __future__ import annotations

import json
import pathlib
import re
import shlex

import pytest

from cblint.hiding import Hiding
from cblint.hosts.discover import Candidate
from cblint.linter import held_in, lint_text
from cblint.report import FORMATS
from tests.helpers import ISOLATED, commands
from tests.integration.conftest import invoke

SECRET = "Tr0ub4dorX9kk7q"
_SPELLINGS = [
    "Tr0ub'4dorX9'kk7q",
    "'Tr0ub4'\"dorX9kk7q\"",
    '"Tr0ub4""dorX9"kk7q',
    r"Tr0ub\4dorX\9kk7q",
    "$'Tr0ub4dorX9kk7q'",
    r"$'Tr0ub\x34dorX9\x6bk7q'",
    '$"Tr0ub4dorX9kk7q"',
    "Tr0ub4''dorX9kk7q",
    '"Tr0ub4\\\ndorX9kk7q"',
]
_GIVEN = [
    "export DB_PASSWORD={}",
    "DB_PASSWORD={} make",
    "declare -x DB_PASSWORD={}",
    "env DB_PASSWORD={} make",
    "export DB_PASS'WORD'={}",
    "deploy --password={}",
    "deploy --password {}",
    "deploy '--password' {}",
    "docker login -u me -p {} registry.example.com",
    "curl -u me:{} https://acme.io",
    "mysql -p{}",
    "git clone https://me:{}@acme.io/x",
    "curl -H 'Authorization: Bearer '{} https://acme.io",
    ": ${{DB_PASSWORD:={}}}",
    "X=(--password={})",
    """deploy '{{"password": "'{}'"}}'""",
    'X="$(deploy --password={})"',
]
_OF_POWERSHELL = [
    '$env:DB_PASSWORD = "Tr0ub`4dorX9kk7q"',
    "$DB_PASSWORD = @'\nTr0ub4dorX9kk7q\n'@",
    "deploy --password Tr0ub4`dorX9kk7q",
    "deploy --password=Tr0ub4'dorX9'kk7q",
]


def _hiding(text: str) -> Hiding:
    return Hiding(text, held_in(text, "buildspec.yml", ISOLATED).subjects)


def _shown(text: str, told: str) -> str:
    """What is shown of a text that tells of a file, and of each line of that file itself."""
    hiding = _hiding(text)
    return hiding.hidden(told) + "".join(hiding.hidden(line) for line in text.splitlines())


def _parts(secret: str) -> set[str]:
    return {secret[at : at + 7] for at in range(len(secret) - 6)}


@pytest.mark.parametrize("spelling", _SPELLINGS)
@pytest.mark.parametrize("given", _GIVEN)
def test_it_is_hidden_as_it_is_read_and_as_it_is_written(given: str, spelling: str) -> None:
    text = commands(json.dumps(given.format(spelling)), json.dumps(f"echo {spelling} {SECRET}"))
    shown = _shown(text, f"echo {SECRET}")
    assert not [part for part in _parts(SECRET) if part in shown], shown


@pytest.mark.parametrize(
    "given", ["export DB_PASSWORD={}", "env DB_PASSWORD={} make", "deploy --password={}", "deploy --password {}"]
)
@pytest.mark.parametrize("mark", ["'", '"', "\\", ";", ",", "("])
def test_a_mark_within_it_is_no_end(given: str, mark: str) -> None:
    secret = f"Tr0ub4{mark}dorX9kk7q"
    escaped = secret.replace("\\", "\\\\").replace('"', '\\"')
    for spelling in (shlex.quote(secret), f'"{escaped}"', "".join(f"\\{char}" for char in secret)):
        shown = _shown(commands(json.dumps(given.format(spelling))), f"echo {secret} {spelling}")
        assert not [part for part in _parts("dorX9kk7q") if part in shown], shown


@pytest.mark.parametrize(
    "command",
    [
        "cat > .env <<EOF\nDB_PASSWORD={}\nEOF",
        "cat > .env <<'EOF'\nDB_PASSWORD={}\nEOF",
        'eval "export DB_PASSWORD={}"',
        "make # DB_PASSWORD={}",
    ],
)
@pytest.mark.parametrize("spelling", ["Tr0ub4'dorX9'kk7q", r"Tr0ub\4dorX9kk7q"])
def test_it_is_hidden_to_its_end_in_texts_of_others(command: str, spelling: str) -> None:
    shown = _shown(commands(json.dumps(command.format(spelling))), f"DB_PASSWORD={spelling}")
    assert "dorX9" not in shown


@pytest.mark.parametrize("command", _OF_POWERSHELL)
def test_powershell_has_quotes_of_its_own(command: str) -> None:
    text = commands(json.dumps(command)).replace("phases:", "env: {shell: powershell.exe}\nphases:")
    assert _hiding(text).hidden(f"echo {SECRET} x") == f"echo …({len(SECRET)}) x"


@pytest.mark.parametrize("spelling", _SPELLINGS[:4])
def test_one_that_is_known_is_found_in_other_spellings(spelling: str) -> None:
    text = commands("make", json.dumps(f"docker build -t {spelling} .")).replace(
        "phases:", f"env: {{variables: {{DB_PASSWORD: {SECRET}}}}}\nphases:"
    )
    shown = _hiding(text).hidden(f"docker build -t {spelling} .")
    assert re.fullmatch(r"docker build -t [\"']?…\(1\d\)[\"']? \.", shown)


def test_no_output_shows_it(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    image = "Tr0ub'4dorX9'kk7q"
    text = commands(
        f"export DB_PASSWORD={image}",
        f"docker build -t {image} . && docker push {image}",
        'X=Tr0ub"4dorX9"kk7q',
        f"export {SECRET}=1",
    )
    (tmp_path / "buildspec.yml").write_text(f"{text}cache:\n  {SECRET}: b\n")
    rules = {each.rule for each in lint_text(text, Candidate("buildspec.yml", True), ISOLATED).findings}
    assert {"secret-literal", "mutable-image-tag"} <= rules
    for arguments in (
        *(["check", "--format", name] for name in FORMATS),
        ["check", "--diff", "--unsafe-fixes"],
        ["trace"],
        ["trace", "--format", "json"],
    ):
        done = invoke([*arguments, "buildspec.yml"], "")
        assert not [part for part in (*_parts(SECRET), *_parts(image)) if part in done.stdout + done.stderr], arguments


@pytest.mark.parametrize(
    "command",
    [
        "DB_PASSWORD='' python manage.py",
        'DB_PASSWORD="" python manage.py',
        'deploy --password="$PASSWORD" --region eu',
        "grep -q 'password:' settings.yml",
        "bash -c 'TOKEN=$(cat token) make deploy-all'",
        """deploy '{"token": "'"$TOKEN"'", "stage": "production"}'""",
        'deploy --token "$(cat token)" --now',
    ],
)
def test_nothing_else_is_hidden(command: str) -> None:
    text = commands(json.dumps(command))
    assert _hiding(text).hidden(f"{command} python settings") == f"{command} python settings"
