"""Repositories, plans and visits that tests of the audit make."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from cblint.audit import queries
from cblint.audit import store as stored
from cblint.audit.model import CLONE, FOLDER, Looked, Plan, Task, Told, Unit, Visit
from cblint.audit.recorded import packed
from cblint.audit.store import Run
from cblint.audit.visit import visit
from cblint.cache.program import program
from cblint.linter import FileResult, Settings
from cblint.report.fingerprint import fingerprints
from cblint.report.told import words
from tests import git
from tests.helpers import commands, lint, repository

DEFECT = commands('echo "a: b"')
"""A buildspec with one finding that is an error."""
CLEAN = commands("make")
DEFECT_AND_NOTE = commands('echo "a: b"', "[ -f x ]")

Files = dict[str, str | bytes]


def planned(settings: Settings | None = None, **more: Any) -> Plan:
    """What a run is held to."""
    return Plan(settings or Settings(), program())._replace(**more)


def clone(folder: pathlib.Path, files: Files | None = None) -> pathlib.Path:
    """What looks like a clone of a repository with these files, as nobody asks git."""
    for name in ("objects", "refs"):
        (folder / ".git" / name).mkdir(parents=True, exist_ok=True)
    repository(folder, {**(files or {}), ".git/HEAD": "ref: refs/heads/main\n"})
    return folder


def cloned(folder: pathlib.Path, files: Files, *options: str, remote: str = "") -> pathlib.Path:
    """A repository with these files, committed on a branch that is called main."""
    folder.mkdir(parents=True)
    git.git(folder, "init", "--quiet", "--initial-branch", "main", *options)
    repository(folder, files)
    git.commit(folder)
    if remote:
        git.git(folder, "remote", "add", "origin", remote)
    return folder


def bare(folder: pathlib.Path, of: pathlib.Path) -> pathlib.Path:
    """A repository without a working tree, with all that another one has."""
    git.git(of, "clone", "--quiet", "--bare", "--no-local", os.fspath(of), os.fspath(folder))
    return folder


def unit_of(folder: pathlib.Path, kind: str = "", **more: Any) -> Unit:
    """A folder as a repository to look at."""
    found = kind or (CLONE if (folder / ".git").exists() else FOLDER)
    return Unit(folder.name, found, os.fspath(folder), os.fspath(folder))._replace(**more)


def looked(unit: Unit, plan: Plan | None = None) -> Visit:
    """What becomes of a repository that nothing is known of."""
    return visit(Task(unit), plan or planned())


def said(found: Visit) -> list[tuple[str, str, int, str]]:
    """Path, rule, line and fingerprint of each finding that nobody suppresses, sorted."""
    return sorted(
        (file.path, each.rule, each.line, each.fingerprint)
        for file in found.files
        for each in file.findings
        if not each.suppressed
    )


def rules_said(found: Visit) -> dict[str, list[str]]:
    """The rules that each file was told of, by path, suppressed findings left out."""
    return {file.path: [each.rule for each in file.findings if not each.suppressed] for file in found.files}


# Visits by hand


def told_of(result: FileResult) -> tuple[Told, ...]:
    """The findings of a file as a visit has them."""
    return tuple(
        Told(
            name,
            finding.rule,
            finding.code,
            finding.severity.value,
            finding.confidence,
            finding.category,
            words(finding),
            *finding.start,
            *finding.end,
            finding.where,
            "comment" if finding.suppressed is not None else finding.left_out,
            finding.suppressed or "",
            "" if finding.fix is None else "safe" if finding.fix.safe else "unsafe",
        )
        for name, finding in zip(fingerprints(result), result.findings, strict=True)
    )


def file_of(path: str, text: str, owners: Sequence[str] = ()) -> Looked:
    """A file that was looked at."""
    result = lint(text, name=path)
    return Looked(
        path,
        hashlib.sha256(text.encode()).hexdigest(),
        tuple(owners),
        kind=result.kind,
        buildspecs=result.buildspecs,
        fail_on=result.fail_on,
        record=packed(result),
        findings=told_of(result),
    )


def visit_of(name: str, *files: Looked, **more: Any) -> Visit:
    """What became of a repository in which these files were looked at."""
    return Visit(Unit(name, CLONE, name, f"/clones/{name}"), "main", "c" * 40, "state", files=files)._replace(**more)


def ran(store: sqlite3.Connection, *visits: Visit, status: str = stored.DONE, plan: Plan | None = None) -> Run:
    """A run in which this became of repositories, brought to its end."""
    run = stored.begin(store, plan or planned(), ["clones"])
    for _ in stored.keep(store, run, plan or planned(), visits):
        pass
    stored.count(store, run, *queries.changes(store, run))
    stored.end(store, run, status)
    return run._replace(status=status)


@contextlib.contextmanager
def store_at(path: pathlib.Path | str = ":memory:") -> Iterator[sqlite3.Connection]:
    """A store in a file, to be written; without one it costs no time."""
    with contextlib.closing(stored.opened(os.fspath(path))) as store:
        yield store
