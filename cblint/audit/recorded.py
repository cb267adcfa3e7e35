"""All that is to be said of a file, as bytes for the store, and back: any format can be written of it later."""

from __future__ import annotations

import json
import zlib
from typing import Any

from cblint.finding import Finding, Fix, PlacedEdit, Related, Severity
from cblint.linter import FileResult
from cblint.secrets.mask import Hidden
from cblint.source.text import Position, Span

MOST_BYTES = 256 * 1024 * 1024
"""Bytes of a record, unpacked: a store may come from somewhere else."""


def packed(file: FileResult) -> bytes:
    """A file's result, without what only a run itself needs: which rules ran, what it took, changes of values."""
    data = {
        "path": file.path,
        "kind": file.kind,
        "buildspecs": file.buildspecs,
        "findings": [_finding(finding) for finding in file.findings],
        "excerpts": list(file.excerpts.items()),
        "hidden": list(file.hidden.items()),
        "skipped": file.skipped,
        "failed": file.failed,
        "fail_on": file.fail_on,
        "crashes": file.crashes,
        "error": file.error,
        "target": file.target,
    }
    return deflated(data)


def unpacked(record: bytes) -> FileResult:
    """A file's result from its record. Raises ValueError for what is none."""
    data = inflated(record)
    try:
        return _file(data)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"a record cannot be read: {error}") from None


def deflated(data: object) -> bytes:
    """What JSON can say, as few bytes."""
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode("ascii"), 6)


def inflated(record: bytes) -> Any:
    """The same from those bytes. Raises ValueError."""
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(record, MOST_BYTES)
        if inflating.unconsumed_tail:
            raise ValueError("it is too large")
        return json.loads(text)
    except (zlib.error, RecursionError, ValueError) as error:
        raise ValueError(f"a record cannot be read: {error}") from None


def _finding(finding: Finding) -> list[Any]:
    values: list[Any] = list(finding)
    values[Finding._fields.index("severity")] = finding.severity.value
    fix = finding.fix
    if fix is not None:
        values[Finding._fields.index("fix")] = list(fix._replace(changes=()))
    return values


def _file(data: dict[str, Any]) -> FileResult:
    return FileResult(
        path=data["path"],
        shown=data["path"],
        kind=data["kind"],
        buildspecs=data["buildspecs"],
        findings=tuple(_read(values) for values in data["findings"]),
        excerpts=dict(data["excerpts"]),
        hidden={line: tuple(Hidden(*each) for each in found) for line, found in data["hidden"]},
        skipped=data["skipped"],
        failed=data["failed"],
        fail_on=data["fail_on"],
        crashes=tuple(data["crashes"]),
        error=data["error"],
        target=data["target"],
    )


def _read(values: list[Any]) -> Finding:
    finding = Finding(*values)
    fix: Any = finding.fix
    return finding._replace(
        severity=Severity(finding.severity),
        start=Position(*finding.start),
        end=Position(*finding.end),
        span=Span(*finding.span),
        related=tuple(_place(each) for each in finding.related),
        steps=tuple(_place(each) for each in finding.steps),
        fix=_fix(fix) if fix is not None else None,
    )


def _place(values: Any) -> Related:
    message, path, start, end, step = values
    return Related(message, path, Position(*start), Position(*end), step)


def _fix(values: list[Any]) -> Fix:
    fix = Fix(*values)
    edits = tuple(
        PlacedEdit(Position(*start), Position(*end), text, Span(*span)) for start, end, text, span in fix.edits
    )
    return fix._replace(edits=edits, places=tuple(fix.places), changes=())
