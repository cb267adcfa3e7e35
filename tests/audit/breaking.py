"""Audits as processes that are disturbed: fleets for them, what their stores hold in the end, and who is left."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cblint.audit.scratch import PREFIX
from tests.git import ENVIRONMENT, git
from tests.integration.conftest import ROOT

SECONDS = 60.0
"""After which an audit of a small fleet hangs."""
MARK = "CBLINT_TEST_AUDIT"
"""The variable that tells the processes of one audit from all others."""
DEFECTS = "version: 0.2\nphases:\n  build:\n    commands:\n      - {a: b}\n  prebuild:\n    commands: []\n"

HURTFUL = {
    "kill me": "os.kill(os.getpid(), 9)",
    "eat memory": "bytearray(1 << 40)",
    "never end": "exec('while True: pass')",
    "stay in C": "collections.deque(itertools.repeat(0), maxlen=0)",
}
"""What a process does, by a text in the file that it is to lint."""
_SITE = """
import collections, itertools, os
import cblint.linter
lint_bytes = cblint.linter.lint_bytes
def hurt(data, *arguments):
    for text, code in {hurtful!r}.items():
        if text.encode() in data:
            exec(code)
    return lint_bytes(data, *arguments)
cblint.linter.lint_bytes = hurt
"""


_SLOW = """
import time
import cblint.linter
lint_bytes = cblint.linter.lint_bytes
def slow(*arguments):
    time.sleep({seconds})
    return lint_bytes(*arguments)
cblint.linter.lint_bytes = slow
"""


def slowing(folder: pathlib.Path, seconds: float = 0.05) -> pathlib.Path:
    """A folder for PYTHONPATH with which each file takes so long."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_SLOW.format(seconds=seconds))
    return folder


def hurting(folder: pathlib.Path) -> pathlib.Path:
    """A folder for PYTHONPATH with which files hurt the process that lints them."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_SITE.format(hurtful=HURTFUL))
    return folder


# Fleets


def fleet(folder: pathlib.Path, clones: int, bare: int) -> pathlib.Path:
    """So many repositories with defects: working trees, and bare ones that are copies of two."""
    folder.mkdir()
    first = folder / "clone-000"
    first.mkdir()
    git(first, "init", "--quiet", "--template", "", "--initial-branch", "main")
    for number in range(clones):
        here = folder / f"clone-{number:03}"
        if number:
            shutil.copytree(first / ".git", here / ".git")
        for name in ("buildspec.yml", "buildspec-release.yml"):
            (here / name).write_text(DEFECTS + f"# {number}\n")
    for number in range(bare):
        here = folder / f"bare-{number:03}.git"
        if number > 1:
            shutil.copytree(folder / f"bare-{number % 2:03}.git", here)
        else:
            made_bare(here, {"buildspec.yml": DEFECTS, f"ci/buildspec-{number}.yml": DEFECTS})
    return folder


def made(folder: pathlib.Path, files: Mapping[str, str]) -> pathlib.Path:
    """A repository with a working tree whose files are committed."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--template", "", "--initial-branch", "main")
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def made_bare(folder: pathlib.Path, files: Mapping[str, str]) -> pathlib.Path:
    """A bare repository whose files are committed."""
    tree = made(folder.with_name(f"{folder.name}-tree"), files)
    git(folder.parent, "clone", "--quiet", "--template", "", "--bare", str(tree), str(folder))
    shutil.rmtree(tree)
    return folder


# Audits


class Audit(NamedTuple):
    """An audit that runs: its process, which leads a group, and the mark of all that belong to it."""

    process: subprocess.Popen[str]
    mark: str

    def ended(self, seconds: float = SECONDS) -> tuple[int, list[str]]:
        """The exit status, and the lines on standard error."""
        try:
            _, said = self.process.communicate(timeout=seconds)
        finally:
            self.process.kill()
        return self.process.returncode, said.splitlines()

    def killed(self) -> None:
        """Kill the process itself, and no other; fails if others live on."""
        self.process.kill()
        self.process.communicate(timeout=SECONDS)
        eventually(lambda: not self.workers(), 10)

    def workers(self) -> list[int]:
        """The numbers of the other processes that belong to it, but for the one that only counts what is shared."""
        return [
            number
            for number, line in _processes(self.mark)
            if number != self.process.pid and "resource_tracker" not in line
        ]


def _processes(mark: str) -> Iterator[tuple[int, str]]:
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            environment = pathlib.Path(f"/proc/{name}/environ").read_bytes()
            line = pathlib.Path(f"/proc/{name}/cmdline").read_text()
        except OSError:
            continue
        if f"{MARK}={mark}".encode() in environment.split(b"\0") and line:
            yield int(name), line


def started(
    target: pathlib.Path, store: pathlib.Path, *options: str, path: Sequence[pathlib.Path] = (), **variables: str
) -> Audit:
    """Begin to audit a target; ``path`` goes before cblint's own on PYTHONPATH. Two processes do the work."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "cblint",
            "audit",
            str(target),
            "--store",
            str(store),
            "--isolated",
            "--jobs",
            "2",
            *options,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={
            **os.environ,
            **ENVIRONMENT,
            "PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT))),
            MARK: mark,
            **variables,
        },
    )
    return Audit(process, mark)


def resumed(target: pathlib.Path, store: pathlib.Path) -> None:
    """Bring an audit to its end."""
    status, said = started(target, store, "--resume").ended()
    assert (status, said) == (1, [])


def eventually(is_so: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait until something is so; fails if that takes longer."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def interrupted(audit: Audit) -> None:
    """What a terminal does for Ctrl-C."""
    os.killpg(audit.process.pid, signal.SIGINT)


# Stores


class Kept(NamedTuple):
    """What a store holds, each as often as it is there, but for the times and what went wrong with whole runs."""

    runs: list[tuple[object, ...]]
    visits: list[tuple[object, ...]]
    files: list[tuple[object, ...]]
    findings: list[tuple[object, ...]]
    problems: list[tuple[object, ...]]


def kept(store: pathlib.Path) -> Kept:
    """What a store holds; fails if SQLite finds it broken."""
    assert ask(store, "PRAGMA integrity_check") == [("ok",)]
    return Kept(
        ask(store, "SELECT id, status, repositories, files, errors, warnings, notes, new, gone FROM runs"),
        ask(
            store,
            "SELECT run, name, status, branch, revision, files, linted FROM visits v"
            " JOIN repositories r ON r.id = v.repository ORDER BY 1, 2",
        ),
        ask(
            store,
            "SELECT name, path, content, f.kind, buildspecs, first, gone FROM files f"
            " JOIN repositories r ON r.id = f.repository ORDER BY 1, 2, 3",
        ),
        ask(
            store,
            "SELECT name, path, line, rule, message, fingerprint, first, gone FROM findings f"
            " JOIN repositories r ON r.id = f.repository ORDER BY 1, 2, 3, 4, 5, 6",
        ),
        ask(
            store,
            "SELECT name, path, message FROM problems p JOIN repositories r ON r.id = p.repository ORDER BY 1, 2, 3",
        ),
    )


def ask(store: pathlib.Path, question: str) -> list[tuple[object, ...]]:
    """What a store answers; nothing if it is not there yet, or empty."""
    try:
        # Who only reads cannot take back what was written in part when an audit was killed.
        mode = "rw" if os.path.exists(f"{store}-journal") else "ro"
        connection = sqlite3.connect(f"file:{store}?mode={mode}", uri=True)
    except sqlite3.OperationalError:
        return []
    try:
        return connection.execute(question).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error) and "unable to open" not in str(error):
            raise
        return []
    finally:
        connection.close()


def has_visits(store: pathlib.Path, number: int) -> bool:
    """Whether so many repositories are looked at, and written down."""
    return ask(store, "SELECT count(*) >= ? FROM visits".replace("?", str(number))) == [(1,)]


def is_done(store: pathlib.Path) -> bool:
    """Whether the last run was brought to its end."""
    return ask(store, "SELECT status FROM runs ORDER BY id DESC LIMIT 1") == [("done",)]


def of_runs(store: pathlib.Path) -> list[str]:
    """What went wrong with whole runs, in sentences."""
    return [str(message) for (message,) in ask(store, "SELECT message FROM problems WHERE repository IS NULL")]


def left_in(folder: pathlib.Path) -> list[str]:
    """The temporary files and folders that audits have left."""
    return [name for name in os.listdir(folder) if name.startswith((PREFIX, "cblint-", "tmp"))]
