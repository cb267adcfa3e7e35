"""Workflow commands of GitHub Actions: an annotation for each finding, and the same line in the log of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cblint.finding import Finding, Severity
from cblint.linter import FileResult
from cblint.opening import STDIN
from cblint.records import NamedTuple
from cblint.report import Style
from cblint.report.columns import ColumnsOf
from cblint.report.concise import headline
from cblint.report.shown import path, printable
from cblint.report.text import Paint, conclusion
from cblint.report.told import hosted_path, open_findings
from cblint.running import Result
from cblint.source.text import Utf16Columns
from cblint.wording import counted

MOST_SHOWN = 10
"""Annotations of one level that GitHub shows of a step; the log has all."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


class _Command(NamedTuple):
    level: str
    properties: dict[str, str]
    message: str


def render(result: Result, style: Style) -> Iterator[str]:
    """A command for each finding and for all that failed, then what was not linted and a summary, as plain lines."""
    yield from map(_written, _commands(result))
    if not style.quiet:
        yield from conclusion(result, Paint(False))


def omitted(result: Result, _: Style) -> list[str]:
    """What will stand in the log only."""
    levels = Counter(command.level for command in _commands(result))
    more = [counted(number - MOST_SHOWN, level) for level, number in levels.items() if number > MOST_SHOWN]
    if not more:
        return []
    return [f"GitHub shows {MOST_SHOWN} annotations of a level for each step; the log has {' and '.join(more)} more."]


def _commands(result: Result) -> Iterator[_Command]:
    columns: dict[int, ColumnsOf] = {}
    for file, finding in open_findings(result):
        if id(file) not in columns:
            columns[id(file)] = ColumnsOf(file, Utf16Columns)
        yield _annotation(file, finding, columns[id(file)])
    for error in result.errors:
        yield _Command("error", {"title": "cblint"}, printable(error))
    for file in result.files:
        troubles = [file.skipped] if file.failed and not file.error else []
        troubles += [f"internal error: {crash}" for crash in file.crashes]
        for trouble in troubles:
            yield _Command("error", {**_file(file), "title": "cblint"}, f"{path(file.shown)} {printable(trouble)}")


def _annotation(file: FileResult, finding: Finding, columns: ColumnsOf) -> _Command:
    properties = {**_file(file), **_region(finding, columns), "title": f"cblint ({finding.rule})"}
    message = f"{headline(file, finding)} {printable(finding.detail)}".rstrip()
    return _Command(_LEVELS[finding.severity], properties, message)


def _file(file: FileResult) -> dict[str, str]:
    """Standard input is no file that GitHub could show."""
    return {"file": printable(hosted_path(file))} if file.path != STDIN else {}


def _region(finding: Finding, columns: ColumnsOf) -> dict[str, str]:
    """The runner takes columns away where the lines differ, and complains of it."""
    lines = {"line": str(finding.start.line), "endLine": str(finding.end.line)}
    if finding.end.line != finding.start.line:
        return lines
    return {**lines, "col": str(columns.of(finding.start)), "endColumn": str(columns.of(finding.end))}


def _written(command: _Command) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in command.properties.items())
    return f"::{command.level} {properties}::{_data(command.message)}\n"


def _data(text: str) -> str:
    """As the runner undoes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
