"""A variable that a rule of EventBridge, a workflow or another template gives to a build was called set by nothing.

The project has a webhook: of one that has none it is not known who starts its builds.
"""

from __future__ import annotations

from pathlib import Path

from cblint import Severity, lint_path
from tests.helpers import repository

_PROJECT = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      ServiceRole: arn:aws:iam::111122223333:role/build
      Source:
        Type: GITHUB
        Location: https://github.com/acme/shop.git
        BuildSpec: |
          version: 0.2
          phases:
            build:
              commands:
                - make "RELEASE=$RELEASE"
      Artifacts: {Type: NO_ARTIFACTS}
      Triggers:
        Webhook: true
        FilterGroups:
          - - {Type: EVENT, Pattern: PUSH}
      Environment:
        Type: LINUX_CONTAINER
        ComputeType: BUILD_GENERAL1_SMALL
        Image: aws/codebuild/standard:7.0
        EnvironmentVariables:
          - {Name: STAGE, Value: test}
"""
_RULE = """\
  Start:
    Type: AWS::Events::Rule
    Properties:
      Targets:
        - Id: build
          Arn: !GetAtt Build.Arn
          InputTransformer:
            InputPathsMap: {release: $.detail.release}
            InputTemplate: '{"environmentVariablesOverride": [{"name": "RELEASE", "value": <release>}]}'
"""
_WORKFLOW = """\
on: push
jobs:
  build:
    steps:
      - run: aws codebuild start-build --project-name build --environment-variables-override name=RELEASE,value=1
"""


def _severities(folder: Path) -> list[Severity]:
    return [each.severity for each in lint_path(folder / "template.yml") if each.rule == "variable-never-defined"]


def test_nothing_gives_it(tmp_path: Path) -> None:
    (tmp_path / "template.yml").write_text(_PROJECT)
    assert _severities(tmp_path) == [Severity.ERROR]


def test_a_rule_of_eventbridge_does(tmp_path: Path) -> None:
    (tmp_path / "template.yml").write_text(_PROJECT + _RULE)
    assert _severities(tmp_path) == [Severity.NOTE]


def test_a_workflow_does(tmp_path: Path) -> None:
    repository(tmp_path, {"template.yml": _PROJECT, "start.yml": _WORKFLOW})
    assert _severities(tmp_path) == [Severity.NOTE]
