"""A run as people look at it: the overview that the report page shows, made of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from cblint import __version__
from cblint.audit.overview import Audited, AuditedRule, Found, Line, Mend, Overview, Place
from cblint.audit.queries import (
    Row,
    Wanted,
    before,
    findings,
    points,
    read_back,
    rules_of,
    troubles,
    visited,
)
from cblint.audit.store import Run, now
from cblint.audit.tally import Tally
from cblint.audit.targets import web_of
from cblint.finding import Finding, Fix
from cblint.linter import FileResult
from cblint.report.fingerprint import fingerprints
from cblint.secrets.mask import Hidden

MOST_LINES = 8
"""Lines of a snippet, and of a fix."""
WINDOW = 400
"""Characters of a line that are shown."""
_LEAD = 100
"""Of those, the characters before what is marked."""


def overview(store: sqlite3.Connection, run: Run, wanted: Wanted, tally: Tally, title: str) -> Overview:
    """A run with its findings, which are read while somebody goes through them, and only once."""
    told: dict[str, list[str]] = {}
    for trouble in troubles(store, run):
        where = f"{trouble.path} " if trouble.path else ""
        told.setdefault(trouble.repository, []).append(f"{where}{trouble.message}")
    repositories = tuple(
        Audited(
            each.name,
            each.url,
            web_of(each.url),
            each.branch,
            each.revision,
            each.files,
            tuple(told.pop(each.name, ())),
        )
        for each in visited(store, run)
    )
    known = rules_of(store)
    rules = tuple(known[name] for name in sorted(tally.used) if name in known)
    first_of_all = before(store, run) is None
    return Overview(
        title,
        __version__,
        now(),
        tuple(points(store, run)),
        repositories,
        rules,
        _found(store, run, wanted, repositories, rules, first_of_all),
        only(store, run, wanted),
    )


def only(store: sqlite3.Connection, run: Run, wanted: Wanted) -> str:
    """Which findings are wanted, in words that follow "only"; empty if all are."""
    former = before(store, run)
    since = f"the audit of {former.started}" if former is not None else "a run before, of which there is none"
    owns = f"what {wanted.owner} owns" if wanted.owner else ""
    new = f"what is new since {since}" if wanted.only_new else ""
    return " and of it ".join(filter(None, (owns, new)))


def _found(
    store: sqlite3.Connection,
    run: Run,
    wanted: Wanted,
    repositories: Sequence[Audited],
    rules: Sequence[AuditedRule],
    first_of_all: bool,
) -> Iterator[Found]:
    places = {each.name: number for number, each in enumerate(repositories)}
    numbers = {each.name: number for number, each in enumerate(rules)}
    for number, rows in groupby(findings(store, run, wanted), lambda row: row.file):
        (record,) = store.execute("SELECT record FROM files WHERE id = ?", (number,)).fetchone()
        # Of a file that has changed since there is no record.
        file = read_back(record) if record else FileResult("", "")
        by_name = dict(zip(fingerprints(file), file.findings, strict=True))
        for row in rows:
            found = _told(row, places[row.repository], numbers[row.rule], row.first == run.id and not first_of_all)
            finding = by_name.get(row.fingerprint)
            yield _with_details(found, file, finding) if finding is not None else found


def _told(row: Row, repository: int, rule: int, is_new: bool) -> Found:
    return Found(
        repository,
        rule,
        row.severity,
        row.path,
        row.line,
        row.column,
        row.message,
        "",
        row.place,
        tuple(row.owners.split()),
        row.fingerprint,
        row.first,
        is_new,
        f"{row.suppressed}: {row.reason}" if row.suppressed and row.reason else row.suppressed,
    )


def _with_details(found: Found, file: FileResult, finding: Finding) -> Found:
    return found._replace(
        message=finding.message,
        detail=finding.detail,
        snippet=tuple(_snippet(file, finding)),
        places=tuple(
            Place(each.step, each.message, each.path, each.start.line, each.start.column)
            for each in (*finding.steps, *finding.related)
        ),
        fix=_mend(file, finding.fix) if finding.fix is not None else None,
    )


def _snippet(file: FileResult, finding: Finding) -> Iterator[Line]:
    """The lines of a finding that are at hand, from its first one on."""
    for number in range(finding.start.line, min(finding.end.line + 1, finding.start.line + MOST_LINES)):
        line = file.excerpts.get(number)
        if line is None:
            return
        start = finding.start.column - 1 if number == finding.start.line else 0
        end = finding.end.column - 1 if number == finding.end.line else len(line)
        yield _line(file, number, start, max(end, start))


def _line(file: FileResult, number: int, start: int, end: int) -> Line:
    """A line as it may be shown, with what is marked in it; of a long one the part round that."""
    hidden = file.hidden.get(number, ())
    text = _shown(file.excerpts[number], hidden)
    begin, finish = _moved(start, hidden, False), _moved(end, hidden, True)
    low = max(min(begin - _LEAD, len(text) - WINDOW), 0)
    return Line(number, text[low : low + WINDOW], begin - low, min(finish - low, WINDOW))


def _shown(line: str, hidden: Sequence[Hidden]) -> str:
    parts: list[str] = []
    at = 0
    for each in hidden:
        parts += (line[at : each.start], each.shown)
        at = each.end
    return "".join([*parts, line[at:]])


def _moved(offset: int, hidden: Sequence[Hidden], is_end: bool) -> int:
    """Where a place in a line is in what is shown of it: what is hidden is marked as a whole."""
    shift = 0
    for each in hidden:
        if offset >= each.end:
            shift += len(each.shown) - (each.end - each.start)
        elif offset > each.start:
            return each.start + shift + (len(each.shown) if is_end else 0)
    return offset + shift


def _mend(file: FileResult, fix: Fix) -> Mend:
    """A fix, with the lines that it changes where they are at hand and hold no secret."""
    title = fix.title
    if fix.withheld or not fix.edits:
        return Mend(title, fix.safe)
    first = min(edit.start.line for edit in fix.edits)
    last = max(edit.end.line for edit in fix.edits)
    numbers = range(first, last + 1)
    if len(numbers) > MOST_LINES or any(each not in file.excerpts or file.hidden.get(each) for each in numbers):
        return Mend(title, fix.safe)
    before = [file.excerpts[number] for number in numbers]
    after = _edited(before, first, fix)
    return Mend(title, fix.safe, tuple(before), tuple(after)) if _is_short(before + after) else Mend(title, fix.safe)


def _is_short(lines: Sequence[str]) -> bool:
    return sum(map(len, lines)) <= MOST_LINES * WINDOW


def _edited(lines: Sequence[str], first: int, fix: Fix) -> list[str]:
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    text = "\n".join(lines)
    for edit in sorted(fix.edits, key=lambda edit: edit.start, reverse=True):
        begin = starts[edit.start.line - first] + edit.start.column - 1
        end = starts[edit.end.line - first] + edit.end.column - 1
        text = text[:begin] + edit.text + text[end:]
    return text.split("\n")
