"""``python -m cblint``, and the console script."""

import gc
import os
import sys

# What is made of a file goes with it, without the collector (tests/test_cycles.py), which only looks at what is kept:
# that would cost 5 % of a cold start, and as much of many files.
gc.set_threshold(400_000)

from cblint import cli  # noqa: E402 - imports are most of a cold start


def main() -> None:
    """Run the process's command line; ends in SystemExit, or ends the process."""
    try:
        cli.main()
    except SystemExit as ended:
        _end(ended.code)
        raise


def _end(status: object) -> None:
    """End the process as it is: taking apart what it made, piece by piece, costs a sixth of a cold start.

    Returns if anything is left to do at the end: threads or functions that wait for it, a stream that does not take
    what it still holds, somebody who looks on.
    """
    if not isinstance(status, int) or not _LEFT.isdisjoint(sys.modules) or sys.gettrace() or sys.getprofile():
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return
    os._exit(status)


_LEFT = frozenset({"atexit", "threading"})

if __name__ == "__main__":
    main()
