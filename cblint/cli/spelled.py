"""What click says of a name that is none: each with what was probably meant, found as in all of cblint."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import click

from cblint.cli.formatter import Context
from cblint.cli.options import whole
from cblint.report.shown import printable
from cblint.spelling import hint
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    _Choice = click.Choice[str]
    _Number = click.ParamType[int]
else:
    _Choice, _Number = click.Choice, click.ParamType  # before click 8.4 they take no type


class Choice(_Choice):
    """One of some values."""

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__(tuple(choices))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value, or what it may have been meant to be."""
        name = str(value)
        if name not in self.choices:
            self.fail(not_one_of(name, self.choices), param, ctx)
        return name


class Number(_Number):
    """A whole number that is not negative."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        number = whole(str(value))
        if number is None:
            self.fail(f'"{printable(str(value))}" is not a whole number, such as 0 or 4.', param, ctx)
        return number


def not_one_of(name: str, choices: Sequence[str]) -> str:
    """Sentences about a name that is none of some others."""
    return f'"{printable(name)}" is not one of {", ".join(choices)}.{hint(name, choices)}'


class Command(click.Command):
    """A command that knows what a misspelt option was meant to be."""

    context_class = Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise no_such_option(self, ctx, error.option_name) from None


class Group(click.Group):
    """A group of commands, which tells someone who misspells one which was meant."""

    command_class = Command
    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        """The names, in the order in which the commands are of use: that of their definitions."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise no_such_option(self, ctx, error.option_name) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does."""
        name = args[0]
        if name not in self.commands and not ctx.resilient_parsing:
            ctx.fail(self.no_such_command(name))
        return super().resolve_command(ctx, args)

    def no_such_command(self, name: str) -> str:
        """Sentences about a command that is none."""
        return f'There is no command "{printable(name)}".{hint(name, self.commands)}'


class Commands(Group):
    """The outermost group, which also tells someone who leaves out the command where it goes."""

    def no_such_command(self, name: str) -> str:
        """Sentences about a command that is none."""
        if os.path.exists(name) or name == "-":
            return f"{super().no_such_command(name)} To lint it, write: cblint check {printable(name)}"
        return super().no_such_command(name)


def no_such_option(command: click.Command, ctx: click.Context, name: str) -> click.UsageError:
    """The error of an option that a command does not have."""
    known = [each for param in command.get_params(ctx) for each in param.opts if each.startswith("--")]
    within = command.commands if isinstance(command, click.Group) else {}
    owners = [each for each, inner in within.items() if any(name in param.opts for param in inner.params)]
    meant = f" Did you mean: {ctx.command_path} {owners[0]} {name}" if owners else hint(name, known)
    return click.UsageError(f'There is no option "{printable(name)}".{meant}', ctx)
