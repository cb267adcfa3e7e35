"""Results as plain values, which any way of keeping them can write and read, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from cblint.finding import Finding, Fix, PlacedEdit, Related, Severity, ValueChange
from cblint.linter import FileResult
from cblint.source.text import Position, Span

if TYPE_CHECKING:
    from cblint.secrets.mask import Hidden


def values_of(file: FileResult) -> dict[str, Any]:
    """All of a result but what a run itself took; of fixes that hold a secret, only that there are some.

    Numbers, texts, None, and tuples, sets and dictionaries of such.
    """
    found = file._asdict()
    del found["spent"]
    found["findings"] = tuple(values_of_finding(finding) for finding in file.findings)
    found["hidden"] = {line: tuple(map(tuple, each)) for line, each in file.hidden.items()}
    return found


def file_of(values: Mapping[str, Any]) -> FileResult:
    """The result. Raises KeyError, TypeError or ValueError for what are no values of one."""
    found = FileResult(**values)
    return found._replace(
        findings=tuple(finding_of(each) for each in found.findings), hidden=hidden_of(found.hidden.items())
    )


def hidden_of(lines: Collection[tuple[int, Any]]) -> dict[int, tuple[Hidden, ...]]:
    """What is hidden in lines. Raises TypeError."""
    if not lines:
        return {}
    from cblint.secrets.mask import Hidden  # few files have a secret

    return {line: tuple(Hidden(*each) for each in hidden) for line, hidden in lines}


def values_of_finding(finding: Finding) -> tuple[Any, ...]:
    """A finding, in the order of its fields."""
    fix = finding.fix
    plain = finding._replace(
        severity=finding.severity.value,  # type: ignore[arg-type] # it is to be plain
        fix=fix._replace(edits=(), changes=()) if fix is not None and fix.withheld else fix,
    )
    return tuple(map(_plain, plain))


def finding_of(values: Any) -> Finding:
    """The finding; its tuples may have become lists. Raises TypeError or ValueError."""
    finding = Finding(*values)
    return finding._replace(
        severity=Severity(finding.severity),
        start=Position(*finding.start),
        end=Position(*finding.end),
        span=Span(*finding.span),
        related=tuple(_place(each) for each in finding.related),
        steps=tuple(_place(each) for each in finding.steps),
        fix=_fix(finding.fix) if finding.fix is not None else None,
    )


def _plain(value: object) -> object:
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _place(values: Any) -> Related:
    message, path, start, end, step = values
    return Related(message, path, Position(*start), Position(*end), step)


def _fix(values: Any) -> Fix:
    fix = Fix(*values)
    edits = tuple(
        PlacedEdit(Position(*start), Position(*end), text, Span(*span)) for start, end, text, span in fix.edits
    )
    changes = tuple(ValueChange(*each) for each in fix.changes)
    return fix._replace(edits=edits, places=tuple(fix.places), changes=changes)
