"""Workflow commands as the runner of GitHub Actions reads them (actions/runner, ActionCommand and its manager)."""

from __future__ import annotations

import re
from typing import NamedTuple

KNOWN = frozenset(
    {"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path"}
    | {"notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning"}
)

_Escapes = tuple[tuple[str, str], ...]

# In the order in which the runner replaces them.
_IN_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_IN_PROPERTIES = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_IN_BRACKETS = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


class WorkflowCommand(NamedTuple):
    """What the runner obeys."""

    name: str
    properties: dict[str, str]
    data: str


def lines_of(output: str) -> list[str]:
    """The lines that the runner sees."""
    return re.split("\r\n|\r|\n", output)


def commands_in(output: str) -> list[WorkflowCommand]:
    """Every command in the output of a step."""
    return [command for line in lines_of(output) if (command := command_in(line)) is not None]


def command_in(line: str) -> WorkflowCommand | None:
    """The command that a line is, in the syntax of today or else in the one of before."""
    return _of_today(line) or _of_before(line)


def complaints(command: WorkflowCommand) -> list[str]:
    """What the runner finds wrong with the place of an annotation; it leaves such parts out."""
    line, end_line, column, end_column = (
        int(command.properties[name]) if name in command.properties else None
        for name in ("line", "endLine", "col", "endColumn")
    )
    found = []
    if end_line is not None and line is None:
        found.append("endLine without line")
    if end_column is not None and column is None:
        found.append("endColumn without col")
    if line is None and (column or end_column):
        found.append("columns without line")
    if end_line is not None and line != end_line and (column or end_column):
        found.append("columns over lines")
    if line is not None and end_line is not None and end_line < line:
        found.append("ends before its line")
    if column is not None and end_column is not None and end_column < column:
        found.append("ends before its column")
    return found


def _of_today(line: str) -> WorkflowCommand | None:
    text = line.lstrip()
    end = text.find("::", 2)
    if not text.startswith("::") or end < 0:
        return None
    return _read(text[2:end], ",", text[end + 2 :], _IN_PROPERTIES, _IN_DATA)


def _of_before(line: str) -> WorkflowCommand | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    return _read(line[start + 3 : end], ";", line[end + 1 :], _IN_BRACKETS, _IN_BRACKETS)


def _read(head: str, separator: str, data: str, in_properties: _Escapes, in_data: _Escapes) -> WorkflowCommand | None:
    name, _, rest = head.partition(" ")
    if name.lower() not in KNOWN:
        return None
    pairs = [part.partition("=") for part in rest.strip().split(separator) if part]
    properties = {key: _undone(value, in_properties) for key, _, value in pairs if key and value}
    return WorkflowCommand(name, properties, _undone(data, in_data))


def _undone(text: str, escapes: _Escapes) -> str:
    for written, meant in escapes:
        text = text.replace(written, meant)
    return text
