"""The versioned JSON format; its schema is ``rules/schema/output.schema.json``. Additions only, within a version."""

from __future__ import annotations

from collections.abc import Iterator

from cblint import __version__
from cblint.finding import BASELINE, UNCHANGED, Finding, Related, Severity
from cblint.linter import FileResult
from cblint.report import Style
from cblint.report.fingerprint import identified
from cblint.report.serialise import serialised
from cblint.report.told import words
from cblint.running import Result
from cblint.source.text import Position
from cblint.typing import Any

VERSION = 1


def render(result: Result, _: Style) -> Iterator[str]:
    """One document."""
    yield serialised(_document(result))


def _document(result: Result) -> dict[str, Any]:
    return {
        "format": "cblint-json",
        "version": VERSION,
        "tool": {"name": "cblint", "version": __version__},
        "files": [
            {"path": file.path, "kind": file.kind, "buildspecs": file.buildspecs} for file in result.files if file.kind
        ],
        "findings": objects(result),
        "summary": _summary(result),
    }


def objects(result: Result) -> list[dict[str, Any]]:
    """Every finding as its object, suppressed ones included."""
    return [_finding(finding, fingerprint) for _, finding, fingerprint in identified(result)]


def _finding(finding: Finding, fingerprint: str) -> dict[str, Any]:
    fix = finding.fix
    return {
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "category": finding.category,
        "message": words(finding),
        "path": finding.path,
        **_range(finding.start, finding.end),
        "where": finding.where,
        "related": [_related(place) for place in (*finding.related, *finding.steps)],
        "fix": {
            "safe": fix.safe,
            "title": fix.title,
            "edits": [{**_range(edit.start, edit.end), "text": edit.text} for edit in fix.edits],
        }
        if fix is not None and not fix.withheld
        else None,
        "suppressed": _suppressed(finding),
        "fingerprint": fingerprint,
    }


def _suppressed(finding: Finding) -> dict[str, str] | None:
    if finding.suppressed is not None:
        return {"reason": finding.suppressed, "kind": "comment"}
    return {"reason": "It is in the baseline.", "kind": "baseline"} if finding.left_out == BASELINE else None


def _related(place: Related) -> dict[str, Any]:
    """A related place, with its number where it is a step on the way to the finding."""
    step = {"step": place.step} if place.step else {}
    return {"message": place.message, "path": place.path, **_range(place.start, place.end), **step}


def _range(start: Position, end: Position) -> dict[str, dict[str, int]]:
    return {"start": start._asdict(), "end": end._asdict()}


def _summary(result: Result) -> dict[str, Any]:
    counts: dict[str, Any] = {severity.value: 0 for severity in Severity}
    told = [finding for _, finding in result.findings if finding.left_out != UNCHANGED]
    for finding in told:
        if finding.is_open:
            counts[finding.severity.value] += 1
    counts["suppressed"] = sum(1 for finding in told if not finding.is_open)
    counts["baseline"] = sum(1 for finding in told if finding.left_out == BASELINE)
    counts["files"] = sum(1 for file in result.files if file.kind)
    counts["skipped"] = [_skip(file) for file in result.files if file.skipped]
    return counts


def _skip(file: FileResult) -> dict[str, str]:
    return {"path": file.path, "why": file.skipped}
