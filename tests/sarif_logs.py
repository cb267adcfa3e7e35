"""SARIF logs for tests: what is written of a run, and how a run is put together."""

from __future__ import annotations

import json
from typing import Any

from cblint.finding import Finding
from cblint.hiding import Hiding
from cblint.linter import FileResult, Settings, _excerpts
from cblint.report import Style, render
from cblint.running import Result, result_of
from cblint.source.text import Lines
from tests.helpers import finding

PLAIN, ALL = Style(), Style(suppressed=True)
STYLES = [PLAIN, ALL]
ONE_RULE = Settings(isolated=True, select=("command-not-string",))


def log(result: Result, style: Style = PLAIN) -> dict[str, Any]:
    """The SARIF of a run as plain data."""
    document: dict[str, Any] = json.loads("".join(render("sarif", result, style)))
    return document


def run_of(result: Result, style: Style = PLAIN) -> dict[str, Any]:
    """The only run of the log."""
    [run] = log(result, style)["runs"]
    assert isinstance(run, dict)
    return run


def told(*findings: Finding, text: str = "", path: str = "buildspec.yml") -> Result:
    """A run over one file that holds the text and has these findings."""
    excerpts, _ = _excerpts(Lines(text), list(findings), Hiding(text))
    return result_of([FileResult(path, path, "buildspec", 1, findings, excerpts)])


def message_of(text: str, detail: str = "") -> str:
    """The message of a finding that says this."""
    found = finding("x", (0, 1), message=text)._replace(detail=detail)
    message = run_of(told(found))["results"][0]["message"]["text"]
    assert isinstance(message, str)
    return message
