"""All that is to be said of a file, as bytes for the store, and back: any format can be written of it later."""

from __future__ import annotations

import json
import zlib
from typing import Any

from cblint.cache.recorded import finding_of, hidden_of, values_of_finding
from cblint.linter import FileResult

MOST_BYTES = 256 * 1024 * 1024
"""Bytes of a record, unpacked: a store may come from somewhere else."""


def packed(file: FileResult) -> bytes:
    """A file's result, without what only a run itself needs: which rules ran, and what it took."""
    data = {
        "path": file.path,
        "kind": file.kind,
        "buildspecs": file.buildspecs,
        "findings": [values_of_finding(finding) for finding in file.findings],
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


def _file(data: dict[str, Any]) -> FileResult:
    return FileResult(
        path=data["path"],
        shown=data["path"],
        kind=data["kind"],
        buildspecs=data["buildspecs"],
        findings=tuple(finding_of(values) for values in data["findings"]),
        excerpts=dict(data["excerpts"]),
        hidden=hidden_of(data["hidden"]),
        skipped=data["skipped"],
        failed=data["failed"],
        fail_on=data["fail_on"],
        crashes=tuple(data["crashes"]),
        error=data["error"],
        target=data["target"],
    )
