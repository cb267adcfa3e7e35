"""What docs/editors.md shows can be read by the editors, and starts a server that there is."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import click
import pytest

from cblint.cli.commands import cli
from cblint.lsp import client
from tests.documents import Block, text_of
from tests.lsp.snippets import PAGE, Desk, program, shown

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_QUOTED = re.compile(r'"cblint"((?:[,\s]+"[^"]*")*)')
_SENTENCES = re.compile(r"`(cblint lsp[^`]*)`")
_OBJECTS = re.compile(r"`(\{\"[^`]*\})`")


def data(block: Block) -> dict[str, Any]:
    """A block of JSON or TOML as it is read."""
    found: dict[str, Any] = json.loads(block.text) if block.language == "json" else tomllib.loads(block.text)
    return found


def servers(node: Any) -> Iterator[list[str]]:
    """The arguments of cblint wherever it is the command."""
    if isinstance(node, dict):
        command = node.get("command")
        if command == "cblint":
            yield node["args"]
        elif isinstance(command, list) and command[0] == "cblint":
            yield command[1:]
        for each in node.values():
            yield from servers(each)


def command_lines() -> list[list[str]]:
    """The arguments of each cblint of the page that an editor starts, or a sentence names."""
    structured = [args for language in ("json", "toml") for block in shown(language) for args in servers(data(block))]
    quoted = [
        re.findall('"([^"]*)"', match[1])
        for language in ("lua", "lisp")
        for block in shown(language)
        for match in _QUOTED.finditer(block.text)
        if match[1]
    ]
    return structured + quoted + [line.split()[1:] for line in _SENTENCES.findall(text_of(PAGE))]


@pytest.mark.parametrize("arguments", command_lines(), ids=" ".join)
def test_a_command_is_one_of_cblint(arguments: list[str]) -> None:
    assert arguments[0] == "lsp"
    command = cli.commands["lsp"]
    assert isinstance(command, click.Command)
    command.make_context("lsp", arguments[1:], **cli.context_settings)  # click remembers how help is asked for


def test_each_editor_has_a_command() -> None:
    found = {language: [len(list(servers(data(block)))) for block in shown(language)] for language in ("toml", "json")}
    assert found == {"toml": [1], "json": [0, 1, 1]}
    assert sum(line[0] == "lsp" for line in command_lines()) > 6


@pytest.mark.parametrize("text", _OBJECTS.findall(text_of(PAGE)))
def test_settings_in_a_sentence_are_taken(text: str) -> None:
    given = json.loads(text)
    options = client.with_settings(client.Options(), given.get("cblint", given))
    assert options != client.Options()


def test_the_table_has_every_setting() -> None:
    table = text_of(PAGE).partition("\n| setting |")[2].partition("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for cell in first_cells for name in re.findall("`([^`]+)`", cell)} == set(client._KINDS)


def languages(text: str) -> set[str]:
    """What stands in a list of languages or file types that begins with YAML."""
    (found, *_) = re.findall(r'[\[{]\s*("yaml"[^\]}]*)[\]}]', text)
    return set(re.findall('"([^"]*)"', found))


def test_all_that_holds_buildspecs_is_attached_everywhere() -> None:
    lists = [languages(block.text) for block in (*shown("lua"), *shown("json")) if '"yaml",' in block.text]
    assert len(lists) == 3
    assert all(each == lists[0] for each in lists)


@pytest.mark.parametrize("block", shown("lua"), ids=lambda block: block.where)
def test_lua_can_be_read(block: Block, tmp_path: pathlib.Path) -> None:
    path = Desk(tmp_path, "").put("snippet.lua", block.text)
    done = subprocess.run([program("luac"), "-p", path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", shown("lisp"), ids=lambda block: block.where)
def test_lisp_can_be_read(block: Block, tmp_path: pathlib.Path) -> None:
    path = Desk(tmp_path, "").put("snippet.el", f"(progn {block.text}\n)")
    read = (
        f'(with-temp-buffer (insert-file-contents "{path}") (emacs-lisp-mode) (check-parens) (read (current-buffer)))'
    )
    done = subprocess.run(
        [program("emacs"), "--batch", "-Q", "--eval", read], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
