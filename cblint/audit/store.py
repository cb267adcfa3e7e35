"""The store of an audit, one SQLite file: what was found in which run, and what need not be looked at again."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from urllib.parse import quote

from cblint import __version__
from cblint.audit.locking import held
from cblint.audit.model import Before, Known, Plan, Told, Unit, Visit, storable
from cblint.records import NamedTuple

APPLICATION = 0x63626C61
"""What SQLite's header says of the file: that it is a store ("cbla")."""
VERSION = 1
RUNNING, DONE, STOPPED = "running", "done", "stopped"
SAME, FAILED = "same", "failed"
BATCH = 0.5
"""Seconds after which what was found is written for good."""
WAIT = 60.0
"""Seconds that a store is waited for while another process writes to it."""


class StoreError(Exception):
    """The store cannot be used. ``str()`` is a sentence."""


class Run(NamedTuple):
    """A run: its number, when it began (UTC), and how it stands."""

    id: int
    started: str
    status: str


@contextlib.contextmanager
def telling(path: str) -> Iterator[None]:
    """Raise StoreError for what goes wrong with the file at ``path``."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error)
        if "full" in said or "disk I/O" in said:
            said = f"{said}: what was found until then is kept, and --resume goes on when there is room"
        elif "readonly" in said:
            said = "an audit that was killed has left it in part, and --resume of that audit puts it in order"
        elif "locked" in said:
            said = f"{said}: another audit writes to it"
        raise StoreError(f"{path} cannot be used: {said}.") from None


@contextlib.contextmanager
def alone(path: str) -> Iterator[None]:
    """Be the only one that writes runs to the store at ``path``. Raises StoreError if that is another process."""
    with contextlib.ExitStack() as stack:
        try:
            is_alone = stack.enter_context(held(f"{os.path.realpath(path)}-lock"))
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}.") from None
        if not is_alone:
            raise StoreError(f"{path} is written to by another audit: wait until it has ended, or name another store.")
        yield


def opened(path: str) -> sqlite3.Connection:
    """The store in a file, to be written, which is made if it is not there. Raises StoreError."""
    _refuse_no_file(path)
    with telling(path):
        store = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
        try:
            _prepare(store, path)
        except BaseException:
            store.close()
            raise
    return store


def reading(path: str) -> sqlite3.Connection:
    """The store in a file, to be read only. Raises StoreError."""
    if not os.path.exists(path):
        raise StoreError(f"{path} does not exist: an audit with --store writes it.")
    _refuse_no_file(path)
    with telling(path):
        name = quote(os.fsencode(os.path.abspath(path)))
        store = sqlite3.connect(f"file:{name}?mode=ro", uri=True, timeout=WAIT)
        try:
            if _check(store, path):
                raise StoreError(f"{path} has no audit in it: an audit with --store writes one.")
        except BaseException:
            store.close()
            raise
    return store


def _refuse_no_file(path: str) -> None:
    if os.path.exists(path) and not os.path.isfile(path):
        raise StoreError(f"{path} is not a regular file.")


def _check(store: sqlite3.Connection, path: str) -> bool:
    """Whether there is nothing in a database yet. Raises StoreError for what is no store of this layout."""
    (application,) = store.execute("PRAGMA application_id").fetchone()
    (version,) = store.execute("PRAGMA user_version").fetchone()
    if not store.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return True
    if application != APPLICATION:
        raise StoreError(f"{path} is a database, but no store of cblint's.")
    if version != VERSION:
        raise StoreError(f"{path} has layout {version}, and this cblint knows {VERSION}: use the one that wrote it.")
    if _layout_of(store) != _own_layout():
        raise StoreError(
            f"{path} is no store as cblint writes it: somebody has changed its tables, views or triggers, which may do "
            "anything when they are asked. Use one that is as it was."
        )
    return False


def _layout_of(store: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """What a database has: the kind, name and words of each, without what ANALYZE adds."""
    rows = store.execute("SELECT type, name, ifnull(sql, '') FROM sqlite_master WHERE name NOT IN (?, ?)", _STATISTICS)
    return set(rows)


@cache
def _own_layout() -> set[tuple[str, str, str]]:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as store:
        _lay(store)
        return _layout_of(store)


_STATISTICS = ("sqlite_stat1", "sqlite_stat4")


def _prepare(store: sqlite3.Connection, path: str) -> None:
    is_new = _check(store, path)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = NORMAL")
    store.execute("PRAGMA foreign_keys = ON")
    if is_new:
        with _transaction(store):
            _lay(store)
            store.execute(f"PRAGMA application_id = {APPLICATION}")
            store.execute(f"PRAGMA user_version = {VERSION}")


def _lay(store: sqlite3.Connection) -> None:
    with open(os.path.join(os.path.dirname(__file__), "schema.sql"), encoding="utf-8") as file:
        for statement in _statements(file.read()):
            store.execute(statement)


def _statements(layout: str) -> Iterator[str]:
    """The statements of a script: sqlite3 would run it outside of any transaction."""
    statement = ""
    for line in layout.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextlib.contextmanager
def _transaction(store: sqlite3.Connection) -> Iterator[None]:
    store.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # a full disk may have ended it already
            store.execute("ROLLBACK")
        raise
    store.execute("COMMIT")


def now() -> str:
    """The time, as the store has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


# Runs


def begin(store: sqlite3.Connection, plan: Plan, targets: Sequence[str]) -> Run:
    """A new run."""
    started = now()
    with _transaction(store):
        store.execute("UPDATE runs SET status = ? WHERE status = ?", (STOPPED, RUNNING))
        (number,) = store.execute(
            "INSERT INTO runs (started, status, version, program, settings, targets) VALUES (?, ?, ?, ?, ?, ?)"
            " RETURNING id",
            (started, RUNNING, __version__, plan.program, plan.meaning, json.dumps(list(targets))),
        ).fetchone()
    return Run(number, started, RUNNING)


def resumed(store: sqlite3.Connection, plan: Plan, targets: Sequence[str]) -> Run | None:
    """The last run, to go on with; None if it was brought to its end, or there is none. Raises StoreError."""
    found = store.execute(
        "SELECT id, started, status, program, settings, targets FROM runs ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if found is None or found[2] == DONE:
        return None
    run = Run(*found[:3])
    others = "cblint, its configuration or its options are" if found[3:5] != (plan.program, plan.meaning) else ""
    others = "the targets are" if json.loads(found[5]) != list(targets) else others
    if others:
        raise StoreError(
            f"Run {run.id} cannot be resumed: {others} not the same now. Without --resume a new run begins, and takes "
            "over what has not changed."
        )
    with _transaction(store):
        store.execute("UPDATE runs SET status = ? WHERE id = ?", (RUNNING, run.id))
    return run


def end(store: sqlite3.Connection, run: Run, status: str) -> None:
    """Write down that a run is over, and leave the store in one file: it can be read where nothing can be written."""
    with _transaction(store):
        store.execute("UPDATE runs SET status = ?, ended = ? WHERE id = ?", (status, now(), run.id))
    store.execute("PRAGMA busy_timeout = 0")
    with contextlib.suppress(sqlite3.OperationalError):  # somebody else reads it
        store.execute("PRAGMA journal_mode = DELETE")
    store.execute(f"PRAGMA busy_timeout = {WAIT * 1000:.0f}")


def visited(store: sqlite3.Connection, run: Run) -> frozenset[str]:
    """The names of the repositories that a run has looked at."""
    found = store.execute(
        "SELECT name FROM visits JOIN repositories ON repositories.id = visits.repository WHERE run = ?", (run.id,)
    )
    return frozenset(name for (name,) in found)


def known(store: sqlite3.Connection, unit: Unit, plan: Plan) -> Known | None:
    """What is known of a repository that need not be looked at again; None if nothing."""
    found = store.execute(
        "SELECT id, state FROM repositories WHERE name = ? AND basis = ?", (storable(unit.name), plan.basis)
    ).fetchone()
    if found is None:
        return None
    files = store.execute(
        "SELECT path, content, answers FROM files WHERE repository = ? AND gone IS NULL AND NOT crashed", (found[0],)
    )
    return Known(found[1], {path: Before(content, answers) for path, content, answers in files})


# What was found


def keep(store: sqlite3.Connection, run: Run, plan: Plan, visits: Iterable[Visit]) -> Generator[Visit, None, None]:
    """The visits, each after it was written; for good with the first that comes half a second later, or at the end."""
    began = 0.0
    try:
        for visit in visits:
            if not store.in_transaction:
                store.execute("BEGIN IMMEDIATE")
                began = time.monotonic()
            _keep_whole(store, run, plan, visit)
            if time.monotonic() - began > BATCH:
                store.execute("COMMIT")
            yield visit
    finally:
        if store.in_transaction:
            store.execute("COMMIT")


def _keep_whole(store: sqlite3.Connection, run: Run, plan: Plan, visit: Visit) -> None:
    """Write all of a visit, or nothing."""
    store.execute("SAVEPOINT visit")
    try:
        _write(store, run, plan, visit)
    except BaseException:
        if store.in_transaction:  # a full disk may have ended it already
            store.execute("ROLLBACK TO visit")
            store.execute("RELEASE visit")
        raise
    store.execute("RELEASE visit")


def _write(store: sqlite3.Connection, run: Run, plan: Plan, visit: Visit) -> None:
    repository = _repository(store, visit.unit)
    status = FAILED if visit.failed else SAME if visit.same else DONE
    store.execute("DELETE FROM problems WHERE run = ? AND repository = ?", (run.id, repository))
    if status == DONE:
        _write_files(store, run, repository, visit)
        store.execute(
            "UPDATE repositories SET basis = ?, state = ? WHERE id = ?",
            (plan.basis, visit.state, repository),
        )
    elif status == SAME:
        _repeat_problems(store, run, repository)
    (files,) = store.execute(
        "SELECT count(*) FROM files WHERE repository = ? AND gone IS NULL AND kind <> ''", (repository,)
    ).fetchone()
    linted = sum(1 for file in visit.files if not file.kept)
    store.execute(
        "INSERT OR REPLACE INTO visits VALUES (?, ?, ?, ?, ?, ?, ?)",
        _writable((run.id, repository, status, visit.branch, visit.commit, files, linted)),
    )
    store.executemany(
        "INSERT INTO problems (run, repository, path, message) VALUES (?, ?, ?, ?)",
        [_writable((run.id, repository, *each)) for each in visit.problems],
    )
    store.executemany("INSERT OR REPLACE INTO own_rules VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_writable, visit.rules))


def _writable(values: Iterable[object]) -> list[object]:
    return [storable(value) if isinstance(value, str) else value for value in values]


def _repository(store: sqlite3.Connection, unit: Unit) -> int:
    (found,) = store.execute(
        "INSERT INTO repositories (name, url, kind, place) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET url = excluded.url, kind = excluded.kind, place = excluded.place"
        " RETURNING id",
        _writable((unit.name, unit.url, unit.kind, unit.shown)),
    ).fetchone()
    return int(found)


def _repeat_problems(store: sqlite3.Connection, run: Run, repository: int) -> None:
    """Of a repository that is what it was, tell what could not be looked at then."""
    store.execute(
        "INSERT INTO problems (run, repository, path, message)"
        " SELECT ?, repository, path, message FROM problems WHERE repository = ? AND run ="
        " (SELECT max(run) FROM visits WHERE repository = ? AND run < ? AND status <> ?)",
        (run.id, repository, repository, run.id, FAILED),
    )


def _write_files(store: sqlite3.Connection, run: Run, repository: int, visit: Visit) -> None:
    before = {
        path: number
        for number, path in store.execute(
            "SELECT id, path FROM files WHERE repository = ? AND gone IS NULL", (repository,)
        ).fetchall()
    }
    for path, file in {storable(file.path): file for file in visit.files}.items():
        owners = storable(" ".join(file.owners))
        if file.kept and path in before:
            store.execute(
                "UPDATE files SET owners = ? WHERE id = ? AND owners <> ?", (owners, before.pop(path), owners)
            )
            continue
        if path in before:
            _file_gone(store, run, before.pop(path))
        store.execute(
            "INSERT INTO files (repository, path, content, kind, buildspecs, skipped, fail_on, crashed, owners,"
            " answers, record, first) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(repository, path, file.content, file.kind, file.buildspecs, storable(file.skipped), file.fail_on),
                *(file.crashed, owners, file.answers, file.record, run.id),
            ),
        )
        _write_findings(store, run, repository, path, file.findings)
    for path in before.keys() & {storable(problem.path) for problem in visit.problems}:
        # Nobody knows whether its findings are gone: it is looked at again.
        store.execute("UPDATE files SET content = '' WHERE id = ?", (before.pop(path),))
    for path, number in before.items():
        _file_gone(store, run, number)
        _write_findings(store, run, repository, path, ())


def _file_gone(store: sqlite3.Connection, run: Run, number: int) -> None:
    store.execute("UPDATE files SET gone = ?, answers = x'', record = x'' WHERE id = ?", (run.id, number))


def _write_findings(store: sqlite3.Connection, run: Run, repository: int, path: str, findings: Sequence[Told]) -> None:
    """The findings of a file of now: those that were there are told as they are now, the others are gone.

    One that somebody begins or ceases to suppress is another one from then on.
    """
    before = {
        (fingerprint, is_open): number
        for number, fingerprint, is_open in store.execute(
            "SELECT id, fingerprint, suppressed = '' FROM findings WHERE repository = ? AND path = ? AND gone IS NULL",
            (repository, path),
        ).fetchall()
    }
    now = {(each.fingerprint, not each.suppressed): each for each in findings}
    gone = [(run.id, number) for name, number in before.items() if name not in now]
    store.executemany("UPDATE findings SET gone = ? WHERE id = ?", gone)
    for name, each in now.items():
        if name in before:
            store.execute(_UPDATE, _writable((*each, before[name])))
        else:
            store.execute(_INSERT, _writable((repository, path, run.id, *each)))


_TOLD = ", ".join(f'"{field}"' for field in Told._fields)
_MARKS = ", ".join("?" * len(Told._fields))
_INSERT = f"INSERT INTO findings (repository, path, first, {_TOLD}) VALUES (?, ?, ?, {_MARKS}) ON CONFLICT DO NOTHING"  # noqa: S608
"""Where somebody has looked for two findings of one fingerprint until there were some, there is one of them."""
_UPDATE = f"UPDATE findings SET ({_TOLD}) = ({_MARKS}) WHERE id = ?"  # noqa: S608 - the names are ours


def tell_problem(store: sqlite3.Connection, run: Run, message: str) -> None:
    """Keep what went wrong with a run as a whole, in a sentence; once, though a run that is resumed finds it again."""
    store.execute(
        "INSERT INTO problems (run, path, message) SELECT :run, '', :message WHERE NOT EXISTS"
        " (SELECT 1 FROM problems WHERE run = :run AND repository IS NULL AND message = :message)",
        {"run": run.id, "message": storable(message)},
    )


def count(store: sqlite3.Connection, run: Run, new: int, gone: int) -> None:
    """Write down what a run that is over has found in all, and how many findings are new and gone since one before."""
    with _transaction(store):
        store.execute(_COUNT, {"run": run.id, "failed": FAILED, "new": new, "gone": gone})


_COUNT = """
UPDATE runs SET
    (repositories, files) = (SELECT count(*), ifnull(sum(files), 0) FROM visits WHERE run = :run AND status <> :failed),
    (errors, warnings, notes) = (
        SELECT sum(severity = 'error'), sum(severity = 'warning'), sum(severity = 'note')
        FROM (SELECT severity FROM findings JOIN visits USING (repository)
            WHERE visits.run = :run AND status <> :failed AND findings.gone IS NULL AND suppressed = ''
            UNION ALL SELECT '')
    ),
    new = :new,
    gone = :gone
WHERE id = :run
"""
