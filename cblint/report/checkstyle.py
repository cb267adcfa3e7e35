"""The XML of checkstyle: files with their errors, which Jenkins, reviewdog and many others read."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Tree

from cblint.finding import Finding, Severity
from cblint.report import Style, xml
from cblint.report.shown import printable
from cblint.report.told import open_findings, words
from cblint.running import Result

_VERSION = "4.3"
"""Of the format: readers that ask for one know this."""

_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "info"}


def render(result: Result, _: Style) -> Iterator[str]:
    """One document; a file without findings stands in it too, as checkstyle has it."""
    root = Tree.Element("checkstyle", version=_VERSION)
    elements = {
        id(file): Tree.SubElement(root, "file", name=printable(file.shown))
        for file in result.files
        if file.kind or file.findings
    }
    for file, finding in open_findings(result):
        Tree.SubElement(elements[id(file)], "error", _attributes(finding))
    return xml.document(root)


def _attributes(finding: Finding) -> dict[str, str]:
    return {
        "line": str(finding.start.line),
        "column": str(finding.start.column),
        "severity": _SEVERITIES[finding.severity],
        "message": printable(words(finding)),
        "source": f"cblint.{finding.rule}",
    }
