"""Findings as diagnostics: what an editor underlines, and what it shows there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from lsprotocol import types

from cblint.catalogue import Rule
from cblint.finding import Finding, Related, Severity
from cblint.hosts.discover import git_root
from cblint.hosts.graph import lines_in
from cblint.linter import FileResult
from cblint.lsp.buffer import Buffer, uri_of
from cblint.lsp.positions import Positions
from cblint.report.told import pages
from cblint.running import Result
from cblint.source.text import Lines

SOURCE = "cblint"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
_UNNEEDED = frozenset({"unused-env-variable", "unused-secret", "unused-suppression"})
"""Rules whose findings are something that can go: editors fade it."""


def diagnostics(buffer: Buffer, result: FileResult, own: tuple[Rule, ...] = ()) -> list[types.Diagnostic]:
    """The findings of a text that somebody is to be told of, in its order."""
    page = pages(Result((result,), own=own))
    return [diagnostic(buffer, finding, page(finding.rule)) for finding in result.findings if finding.is_open]


def diagnostic(buffer: Buffer, finding: Finding, page: str) -> types.Diagnostic:
    """One finding; ``page`` is where to read on, or empty."""
    return types.Diagnostic(
        range=buffer.positions.range(finding.span),
        message=_message(finding),
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(page) if page else None,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.rule in _UNNEEDED else None,
        related_information=list(_related(buffer, finding)) or None,
    )


def _message(finding: Finding) -> str:
    """The message, and in a line of its own what follows from it: some editors show the first line only."""
    return f"{finding.message}\n{finding.detail}".rstrip("\n")


def _related(buffer: Buffer, finding: Finding) -> Iterator[types.DiagnosticRelatedInformation]:
    """The places that belong to a finding, then the steps on the way to it but the last, which is the finding."""
    for each in (*finding.related, *finding.steps[:-1]):
        message = f"{each.step}. {each.message}" if each.step else each.message
        place = _place(buffer, finding, each)
        if place is not None:
            yield types.DiagnosticRelatedInformation(place, message)


def _place(buffer: Buffer, finding: Finding, related: Related) -> types.Location | None:
    if related.path == finding.path:
        return types.Location(buffer.uri, _range(buffer.positions, related))
    root = git_root(os.path.dirname(os.path.abspath(buffer.path)))
    if root is None:
        return None
    lines = lines_in(root, related.path) or Lines("")
    return types.Location(uri_of(os.path.join(root, related.path)), _range(Positions(lines, buffer.encoding), related))


def _range(positions: Positions, related: Related) -> types.Range:
    return types.Range(positions.of(related.start), positions.of(related.end))


def meant(
    found: Iterable[Finding], buffer: Buffer, area: types.Range, named: Iterable[types.Diagnostic]
) -> list[Finding]:
    """The findings of which a part lies in a range, or that begin or end where it does; and those that are named.

    Some editors name all of the line in which the cursor stands.
    """
    span = buffer.positions.span(area)
    places = {(each.code, *buffer.positions.span(each.range)) for each in named}
    return [
        each
        for each in found
        if each.is_open
        and ((each.span.start <= span.end and span.start <= each.span.end) or (each.rule, *each.span) in places)
    ]
