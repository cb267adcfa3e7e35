"""A fix was taken back for good, as after it the same was said of an alike line of another phase."""

from __future__ import annotations

from cblint.fix import fix_bytes
from cblint.hosts.discover import Candidate
from tests.helpers import ISOLATED

BROKEN = """\
version: 0.2
phases:
  pre_build:
    commands:
      - make &&
      - |
        if true; then
          cat <<E
          E
        fi
  post_build:
    commands:
      - make &&
"""


def test_both_are_mended_at_once() -> None:
    candidate = Candidate("buildspec.yml", True)
    change, new = fix_bytes(BROKEN.encode(), candidate, ISOLATED, True)
    assert b"&&" not in new
    assert change.fixed == 3
    assert fix_bytes(new, candidate, ISOLATED, True)[0].fixed == 0
