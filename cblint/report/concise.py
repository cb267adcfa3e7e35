"""One line a finding: for editors, grep and people who read many."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.finding import Finding
from cblint.linter import FileResult
from cblint.report import Style
from cblint.report.shown import path, printable
from cblint.report.told import open_findings
from cblint.running import Result


def render(result: Result, _: Style) -> Iterator[str]:
    """``path:line:column: severity[rule] message``; suppressed findings are left out."""
    return (headline(file, finding) + "\n" for file, finding in open_findings(result))


def headline(file: FileResult, finding: Finding) -> str:
    """The one line that says it all."""
    where = f"{path(file.shown)}:{finding.start.line}:{finding.start.column}"
    return f"{where}: {finding.severity.value}[{finding.rule}] {printable(finding.message)}"
