"""What the code blocks of Markdown are taken for, and what they are not."""

from __future__ import annotations

import pytest

from cblint.hosts.definition import BUILDSPEC, PIPELINE, POLICY, PROJECT, ROLE, Definition
from cblint.hosts.fences import fences, language
from cblint.hosts.left_out import is_elided, without_placeholders
from cblint.hosts.markdown import commands_of, read
from cblint.hosts.shown import as_template
from cblint.source.foreign import Unknown
from cblint.source.loader import load
from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Node, Scalar
from tests.helpers import child, lint

WHOLE = "version: 0.2\nphases:\n  build:\n    commands:\n      - make\n"


def found(source: str) -> list[Definition]:
    """The definitions of a Markdown text."""
    file = read(Text.of(source))
    return list(file.definitions) if file is not None else []


def block(content: str, info: str = "yaml", before: str = "CodeBuild reads a buildspec.\n\n") -> list[Definition]:
    """The definitions of a text with one code block."""
    return found(f"{before}```{info}\n{content}\n```\n")


def path(definition: Definition, *names: str) -> Node:
    """What stands in the settings of a definition."""
    return child(definition.root, *names)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "```",
        "```yaml",
        "```yaml\n",
        "```yaml\n```",
        "~~~\n\0\n~~~",
        "```json\n{\n```",
        "```yaml\n" + "[" * 5000,
        "```yaml\na: &a [*a]\n```",
        "```sh\naws codebuild create-project --source '{\n```",
        "> " * 3000 + "```yaml\nversion: 0.2",
        "---\nx: |\n  ```yaml\n  version: 0.2\n  phases: {build: {commands: [make]}}\n  ```\n---\n",
        f"<!--\n```yaml\n{WHOLE}```\n-->\n",
        "\n".join(f"    {line}" for line in WHOLE.splitlines()),
    ],
)
def test_nothing_is_found_and_nothing_breaks(source: str) -> None:
    assert found(source) == []


def test_front_matter_moves_nothing() -> None:
    source = f"---\r\ntitle: a\r\n---\r\n\r\n```yaml\n{WHOLE}```\n"
    (definition,) = found(source)
    assert source[definition.place.start :].startswith("version")


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ("", ""),
        ("YAML", "yaml"),
        (' yaml title="a b"', "yaml"),
        ("{.yaml .numbered}", "yaml"),
        ("yaml{1,3}", "yaml"),
        ("yml:buildspec.yml", "yml"),
        ("c++", "c++"),
    ],
)
def test_languages(info: str, expected: str) -> None:
    assert language(info) == expected


def test_a_version_and_commands_tell_a_buildspec_whose_phases_are_misspelt() -> None:
    (definition,) = block(WHOLE.replace("build:", "biuld:"))
    assert (definition.kind, definition.fragment) == (BUILDSPEC, False)
    assert block(WHOLE.replace("build:", "biuld:").replace("version: 0.2\n", "")) == []


def test_the_commands_of_a_phase_alone_are_judged_as_those_below_phases() -> None:
    shown = "post_build:\n  commands:\n    - curl https://get.example.com/a.sh | bash\n"
    below = "phases:\n" + "".join(f"  {line}\n" for line in shown.splitlines())
    for content in (shown, below):
        result = lint(f"CodeBuild runs:\n\n```yaml\n{content}```\n", name="guide.md")
        assert [each.rule for each in result.findings] == ["remote-script-piped-to-shell"]


@pytest.mark.parametrize("info", ["yaml", "yml title=x", "", "text", "json"])
def test_whole_buildspecs(info: str) -> None:
    (definition,) = block(WHOLE, info)
    assert (definition.kind, definition.name, definition.fragment) == (BUILDSPEC, "", False)


@pytest.mark.parametrize(
    "content",
    [
        "phases:\n  build:\n    commands: [make]",
        "phases:\n  install:\n    runtime-versions: {nodejs: 22}",
        "env:\n  secrets-manager:\n    TOKEN: ci:token",
        "artifacts:\n  files: ['**/*']\n  base-directory: dist",
        "reports:\n  unit:\n    files: [report.xml]",
        "batch:\n  build-list: [{identifier: a}]",
        "cache:\n  paths: [/root/.m2/**/*]",
        "artifacts:\n  files: [app.jar]",
        "version: 0.2\nenv:\n  variables: {A: b}",
        WHOLE + "      # ...\n",
        WHOLE + "  post_build:\n    commands:\n      - ...\n",
    ],
)
def test_parts_of_buildspecs(content: str) -> None:
    (definition,) = block(content)
    assert (definition.kind, definition.fragment) == (BUILDSPEC, True)


@pytest.mark.parametrize(
    "content",
    [
        "version: 1\nfrontend:\n  phases:\n    build:\n      commands: [npm run build]",
        "version: 1\nphases:\n  build:\n    commands: [npm run build]",
        "version: '3'\nservices:\n  web: {build: .}",
        "version: 0.0\nos: linux\nhooks: {}",
        "on: push\nenv: {A: b}\njobs:\n  build:\n    steps: [{run: make}]",
        "env:\n  NODE_ENV: test",
        "phases:\n  lunar:\n    commands: [wax]",
        "phases: [build]",
        "artifacts:\n  paths: [dist]",
        "artifacts:\n  baseDirectory: dist\n  files: ['**/*']",
        "cache:\n  paths: [a]\n  policy: pull",
        "reports:\n  junit: a.xml",
        "- hosts: all\n  tasks: []",
        "version: 0.2",
        "build:\n  commands: [make]",
        "phases:\n  build:\n    commands: [make]\nscript: [make]",
        "version: 0.2\nphases:\n  build:\n    ...\n  - x",
        "type: S3\nlocation: a",
        "type: GITHUB",
        "Type: AWS::S3::Bucket\nProperties: {}",
        "Name: x\nEnvironment: production",
        '{"Version": "2012-10-17"}',
        '{"name": "x", "cache": {"type": "redis"}}',
    ],
)
def test_what_is_something_else(content: str) -> None:
    assert block(content) == []


def test_shapes_that_others_have_count_only_where_these_are_not_spoken_of() -> None:
    cache = "cache:\n  paths: [node_modules]"
    assert block(cache, before="The buildspec and GitLab CI:\n\n") == []
    assert block(cache, before="A file.\n\n") == []
    assert [each.kind for each in block(cache)] == [BUILDSPEC]
    assert [each.kind for each in block("env: {shell: bash}")] == [BUILDSPEC]
    assert block("env: {shell: bash}", before="A file.\n\n") == []


def test_phases_stand_without_what_holds_them() -> None:
    (phases,) = block("Other: 1\npre_build:\n  commands:\n    - make\nbuild:\n  commands: [make all]")
    assert phases.fragment
    assert path(phases, "phases", "pre_build", "commands").span.start > 0
    assert path(phases, "phases", "build", "commands").span.start > 0


def test_a_broken_block_is_taken_only_if_it_certainly_is_a_buildspec() -> None:
    assert [each.kind for each in block(WHOLE + "      - echo 'a\n")] == [BUILDSPEC]
    assert block("phases:\n  build:\n    commands:\n      - 'a") == []


@pytest.mark.parametrize("language", ["mermaid", "dockerfile", "diff", "html", "yaml+jinja"])
def test_other_languages_are_not_read(language: str) -> None:
    assert block(WHOLE, language) == []


def test_blocks_of_other_formats_stand_in_the_file() -> None:
    source = (
        "1. Start it:\n\n   ```sh\n   $ aws codebuild start-build --project-name app \\\n"
        "   >   --image-override aws/codebuild/standard:7.0\n   Started.\n   ```\n"
    )
    (definition,) = found(source)
    image = path(definition, "environment", "image")
    assert source[slice(*image.span)] == "aws/codebuild/standard:7.0"
    assert (definition.kind, definition.name, definition.fragment) == (PROJECT, "app", True)


@pytest.mark.parametrize(
    ("content", "reached"),
    [
        ('{"type": "GITHUB", "location": "https://x", "webhook": {"filterGroups": []}}', ("source", "location")),
        ('{"type": "GITHUB", "location": "https://x", "webhook": {"filterGroups": []}}', ("webhook", "filterGroups")),
        ('{"type": "S3", "location": "a/b.zip", "buildspec": "b.yml"}', ("source", "buildspec")),
        ('{"type": "LINUX_CONTAINER", "image": "a"}', ("environment", "image")),
        ('{"projectName": "a", "buildBatchConfig": {"restrictions": {}}}', ("buildBatchConfig", "restrictions")),
        ('{"projectName": "a", "vpcConfig": {"vpcId": "b"}}', ("vpcConfig", "vpcId")),
        ('{"artifacts": {"type": "S3"}, "secondaryArtifacts": []}', ("secondaryArtifacts",)),
        ('{"name": "a", "source": {"type": "GITHUB", "webhook": {"filterGroups": []}}}', ("webhook", "filterGroups")),
        ('{"name": "a", "cache": {"type": "S3"}, "environment": {"image": "b"}}', ("environment", "image")),
        ('{"projectName": "a", "imageOverride": "b"}', ("environment", "image")),
        ("name: a\nsource: {type: S3}\nenvironment: {}\nartifacts: {}", ("source", "type")),
    ],
)
def test_parts_of_projects(content: str, reached: tuple[str, ...]) -> None:
    (definition,) = block(content, "json")
    assert (definition.kind, definition.fragment) == (PROJECT, True)
    path(definition, *reached)


def test_a_project_with_all_that_the_api_asks_for_is_whole() -> None:
    content = '{"name": "a", "source": {}, "artifacts": {}, "environment": {}, "serviceRole": "b"}'
    (definition,) = block(content, "json")
    assert (definition.name, definition.fragment) == ("a", False)


def test_policies() -> None:
    allowed = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
    trust = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {}, "Action": "sts:AssumeRole"}}'
    (policy,), (role,) = block(allowed, "json"), block(trust, "json")
    assert (policy.kind, role.kind) == (POLICY, ROLE)
    assert isinstance(path(policy, "policyDocument", "Statement"), Node)
    assert isinstance(path(role, "assumeRolePolicyDocument", "Statement"), Mapping)


def test_names_that_several_blocks_give_name_nothing() -> None:
    one = '```json\n{"name": "a", "source": {"type": "GITHUB"}}\n```\n'
    other = '```json\n{"name": "b", "source": {"type": "GITHUB"}}\n```\n'
    assert [each.name for each in found(one + other + one)] == ["", "b", ""]


@pytest.mark.parametrize(
    ("content", "head"),
    [
        ("App:\n  Type: AWS::CodeBuild::Project\n", "Resources:\n  App:\n    Type: AWS::CodeBuild::Project\n"),
        ("Type: AWS::X\nProperties: {}\n", "Resources:\n  Shown:\n    Type: AWS::X\n    Properties: {}\n"),
        (
            "# x\nEnvironment:\n  ComputeType: a\n",
            "Resources:\n  Shown:\n    Type: AWS::CodeBuild::Project\n    Properties:\n"
            "      Environment:\n        ComputeType: a\n",
        ),
        (
            '{\n "RoleArn": "a",\n "Stages": []\n}\n',
            "Resources:\n  Shown:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n"
            '      {\n       "RoleArn": "a",\n       "Stages": []\n      }\n',
        ),
    ],
)
def test_what_is_shown_of_a_template_gets_the_rest_of_it(content: str, head: str) -> None:
    template = as_template(load(Text.of(content, 100)))
    assert template is not None
    assert template.value == head
    begin = head.index("Type: AWS::CodeBuild::Project") if content.startswith("App") else len(head) - 2
    place = template.span(begin, begin + 1)
    assert content[place.start - 100] == head[begin]


def test_no_template_is_made_of_anything_else() -> None:
    for content in ("Resources: {A: {Type: 'AWS::X'}}", "a: b", "[]", "A: {Type: 'AWS::X'}\n---\nb: c", "A: ["):
        assert as_template(load(Text.of(content))) is None


def test_commands_behind_prompts() -> None:
    assert commands_of(Text.of("make\nmake test\n")).value == "make\nmake test\n"
    assert commands_of(Text.of("$ make \\\n  test\nok\nme@host:~$ ls\n")).value == "make \\\n  test\nls\n"
    assert commands_of(Text.of("[me@host ~]$ ls")).value == "ls"
    assert commands_of(Text.of("$HOME/run\n")).value == "$HOME/run\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a --name <your-project> --x", f"a --name {HOLE} --x"),
        ("a --name '<your project>'", f"a --name '{HOLE}'"),
        ("s3://<bucket>/<key>", f"s3://{HOLE}/{HOLE}"),
        ("cat <in >out", "cat <in >out"),
        ("diff <(a) <(b)", "diff <(a) <(b)"),
        ("cat <<END\n<a>\nEND", f"cat <<END\n{HOLE}\nEND"),
        ("cat <a>b", "cat <a>b"),
        ("cat <a>/dev/null", "cat <a>/dev/null"),
        ("git clone <address>/app", f"git clone {HOLE}/app"),
    ],
)
def test_placeholders_in_commands(source: str, expected: str) -> None:
    assert without_placeholders(Text.of(source)).value == expected


def test_a_placeholder_is_no_redirection() -> None:
    (definition,) = block("aws codebuild start-build --project-name <name> --source-version main", "bash")
    assert definition.name == ""
    assert isinstance(path(definition, "name"), Unknown)


def test_a_tab_that_a_container_cuts_in_half() -> None:
    source = "- ```yaml\n\ta: b\n  ```\n"
    (fence,) = fences(Text.of(source))
    assert fence.text.value == "  a: b\n"
    assert fence.text.span(0, 1) == fence.text.span(1, 2) == (10, 11)
    assert fence.text.span(2, 3) == (11, 12)


@pytest.mark.parametrize(
    "line",
    [
        "...",
        "  …",
        "  - ...",
        "# ...",
        "  # ... other phases",
        "// ...",
        "commands: ...",
        '  "a": ...,',
        "a: {...}",
        "[ … ]",
    ],
)
def test_signs_that_something_is_left_out(line: str) -> None:
    assert is_elided(f"a: b\n{line}\nc: d\n")
    assert is_elided(f"a: b\r\n{line}\r\n")


@pytest.mark.parametrize(
    "line", ["- echo done...", "- echo ...", "# see a...", "- cp a/... b", "a: x ...", "- ls ....", ""]
)
def test_no_such_signs(line: str) -> None:
    assert not is_elided(f"a: b\n{line}\nc: d\n")


def test_what_is_left_out_or_to_be_filled_in_is_not_known() -> None:
    content = (
        '{"name": "a", "source": {...}, "environment": {"type": "LINUX_CONTAINER", "image": "<image>"},\n'
        ' "serviceRole": "arn:aws:iam::<account>:role/a", "cache": "...", "tags": [...]}'
    )
    (definition,) = block(content, "json")
    for names in (("source",), ("environment", "image"), ("cache",), ("tags",)):
        assert isinstance(path(definition, *names), Unknown)
    role = path(definition, "serviceRole")
    assert isinstance(role, Scalar)
    assert role.value == f"arn:aws:iam::{HOLE}:role/a"
    assert definition.fragment


def test_placeholders_in_buildspecs_are_not_known() -> None:
    (definition,) = block(WHOLE.replace("make", "docker push <account>/app <in >out </dev/null"))
    assert isinstance(definition.root, Scalar)
    assert definition.root.value.rstrip() == WHOLE.rstrip().replace(
        "make", f"docker push {HOLE}/app <in >out </dev/null"
    )


@pytest.mark.parametrize(
    ("info", "content", "kind", "names", "written"),
    [
        ("yaml", "Environment:\n  ComputeType: small\n  Image: img", PROJECT, ("environment", "image"), "img"),
        (
            "json",
            '{"RoleArn": "r", "Stages": [], "Name": "codebuild"}',
            PIPELINE,
            ("name",),
            '"codebuild"',
        ),
        (
            "yaml",
            "App:\n  Type: AWS::CodeBuild::Project\n  Properties:\n    Source: {BuildSpec: b.yml}",
            PROJECT,
            ("source", "buildspec"),
            "b.yml",
        ),
        (
            "hcl",
            'resource "aws_codebuild_project" "app" {\n  environment {\n    image = "img"\n  }\n}',
            PROJECT,
            ("environment", "image"),
            '"img"',
        ),
        (
            "yaml",
            "- uses: aws-actions/aws-codebuild-run-build@v1\n  with: {project-name: app, image-override: img}",
            PROJECT,
            ("environment", "image"),
            "img",
        ),
    ],
)
def test_other_readers_are_asked(info: str, content: str, kind: str, names: tuple[str, ...], written: str) -> None:
    quoted = "\n".join(f"> {line}" for line in content.splitlines())
    source = f"> ```{info}\n{quoted}\n> ```\n"
    (definition,) = found(source)
    assert (definition.kind, definition.fragment) == (kind, True)
    assert source[slice(*path(definition, *names).span)] == written
