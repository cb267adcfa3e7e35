"""How a help is laid out: options and commands under headings, in the order in which someone looks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from cblint.cli.spelled import Command, Commands
from cblint.typing import Any

Headings = Mapping[str, Sequence[str]]
"""What stands under which heading, by name."""


class Headed(Command):
    """A command with its options under headings; those that stand under none come last."""

    def __init__(self, *arguments: Any, headings: Headings, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._headings = headings

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, but for the headings."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = {str(option.name): option.get_help_record(ctx) for option in options}
        _write(formatter, self._headings, {name: record for name, record in records.items() if record is not None})


class HeadedCommands(Commands):
    """The outermost group, with its commands under headings."""

    def __init__(self, *arguments: Any, headings: Headings, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._headings = headings

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, but for the headings."""
        commands = {name: self.commands[name] for name in self.list_commands(ctx)}
        records = {name: (name, command.get_short_help_str(formatter.width)) for name, command in commands.items()}
        _write(formatter, self._headings, records)


def _write(formatter: click.HelpFormatter, headings: Headings, records: dict[str, tuple[str, str]]) -> None:
    """Write each record once: a name and what it is for."""
    left = dict(records)
    for heading, names in headings.items():
        _section(formatter, heading, [left.pop(name) for name in names if name in left])
    _section(formatter, "Other options", list(left.values()))


def _section(formatter: click.HelpFormatter, heading: str, records: Sequence[tuple[str, str]]) -> None:
    if records:
        with formatter.section(heading):
            formatter.write_dl(records)
