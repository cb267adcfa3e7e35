"""Where a fix mended one line and another made the same be said of an alike line, the first was taken back."""

from __future__ import annotations

import pytest

from cblint.fix import fix_bytes
from cblint.hosts.discover import Candidate
from cblint.linter import Settings

PHASES = """\
phases:
  post_build:
    commands:
      - source ./a.sh
      - make a; make b
      - |
        if true; then
          cat <<E
          E
        fi
      - make a; make b
"""


@pytest.mark.parametrize("env", ["env: {variables: {B: c}}\n", "env:\n  variables:\n    B: c\n", "env:\n  B: c\n"])
def test_both_are_mended_at_once(env: str) -> None:
    candidate, settings = Candidate("buildspec.yml", True), Settings(isolated=True)
    change, new = fix_bytes(f"version: 0.2\n{env}{PHASES}".encode(), candidate, settings, True)
    assert change.refused == ""
    assert new.count(b"- set -e; make a; make b\n") == 2
    assert fix_bytes(new, candidate, settings, True)[0].fixed == 0
