"""What the store of an audit is asked: what a run has found, and how two runs differ."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator

from cblint.audit.overview import AuditedRule, Point
from cblint.audit.recorded import unpacked
from cblint.audit.rules import audited
from cblint.audit.store import DONE, Run, StoreError
from cblint.catalogue import built_in
from cblint.finding import Severity
from cblint.linter import FileResult
from cblint.records import NamedTuple

NEW, GONE = "new", "gone"
MOST_NAMED = 5
"""Runs that are named where none is called so."""
MOST_POINTS = 60
"""Runs that the trend goes back."""


NOBODY = "nobody"
"""The owner of what nobody owns."""
_MOST_DIGITS = 9
"""Of a number of runs that somebody writes: Python refuses to read one of thousands."""


class Wanted(NamedTuple):
    """Which findings are meant: all, those of an owner (or NOBODY), or those that no run before had."""

    owner: str = ""
    only_new: bool = False

    def owns(self, owners: str) -> bool:
        """Whether what belongs to these owners, with blanks between them, is meant."""
        names = owners.lower().split() or [NOBODY]
        return not self.owner or self.owner.lower() in names


ALL = Wanted()


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
    owners: str


_SINCE = """(
    SELECT min(g.first) FROM findings g
    WHERE g.repository = f.repository AND g.fingerprint = f.fingerprint AND (g.suppressed = '') = (f.suppressed = '')
)"""
"""The first run that ever saw a finding: one that was gone for a while is not new when it is there again."""
_FINDINGS = f"""
SELECT r.name, f.path, line, f."column", end_line, end_column, rule, code, severity, confidence, category, message,
    f.place, suppressed, reason, fix, fingerprint, w.owners, w.fail_on, {_SINCE}, w.id
FROM visits v JOIN repositories r ON r.id = v.repository
JOIN findings f ON f.repository = r.id AND f.first <= :run AND (f.gone IS NULL OR f.gone > :run)
JOIN files w ON w.repository = r.id AND w.path = f.path AND w.first <= :run AND (w.gone IS NULL OR w.gone > :run)
WHERE v.run = :run AND v.status <> 'failed' AND (:all OR (f.first = :run AND {_SINCE} = :run))
ORDER BY r.name, f.path, line, f."column", code
"""  # noqa: S608 - nothing of it is anybody's but ours
_DIFFERENCES = """
SELECT r.name, f.path, line, f."column", severity, rule, code, message, fingerprint, ifnull((
    SELECT owners FROM files w WHERE w.repository = r.id AND w.path = f.path ORDER BY w.id DESC LIMIT 1
), '')
FROM findings f JOIN repositories r ON r.id = f.repository
JOIN visits v ON v.repository = r.id AND v.run = :has AND v.status <> 'failed'
WHERE suppressed = '' AND f.first <= :has AND (f.gone IS NULL OR f.gone > :has)
AND (:new OR EXISTS (SELECT 1 FROM visits w WHERE w.repository = r.id AND w.run = :lacks AND w.status <> 'failed'))
AND (:lacks > :has OR f.first > :lacks OR f.gone IS NOT NULL)
AND NOT EXISTS (
    SELECT 1 FROM findings g WHERE g.repository = f.repository AND g.fingerprint = f.fingerprint
    AND g.suppressed = '' AND g.first <= :lacks AND (g.gone IS NULL OR g.gone > :lacks)
)
ORDER BY r.name, f.path, line, f."column"
"""


def run_called(store: sqlite3.Connection, name: str) -> Run:
    """A run by its number, or ``last``, or ``last~2`` for the second before that. Raises StoreError.

    Of those that were brought to their end: only a number can mean one that was stopped.
    """
    runs = [Run(*each) for each in store.execute("SELECT id, started, status FROM runs ORDER BY id")]
    if not runs:
        raise StoreError("The store has no run yet.")
    done = [run for run in runs if run.status == DONE]
    base, _, back = name.partition("~")
    if base == "last" and (not back or (back.isdecimal() and len(back) <= _MOST_DIGITS)):
        number = len(done) - 1 - int(back or 0)
        if number >= 0:
            return done[number]
    found = next((run for run in runs if str(run.id) == name), None)
    if found is None:
        there = ", ".join(str(run.id) for run in done[-MOST_NAMED:])
        more = "… " if len(done) > MOST_NAMED else ""
        said = f"those that were brought to their end are {more}{there}" if done else "none was brought to its end yet"
        raise StoreError(f'There is no run "{name}" in the store: {said}.')
    return found


def before(store: sqlite3.Connection, run: Run) -> Run | None:
    """The last run before one that was brought to its end and looked for the same; None if there is none."""
    found = store.execute(
        "SELECT id, started, status FROM runs WHERE id < :run AND status = :done"
        " AND settings = (SELECT settings FROM runs WHERE id = :run) ORDER BY id DESC LIMIT 1",
        {"run": run.id, "done": DONE},
    ).fetchone()
    return Run(*found) if found is not None else None


def is_first(store: sqlite3.Connection, run: Run) -> bool:
    """Whether no run before one was brought to its end, whatever it looked for."""
    return not store.execute("SELECT count(*) FROM runs WHERE id < ? AND status = ?", (run.id, DONE)).fetchone()[0]


def findings(store: sqlite3.Connection, run: Run, wanted: Wanted) -> Iterator[Row]:
    """The findings of a run, by repository, path and place; those that are gone since are told as they were."""
    if wanted.only_new and before(store, run) is None:
        return iter(())
    rows = store.execute(_FINDINGS, {"run": run.id, "all": not wanted.only_new})
    return (row for row in map(Row._make, rows) if wanted.owns(row.owners))


def changes(store: sqlite3.Connection, run: Run, wanted: Wanted = ALL) -> tuple[int, int]:
    """How many findings are new, and gone, since the last run that looked for the same; none where there is none."""
    former = before(store, run)
    found = Counter(each.kind for each in differences(store, former, run, wanted)) if former is not None else Counter()
    return found[NEW], found[GONE]


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


def points(store: sqlite3.Connection, run: Run | None = None) -> list[Point]:
    """The last runs that were brought to their end, until one of them if it is given, the oldest first."""
    rows = store.execute(
        "SELECT id, started, repositories, ifnull(files, 0), errors, warnings, notes, new, gone FROM runs"
        " WHERE status = ? AND id <= ? ORDER BY id DESC LIMIT ?",
        (DONE, run.id if run is not None else 2**62, MOST_POINTS),
    )
    return [Point(*each) for each in rows.fetchall()][::-1]


def rules_of(store: sqlite3.Connection) -> dict[str, AuditedRule]:
    """The rules that findings may be of, by name."""
    own = (AuditedRule(*each) for each in store.execute("SELECT * FROM own_rules"))
    return {rule.name: rule for rule in (*map(audited, built_in().rules), *own)}


def differences(store: sqlite3.Connection, old: Run, new: Run, wanted: Wanted) -> Iterator[Difference]:
    """What only one of two runs has, of what nobody suppresses: new is also what a new repository has.

    What a run has not looked for is as it was when somebody did; gone is only what both have looked for.
    """
    for kind, has, lacks in ((NEW, new, old), (GONE, old, new)):
        rows = store.execute(_DIFFERENCES, {"has": has.id, "lacks": lacks.id, "new": kind == NEW})
        yield from (each for row in rows if wanted.owns((each := Difference(kind, *row)).owners))


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
    """A run in numbers: repositories, those that could not be looked at, files that were linted, and those with builds.

    ``crashed`` are files with which a rule did not come to its end.
    """

    repositories: int
    failed: int
    linted: int
    files: int
    crashed: int


def totals(store: sqlite3.Connection, run: Run) -> Totals:
    """A run in numbers."""
    found = store.execute(
        "SELECT count(*), total(status = 'failed'), total(linted), total(files),"
        " (SELECT count(*) FROM files JOIN visits USING (repository) WHERE run = :run AND crashed AND gone IS NULL)"
        " FROM visits WHERE run = :run",
        {"run": run.id},
    ).fetchone()
    return Totals(*map(int, found))


def owners_of(store: sqlite3.Connection) -> list[str]:
    """Who owns files that are there, sorted."""
    found = store.execute("SELECT DISTINCT owners FROM files WHERE gone IS NULL")
    return sorted({owner for (owners,) in found for owner in owners.split()})


def fails(row: Row, fail_on: str | None) -> bool:
    """Whether a finding makes the exit status 1, at the threshold that is given, or else its repository's own."""
    threshold = fail_on or row.fail_on
    if row.suppressed or threshold == "never":
        return False
    return Severity(row.severity).rank >= Severity(threshold).rank
