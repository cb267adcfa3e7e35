"""A command that breaks off before CRLF was reported at the carriage return: a range that begins where it ends."""

from __future__ import annotations

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text


def test_the_last_character_that_can_be_seen_is_pointed_at() -> None:
    source = (
        "version: 0.2\nphases:\n  build:\n    commands:\n      - |\n        if x; then\n          y\n        :fi\n\r\n"
    )
    file = lint_text(source, Candidate("buildspec.yml", True), Settings(select=("shell-syntax-error",)))
    (finding,) = file.findings
    assert finding.start < finding.end
    assert source[slice(*finding.span)].strip()
