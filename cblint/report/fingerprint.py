"""A name for a finding that stays when lines move: for JSON, SARIF and baselines."""

from __future__ import annotations

import hashlib
import re

from cblint.linter import FileResult


def fingerprints(file: FileResult) -> list[str]:
    """One for each finding of the file, in order.

    Made of the rule, the path, the line's text without its blanks, the keys that lead to it and the occurrence; 16
    hexadecimal digits of SHA-256, so the text itself cannot be read back. The numbers of list items play no part: a
    command put above moves them.
    """
    seen: dict[str, int] = {}
    lines = {number: _squeezed(line) for number, line in file.excerpts.items()}
    found = []
    for finding in file.findings:
        where = _NUMBER.sub("", finding.where)
        key = f"{finding.code}\0{finding.path}\0{lines.get(finding.start.line, '')}\0{where}"
        seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "backslashreplace"))
        found.append(digest.hexdigest()[:16])
    return found


_NUMBER = re.compile(r"(?<=\[)[0-9]+(?=\])")
_LONGEST = 1000
"""Of a longer line the beginning has to do: one line can hold thousands of findings."""


def _squeezed(line: str) -> str:
    return "".join(line.split())[:_LONGEST]
