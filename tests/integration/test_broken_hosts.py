"""A file of another format that cannot be parsed is named with the reason, and checked as far as it goes."""

from __future__ import annotations

import pathlib

import pytest

from cblint.linter import Settings
from cblint.running import lint_paths

PHASE = 'Source: {Type: NO_SOURCE, BuildSpec: "version: 0.2\\nphases:\\n  prebuild: {commands: [a]}"}'
CUT = "is not valid {} from line {} on, so that only what stands before was checked"
TEMPLATE = "is a template that is not YAML yet, so that what it puts in is not known"


@pytest.mark.parametrize(
    ("name", "text", "reason", "rules"),
    [
        (
            "cut.yml",
            f"Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      {PHASE}\n   x: y\n",
            CUT.format("YAML", 6),
            ["unknown-phase"],
        ),
        (
            "cut.json",
            '{"Resources": {"Build": {"Type": "AWS::CodeBuild::Project", "Properties": {"Source": {"BuildSpec": "a',
            CUT.format("JSON", 1),
            [],
        ),
        ("none.json", '{"Resources": [ {{ "AWS::CodeBuild::Project"', CUT.format("JSON", 1), []),
        (
            "jinja.yml",
            "{% for name in names %}\nResources:\n  {{ name }}:\n    Type: AWS::CodeBuild::Project\n    Properties:\n"
            f"      {PHASE}\n      Name: {{{{ name }}}}-build\n{{% endfor %}}\n",
            TEMPLATE,
            ["unknown-phase"],
        ),
        (
            "go.yml",
            "Build:\n  Type: AWS::CodeBuild::Project\n  Properties:\n    Source:\n      Type: NO_SOURCE\n"
            "      BuildSpec: |\n        version: 0.2\n        phases:\n          prebuild:\n            commands:\n"
            "            {{- range $i, $command := .Commands}}\n              - {{$command}}\n            {{- end}}\n",
            TEMPLATE,
            ["unknown-phase"],
        ),
        (
            "cut.tf",
            'resource "aws_codebuild_project" "build" {\n  source {\n    buildspec = <<EOT\nversion: 0.2\n',
            "cannot be read from line 1 on, where it is not valid Terraform",
            [],
        ),
        (
            "cut.py",
            'from aws_cdk import aws_codebuild\naws_codebuild.BuildSpec.from_object({"version": "0.2"\n',
            "is not valid Python",
            [],
        ),
        (
            "holes.tf",
            'resource "aws_codebuild_project" "build" {\n  source {\n    type = "NO_SOURCE"\n    buildspec = <<EOT\n'
            "version: 0.2\nphases:\n  ${var.one}\n ${var.other}: [\nEOT\n  }\n}\n",
            "has a buildspec that is put together when it is deployed, so that nobody can read it here",
            ["project-invalid"] * 4,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[:10] else "",
)
def test_a_broken_file_is_named_and_checked_as_far_as_it_goes(
    tmp_path: pathlib.Path, name: str, text: str, reason: str, rules: list[str]
) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "buildspec.yml").write_text("version: 0.2\nphases: {build: {commands: [make]}}\n")
    result = lint_paths([str(tmp_path)], Settings(isolated=True))
    assert [file.crashes for file in result.files] == [()] * 2
    (file,) = [file for file in result.files if file.path.endswith(name)]
    assert file.skipped == reason
    assert [finding.rule for finding in file.findings] == rules
    assert not file.failed
