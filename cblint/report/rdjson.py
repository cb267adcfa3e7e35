"""The Reviewdog Diagnostic Format: ranges in bytes of UTF-8, suggestions, messages that are rendered as Markdown."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import quote

from cblint.finding import Finding, Fix, Related, Severity
from cblint.linter import FileResult
from cblint.report import HOME, OWN_RULES_URL, Style
from cblint.report.columns import ColumnsOf
from cblint.report.concise import headline
from cblint.report.markdown import inert
from cblint.report.serialise import serialised
from cblint.report.shown import printable
from cblint.report.told import open_findings, pages, words
from cblint.running import Result
from cblint.source.text import Position, Utf8Columns
from cblint.typing import Any

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(result: Result, _: Style) -> Iterator[str]:
    """One DiagnosticResult."""
    page_of = pages(result)
    places: dict[int, _Places] = {}
    diagnostics = []
    for file, finding in open_findings(result):
        if id(file) not in places:
            places[id(file)] = _Places(file)
        diagnostics.append(_diagnostic(file, finding, places[id(file)], page_of(finding.rule)))
    yield serialised({"source": {"name": "cblint", "url": HOME}, "diagnostics": diagnostics})


def _diagnostic(file: FileResult, finding: Finding, places: _Places, page: str) -> dict[str, Any]:
    suggestion = _suggestion(finding.fix, places)
    related = (*finding.related, *finding.steps[:-1])  # the last step is the finding
    return {
        "message": inert(words(finding)),
        "location": places.location(finding.path, finding.start, finding.end),
        "severity": _SEVERITIES[finding.severity],
        "code": _code(finding.rule, page),
        **({"suggestions": [suggestion]} if suggestion else {}),
        **({"related_locations": [_related(place, places) for place in related]} if related else {}),
        "original_output": headline(file, finding),
    }


def _code(rule: str, page: str) -> dict[str, str]:
    """The address becomes that of a link in Markdown: without one, reviewdog writes an element of HTML, ``<rule>``."""
    return {"value": rule, "url": quote(page or OWN_RULES_URL, safe="/:?#=&%+,;~@$")}


def _suggestion(fix: Fix | None, places: _Places) -> dict[str, Any] | None:
    """A fix that may be made unseen, of one edit: each suggestion is offered and taken by itself."""
    if fix is None or not fix.safe or fix.withheld or len(fix.edits) != 1:
        return None
    [edit] = fix.edits
    return {"range": places.range(edit.start, edit.end), "text": edit.text}


def _related(place: Related, places: _Places) -> dict[str, Any]:
    return {"message": inert(place.message), "location": places.location(place.path, place.start, place.end)}


class _Places:
    """Locations as seen from a file of the run."""

    def __init__(self, file: FileResult) -> None:
        self._file = file
        self._here = ColumnsOf(file, Utf8Columns)
        self._elsewhere = ColumnsOf(FileResult("", ""), Utf8Columns)

    def location(self, path: str, start: Position, end: Position) -> dict[str, Any]:
        """A range of this file, or of another of its repository."""
        columns = self._here if path == self._file.path else self._elsewhere
        return {"path": printable(self._shown(path)), "range": _range(start, end, columns)}

    def range(self, start: Position, end: Position) -> dict[str, Any]:
        """A range of this file."""
        return _range(start, end, self._here)

    def _shown(self, path: str) -> str:
        """A path from the working directory, where reviewdog runs too."""
        file = self._file
        if path == file.path:
            return file.shown
        if file.path == file.shown or posixpath.isabs(path) or posixpath.isabs(file.shown):
            return path
        beside = posixpath.relpath(path, posixpath.dirname(file.path) or ".")
        return posixpath.normpath(posixpath.join(posixpath.dirname(file.shown), beside))


def _range(start: Position, end: Position, columns: ColumnsOf) -> dict[str, Any]:
    return {
        "start": {"line": start.line, "column": columns.of(start)},
        "end": {"line": end.line, "column": columns.of(end)},
    }
