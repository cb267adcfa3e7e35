"""The command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cblint.cli.options import read, with_files_of_hooks

ASKED = "_CBLINT_COMPLETE"
"""The variable with which a shell asks what may be typed."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Never ends in a traceback."""
    try:
        start(arguments)
    except BrokenPipeError:
        # The reader (head, less) has seen enough. What is still buffered must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nAborted!", file=sys.stderr)  # as click says it
        sys.exit(1)
    except Exception as error:
        from cblint.report.shown import printable

        print(f"cblint: internal error: {printable(f'{type(error).__name__}: {error}')}", file=sys.stderr)
        sys.exit(3)


def start(arguments: Sequence[str] | None = None) -> None:
    """Run a command line, the process's own if none is given; ends in SystemExit."""
    given = sys.argv[1:] if arguments is None else arguments
    meant = with_files_of_hooks(given)
    options = read(meant)
    if options is None:
        from cblint.cli.commands import cli

        if os.environ.get(ASKED):
            from cblint.cli.completion import answer  # a shell asks, on behalf of someone who types

            answer(cli)
        cli.main(arguments if meant is given else meant, prog_name="cblint")
    else:
        _check(options)


def _check(options: dict[str, object]) -> None:
    from cblint.cli.run import Misused, check

    try:
        sys.exit(check(options))
    except Misused as error:
        from cblint.cli.commands import fail

        fail(error)
