"""cblint from Python: one call for a text, one for a path."""

from __future__ import annotations

import os

from cblint import linter, opening
from cblint.finding import Finding
from cblint.hosts.discover import Candidate
from cblint.linter import Settings


class LintError(Exception):
    """The file or its configuration could not be read, or cblint failed; ``str()`` says which and why."""


def lint_text(
    text: str, name: str | os.PathLike[str] = opening.STDIN, settings: Settings | None = None
) -> list[Finding]:
    """Findings in a buildspec given as text, those suppressed included.

    ``name`` is the path that the text is to be taken for: it decides the configuration and need not exist.
    Raises LintError.
    """
    return _findings(linter.lint_text(text, Candidate(os.fspath(name), True), settings or Settings()))


def lint_path(path: str | os.PathLike[str], settings: Settings | None = None) -> list[Finding]:
    """Findings in one file, those suppressed included; none if it is not a buildspec. Raises LintError."""
    return _findings(linter.lint_file(Candidate(os.fspath(path), True), settings or Settings()))


def _findings(result: linter.FileResult) -> list[Finding]:
    if result.crashes:
        raise LintError(result.crashes[0])
    if result.failed:
        raise LintError(result.error or f"{result.shown} {result.skipped}")
    return list(result.findings)
