"""Files that Terraform renders: which of them give a buildspec, what is known of it, and where it stands."""

from __future__ import annotations

import os
import pathlib

import pytest

from cblint.hosts.definition import BUILDSPEC
from cblint.hosts.discover import Candidate
from cblint.hosts.hcl import of_lines
from cblint.hosts.reading import host_file
from cblint.linter import Settings, lint_text
from cblint.running import lint_paths
from cblint.source.text import HOLE, Text
from cblint.source.tree import Scalar
from tests.helpers import repository

WHOLE = "version: 0.2\nphases:\n  build:\n    commands:\n      - make ${target}\n"
PROJECT = """\
resource "aws_codebuild_project" "build" {
  name         = "shop"
  service_role = var.role
  artifacts {
    type = "NO_ARTIFACTS"
  }
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
  source {
    type      = "NO_SOURCE"
    buildspec = %s
  }
}
"""
SPEC = """\
version: 0.2
phases:
  pre_build:
    commands:
      - echo $${HOME} ${region}
  build:
    commands:
      - docker build .
"""


def rendered(source: str, name: str = "buildspec.yml.tftpl") -> str | None:
    """The text of the buildspec that a template gives; None if it gives none."""
    file = host_file(name, Text.of(source))
    if file is None:
        return None
    (definition,) = file.definitions
    assert definition.kind == BUILDSPEC
    assert isinstance(definition.root, Scalar)
    return definition.root.value


def said(folder: str, path: str, *rules: str) -> list[tuple[str, int, int]]:
    """The findings of some rules in a file of a repository, with their places."""
    full = os.path.join(folder, path)
    text = pathlib.Path(full).read_text()
    result = lint_text(text, Candidate(full, True), Settings(select=rules, isolated=True))
    assert not result.crashes, result.crashes
    return [(finding.rule, finding.start.line, finding.start.column) for finding in result.findings]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("make ${target}", f"make {HOLE}"),
        ("make $${TARGET} %%{x}", "make ${TARGET} %{x}"),
        ('echo "$TARGET" $(date) \\n', 'echo "$TARGET" $(date) \\n'),
        ('echo ${join(",", names)}', f"echo {HOLE}"),
        ("%{ if fast }make%{ else }make all%{ endif }", HOLE),
        (f"echo {'x' * 300} ${{target}}", f"echo {'x' * 300} {HOLE}"),
        ("cat <<E0 >f\n        E0\n        E1", "cat <<E0 >f\n        E0\n        E1"),
    ],
)
@pytest.mark.parametrize("name", ["buildspec.yml.tftpl", "templates/build.tpl", "X.TPL"])
def test_a_template_is_what_terraform_makes_of_it(line: str, expected: str, name: str) -> None:
    source = WHOLE.replace("make ${target}", f"|\n        {line}")
    assert rendered(source, name) == source.replace(line, expected)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "phases commands",
        "${phases} commands",
        "version: 0.2\nphases:\n  build:\n    commands: [make ${A:-x}]\n",
        "version: 0.2\nphases:\n  build:\n    commands: [make %{ if x }]\n  # ${",
        "phases:\n  build:\n    commands: [make]\n",
        "version: 1\nfrontend:\n  phases:\n    build:\n      commands: [make]\n",
        "version: 0.2\nphases:\n  deploy:\n    steps: [commands]\n",
        "kind: ConfigMap\ndata:\n  buildspec: |\n    version: 0.2\n    phases: {build: {commands: [x]}}\n",
        "version: 0.2\nphases:\n  build:\n    commands:\n      - {{ .Values.command }}\n",
        "version: 0.2\nenv:\n  variables:\n    A: {{ a }}\nphases:\n  build:\n    commands:\n      - make\n",
        "version: 0.2\n{% if x %}\nphases:\n  build:\n    commands:\n      - make\n{% endif %}\n",
        "version: 0.2\nphases:\n  build:\n    commands:\n<% for x %>\n      - make\n<% end %>\n",
        '#!/bin/sh\ncat <<EOF\nversion: 0.2\nphases:\n  build:\n    commands: ["make"]\nEOF\n',
    ],
)
def test_what_is_not_certainly_a_buildspec_is_none(source: str) -> None:
    assert rendered(source) is None


def test_other_endings_are_no_templates() -> None:
    assert rendered(WHOLE, "buildspec.tmpl") is None
    assert rendered(WHOLE, "buildspec.j2") is None


def test_items_that_are_put_in_hide_nothing_and_add_nothing() -> None:
    source = "version: 0.2\nphases:\n  build:\n    commands:\n      - ${commands}\n      - apt-get install jq\n"
    found = lint_text(source, Candidate("ci.tpl", True), Settings(isolated=True)).findings
    assert [(finding.rule, finding.start) for finding in found] == [("apt-not-assume-yes", (6, 17))]


def test_a_search_finds_templates(tmp_path: pathlib.Path) -> None:
    bad = "version: 0.2\nphases:\n  build:\n    commands:\n      - apt-get install jq # ${package}\n"
    folder = repository(tmp_path, {"ci/build.tftpl": bad, "ci/other.tpl": "phases: ${commands}\n", "ci/x.tpl": "x"})
    result = lint_paths([folder], Settings(isolated=True))
    kinds = [(file.kind, os.path.basename(file.shown)) for file in result.files if file.kind]
    assert kinds == [("terraform template", "build.tftpl")]
    assert [finding.rule for _, finding in result.findings] == ["apt-not-assume-yes"]


# With the projects that use it


@pytest.mark.parametrize("name", ["buildspec.yml", "ci/build.yml", "buildspec.yml.tftpl", "ci/x.tpl"])
@pytest.mark.parametrize("folder", ["", "modules/ci/"])
def test_the_project_of_a_template_is_known(name: str, folder: str, tmp_path: pathlib.Path) -> None:
    project = PROJECT % f'templatefile("${{path.module}}/{name}", {{ region = "x" }})'
    root = repository(tmp_path, {f"{folder}main.tf": project, f"{folder}{name}": SPEC})
    rules = ("docker-without-privileged", "variable-never-defined", "env-value-not-expanded")
    assert said(root, f"{folder}{name}", *rules) == [("docker-without-privileged", 8, 9)]


def test_a_template_may_be_named_from_the_folder_in_which_terraform_runs(tmp_path: pathlib.Path) -> None:
    project = PROJECT % 'templatefile("./templates/build.yml", { region = "x" })'
    root = repository(tmp_path, {"modules/ci/main.tf": project, "templates/build.yml": SPEC})
    assert said(root, "templates/build.yml", "docker-without-privileged") == [("docker-without-privileged", 8, 9)]
    assert said(root, "modules/ci/main.tf", "buildspec-not-found") == []


def test_a_template_that_is_not_there(tmp_path: pathlib.Path) -> None:
    project = PROJECT % 'templatefile("${path.module}/build.yml", {})'
    root = repository(tmp_path, {"main.tf": project, "web/app.txt": ""})
    assert said(root, "main.tf", "buildspec-not-found") == [("buildspec-not-found", 14, 17)]


def test_the_template_of_a_data_source(tmp_path: pathlib.Path) -> None:
    data = 'data "template_file" "spec" {\n  template = file("${path.module}/buildspec.yml")\n}\n'
    project = data + PROJECT % "data.template_file.spec.rendered"
    root = repository(tmp_path, {"main.tf": project, "buildspec.yml": SPEC})
    assert said(root, "buildspec.yml", "variable-never-defined") == []


def test_a_file_that_terraform_only_reads_is_no_template(tmp_path: pathlib.Path) -> None:
    project = PROJECT % 'file("${path.module}/buildspec.yml")'
    root = repository(tmp_path, {"main.tf": project, "buildspec.yml": SPEC})
    assert [rule for rule, *_ in said(root, "buildspec.yml", "variable-never-defined")] == ["variable-never-defined"]


def test_a_file_that_is_read_both_ways_is_no_template(tmp_path: pathlib.Path) -> None:
    one = PROJECT % 'file("${path.module}/buildspec.yml")'
    other = (PROJECT % 'templatefile("${path.module}/buildspec.yml", {})').replace('"build"', '"other"')
    root = repository(tmp_path, {"main.tf": one + other, "buildspec.yml": SPEC})
    assert [rule for rule, *_ in said(root, "buildspec.yml", "variable-never-defined")] == ["variable-never-defined"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("%{ for x in y ~}\n  - ${x}\n%{ endfor ~}\nb", f"a\n  {HOLE}\nb"),
        ("%{ for x in y }\n  - ${x}\n%{ endfor }\nb", f"a\n  {HOLE}\n\nb"),
        ("%{ if x ~}\n\n   b: c\n%{ else ~}\n d\n%{ endif ~}\nb", f"a\n   {HOLE}\nb"),
        ("%{ if x ~}\n%{ if y ~}\n  - ${x}\n%{ endif ~}\n%{ endif ~}\nb", f"a\n  {HOLE}\nb"),
        ("%{ if x ~}\n  - ${x}%{ endif ~}\nb", f"a\n{HOLE}b"),
        ("%{ if x }  - y\n%{ endif }b", f"a\n{HOLE}b"),
        ("%{ if x ~}\n${x}\n%{ endif ~}\nb", f"a\n{HOLE}b"),
        ("  %{ if x ~}\n  - c\n  %{ endif ~}\nb", f"a\n  {HOLE}b"),
        ("c %{ if x ~}\n  - c\n%{ endif ~}\nb", f"a\nc {HOLE}b"),
    ],
)
def test_lines_that_a_directive_puts_in_stand_where_they_would(lines: str, expected: str) -> None:
    source = f"{WHOLE}  # a\n{lines}: 1\n"
    text = Text.of(source)
    node = of_lines(text, lambda _: None, text, (0, len(text)))
    assert isinstance(node, Scalar)
    assert node.value.partition("  # ")[2] == f"{expected}: 1\n"
    # All that is put in stands at the directive.
    at = node.value.index(HOLE, node.value.index("  # "))
    assert node.text.span(at, at + 1) == (source.index("%{"), source.rindex("}") + 1)


def test_a_template_that_is_no_yaml_before_it_is_rendered(tmp_path: pathlib.Path) -> None:
    project = PROJECT % 'templatefile("${path.module}/buildspec.yml", {})'
    spec = SPEC.replace("docker build .", "apt-get install jq")
    spec += "%{ for each in names ~}\n      - make ${each}\n%{ endfor ~}\n"
    root = repository(tmp_path, {"main.tf": project, "buildspec.yml": spec})
    assert said(root, "buildspec.yml", "apt-not-assume-yes", "yaml-syntax-error") == [("apt-not-assume-yes", 8, 17)]


@pytest.mark.parametrize(
    ("called", "other"),
    [
        ("data.local_file.spec.content", 'data "local_file" "spec" {\n  filename = "${path.module}/ci/build.yml"\n}\n'),
        ("local.spec", 'locals {\n  spec = file("${path.module}/ci/build.yml") # buildspec\n}\n'),
        ("data.template_file.spec.rendered", 'data "template_file" "spec" {\n  template = file("ci/build.yml")\n}\n'),
        ("local.spec", 'locals {\n  spec = templatefile("${path.module}/ci/build.yml", {}) # buildspec\n}\n'),
    ],
)
@pytest.mark.parametrize("file", ["main.tf", "data.tf", "x.tofu"])
def test_a_buildspec_that_another_file_of_the_module_reads(
    called: str, other: str, file: str, tmp_path: pathlib.Path
) -> None:
    other += "# buildspec\n"
    files = {"main.tf": PROJECT % called, "ci/build.yml": SPEC}
    files[file] = files.get(file, "") + other
    root = repository(tmp_path, {f"infra/{path}": content for path, content in files.items()})
    assert said(root, "infra/ci/build.yml", "docker-without-privileged") == [("docker-without-privileged", 8, 9)]


def test_a_name_of_another_module_is_another_one(tmp_path: pathlib.Path) -> None:
    data = 'data "local_file" "spec" {\n  filename = "${path.module}/build.yml"\n}\n# buildspec\n'
    files = {"a/main.tf": PROJECT % "data.local_file.spec.content", "b/data.tf": data, "b/build.yml": SPEC}
    root = repository(tmp_path, dict(files))
    assert said(root, "b/build.yml", "docker-without-privileged") == []
