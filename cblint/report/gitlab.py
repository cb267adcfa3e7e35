"""GitLab's Code Quality report: an array of issues, which merge requests show and compare by their fingerprints."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.finding import Finding, Severity
from cblint.linter import FileResult
from cblint.report import Style
from cblint.report.fingerprint import identified
from cblint.report.serialise import serialised
from cblint.report.shown import printable
from cblint.report.told import hosted_path, words
from cblint.running import Result
from cblint.typing import Any

# "blocker" stays free: nothing that is read from a file is worse than a build that certainly breaks.
_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "minor"}


def render(result: Result, _: Style) -> Iterator[str]:
    """One array of those findings that somebody is to be told of."""
    yield serialised([_issue(*each) for each in identified(result) if each[1].is_open])


def _issue(file: FileResult, finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "description": printable(words(finding)),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": printable(hosted_path(file)),
            "lines": {"begin": finding.start.line, "end": finding.end.line},
        },
    }
