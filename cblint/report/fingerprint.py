"""A name for a finding that stays when lines move, for the formats that know one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cblint.finding import UNCHANGED, Finding
from cblint.identity import Identity, identities
from cblint.linter import FileResult
from cblint.running import Result


def fingerprints(file: FileResult) -> list[str]:
    """One for each finding of the file, in order.

    Made of its identity, the path and the occurrence; 16 hexadecimal digits of SHA-256, so the text itself cannot be
    read back.
    """
    seen: dict[Identity, int] = {}
    found = []
    for finding, identity in zip(file.findings, identities(file), strict=True):
        seen[identity] = seen.get(identity, 0) + 1
        key = f"{identity.code}\0{finding.path}\0{identity.text}\0{identity.where}\0{seen[identity]}"
        found.append(hashlib.sha256(key.encode("utf-8", "backslashreplace")).hexdigest()[:16])
    return found


def identified(result: Result) -> Iterator[tuple[FileResult, Finding, str]]:
    """Every finding of a run with its file and its fingerprint, suppressed ones included; not what is unchanged."""
    for file in result.files:
        for finding, fingerprint in zip(file.findings, fingerprints(file), strict=True):
            if finding.left_out != UNCHANGED:
                yield file, finding, fingerprint
