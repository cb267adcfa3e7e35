"""The command line: one click command per file, no logic."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from cblint import __version__
from cblint.cli.check import check
from cblint.cli.schema import schema


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
)
@click.version_option(__version__, "-V", "--version", prog_name="cblint", message="%(prog)s %(version)s")
def cli() -> None:
    """cblint reads AWS CodeBuild buildspecs, runs the build on paper, and says what will break, leak or
    silently pass."""


cli.add_command(check)
cli.add_command(schema)


def main(args: list[str] | None = None, **extra: Any) -> None:
    """The console script. Never ends in a traceback."""
    try:
        cli.main(args, prog_name="cblint", **extra)
    except BrokenPipeError:
        # The reader (head, less) has seen enough. What is still buffered must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        from cblint.report.shown import printable

        print(f"cblint: internal error: {printable(f'{type(error).__name__}: {error}')}", file=sys.stderr)
        sys.exit(3)
