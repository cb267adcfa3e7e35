"""A finding about several places had a fix that mended those that it could: what it said was true afterwards, too."""

from __future__ import annotations

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.helpers import commands

IMAGES = """\
version: 0.2
batch:
  build-list:
    - identifier: one
      env:
        image: |-
          aws/codebuild/standard:5.0
    - identifier: two
      env:
        image: aws/codebuild/standard:5.0
phases:
  build:
    commands: [make]
"""
FOLDERS = commands('|\n        ls p"/codebuild/output/src4/"\n        ls /codebuild/output/src4/src')


@pytest.mark.parametrize(
    ("text", "rule"), [(IMAGES, "deprecated-build-image"), (FOLDERS, "hardcoded-source-directory")]
)
def test_it_has_none(text: str, rule: str) -> None:
    [finding] = lint_text(text, Candidate("buildspec.yml", False), Settings(select=(rule,))).findings
    assert finding.related
    assert finding.fix is None
