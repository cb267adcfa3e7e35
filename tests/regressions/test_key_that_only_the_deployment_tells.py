"""A project was said to lack a setting though one of its keys is known to the deployment only, and may be just that."""

from __future__ import annotations

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.source.text import HOLE

PROJECT = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      ServiceRole: !Ref Role
      Source: {Type: CODEPIPELINE}
      Artifacts: {Type: CODEPIPELINE}
      Environment:
        Type: LINUX_CONTAINER
        Image: aws/codebuild/standard:7.0
        KEY: BUILD_GENERAL1_SMALL
"""


def test_nothing_is_said_to_be_missing() -> None:
    candidate, settings = Candidate("template.yml", True), Settings(select=("project-invalid",))
    for key, count in (("Other", 1), (HOLE, 0), ("ComputeType", 0)):
        found = lint_text(PROJECT.replace("KEY", key), candidate, settings).findings
        assert sum("ComputeType" in finding.message for finding in found) == count, key
