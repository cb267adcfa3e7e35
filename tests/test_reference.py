"""The references of the documentation, and what stands in the schema of the configuration for them."""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import click
import jsonschema
import pytest

from cblint.cli.commands import cli
from cblint.config import Config, load_config
from cblint.facts.sources import read_schema
from tools.reference import command_line, configuration

SCHEMA = read_schema("config")


def keys(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of the configuration, by the heading it has."""
    for name, key in schema["properties"].items():
        yield path + name, key
        inner, step = (key["items"], "[]") if "properties" in key.get("items", {}) else (key, "")
        if "properties" in inner:
            yield from keys(inner, f"{path}{name}{step}.")


KEYS = dict(keys(SCHEMA))


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command, by how it is called."""
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")


COMMANDS = dict(commands(cli, "cblint"))


def sections(page: str) -> dict[str, str]:
    """What stands under each heading of a page."""
    _, *parts = re.split(r"(?m)^##+ (.+)$", page)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_command_has_its_section() -> None:
    assert sections(command_line()).keys() == COMMANDS.keys()


@pytest.mark.parametrize("path", COMMANDS)
def test_a_section_holds_all_that_the_help_says(path: str) -> None:
    """Word for word, whatever the layout."""
    command = COMMANDS[path]
    context = click.Context(command, info_name=path, **command.context_settings)
    helped = re.sub(r"^Usage: ", "", command.get_help(context))
    plain = sections(command_line())[path].replace("```text", "")
    assert words(plain) == words(helped)


def words(text: str) -> list[str]:
    """The words of a text without what Markdown or a terminal adds: marks, colons at headings, the end of a line."""
    return re.findall(r"[\w$./]+", text.translate({ord("`"): "", ord("\\"): ""}))


def test_every_key_has_its_section() -> None:
    assert list(sections(configuration())) == list(KEYS)


@pytest.mark.parametrize("path", KEYS)
def test_an_example_of_a_key_is_one(path: str) -> None:
    key = KEYS[path]
    jsonschema.Draft202012Validator.check_schema(key)
    assert key["examples"]
    for example in key["examples"]:
        jsonschema.validate(example, key)
        assert example != key.get("default")


@pytest.mark.parametrize("name", [name for name, key in SCHEMA["properties"].items() if "default" in key])
def test_what_is_called_a_default_changes_nothing(name: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / ".cblint.yml"
    path.write_text(json.dumps({name: SCHEMA["properties"][name]["default"]}))
    assert load_config(str(path))._replace(folder="") == Config()


@pytest.mark.parametrize("name", sorted(SCHEMA["properties"].keys() - {"extends", "rules", "baseline"}))
def test_what_is_called_an_example_changes_something(name: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / ".cblint.yml"
    path.write_text(json.dumps({name: SCHEMA["properties"][name]["examples"][0]}))
    assert load_config(str(path))._replace(folder="") != Config()
