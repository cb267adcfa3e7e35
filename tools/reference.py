"""The references of the documentation: the command line from its own help, the configuration from its schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from typing import Any

import click
import yaml

from cblint.cli.commands import cli
from cblint.cli.formatter import Context
from cblint.facts.sources import read_schema

# The command line


def command_line() -> str:
    """The help of every command."""
    pages = "\n\n".join(
        f"## {context.command_path}\n\n{_help(context)}" for context in _contexts(_context(cli, "cblint"))
    )
    return f"# Command line\n\nThis is what `--help` says of each command.\n\n{pages}\n"


def _context(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    return Context(command, info_name=name, parent=parent, **command.context_settings)


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """A command and all below it, in the order of its help."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.commands[name]
            if not command.hidden:
                yield from _contexts(_context(command, name, context))


def _help(context: click.Context) -> str:
    formatter = _Markdown()
    context.command.format_help(context, formatter)
    return "\n\n".join(formatter.parts)


class _Markdown(click.HelpFormatter):
    """What a command writes for its help, as Markdown."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: ARG002
        """How it is called."""
        self.parts.append(f"```text\n{prog} {args}\n```")

    def write_heading(self, heading: str) -> None:
        """What the next options have in common."""
        self.parts.append(f"**{heading}**")

    def write_text(self, text: str) -> None:
        """Paragraphs; those whose lines are to stay are a title and a block."""
        for paragraph in re.split(r"\n{2,}", cleandoc(text)):
            if not paragraph.startswith("\b"):
                self.parts.append(_prose(paragraph))
                continue
            title, _, lines = paragraph.removeprefix("\b\n").partition("\n")
            self.parts += [_prose(title), f"```text\n{cleandoc(lines)}\n```"]

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 0, col_spacing: int = 0) -> None:  # noqa: ARG002
        """Options or commands: a list, as a table has no room for long names and no `|` in its code."""
        self.parts.append("\n".join(f"- `{name}`: {_prose(text)}" for name, text in rows))

    def write_paragraph(self) -> None:
        """Parts stand apart anyway."""


_STEERING = re.compile(r"[\\`*_<>\[\]]")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def _prose(text: str) -> str:
    """Words in one line: what steers Markdown does not, and options are code."""
    escaped = _STEERING.sub(r"\\\g<0>", " ".join(text.split()))
    return _OPTION.sub(r"`\g<0>`", escaped)


# The configuration

_TYPES = {"string": "text", "boolean": "`true` or `false`", "integer": "whole number", "object": "mapping"}


def configuration() -> str:
    """Every key of a configuration."""
    schema = read_schema("config")
    parts = [part for name, key in schema["properties"].items() for part in _key(name, key, schema, "##", "none")]
    return "\n\n".join(["# All settings", _ABOUT, *parts]) + "\n"


_ABOUT = (
    "The keys of `.cblint.yml`, and of `[tool.cblint]` in `pyproject.toml`. [Configuration](configuration.md) says "
    "what they are for and how they work together. The same as a JSON schema: "
    "[config.schema.json](../rules/schema/config.schema.json)."
)


def _key(path: str, key: dict[str, Any], parent: dict[str, Any], level: str, unset: str) -> Iterator[str]:
    """A key, and those within it."""
    name = path.rpartition(".")[2]
    yield f"{level} {path}"
    yield str(key["description"])
    yield "\n".join(f"- {fact}" for fact in _facts(name, key, parent, unset))
    yield from (f"```yaml\n{_dumped({name: example})}```" for example in key["examples"])
    inner, step = (key["items"], "[]") if "properties" in key.get("items", {}) else (key, "")
    if "properties" in inner and not path.count("."):
        yield "What is not told of a project is unknown, and nothing is said that depends on it."
    for below, value in inner.get("properties", {}).items():
        yield from _key(f"{path}{step}.{below}", value, inner, "###", "unknown")


def _facts(name: str, key: dict[str, Any], parent: dict[str, Any], unset: str) -> Iterator[str]:
    yield f"Type: {_type(key)}"
    values = _values(key)
    if values:
        yield "Values: " + ", ".join(f"`{value}`" for value in values)
    if "minimum" in key:
        yield f"At least: {key['minimum']}"
    if name in parent.get("required", ()):
        yield "Required"
    else:
        yield f"Default: `{_inline(key['default'])}`" if "default" in key else f"Default: {unset}"


def _type(key: dict[str, Any]) -> str:
    named = [key["type"]] if isinstance(key["type"], str) else key["type"]
    return ", or ".join(_of_one_type(each, key) for each in named)


def _of_one_type(name: str, key: dict[str, Any]) -> str:
    if name == "array":
        return f"list of {_plural(key['items'])}"
    if name == "object" and isinstance(key.get("additionalProperties"), dict):
        return f"mapping of names or patterns to {_plural(key['additionalProperties'])}"
    return _TYPES[name]


def _plural(key: dict[str, Any]) -> str:
    return (
        f"lists of {_plural(key['items'])}"
        if key["type"] == "array"
        else {"string": "texts", "object": "mappings"}[key["type"]]
    )


def _values(key: dict[str, Any]) -> list[str]:
    within = (key, key.get("items", {}), key.get("additionalProperties") or {})
    return next((each["enum"] for each in within if "enum" in each), [])


def _dumped(value: dict[str, Any]) -> str:
    """A key as people write it: lists and mappings of plain values in one line, all else below it."""
    plain = not any(isinstance(each, (list, dict)) for each in value.values())
    dumped: str = yaml.safe_dump(value, sort_keys=False, width=100, default_flow_style=False if plain else None)
    return dumped


def _inline(value: Any) -> str:
    dumped: str = yaml.safe_dump(value, default_flow_style=True)
    return dumped.removesuffix("\n").removesuffix("\n...")
