"""A project's variable of type PARAMETER_STORE was a secret whatever its name, unlike one of the buildspec's own."""

from __future__ import annotations

import pytest

from cblint import lint_text

_PROJECT = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      ServiceRole: arn:aws:iam::111122223333:role/build
      Source:
        Type: NO_SOURCE
        BuildSpec: |
          version: 0.2
          phases:
            build:
              commands:
                - echo "Deploys to $NAME"
                - make
      Artifacts: {Type: NO_ARTIFACTS}
      Environment:
        Type: LINUX_CONTAINER
        ComputeType: BUILD_GENERAL1_SMALL
        Image: aws/codebuild/standard:7.0
        EnvironmentVariables:
          - {Name: NAME, Type: PARAMETER_STORE, Value: /app/setting}
"""


@pytest.mark.parametrize(("name", "found"), [("APPLICATION_URL", []), ("DATABASE_PASSWORD", ["secret-printed"])])
def test_only_a_name_makes_a_parameter_a_secret(name: str, found: list[str]) -> None:
    findings = lint_text(_PROJECT.replace("NAME", name), "template.yml")
    assert [each.rule for each in findings if each.rule == "secret-printed"] == found
