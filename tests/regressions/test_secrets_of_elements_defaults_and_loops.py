"""Parts of secrets were shown that a name is given otherwise than by an assignment of one word."""

from __future__ import annotations

import pytest

from cblint.hiding import Hiding
from cblint.linter import held_in
from tests.helpers import ISOLATED, commands, lint, said


def _hidden(text: str) -> str:
    return Hiding(text, held_in(text, "buildspec.yml", ISOLATED).subjects).hidden(text)


def _item(command: str) -> str:
    return commands("|\n        " + command.replace("\n", "\n        "))


@pytest.mark.parametrize(
    "command",
    [
        "declare -A a=([authToken]='{}')",
        "declare -A a=([authToken]={})",
        "a[authToken]='{}'",
        'python -c \'os.environ["API_TOKEN"] = "{}"\'',
        "gh auth login --with-token <<< '{}'",
        "gh auth login --with-token <<E\n{}\nE",
        "echo '{}' | docker login -u me --password-stdin",
        "printf '%s' '{}' | docker login -u me --password-stdin",
        "printf -v token %s '{}'",
        "read -r apiKey <<< '{}'",
        "while read apiKey; do echo $apiKey; done <<< '{}'",
        ": ${{SONAR_TOKEN:={}}}",
        "API_KEY=$(echo '{}' | base64 -d)",
        "cat > .env <<E\nSONAR_TOKEN={}\nE",
    ],
)
@pytest.mark.parametrize("secret", ["ri2njy2dwojs5vjez", "kq7.vRw2,Zt9xLm4c", "kq7%vRw2Zt9xLm4c"])
def test_they_are_hidden(command: str, secret: str) -> None:
    hidden = _hidden(_item(command.format(secret)))
    assert secret[:8] not in hidden
    assert secret[-8:] not in hidden


@pytest.mark.parametrize(
    "command", ['a[authToken]="{}"', 'printf -v token %s "{}"', 'docker login --password-stdin <<< "{}"']
)
def test_they_are_hidden_on_two_lines(command: str) -> None:
    hidden = _hidden(_item(command.format("ri2njy2dw\\\nojs5vjez9")))
    assert "ri2njy2" not in hidden
    assert "js5vjez9" not in hidden


def test_an_item_that_is_a_mapping_is_hidden() -> None:
    assert "Zt9xLm4c" not in _hidden(commands("MYSQL_PWD: kq7!vRw2,Zt9xLm4c"))


@pytest.mark.parametrize(
    "command",
    [
        "echo '@@my-token@@' | docker login --password-stdin",
        'echo "$TOKEN" | docker login --password-stdin',
        "printf '%s' \"$TOKEN\" | docker login --password-stdin",
        "docker login --password-stdin < ~/.token",
        "gh auth login --with-token <<E\n$(cat token.txt)\nE",
        'declare -A a=([token]=$(cat token.txt) [password]="${PASSWORD}")',
        "jq '.[\"password\"]=env.PASSWORD1'",
        "while read TOKEN; do echo done; done < tokens.txt",
    ],
)
def test_what_stands_for_one_is_none(command: str) -> None:
    assert not any(each.startswith("secret-literal") for each in said(lint(_item(command))))


def test_what_stands_behind_a_comma_is_shown() -> None:
    assert "region=eu-west-1" in _hidden(commands("make # password=kq7vRw2Zt9xLm4c,region=eu-west-1"))
