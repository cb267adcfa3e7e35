"""The command line."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence

from cblint.cli.options import read, with_files_of_hooks

ASKED = "_CBLINT_COMPLETE"
"""The variable with which a shell asks what may be typed."""
NOWHERE = "The current directory is not there any more: go to one that is."


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
        sys.exit(_ended_by(error))


def _ended_by(error: Exception) -> int:
    """Say what has ended a run in the middle of it; the exit status."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        # Who prints by cblint.cli.run.write is told which file it was: this is help, and what click says itself.
        _say(f"Error: Cannot write: {error.strerror}")
        for name in ("stdout", "stderr"):
            _give_up(name)
        return 2
    if isinstance(error, OSError) and is_nowhere():
        _say(f"Error: {NOWHERE}")
        return 2
    from cblint.report.shown import printable

    _say(f"cblint: internal error: {printable(f'{type(error).__name__}: {error}')}")
    return 3


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _give_up(name: str) -> None:
    """Write nothing more to a standard stream that takes nothing: what it still holds would fail once more at exit."""
    try:
        stream = getattr(sys, name)
        if stream is not None:
            stream.flush()
    except OSError:
        setattr(sys, name, None)


def _say(line: str) -> None:
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(line, file=sys.stderr)


def is_nowhere() -> bool:
    """Whether the current folder is gone, so that no path leads from it."""
    try:
        os.getcwd()
    except OSError:
        return True
    return False


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
