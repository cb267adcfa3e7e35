"""The files of other formats that hold a buildspec, and the defects that are theirs alone."""

from __future__ import annotations

from typing import NamedTuple

HOSTED = (
    "block-scripts", "java-gradle", "make-finally", "make-only", "make-phases", "node-tests", "php-tests",
    "python-checks",
)  # fmt: skip
"""Those that a template of CloudFormation or a file of Terraform can hold: they hand nothing on."""

HOSTS: dict[str, str] = {
    "cloudformation": """AWSTemplateFormatVersion: "2010-09-09"
Description: What builds @service@
Parameters:
  RoleArn:
    Type: String
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: @service@-@number@
      ServiceRole: !Ref RoleArn
      Artifacts:
        Type: NO_ARTIFACTS
      Environment:
        Type: LINUX_CONTAINER
        ComputeType: BUILD_GENERAL1_SMALL
        Image: aws/codebuild/standard:7.0
      LogsConfig:
        CloudWatchLogs:
          Status: ENABLED
      Source:
        Type: GITHUB
        Location: https://github.com/example/@service@
        BuildSpec: |
          @buildspec@
""",
    "terraform": """variable "role_arn" {
  type = string
}

resource "aws_codebuild_project" "@tool@" {
  name         = "@service@-@number@"
  service_role = var.role_arn

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    type         = "LINUX_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
  }

  source {
    type      = "GITHUB"
    location  = "https://github.com/example/@service@"
    buildspec = <<-EOT
      @buildspec@
    EOT
  }
}
""",
}
"""Files of other formats with a place for a buildspec, by the name of the format."""


class HostDefect(NamedTuple):
    """A defect of the file around a buildspec: in place of ``old``, which the host has once, it has ``new``."""

    host: str
    rule: str
    severity: str
    old: str
    new: str
    claims: tuple[str, ...] = ()


_TRIGGERS = "      LogsConfig:"

HOST_DEFECTS: dict[str, HostDefect] = {
    "plaintext-secret": HostDefect(
        "cloudformation",
        "project-plaintext-secret",
        "error",
        "        Image: aws/codebuild/standard:7.0\n",
        "        Image: aws/codebuild/standard:7.0\n        EnvironmentVariables:\n"
        "          - Name: CYPRESS_RECORD_KEY\n            Value: «@uuid@»\n",
    ),
    "logs-off": HostDefect(
        "cloudformation", "project-hardening", "warning", "          Status: ENABLED", "          Status: «DISABLED»"
    ),
    "event-unknown": HostDefect(
        "cloudformation",
        "webhook-config-invalid",
        "error",
        _TRIGGERS,
        "      Triggers:\n        Webhook: true\n        FilterGroups:\n          - - Type: EVENT\n"
        f"              Pattern: PUSH, «PULL_REQUEST_MERGE»\n{_TRIGGERS}",
    ),
    "account-unanchored": HostDefect(
        "cloudformation",
        "webhook-filter-unanchored",
        "warning",
        _TRIGGERS,
        "      Triggers:\n        Webhook: true\n        FilterGroups:\n          - - Type: EVENT\n"
        "              Pattern: PUSH\n            - Type: ACTOR_ACCOUNT_ID\n"
        f"              Pattern: «12@number@»\n{_TRIGGERS}",
    ),
    "pull-requests": HostDefect(
        "cloudformation",
        "pull-request-build-untrusted",
        "warning",
        _TRIGGERS,
        "      Triggers:\n        Webhook: true\n        PullRequestBuildPolicy: {RequiresCommentApproval: DISABLED}\n"
        "        FilterGroups:\n          - - Type: EVENT\n"
        f"              Pattern: «PULL_REQUEST_CREATED»\n{_TRIGGERS}",
        claims=("secret",),
    ),
    "wrong-platform": HostDefect(
        "terraform",
        "image-environment-mismatch",
        "error",
        '"LINUX_CONTAINER"\n    compute_type = "BUILD_GENERAL1_SMALL"\n    image        = "aws/codebuild/standard:7.0"',
        '«"ARM_CONTAINER"»\n    compute_type = "BUILD_GENERAL1_SMALL"\n    image        = "aws/codebuild/standard:7.0"',
    ),
}
"""All of them, by name."""
