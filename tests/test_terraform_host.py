"""Terraform: what is found in it, under which names, and where."""

from __future__ import annotations

import json
import time

import pytest

from cblint.hosts import hcl
from cblint.hosts.definition import Definition
from cblint.hosts.reading import host_file
from cblint.source.foreign import Items, Reference, Settings, Unknown, is_complete
from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence


def found(source: str, name: str = "main.tf") -> list[Definition]:
    """What a file defines; the word that makes it one to look at is in a comment."""
    file = host_file(name, Text.of(source if name.endswith("json") else f"{source}\n# codebuild\n"))
    assert file is not None
    assert file.kind == "terraform"
    return list(file.definitions)


def problem(source: str) -> str:
    file = host_file("main.tf", Text.of(f"# codebuild\n{source}"))
    assert file is not None
    return file.problem


def project(body: str, besides: str = "") -> Definition:
    (one,) = found(f'resource "aws_codebuild_project" "build" {{\n{body}\n}}\n{besides}')[:1]
    return one


def at(definition: Definition, *path: str | int) -> Node | None:
    node: Node = definition.root
    for step in path:
        if isinstance(step, int):
            assert isinstance(node, Sequence)
            node = node.items[step]
        else:
            assert isinstance(node, Mapping)
            pair = node.get(step)
            if pair is None:
                return None
            node = pair.value
    return node


def value(expression: str, besides: str = "") -> Node:
    """The node that an expression becomes."""
    node = at(project(f"name = {expression}", besides), "name")
    assert node is not None
    return node


def text(expression: str, besides: str = "") -> str:
    node = value(expression, besides)
    assert isinstance(node, Scalar)
    return node.value


def reference(expression: str, besides: str = "") -> tuple[str, str]:
    node = value(expression, besides)
    assert isinstance(node, Reference)
    return node.target, node.attribute


def plain(node: Node) -> object:
    """A tree as data."""
    if isinstance(node, Mapping):
        return {pair.name: plain(pair.value) for pair in node.pairs}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Reference):
        return (node.target, node.attribute)
    return node.value if isinstance(node, Scalar) else None


# What is broken, hostile or none of ours


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = <<EOF\nversion: 0.2\n", 2),
        ('resource "a" "b" {\n  y = \n}\n', 3),
        ("a {\n", 3),
        ("}\n", 2),
        ("\x00\x01\ufdd0\ud800 é\n", 2),
    ],
)
def test_what_is_no_terraform_is_said_with_its_line(source: str, line: int) -> None:
    assert problem(source) == f"cannot be read from line {line} on, where it is not valid Terraform"
    assert problem("") == ""


def test_what_can_be_read_of_a_broken_file_is() -> None:
    source = """
resource "aws_codebuild_project" "first" {
  name = "a"
}
resource "aws_codebuild_project" "second" {
  name = "b"

resource "aws_codebuild_project" "third" {
  name = "c"
}
"""
    read = [(one.name.rpartition(".")[2], plain(at(one, "name") or one.root), one.fragment) for one in found(source)]
    assert read == [("first", "a", False), ("second", "b", True), ("third", "c", False)]


@pytest.mark.parametrize(
    "source",
    [
        'resource "aws_codebuild_project" "x" {\n  name = ' + "[" * 10_000 + "]" * 10_000 + "\n}\n",
        'resource "aws_codebuild_project" "x" {\n  name = ' + "(" * 10_000 + "1" + ")" * 10_000 + "\n}\n",
        "[" * 10_000,
        'x = "' + '${"' * 10_000,
        'resource "aws_codebuild_project" "x" {\n' + "a {\n" * 5_000 + "}\n" * 5_000 + "}\n",
        "locals {\n" + "".join(f"  a{n} = [local.a{n + 1}, local.a{n + 1}]\n" for n in range(500)) + "  a500 = 1\n}\n"
        'resource "aws_codebuild_project" "x" {\n  name = local.a0\n}\n',
        "locals {\n" + "".join(f'  a{n} = "${{local.a{n + 1}}}${{local.a{n + 1}}}"\n' for n in range(500)) + "}\n"
        'resource "aws_codebuild_project" "x" {\n  name = local.a0\n}\n',
        'locals {\n  a = "'
        + "x" * 100_000
        + '"\n}\nresource "aws_codebuild_project" "x" {\n  name = "'
        + "${local.a}" * 10_000
        + '"\n}\n',
        'resource "aws_codebuild_project" "x" {\n  name = <<-EOF\n' + "  a ${b}\n" * 30_000 + "EOF\n}\n",
    ],
    ids=["lists", "parentheses", "open", "templates", "blocks", "lists of locals", "locals", "long local", "heredoc"],
)
def test_hostile_files_are_read_in_little_time(source: str) -> None:
    begin = time.process_time()
    found(source)
    assert time.process_time() - begin < 10


def test_locals_in_a_circle_are_unknown() -> None:
    besides = 'locals {\n  a = local.b\n  b = "${local.a}"\n  c = "x${local.c}"\n}'
    assert reference("local.a", besides) == ("local.a", "")
    assert text("local.c", besides) == f"x{HOLE}"


# Expressions


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r'"a\n\t\r\"\\\u00e9\U0001F600"', 'a\n\t\r"\\é\U0001f600'),
        (r'"\ud800\U00110000"', "\ufffd\ufffd"),
        ('"$${a} %%{b} $a %b $$ é😀"', "${a} %{b} $a %b $$ é😀"),
        ('"a${b.c}d"', f"a{HOLE}d"),
        ('"a${"}"}b${f({x = "}"})}"', f"a}}b{HOLE}"),
        ('"a %{ if x }b${c}%{ else }d%{ endif } e"', f"a {HOLE} e"),
        ('"%{ for a in b }%{ if c }x%{ endif }%{ endfor }"', HOLE),
        ('"a  ${~ b ~}  c"', f"a{HOLE}c"),
        ("-5", "-5"),
        ("(true)", "true"),
        ('trimspace(" a ")', "a"),
        ('chomp("a\\n")', "a"),
        ('nonsensitive("a")', "a"),
    ],
)
def test_text(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("<<EOF\n  a\n b\nEOF", "  a\n b\n"),
        ("<<EOF\n  a\n  EOF", "  a\n"),
        ("<<EOF\nEOF", ""),
        ("<<-EOF\n  a\n\n    b\n  EOF", "a\n\n  b\n"),
        ("<<-EOF\n    a\n  \n    b\n  EOF", "a\n  \nb\n"),
        ("<<-EOF\n\ta\n\t b\n  EOF", "a\n b\n"),
        ("<<-EOF\n    a\n  ${b}\n    EOF", f"  a\n{HOLE}\n"),
        ("<<-EOF\n    a\n${b}\n    EOF", f"    a\n{HOLE}\n"),
        ("<<-EOF\n    a ${b}\n    c\n    EOF", f"a {HOLE}\nc\n"),
        ("<<-EOF\n  $${a} \\n\n  EOF", "${a} \\n\n"),
        ("<<-EOF\n  # ${b} // c\n  EOF", f"# {HOLE} // c\n"),
        ("<<-EOF\n  %{ if x ~}\n  a\n  %{ endif ~}\n  b\n  EOF", f"{HOLE}  b\n"),
        ("<<EOF\r\n  a\r\nEOF", "  a\r\n"),
    ],
)
def test_heredoc(lines: str, expected: str) -> None:
    assert text(lines) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("var.image", ("var.image", "")),
        ("aws_iam_role.build.arn", ("aws_iam_role.build", "arn")),
        ("aws_iam_role.build[0].arn", ("aws_iam_role.build", "arn")),
        ('aws_iam_role.build["a"].arn', ("aws_iam_role.build", "arn")),
        ('"${aws_iam_role.build.arn}"', ("aws_iam_role.build", "arn")),
        ("resource.aws_iam_role.build.arn", ("aws_iam_role.build", "arn")),
        ("data.aws_iam_role.build.arn", ("data.aws_iam_role.build", "arn")),
        ("module.net.vpc_id", ("module.net", "vpc_id")),
        ('file("${path.module}/ci/spec.yml")', ("ci/spec.yml", "file")),
        ('file("./spec.yml")', ("spec.yml", "file")),
        ('file("${path.module}/../spec.yml")', ("../spec.yml", "file")),
        ('"${file("spec.yml")}"', ("spec.yml", "file")),
        ('trimspace(file("spec.yml"))', ("spec.yml", "file")),
        ('templatefile("${path.module}/spec.tpl", { a = 1 })', ("spec.tpl", "templatefile")),
    ],
)
def test_reference(expression: str, expected: tuple[str, str]) -> None:
    assert reference(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "each.value",
        "each.value.name",
        "count.index",
        "path.module",
        "x",
        "a ? 1 : 2",
        "1 + 1",
        "!true",
        "-x.y",
        "aws_iam_role.build[*].arn",
        "aws_iam_role.build.*.arn",
        "[for a in b : a]",
        "{ for a, b in c : a => b }",
        'try("a", "b")',
        'coalesce("a", "b")',
        'file("/etc/spec.yml")',
        'file("~/spec.yml")',
        'file("${path.root}/spec.yml")',
        'file("${var.a}.yml")',
        "file()",
        "concat(a...)",
        'jsonencode("a")',
        "local.list[0]",
    ],
)
def test_what_only_a_deployment_tells_is_unknown(expression: str) -> None:
    node = value(expression, 'locals {\n  list = ["a"]\n}')
    assert isinstance(node, Unknown)
    assert not isinstance(node, Reference)


def test_lists_and_mappings() -> None:
    node = value(
        'jsonencode({ a = [1, null], "b c" : { (local.k) = "x" }, (var.k) = 1, "${var.k}z" = 2 })',
        'locals {\n  k = "l"\n}',
    )
    assert plain(node) == {"a": ["1", "null"], "b c": {"l": "x"}, None: "2"}
    assert not is_complete(node)
    joined = value('concat(["a"], var.b, tolist(["c"]))')
    assert plain(joined) == ["a", "c"]
    assert not is_complete(joined)


def test_locals_stand_where_they_are_written() -> None:
    besides = 'locals {\n  a = "x\\n"\n  b = { c = "d" }\n}\n'
    source = besides + 'resource "aws_codebuild_project" "p" {\n  name = "${local.a}-${local.b.c}"\n}'
    (one,) = found(source)
    node = at(one, "name")
    assert isinstance(node, Scalar)
    assert node.value == "x\n-d"
    spans = [node.text.span(index, index + 1) for index in range(4)]
    assert [source[start:end] for start, end in spans] == ["x", "\\n", "-", "d"]


# What a project is


_PROJECT = """
resource "aws_codebuild_project" "build" {
  name                   = "a"
  build_timeout          = 5
  queued_timeout         = 6
  concurrent_build_limit = 1
  project_visibility     = "PRIVATE"
  service_role           = aws_iam_role.build.arn
  encryption_key         = null
  environment {
    image           = "aws/codebuild/standard:7.0"
    privileged_mode = true
    environment_variable {
      name  = "A"
      value = "1"
    }
    environment_variable {
      name  = "B"
      type  = "PARAMETER_STORE"
      value = "/b"
    }
  }
  source {
    type            = "NO_SOURCE"
    git_clone_depth = 1
    buildspec       = <<-EOT
      version: 0.2
      phases:
        build:
          commands:
            - echo $${HOME} ${var.a}
    EOT
  }
  secondary_sources {
    source_identifier = "s"
  }
  artifacts {
    type                   = "S3"
    override_artifact_name = true
  }
  secondary_artifacts {
    artifact_identifier = "t"
  }
  cache {
    type  = "LOCAL"
    modes = ["LOCAL_SOURCE_CACHE"]
  }
  logs_config {
    cloudwatch_logs {
      status = "DISABLED"
    }
    s3_logs {
      encryption_disabled = true
    }
  }
  vpc_config {
    subnets = [var.subnet]
  }
  build_batch_config {
    timeout_in_mins = 7
  }
  tags = { a = "b" }
}
"""


def test_project() -> None:
    (one,) = found(_PROJECT)
    assert (one.kind, one.name, one.conditional, one.fragment) == (
        "project",
        "aws_codebuild_project.build",
        False,
        False,
    )
    assert _PROJECT[one.place.start : one.place.end] == "build"
    spec = f"version: 0.2\nphases:\n  build:\n    commands:\n      - echo ${{HOME}} {HOLE}\n"
    assert plain(one.root) == {
        "name": "a",
        "timeoutInMinutes": "5",
        "queuedTimeoutInMinutes": "6",
        "concurrentBuildLimit": "1",
        "projectVisibility": "PRIVATE",
        "serviceRole": ("aws_iam_role.build", "arn"),
        "environment": {
            "image": "aws/codebuild/standard:7.0",
            "privilegedMode": "true",
            "environmentVariables": [
                {"name": "A", "value": "1"},
                {"name": "B", "type": "PARAMETER_STORE", "value": "/b"},
            ],
        },
        "source": {"type": "NO_SOURCE", "gitCloneDepth": "1", "buildspec": spec},
        "secondarySources": [{"sourceIdentifier": "s"}],
        "artifacts": {"type": "S3", "overrideArtifactName": "true"},
        "secondaryArtifacts": [{"artifactIdentifier": "t"}],
        "cache": {"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE"]},
        "logsConfig": {"cloudWatchLogs": {"status": "DISABLED"}, "s3Logs": {"encryptionDisabled": "true"}},
        "vpcConfig": {"subnets": [("var.subnet", "")]},
        "buildBatchConfig": {"timeoutInMins": "7"},
    }
    assert is_complete(one.root)


def test_places_of_a_project() -> None:
    before = "é\ufeff😀"
    origin = Text.of(before + _PROJECT).slice(len(before), len(before) + len(_PROJECT))
    file = host_file("main.tf", origin)
    assert file is not None
    (one,) = file.definitions
    environment = at(one, "environment")
    assert isinstance(environment, Settings)
    key = environment.pairs[1].key
    assert origin.value[key.start : key.end] == "privileged_mode"
    assert key.span.start == key.start + len(before)
    spec = at(one, "source", "buildspec")
    assert isinstance(spec, Scalar)
    hole = spec.value.index(HOLE)
    where = spec.text.span(hole, hole + 1)
    assert (before + _PROJECT)[where.start : where.end] == "${var.a}"
    home = spec.value.index("${HOME}")
    where = spec.text.span(home, home + 2)
    assert (before + _PROJECT)[where.start : where.end] == "$${"


def test_what_may_be_there_or_not() -> None:
    one = project('count = var.on ? 1 : 0\nname = "a"\ndynamic "vpc_config" {\n  for_each = var.v\n  content {}\n}')
    assert one.conditional
    assert not is_complete(one.root)
    assert at(one, "vpcConfig") is None
    one = project(
        """environment {
  environment_variable {
    name = "A"
  }
  dynamic "environment_variable" {
    for_each = var.all
    content {
      name = environment_variable.value
    }
  }
}"""
    )
    assert is_complete(at(one, "environment") or one.root)
    variables = at(one, "environment", "environmentVariables")
    assert isinstance(variables, Items)
    assert plain(variables) == [{"name": "A"}]
    assert not variables.complete


def test_buildspec_as_an_object_and_from_other_places() -> None:
    one = project(
        'source {\n  buildspec = yamlencode({ version = "0.2", phases = { build = { commands = ["make"] } } })\n}'
    )
    assert plain(at(one, "source", "buildspec") or one.root) == {
        "version": "0.2",
        "phases": {"build": {"commands": ["make"]}},
    }
    template = 'data "template_file" "spec" {\n  template = %s\n}'
    body = "source {\n  buildspec = data.template_file.spec.rendered\n}"
    for written, expected in [
        ('file("${path.module}/spec.tpl")', ("spec.tpl", "templatefile")),
        ('"plain"', "plain"),
        ('"$${a}"', None),
    ]:
        one = project(body, template % written)
        assert plain(at(one, "source", "buildspec") or one.root) == expected
    one = project("name = data.local_file.spec.content", 'data "local_file" "spec" {\n  filename = "a.yml"\n}')
    assert plain(at(one, "name") or one.root) == ("a.yml", "file")


def test_buildspecs_that_no_project_of_the_file_has() -> None:
    spec = '"version: 0.2\\nphases:\\n  build:\\n    commands: [make]\\n"'
    source = f"""
locals {{
  used   = {spec}
  unused = {spec}
  other  = "x"
}}
variable "spec" {{
  default = {spec}
}}
module "ci" {{
  source    = "./ci"
  buildspec = {spec}
}}
resource "aws_codebuild_project" "build" {{
  source {{
    buildspec = local.used
  }}
}}
"""
    read = [(one.kind, one.name, source[one.place.start : one.place.end]) for one in found(source)]
    assert read == [
        ("project", "aws_codebuild_project.build", "build"),
        ("buildspec", "local.unused", "unused"),
        ("buildspec", "var.spec", "default"),
        ("buildspec", "", "buildspec"),
    ]


# What stands around it


def test_webhook_and_pipeline() -> None:
    hook, pipe = found(
        """
resource "aws_codebuild_webhook" "hook" {
  project_name = aws_codebuild_project.build.name
  filter_group {
    filter {
      type                    = "EVENT"
      pattern                 = "PUSH"
      exclude_matched_pattern = true
    }
    filter {
      type    = "HEAD_REF"
      pattern = "main"
    }
  }
  filter_group {}
}
resource "aws_codepipeline" "pipe" {
  name     = "p"
  role_arn = "r"
  stage {
    name = "Build"
    action {
      name            = "b"
      category        = "Build"
      provider        = "CodeBuild"
      input_artifacts = ["in", var.b]
      run_order       = 1
      configuration = {
        ProjectName          = aws_codebuild_project.build.name
        EnvironmentVariables = jsonencode([{ name = "A", value = "1" }])
      }
    }
  }
}
"""
    )
    assert (hook.kind, hook.name) == ("webhook", "aws_codebuild_webhook.hook")
    assert plain(hook.root) == {
        "projectName": ("aws_codebuild_project.build", "name"),
        "filterGroups": [
            [
                {"type": "EVENT", "pattern": "PUSH", "excludeMatchedPattern": "true"},
                {"type": "HEAD_REF", "pattern": "main"},
            ],
            [],
        ],
    }
    assert (pipe.kind, pipe.name) == ("pipeline", "aws_codepipeline.pipe")
    assert plain(pipe.root) == {
        "name": "p",
        "roleArn": "r",
        "stages": [
            {
                "name": "Build",
                "actions": [
                    {
                        "name": "b",
                        "inputArtifacts": [{"name": "in"}, {"name": ("var.b", "")}],
                        "runOrder": "1",
                        "configuration": {
                            "ProjectName": ("aws_codebuild_project.build", "name"),
                            "EnvironmentVariables": [{"name": "A", "value": "1"}],
                        },
                        "actionTypeId": {"category": "Build", "provider": "CodeBuild"},
                    }
                ],
            }
        ],
    }


_ROLES = """
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "a"
      values   = ["1"]
    }
    condition {
      test     = "StringEquals"
      variable = "b"
      values   = ["2"]
    }
  }
}
resource "aws_iam_role" "build" {
  name               = "r"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  inline_policy {
    name   = "i"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "*" }] })
  }
}
resource "aws_iam_role_policy" "own" {
  role   = aws_iam_role.build.id
  policy = <<EOF
{"Statement": [{"Effect": "Deny", "Resource": "${var.a}"}]}
EOF
}
resource "aws_iam_policy" "shared" {
  policy = "{"
}
resource "aws_iam_role_policy_attachment" "one" {
  role       = aws_iam_role.build.name
  policy_arn = aws_iam_policy.shared.arn
}
resource "aws_iam_policy_attachment" "two" {
  roles      = [aws_iam_role.build.name, "other"]
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""


def test_roles_and_policies() -> None:
    role, own, shared = found(_ROLES)
    assert [one.kind for one in (role, own, shared)] == ["role", "policy", "policy"]
    assert plain(role.root) == {
        "roleName": "r",
        "assumeRolePolicyDocument": {
            "Statement": [
                {
                    "Action": ["sts:AssumeRole"],
                    "Effect": "Allow",
                    "Principal": {"Service": ["codebuild.amazonaws.com"]},
                    "Condition": {"StringEquals": {"a": ["1"], "b": ["2"]}},
                }
            ]
        },
        "policies": [{"policyName": "i", "policyDocument": {"Statement": [{"Effect": "Allow", "Action": "*"}]}}],
        "managedPolicyArns": [("aws_iam_policy.shared", "arn"), "arn:aws:iam::aws:policy/AdministratorAccess"],
    }
    arns = at(role, "managedPolicyArns")
    assert arns is not None
    assert is_complete(role.root)
    assert not is_complete(arns)
    assert plain(own.root) == {
        "policyDocument": {"Statement": [{"Effect": "Deny", "Resource": HOLE}]},
        "roles": [("aws_iam_role.build", "id")],
    }
    assert plain(shared.root) == {"policyDocument": None, "roles": [("aws_iam_role.build", "name")]}


@pytest.mark.parametrize(
    "inside",
    ["override_policy_documents = [var.a]", 'dynamic "statement" {\n  for_each = var.a\n  content {}\n}'],
)
def test_a_policy_that_more_is_added_to_is_incomplete(inside: str) -> None:
    (one,) = found(
        f'data "aws_iam_policy_document" "d" {{\n  statement {{}}\n  {inside}\n}}\n'
        'resource "aws_iam_role_policy" "p" {\n  role = "r"\n  policy = data.aws_iam_policy_document.d.json\n}'
    )
    statements = at(one, "policyDocument", "Statement")
    assert statements is not None
    assert plain(statements) == [{"Effect": "Allow"}]
    assert not is_complete(statements)


# JSON


def test_json() -> None:
    spec = 'version: 0.2\nphases:\n  build:\n    commands:\n      - echo $${A} ${var.b} "é"\n'
    source = json.dumps(
        {
            "//": "codebuild",
            "locals": [{"image": "aws/codebuild/standard:7.0", "spec": "version: 0.2\nphases: {}\n"}],
            "resource": {
                "aws_codebuild_project": {
                    "build": {
                        "//": "a comment",
                        "count": 1,
                        "service_role": "${aws_iam_role.build.arn}",
                        "source": {"buildspec": spec},
                        "encryption_key": None,
                        "environment": [
                            {
                                "image": "${local.image}",
                                "privileged_mode": True,
                                "environment_variable": {"name": "A", "value": "%{ if"},
                                "dynamic": {"environment_variable": {"for_each": "${var.c}", "content": {}}},
                            }
                        ],
                    }
                }
            },
        }
    )
    one, local = found(source, "main.tf.json")
    assert (one.kind, one.name, one.conditional) == ("project", "aws_codebuild_project.build", True)
    assert source[one.place.start : one.place.end] == "build"
    assert plain(one.root) == {
        "serviceRole": ("aws_iam_role.build", "arn"),
        "source": {"buildspec": spec.replace("$${A}", "${A}").replace("${var.b}", HOLE)},
        "environment": {
            "image": "aws/codebuild/standard:7.0",
            "privilegedMode": "true",
            "environmentVariables": [{"name": "A", "value": None}],
        },
    }
    variables = at(one, "environment", "environmentVariables")
    assert isinstance(variables, Items)
    assert not variables.complete
    read = at(one, "source", "buildspec")
    assert isinstance(read, Scalar)
    spans = [read.text.span(read.value.index(char), read.value.index(char) + 1) for char in (HOLE, '"', "é")]
    assert [source[start:end] for start, end in spans] == ["${var.b}", '\\"', "\\u00e9"]
    assert (local.kind, local.name) == ("buildspec", "local.spec")


@pytest.mark.parametrize("source", ['["codebuild"]', '"codebuild"', "# codebuild"])
def test_json_that_holds_no_blocks_is_none(source: str) -> None:
    assert host_file("main.tf.json", Text.of(source)) is None


@pytest.mark.parametrize(
    "source",
    ['{"resource": {"aws_codebuild_project": {"a": {"name"', '{"resource": {"aws_codebuild_project": [1, {"a": 2}]}}'],
)
def test_broken_json_is_no_crash(source: str) -> None:
    host_file("main.tf.json", Text.of(source))


def test_what_stands_in_a_node_is_known_long_after_its_text_was_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    root = hcl.parse(Text.of('a = "b"\n'))
    monkeypatch.setattr(time, "thread_time", lambda: 1e9)
    assert root.text == b'a = "b"\n'
