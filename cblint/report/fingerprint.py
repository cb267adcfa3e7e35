"""A name for a finding that stays when lines move: for JSON, SARIF and baselines."""

from __future__ import annotations

import hashlib

from cblint.finding import Finding
from cblint.linter import FileResult


def fingerprints(file: FileResult) -> list[str]:
    """One for each finding of the file, in order.

    Made of the rule, the path, the line's text without its blanks, the place in the tree and the occurrence; 16
    hexadecimal digits of SHA-256, so the text itself cannot be read back.
    """
    seen: dict[str, int] = {}
    found = []
    for finding in file.findings:
        key = _key(file, finding)
        seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "backslashreplace"))
        found.append(digest.hexdigest()[:16])
    return found


def _key(file: FileResult, finding: Finding) -> str:
    line = "".join(file.excerpts.get(finding.start.line, "").split())
    return f"{finding.code}\0{finding.path}\0{line}\0{finding.where}"
