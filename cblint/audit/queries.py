"""What the store of an audit is asked: what a run has found, and how two runs differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from cblint.audit.overview import AuditedRule, Point
from cblint.audit.recorded import unpacked
from cblint.audit.rules import audited
from cblint.audit.store import DONE, Run, StoreError
from cblint.catalogue import built_in
from cblint.finding import Severity
from cblint.linter import FileResult

NEW, GONE = "new", "gone"
MOST_POINTS = 60
"""Runs that the trend goes back."""


class Wanted(NamedTuple):
    """Which findings are meant: all, those of an owner, or those that no run before had."""

    owner: str = ""
    only_new: bool = False


class Row(NamedTuple):
    """A finding of a run; ``file`` is the number of its file in the store, ``owners`` has blanks between them."""

    repository: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    rule: str
    code: str
    severity: str
    confidence: str
    category: str
    message: str
    place: str
    suppressed: str
    reason: str
    fix: str
    fingerprint: str
    owners: str
    fail_on: str
    first: int
    file: int


class Visited(NamedTuple):
    """A repository in a run."""

    id: int
    name: str
    url: str
    status: str
    branch: str
    revision: str
    files: int
    linted: int


class Trouble(NamedTuple):
    """What could not be looked at: without a repository it is about the whole run. ``message`` follows the names."""

    repository: str
    path: str
    message: str


class Difference(NamedTuple):
    """A finding that only one of two runs has: ``kind`` is NEW or GONE. Where it was is where it was seen last."""

    kind: str
    repository: str
    path: str
    line: int
    column: int
    severity: str
    rule: str
    code: str
    message: str
    fingerprint: str


_FIELDS = (
    "r.name, f.path, line, f.'column', end_line, end_column, rule, code, severity, confidence, category, message,"
    " f.place, suppressed, reason, fix, fingerprint, w.owners, w.fail_on, f.first, w.id"
).replace("'", '"')


def run_called(store: sqlite3.Connection, name: str) -> Run:
    """A run by its number, or as ``last``, or ``last~2`` for the second before that. Raises StoreError."""
    runs = [Run(*each) for each in store.execute("SELECT id, started, status FROM runs ORDER BY id")]
    if not runs:
        raise StoreError("The store has no run yet.")
    base, _, back = name.partition("~")
    if base == "last" and (not back or back.isdecimal()):
        number = len(runs) - 1 - int(back or 0)
        if number >= 0:
            return runs[number]
    found = next((run for run in runs if str(run.id) == name), None)
    if found is None:
        there = f'there are 1 to {runs[-1].id}, "last", and "last~1" before it' if len(runs) > 1 else "it has one only"
        raise StoreError(f'There is no run "{name}" in the store: {there}.')
    return found


def before(store: sqlite3.Connection, run: Run) -> Run | None:
    """The last run before one that was brought to its end."""
    found = store.execute(
        "SELECT id, started, status FROM runs WHERE id < ? AND status = ? ORDER BY id DESC LIMIT 1", (run.id, DONE)
    ).fetchone()
    return Run(*found) if found is not None else None


def findings(store: sqlite3.Connection, run: Run, wanted: Wanted) -> Iterator[Row]:
    """The findings of a run that is the last one of its repositories, by repository, path and place."""
    if wanted.only_new and before(store, run) is None:
        return
    rows = store.execute(
        f"SELECT {_FIELDS} FROM visits v JOIN repositories r ON r.id = v.repository"  # noqa: S608 - the names are ours
        " JOIN files w ON w.repository = r.id AND w.gone IS NULL"
        " JOIN findings f ON f.repository = r.id AND f.path = w.path AND f.gone IS NULL"
        " WHERE v.run = ? AND v.status <> 'failed' AND (? OR f.first = v.run)"
        ' ORDER BY r.name, f.path, line, f."column", code',
        (run.id, not wanted.only_new),
    )
    for row in map(Row._make, rows):
        if not wanted.owner or wanted.owner.lower() in row.owners.lower().split(" "):
            yield row


def read_back(record: bytes) -> FileResult:
    """All that there is to say of a file, from what the store keeps. Raises StoreError."""
    try:
        return unpacked(record)
    except ValueError as error:
        raise StoreError(f"The store is damaged: {error}.") from None


def visited(store: sqlite3.Connection, run: Run) -> Iterator[Visited]:
    """The repositories of a run, by name."""
    rows = store.execute(
        "SELECT r.id, name, url, status, branch, revision, files, linted FROM visits v JOIN repositories r"
        " ON r.id = v.repository WHERE run = ? ORDER BY name",
        (run.id,),
    )
    return map(Visited._make, rows)


def troubles(store: sqlite3.Connection, run: Run) -> Iterator[Trouble]:
    """What could not be looked at in a run: first what is about all of it, then by repository and path."""
    rows = store.execute(
        "SELECT ifnull(name, ''), path, message FROM problems LEFT JOIN repositories r ON r.id = repository"
        " WHERE run = :run UNION SELECT name, path, skipped FROM files JOIN repositories r ON r.id = repository"
        " JOIN visits v USING (repository) WHERE v.run = :run AND status <> 'failed' AND gone IS NULL AND skipped <> ''"
        " ORDER BY 1, 2, 3",
        {"run": run.id},
    )
    return map(Trouble._make, rows)


def points(store: sqlite3.Connection) -> list[Point]:
    """The last runs that were brought to their end, the oldest first."""
    rows = store.execute(
        "SELECT id, started, repositories, ifnull(files, 0), errors, warnings, notes, new, gone FROM runs"
        " WHERE status = ? ORDER BY id DESC LIMIT ?",
        (DONE, MOST_POINTS),
    )
    return [Point(*each) for each in rows.fetchall()][::-1]


def rules_of(store: sqlite3.Connection) -> dict[str, AuditedRule]:
    """The rules that findings may be of, by name."""
    own = (AuditedRule(*each) for each in store.execute("SELECT * FROM own_rules"))
    return {rule.name: rule for rule in (*map(audited, built_in().rules), *own)}


def differences(store: sqlite3.Connection, old: Run, new: Run) -> Iterator[Difference]:
    """What repositories that both runs have looked at have in one only, of what nobody suppresses."""
    for kind, has, lacks in ((NEW, new, old), (GONE, old, new)):
        rows = store.execute(
            'SELECT r.name, f.path, line, f."column", severity, rule, code, message, fingerprint FROM findings f'
            " JOIN repositories r ON r.id = f.repository"
            " JOIN visits a ON a.repository = r.id AND a.run = :has AND a.status <> 'failed'"
            " JOIN visits b ON b.repository = r.id AND b.run = :lacks AND b.status <> 'failed'"
            " WHERE f.first <= :has AND (f.gone IS NULL OR f.gone > :has) AND suppressed = '' AND NOT EXISTS"
            " (SELECT 1 FROM findings g WHERE g.repository = f.repository AND g.fingerprint = f.fingerprint"
            " AND g.suppressed = ''"
            " AND g.first <= :lacks AND (g.gone IS NULL OR g.gone > :lacks))"
            ' ORDER BY r.name, f.path, line, f."column"',
            {"has": has.id, "lacks": lacks.id},
        )
        yield from (Difference(kind, *each) for each in rows)


def only_in(store: sqlite3.Connection, run: Run, other: Run) -> list[str]:
    """The repositories that one run has looked at, and another has not."""
    rows = store.execute(
        "SELECT name FROM repositories r JOIN visits v ON v.repository = r.id AND v.run = ? AND v.status <> 'failed'"
        " WHERE NOT EXISTS (SELECT 1 FROM visits w WHERE w.repository = r.id AND w.run = ? AND w.status <> 'failed')"
        " ORDER BY name",
        (run.id, other.id),
    )
    return [name for (name,) in rows]


class Totals(NamedTuple):
    """A run in numbers: repositories, those that could not be looked at, files that were linted, and files in all.

    ``gone`` are findings that the run before had, ``crashed`` files with which a rule did not come to its end.
    """

    repositories: int
    failed: int
    linted: int
    files: int
    gone: int
    crashed: int


def totals(store: sqlite3.Connection, run: Run) -> Totals:
    """A run in numbers."""
    found = store.execute(
        "SELECT count(*), total(status = 'failed'), total(linted), total(files),"
        " (SELECT count(*) FROM findings WHERE gone = :run AND suppressed = ''),"
        " (SELECT count(*) FROM files JOIN visits USING (repository) WHERE run = :run AND crashed AND gone IS NULL)"
        " FROM visits WHERE run = :run",
        {"run": run.id},
    ).fetchone()
    return Totals(*map(int, found))


def fails(row: Row, fail_on: str | None) -> bool:
    """Whether a finding makes the exit status 1, at the threshold that is given, or else its repository's own."""
    threshold = fail_on or row.fail_on
    if row.suppressed or threshold == "never":
        return False
    return Severity(row.severity).rank >= Severity(threshold).rank
