"""A file of 30 KB took a minute: each alias to a long command had the build on paper run all of it once more.

The limit of a build counted a command as often as it runs, and what was read in it was looked at for each run.
"""

from __future__ import annotations

import pytest

from tests.counted import calls_of, steepening
from tests.helpers import lint

COMMANDS = [
    "echo $A;",
    "npm install;",
    "export A=$(false);",
    "npm install;",
    "X=$TOKEN; Y=$X;",
]


def aliases(command: str, size: int) -> str:
    """A command of so many parts, and as many aliases to it."""
    return (
        f"version: 0.2\nenv:\n  secrets-manager: {{TOKEN: app:token}}\nx: &c '{command * size}true'\n"
        "phases:\n  build:\n    commands:\n" + "      - *c\n" * size
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_the_work_grows_as_the_file_does(command: str) -> None:
    lint(aliases(command, 2))
    # Where the limits of a build begin to count is behind the first size.
    counts = [calls_of(lambda size=size: lint(aliases(command, size))) for size in (120, 240, 480)]  # type: ignore[misc]
    assert steepening(counts) < 1.5, counts
