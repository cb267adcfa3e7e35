"""A mapping that holds one as a key, which ruamel.yaml cannot hash, was an internal error of --fix."""

from __future__ import annotations

from cblint.fix import fix_bytes
from cblint.hosts.discover import Candidate
from cblint.linter import Settings


def test_it_is_refused() -> None:
    data = b"? r:\n   N:\nphases:\n  prebuild:\n    commands: [make]\n"
    change, new = fix_bytes(data, Candidate("buildspec.yml", True), Settings(isolated=True), True)
    assert new == data
    assert "ruamel.yaml cannot load it (TypeError)" in change.refused
