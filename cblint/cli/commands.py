"""The command line as click reads it: one command per subcommand, no logic."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from cblint import __version__
from cblint.cli.options import OPTIONS, Option
from cblint.cli.run import Misused
from cblint.cli.run import check as run_check
from cblint.facts import PUBLISHED, published
from cblint.spelling import suggestion


class _Commands(click.Group):
    """A group that tells someone who names a file where the command goes."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands and (os.path.exists(name) or name == "-"):
            ctx.fail(f"No such command '{name}'. To lint it, write: cblint check {name}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
    no_args_is_help=True,
)
@click.option("-V", "--version", is_flag=True, help="Show the version and exit.")
@click.option("-v", "--verbose", is_flag=True, help="With --version: also how old the tables of facts are.")
@click.pass_context
def cli(context: click.Context, version: bool, verbose: bool) -> None:
    """cblint reads AWS CodeBuild buildspecs, runs the build on paper, and says what will break, leak or
    silently pass."""
    if version:
        click.echo(f"cblint {__version__}")
        if verbose:
            from cblint.facts.age import ages  # asked for once in a while

            for line in ages():
                click.echo(line)
        context.exit()
    if context.invoked_subcommand is None:
        context.fail("Missing command.")


if TYPE_CHECKING:
    _AnyChoice = click.Choice[str]
else:
    _AnyChoice = click.Choice  # before click 8.2 it takes no parameter


class _Choice(_AnyChoice):
    """One of some words; of another it says which was meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            meant = suggestion(str(value), self.choices)
            raise click.BadParameter(f"{error.message}{meant}", ctx, param) from None


def _option(option: Option) -> click.Option:
    declared = [*option.names, option.key]
    if option.is_flag:
        return click.Option(declared, is_flag=True, help=option.help)
    kind = _Choice(option.choices) if option.choices else click.IntRange(0) if option.number else click.STRING
    return click.Option(
        declared,
        type=kind,
        metavar=option.metavar or None,
        multiple=option.many,
        default=None if option.many else option.default,
        help=option.help,
    )


def _check(**options: Any) -> None:
    """Lint buildspecs.

    PATHS are files, folders to search (default: the current one), or - for standard input. Exit status: 0 nothing
    at or above --fail-on, 1 findings, 2 wrong usage or configuration or a named file that cannot be read, 3 an
    internal error.
    """
    try:
        sys.exit(run_check(options))
    except Misused as error:
        raise click.UsageError(str(error)) from None


check = click.Command(
    "check",
    callback=_check,
    params=[click.Argument(["paths"], nargs=-1, metavar="[PATHS]..."), *map(_option, OPTIONS)],
    help=_check.__doc__,
    short_help="Lint buildspecs: files, folders, or - for standard input.",
)
cli.add_command(check)


def _config(path: str, style: str, **options: Any) -> None:
    """Print what holds for a file, and from where.

    PATH is a file, which need not exist, or a folder (default: the current one). Printed are the settings with the
    place where each stands, the rules that run and why the others do not, and the projects that use the file.
    """
    from cblint.cli.config import config as run_config  # the other commands do not explain themselves

    try:
        run_config(path, style, options)
    except Misused as error:
        raise click.UsageError(str(error)) from None


_CHOOSING = ("config", "isolated", "profile", "select", "ignore")
"""The keys of those options of ``check`` that decide what holds for a file."""

cli.add_command(
    click.Command(
        "config",
        callback=_config,
        params=[
            click.Argument(["path"], default="."),
            click.Option(
                ["--format", "style"], type=click.Choice(("text", "json")), default="text", help="How to print."
            ),
            *(_option(option) for option in OPTIONS if option.key in _CHOOSING),
        ],
        help=_config.__doc__,
        short_help="Print what holds for a file, and from where.",
    )
)


@cli.command(short_help="Write a first configuration, after a look at the repository.")
@click.option("--force", is_flag=True, help="Write it even where there is a configuration.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it and write nothing.")
def init(force: bool, to_stdout: bool) -> None:
    """Look at the repository, and write a .cblint.yml at its root.

    It says which buildspecs were found and what there is to set; what could change a finding is a comment.
    """
    from cblint.cli.init import init as run_init  # once in the life of a repository

    try:
        run_init(force, to_stdout)
    except Misused as error:
        raise click.UsageError(str(error)) from None


def fail(error: Misused) -> NoReturn:
    """End ``cblint check`` as click does where a command line is wrong."""
    outer = cli.make_context("cblint", ["check"])
    usage = click.UsageError(str(error), check.make_context("check", [], parent=outer))
    usage.show()
    sys.exit(usage.exit_code)


@cli.command(short_help="Print a JSON schema: of buildspecs, the configuration, the outputs.")
@click.argument("name", type=click.Choice(PUBLISHED), default=PUBLISHED[0])
def schema(name: str) -> None:
    """Print a JSON schema.

    NAME is buildspec (the default: what a buildspec may hold, for editors), config (.cblint.yml), output (what
    cblint check --format json prints) or trace (what cblint trace --format json prints).
    """
    click.echo(published(name), nl=False)


@cli.command(short_help="Run a build on paper, and print what is believed after each command.")
@click.argument("path", metavar="FILE")
@click.option("--format", "style", type=click.Choice(("text", "json")), default="text", help="How to print.")
def trace(path: str, style: str) -> None:
    """Run the build of FILE (- for standard input) on paper.

    Printed is what cblint believes after each command on the path where all went well: its status, the working
    directory, the variables, and whose failure nobody sees. Nothing of FILE is executed.
    """
    from cblint.cli.trace import trace as run_trace  # what runs the build is of no use to the other commands

    try:
        run_trace(path, style)
    except Misused as error:
        raise click.UsageError(str(error)) from None


@cli.command(short_help="Print what cblint knows of a build image or an environment variable.")
@click.argument("kind", type=click.Choice(("image", "variable")))
@click.argument("name", required=False)
@click.option("--format", "style", type=click.Choice(("text", "json")), default="text", help="How to print.")
def explain(kind: str, name: str | None, style: str) -> None:
    """Print what cblint knows of a build image (aws/codebuild/standard:7.0) or of an environment variable that
    CodeBuild sets (CODEBUILD_WEBHOOK_HEAD_REF); without NAME, of all of them.
    """
    from cblint.cli.explain import explain as run_explain  # the tables are of no use to the other commands

    try:
        run_explain(kind, name, style)
    except Misused as error:
        raise click.UsageError(str(error)) from None
