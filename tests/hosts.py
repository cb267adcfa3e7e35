"""Buildspecs put into files of other formats, with the place that each of their characters has there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Hosted(NamedTuple):
    """A file that holds a buildspec: ``places[i]`` is where character i of the buildspec stands, start and end.

    ``project`` is what it tells of the project, as the configuration has it.
    """

    path: str
    text: str
    places: list[tuple[int, int]]
    project: dict[str, Any] = {}  # noqa: RUF012 - never changed


LINE_END = "\n"
Spelling = Callable[[str], str]
"""How a character of the buildspec is written."""


def _put(path: str, before: str, written: Iterator[str], after: str, project: dict[str, Any] | None = None) -> Hosted:
    """``written`` are the spellings of the characters, one by one; what stands between them ends in U+0000."""
    places: list[tuple[int, int]] = []
    text = before
    for part in written:
        between, _, spelling = part.rpartition("\0")
        text += between
        places.append((len(text), len(text) + len(spelling)))
        text += spelling
    return Hosted(path, text + after, places, project or {})


def _indented(buildspec: str, indentation: str, spelling: Spelling = str) -> Iterator[str]:
    """The lines of a block, each behind its indentation; an empty line has none but the marks in it."""
    begins = True
    for char in buildspec:
        begin = f"{indentation if char != LINE_END else indentation.rstrip()}\0" if begins else ""
        yield begin + spelling(char)
        begins = char == LINE_END


def _json(char: str) -> str:
    return json.dumps(char)[1:-1]


def _escaped(char: str) -> str:
    return {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}.get(char, char)


_TEMPLATE = """\
Parameters:
  Image: {Type: String}
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      ServiceRole: !ImportValue role
      Environment: !ImportValue environment
      Artifacts: !ImportValue artifacts
      Cache: !ImportValue cache
      Source:
        Type: !Ref Image
        BuildSpec: """


def project_json(buildspec: str) -> Hosted:
    """The input of CreateProject."""
    before = '{"name": "codebuild", "source": {"type": "GITHUB", "buildspec": "'
    environment = '{"type": "LINUX_CONTAINER", "dockerServer": {}}, "cache": {"type": "S3", "location": "bucket"}'
    after = f'"}}, "environment": {environment}, "serviceRole": "arn:aws:iam::123456789012:role/build"}}\n'
    return _put("project.json", before, map(_json, buildspec), after, _TOLD)


_TOLD = {
    "buildspecs": ["*"],
    "name": "codebuild",
    "environment-type": "LINUX_CONTAINER",
    "privileged": False,
    "fleet": False,
    "docker-server": True,
    "vpc": False,
    "source": {"type": "GITHUB"},
    "cache": {"type": "S3"},
    "artifacts": {"override-name": False},
}


def literal(buildspec: str, indentation: int = 10) -> Hosted:
    """A literal block in a template of CloudFormation."""
    return _put("template.yml", _TEMPLATE + "|\n", _indented(buildspec, " " * indentation), "", _UNTOLD)


def substituted(buildspec: str, indentation: int = 12) -> Hosted:
    """The same under ``!Sub``, which needs ``${!`` where the shell has ``${``."""
    written = _indented(buildspec, " " * indentation)
    parts: list[str] = []
    for number, part in enumerate(written):
        follows = part[-1] == "{" and number > 0 and buildspec[number - 1] == "$"
        parts.append(part)
        if follows:
            parts.append("!")
    merged: list[str] = []
    for part in parts:
        if part == "!" and merged and merged[-1].endswith("{"):
            # The mark stands between this character and the next, and belongs to neither.
            merged.append("!\0")
        elif merged and merged[-1] == "!\0":
            merged[-1] = "!\0" + part if "\0" not in part else "!" + part
        else:
            merged.append(part)
    return _put("template.yml", _TEMPLATE + "!Sub |\n", iter(merged), "", _UNTOLD)


def double_quoted(buildspec: str) -> Hosted:
    """A double-quoted scalar in a template."""
    return _put("template.yml", _TEMPLATE + '"', map(_escaped, buildspec), '"\n', _UNTOLD)


def template_json(buildspec: str) -> Hosted:
    """A string in a template in JSON, as CDK writes them."""
    properties = json.dumps({name: {"Fn::ImportValue": name} for name in ("Environment", "Artifacts", "Cache")})
    before = '{"Resources": {"Build": {"Type": "AWS::CodeBuild::Project", "Properties": ' + properties[:-1]
    before += ', "Source": {"Type": {"Fn::ImportValue": "type"}, "BuildSpec": "'
    return _put("cdk.out/stack.template.json", before, map(_json, buildspec), '"}}}}}\n', _UNTOLD)


def joined(buildspec: str) -> Hosted:
    """Its lines, each a string, joined by line ends; the ends stand where their line does."""
    lines = buildspec.split("\n")
    before = _TEMPLATE + '\n          Fn::Join: ["\\n", ['
    text, places = before, []
    for number, line in enumerate(lines):
        text += '"' if number == 0 else ', "'
        for char in line:
            spelled = _escaped(char)
            places.append((len(text), len(text) + len(spelled)))
            text += spelled
        text += '"'
        if number + 1 < len(lines):
            places.append((-1, -1))  # nobody points at the line end
    return Hosted("template.yml", text + "]]\n", places, _UNTOLD)


_UNTOLD = {"buildspecs": ["*"], "name": "Build", "vpc": False}
_TERRAFORM = """\
resource "aws_codebuild_project" "build" {
  name         = "demo"
  service_role = var.role
  environment {
    type            = var.type
    privileged_mode = var.privileged
  }
  cache {
    type = var.cache
  }
  source {
    type      = var.type
    buildspec = """
_BARE = {
    **_UNTOLD,
    "name": "demo",
    "fleet": False,
    "docker-server": False,
    "artifacts": {"override-name": False},
}


def heredoc(buildspec: str, indentation: int = 0) -> Hosted:
    """A here-document of Terraform, indented or not; ``${`` and ``%{`` are doubled there."""
    mark = "<<-EOT\n" if indentation else "<<EOT\n"
    written = _indented(buildspec, " " * indentation)
    return _put("main.tf", _TERRAFORM + mark, _doubled(written, buildspec), " " * indentation + "EOT\n  }\n}\n", _BARE)


def quoted(buildspec: str) -> Hosted:
    """A string of Terraform."""
    written = _doubled(map(_escaped, buildspec), buildspec)
    return _put("main.tf", _TERRAFORM + '"', written, '"\n  }\n}\n', _BARE)


def _doubled(written: Iterator[str], buildspec: str) -> Iterator[str]:
    """``$${`` and ``%%{`` stand for two characters: the first mark for one, the second with the bracket."""
    for number, part in enumerate(written):
        following = buildspec[number + 1 : number + 2]
        yield f"{part}{part[-1]}" if part[-1] in "$%" and following == "{" else part


def template(buildspec: str) -> Hosted:
    """A file that Terraform renders."""
    return _put("buildspec.yml.tftpl", "", _doubled(map(str, buildspec), buildspec), "")


def fenced(buildspec: str, before: str = "", indentation: str = "") -> Hosted:
    """A fence in Markdown, inside what ``before`` opens, each line behind ``indentation``."""
    begin = f"# Guide\n\n{before}```yaml\n"
    body = buildspec if buildspec.endswith("\n") else buildspec + "\n"
    hosted = _put("guide.md", begin, _indented(body, indentation), f"{indentation}```\n\nThe end.\n")
    return hosted._replace(places=hosted.places[: len(buildspec)])


def terraform_json(buildspec: str) -> Hosted:
    """A string of Terraform in JSON, where the marks of templates are doubled as well."""
    before = '{"resource": {"aws_codebuild_project": {"build": {"name": "demo", "service_role": "${var.role}", '
    before += '"environment": {"type": "${var.type}", "privileged_mode": "${var.privileged}"}, '
    before += '"cache": {"type": "${var.cache}"}, "source": {"type": "${var.type}", "buildspec": "'
    return _put("main.tf.json", before, _doubled(map(_json, buildspec), buildspec), '"}}}}}\n', _BARE)


def workflow(buildspec: str, indentation: int = 12) -> Hosted:
    """What a step of a GitHub workflow starts a build with."""
    before = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/aws-codebuild-run-build@v1
        with:
          project-name: demo
          buildspec-override: |
"""
    told = {"buildspecs": ["*"], "name": "demo"}
    return _put("ci.yml", before, _indented(buildspec, " " * indentation), "", told)


def template_literal(buildspec: str) -> Hosted:
    """A template literal of TypeScript, of which backslashes, backticks and ``${`` are escaped."""
    before = """\
import * as codebuild from "aws-cdk-lib/aws-codebuild";
new codebuild.CfnProject(this, "Build", {
  name: "demo",
  serviceRole: role.roleArn,
  environment,
  artifacts,
  cache,
  vpcConfig,
  source: {
    type: kind,
    buildSpec: `"""
    written = ("\\" + char if char in "\\`$" else char for char in buildspec)
    told = {"buildspecs": ["*"], "name": "demo"}
    return _put("stack.ts", before, written, "`,\n  },\n});\n", told)


HOSTS: dict[str, Callable[[str], Hosted]] = {
    "project JSON": project_json,
    "literal block": literal,
    "deep literal block": lambda buildspec: literal(buildspec, 25),
    "substituted block": substituted,
    "double-quoted scalar": double_quoted,
    "template in JSON": template_json,
    "joined lines": joined,
    "here-document": heredoc,
    "indented here-document": lambda buildspec: heredoc(buildspec, 6),
    "string of Terraform": quoted,
    "template of Terraform": template,
    "string of Terraform in JSON": terraform_json,
    "workflow": workflow,
    "template literal": template_literal,
    "fence": fenced,
    "fence in a list": lambda buildspec: fenced(buildspec, "1. Do this:\n\n   ", "   "),
    "fence in a quotation": lambda buildspec: fenced(buildspec, "> ", "> "),
}
