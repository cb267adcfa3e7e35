"""Definitions of projects in each format that has comments: a defect, mended or not, with a suppression in each way."""

from __future__ import annotations

from typing import NamedTuple

OLD, NEW = "aws/codebuild/standard:1.0", "aws/codebuild/standard:7.0"


class Written(NamedTuple):
    """A file that names a build image; ``{above}`` is a line of its own, ``{behind}`` the end of the image's line."""

    path: str
    mark: str
    text: str

    def with_comment(self, image: str, place: str, comment: str) -> str:
        """The file with that image, and a comment at ``above`` or ``behind``."""
        ending = " -->" if self.mark == "<!--" else ""
        written = f"{self.mark} {comment}{ending}"
        lines = []
        for line in self.text.splitlines():
            if "{above}" in line:
                lines += [line.replace("{above}", written)] if place == "above" else []
            else:
                behind = f" {written}" if place == "behind" else ""
                lines.append(line.replace("{behind}", behind).replace("{image}", image))
        return "\n".join(lines) + "\n"


_TEMPLATE = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      ServiceRole: !ImportValue role
      Artifacts: !ImportValue artifacts
      Source: !ImportValue source
      Environment:
        Type: LINUX_CONTAINER
        ComputeType: BUILD_GENERAL1_SMALL
        {above}
        Image: {image}{behind}
"""
_TERRAFORM = """\
resource "aws_codebuild_project" "build" {
  name         = "demo"
  service_role = var.role
  environment {
    type         = "LINUX_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    {above}
    image        = "{image}"{behind}
  }
  source { type = var.type }
}
"""
_PYTHON = """\
from aws_cdk import aws_codebuild as codebuild

codebuild.Project(
    self,
    "Build",
    environment=codebuild.BuildEnvironment(
        {above}
        build_image=codebuild.LinuxBuildImage.from_code_build_image_id("{image}"),{behind}
    ),
)
"""
_TYPESCRIPT = """\
import * as codebuild from "aws-cdk-lib/aws-codebuild";

new codebuild.Project(this, "Build", {
  environment: {
    {above}
    buildImage: codebuild.LinuxBuildImage.fromCodeBuildImageId("{image}"),{behind}
  },
});
"""
_JAVA = """\
import software.amazon.awscdk.services.codebuild.BuildEnvironment;
import software.amazon.awscdk.services.codebuild.LinuxBuildImage;
import software.amazon.awscdk.services.codebuild.Project;

class Build extends Stack {
  Build() {
    Project.Builder.create(this, "Build")
        .environment(BuildEnvironment.builder()
            {above}
            .buildImage(LinuxBuildImage.fromCodeBuildImageId("{image}")){behind}
            .build())
        .build();
  }
}
"""
_SCRIPT = """\
set -e
{above}
aws codebuild start-build --project-name demo --image-override "{image}"{behind}
"""
_WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/aws-codebuild-run-build@v1
        with:
          project-name: demo
          {above}
          image-override: {image}{behind}
"""
_MARKDOWN = f"# Guide\n\n```yaml\n{_TEMPLATE}```\n"
_BLOCK = "# Guide\n\n{above}\n```yaml\n" + _TEMPLATE.replace("        {above}\n", "").replace("{behind}", "") + "```\n"
_QUOTED = "> # Guide\n>\n" + "".join(f"> {line}\n" for line in f"```yaml\n{_TEMPLATE}```".splitlines())

WRITTEN = (
    Written("template.yml", "#", _TEMPLATE),
    Written("main.tf", "#", _TERRAFORM),
    Written("main.tf", "//", _TERRAFORM),
    Written("stack.py", "#", _PYTHON),
    Written("stack.ts", "//", _TYPESCRIPT),
    Written("stack.js", "//", _TYPESCRIPT),
    Written("Stack.java", "//", _JAVA),
    Written("build.sh", "#", _SCRIPT),
    Written("ci.yml", "#", _WORKFLOW),
    Written("guide.md", "#", _MARKDOWN),
    Written("guide.md", "#", _QUOTED),
    Written("guide.md", "<!--", _BLOCK),
)
