"""For each policy of a role, all projects of the role were asked who starts them."""

from __future__ import annotations

import pytest

from cblint.checks import roles, strangers
from cblint.hosts.discover import Candidate
from cblint.hosts.graph import Resource
from cblint.linter import Settings, lint_text

COUNT = 40
PARTS = """\
  P{0}:
    Type: AWS::CodeBuild::Project
    Properties: {{ServiceRole: !GetAtt R.Arn}}
  Q{0}:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref R]
      PolicyDocument: {{Statement: [{{Effect: Allow, Action: '*', Resource: '*'}}]}}
"""
ROLE = """\
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: codebuild.amazonaws.com}, Action: 'sts:AssumeRole'}]
"""


def test_each_project_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    plain = strangers.is_open

    def counting(project: Resource) -> bool:
        asked.append(project)
        return plain(project)

    monkeypatch.setattr(roles, "is_open", counting)
    text = "Resources:\n" + "".join(map(PARTS.format, range(COUNT))) + ROLE
    result = lint_text(text, Candidate("template.yml", True), Settings(select=("service-role-too-broad",)))
    assert sum(finding.rule == "service-role-too-broad" for finding in result.findings) == COUNT
    assert len(asked) == COUNT
