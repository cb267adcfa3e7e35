"""The findings of a run as files for other programs: CSV, JSON Lines, Parquet, and a SARIF log for each repository."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from cblint.audit.looking import overview
from cblint.audit.overview import Overview
from cblint.audit.queries import Visited, Wanted, findings, read_back, visited
from cblint.audit.store import FAILED, Run
from cblint.audit.tally import Tally, tallied
from cblint.audit.targets import web_of
from cblint.catalogue import Rule
from cblint.finding import Severity
from cblint.linter import MISCONFIGURED, FileResult
from cblint.report import Style, written
from cblint.report.serialise import serialised
from cblint.running import result_of

COLUMNS = (
    "repository", "url", "branch", "commit", "path", "line", "column", "end_line", "end_column", "severity", "rule",
    "code", "category", "confidence", "message", "place", "suppressed", "reason", "fix", "owners", "fingerprint",
    "first_seen",
)  # fmt: skip
MOST_NAMES = 3
"""Targets in the title of a page."""
ROWS_OF_GROUP = 10_000
"""Rows that are held at a time for Parquet."""
_STEERING = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""What may begin a formula in a spreadsheet (OWASP ASVS 1.2.10), and line ends, which some leave out."""


class Unwritable(Exception):
    """What is asked for cannot be written. ``str()`` is a sentence."""


def export_to(store: sqlite3.Connection, run: Run, wanted: Wanted, style: str, path: str) -> Iterator[str]:
    """Write what a run found; - is standard output. Gives sentences about what a format has no room for.

    Raises Unwritable.
    """
    try:
        if style == "sarif":
            yield from _sarif_logs(store, run, wanted, _no_stream(path, style))
        elif style == "parquet":
            _write_parquet(_records(store, run, wanted), _no_stream(path, style))
        else:
            _write(_LINES[style](store, run, wanted), path)
    except OSError as error:
        raise Unwritable(f"Cannot write {path}: {error.strerror or error}.") from None


def _no_stream(path: str, style: str) -> str:
    if path == "-":
        raise Unwritable(f"{style} cannot go to standard output: name a file, or for sarif a folder.")
    return path


def _write(lines: Iterable[str], path: str) -> None:
    with contextlib.ExitStack() as stack:
        stream = sys.stdout.buffer if path == "-" else stack.enter_context(open(path, "wb"))
        stream.writelines(line.encode("utf-8", "backslashreplace") for line in lines)
        stream.flush()


def _records(store: sqlite3.Connection, run: Run, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """A finding of a run each, by the names of ``COLUMNS``."""
    repositories = {each.name: each for each in visited(store, run)}
    started = dict(store.execute("SELECT id, started FROM runs"))
    for row in findings(store, run, wanted):
        of = repositories[row.repository]
        values = {
            **row._asdict(),
            "url": of.url,
            "branch": of.branch,
            "commit": of.revision,
            "first_seen": started[row.first],
        }
        yield {name: values[name] for name in COLUMNS}


# The page


def renderer() -> Callable[[Overview], Iterator[str]]:
    """What renders the page. Raises Unwritable where what it needs is not installed."""
    try:
        from cblint.audit.page import rendered  # few runs write one
    except ImportError:
        raise Unwritable('A page needs jinja2: pip install "cblint[audit]".') from None
    return rendered


def page(store: sqlite3.Connection, run: Run, wanted: Wanted, tally: Tally) -> Iterator[str]:
    """The page about a run, in parts. Raises Unwritable."""
    (targets,) = store.execute("SELECT targets FROM runs WHERE id = ?", (run.id,)).fetchone()
    names = [os.path.basename(os.path.abspath(each)) if "://" not in each else each for each in json.loads(targets)]
    title = ", ".join([*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])])
    return renderer()(overview(store, run, wanted, tally, title))


# Tables


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), in which no cell is a formula to a spreadsheet."""
    room = io.StringIO()
    writer = csv.writer(room)
    for row in chain((heads,), rows):
        writer.writerow([_cell(value) for value in row])
        yield room.getvalue()
        room.seek(0)
        room.truncate()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_STEERING) else value


def _write_parquet(records: Iterable[dict[str, Any]], path: str) -> None:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise Unwritable('Parquet needs pyarrow: pip install "cblint[parquet]".') from None
    numbers = {"line", "column", "end_line", "end_column"}
    schema = arrow.schema([(name, arrow.int32() if name in numbers else arrow.string()) for name in COLUMNS])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        group: list[dict[str, Any]] = []
        for record in records:
            group.append({name: _valid(value) for name, value in record.items()})
            if len(group) == ROWS_OF_GROUP:
                writer.write_table(arrow.Table.from_pylist(group, schema=schema))
                group = []
        writer.write_table(arrow.Table.from_pylist(group, schema=schema))


def _valid(value: Any) -> Any:
    """Parquet's texts are UTF-8, which has no lone surrogates."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value


_LINES: dict[str, Callable[[sqlite3.Connection, Run, Wanted], Iterable[str]]] = {
    "csv": lambda *given: csv_lines(COLUMNS, (list(record.values()) for record in _records(*given))),
    "jsonl": lambda *given: (serialised(record, indent=None) for record in _records(*given)),
    "html": lambda store, run, wanted: page(store, run, wanted, tallied(findings(store, run, wanted), None)),
}


# SARIF


def _sarif_logs(store: sqlite3.Connection, run: Run, wanted: Wanted, folder: str) -> Iterator[str]:
    """Write a log for each repository that was looked at, also for one without findings: that closes old alerts."""
    if wanted.owner:
        raise Unwritable("A log holds all of its repository, as alerts that it lacks are closed: leave out --owner.")
    os.makedirs(folder, exist_ok=True)
    names: set[str] = set()
    own = tuple(_own_rules(store))
    # Findings that are gone count: an alert closes only if its rule is known to have run.
    used = set(
        store.execute("SELECT DISTINCT repository, rule FROM findings WHERE rule IN (SELECT name FROM own_rules)")
    )
    for repository in visited(store, run):
        if repository.status == FAILED:
            continue
        mine = tuple(rule for rule in own if (repository.id, rule.name) in used)
        result = result_of([*_files(store, repository.id), *_unread(store, run, repository.id)], own=mine)
        log = written("sarif", result, Style())
        name = _file_name(repository.name, names)
        with open(os.path.join(folder, name), "wb") as file:
            file.write(_with_provenance("".join(log.lines), repository).encode("utf-8", "backslashreplace"))
        yield from (f"{repository.name}: {sentence}" for sentence in log.omitted)


def _with_provenance(log: str, repository: Visited) -> str:
    """A log that says of which repository, branch and commit it is, as an upload is asked for them."""
    address = web_of(repository.url)
    if not address:
        return log
    found = json.loads(log)
    about = {"repositoryUri": address, "revisionId": repository.revision, "branch": repository.branch}
    found["runs"][0]["versionControlProvenance"] = [{name: value for name, value in about.items() if value}]
    return serialised(found)


def _files(store: sqlite3.Connection, repository: int) -> Iterator[FileResult]:
    rows = store.execute(
        "SELECT path, kind, buildspecs, record FROM files WHERE repository = ? AND gone IS NULL ORDER BY path",
        (repository,),
    )
    for path, kind, buildspecs, record in rows:
        yield read_back(record) if record else FileResult(path, path, kind, buildspecs)


def _unread(store: sqlite3.Connection, run: Run, repository: int) -> Iterator[FileResult]:
    """Files that could not be looked at, which a log tells of."""
    rows = store.execute(
        "SELECT path, message FROM problems WHERE run = ? AND repository = ? AND path <> '' ORDER BY path",
        (run.id, repository),
    )
    for path, message in rows:
        error = message.removeprefix(f"{MISCONFIGURED}: ")
        is_wrong = error != message  # a check fails by it
        said = MISCONFIGURED if is_wrong else message
        yield FileResult(path, path, skipped=said, failed=is_wrong, error=error if is_wrong else "", unread=True)


def _own_rules(store: sqlite3.Connection) -> Iterator[Rule]:
    """The rules beside the built-in ones, as far as a log tells of them."""
    for name, code, severity, category, summary, why, advice, url in store.execute("SELECT * FROM own_rules"):
        texts = {"why": why, "advice": advice, "references": [url] if url else [], "examples": []}
        yield Rule(
            code=code,
            name=name,
            summary=summary,
            severity=Severity(severity),
            confidence="medium",
            category=category,
            profiles=(),
            status="stable",
            former_names=(),
            variants={},
            labels={},
            fix_safety="none",
            fix_title="",
            check="",
            texts=texts,
            source=name,
        )


_RESERVED = r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?"
"""Names that Windows keeps for devices, whatever their ending (Microsoft, "Naming Files, Paths, and Namespaces")."""


def _file_name(name: str, taken: set[str]) -> str:
    """A name for the log of a repository that every system can have, and that no other one has."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:150] or "repository"
    plain = f"repository-{plain}" if re.fullmatch(_RESERVED, plain) else plain
    found, number = plain, 1
    while found.lower() in taken:
        number += 1
        found = f"{plain}-{number}"
    taken.add(found.lower())
    return f"{found}.sarif"
