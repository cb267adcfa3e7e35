"""cblint from Python: one call for a text, one for a path, and what there is to know of the rules."""

from __future__ import annotations

import os

from cblint import linter, opening
from cblint.finding import Finding
from cblint.hosts.discover import Candidate
from cblint.linter import Settings
from cblint.typing import Any


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


def rules() -> list[dict[str, Any]]:
    """All rules, by code, as ``cblint rules --format json`` lists them: ``cblint schema rules`` describes it."""
    from cblint import catalogue
    from cblint.report.rule_data import summary  # who lints needs none of it

    return [summary(rule) for rule in catalogue.rules()]


def explain(rule: str) -> dict[str, Any]:
    """A rule with all that explains it, by its code, name or former name, in any case. Raises ValueError."""
    from cblint import catalogue
    from cblint.report.rule_data import full

    return full(catalogue.find(rule.lower()))


def _findings(result: linter.FileResult) -> list[Finding]:
    if result.crashes:
        raise LintError(result.crashes[0])
    if result.failed:
        raise LintError(result.error or f"{result.shown} {result.skipped}")
    return list(result.findings)
