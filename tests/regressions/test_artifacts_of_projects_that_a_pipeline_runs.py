"""The artifacts of a buildspec passed as unused where a pipeline of CDK, or one at hand, runs a project without any."""

from __future__ import annotations

import os
import pathlib

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.helpers import repository

SPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - make\nartifacts:\n  files: [app.zip]\n"
CDK = """\
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
const build = new codebuild.Project(this, 'Build', {
  buildSpec: codebuild.BuildSpec.fromSourceFilename('ci/build.yml'),
  source: codebuild.Source.codeCommit({ repository }),
});
"""
ACTION = "new actions.CodeBuildAction({ actionName: 'Build', input, project: build, outputs: [output] });\n"
TEMPLATE = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      Source: {Type: GITHUB, Location: !Ref Repository, BuildSpec: ci/build.yml}
      Artifacts: {Type: NO_ARTIFACTS}
      Environment: {Type: LINUX_CONTAINER, ComputeType: BUILD_GENERAL1_SMALL, Image: aws/codebuild/standard:7.0}
      ServiceRole: !Ref Role
"""
PIPELINE = """\
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: !Ref Role
      Stages:
        - Name: Build
          Actions:
            - Name: Build
              ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}
              Configuration: {ProjectName: !Ref Build}
              InputArtifacts: [{Name: Source}]
              OutputArtifacts: [{Name: Built}]
"""


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        ("lib/stack.ts", CDK, ["artifact-name-not-used"]),
        ("lib/stack.ts", CDK + ACTION, []),
        ("template.yml", TEMPLATE, ["artifact-name-not-used"]),
        ("template.yml", TEMPLATE + PIPELINE, []),
    ],
)
def test_they_are_used(path: str, content: str, expected: list[str], tmp_path: pathlib.Path) -> None:
    root = repository(tmp_path, {path: content, "ci/build.yml": SPEC})
    candidate = Candidate(os.path.join(root, "ci/build.yml"), True)
    result = lint_text(SPEC, candidate, Settings(select=("artifact-name-not-used",), isolated=True))
    assert [finding.rule for finding in result.findings] == expected
