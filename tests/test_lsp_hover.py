"""What is said of the thing under a cursor, at the characters that it is said of."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cblint.catalogue import Rule, find, rules
from cblint.catalogue.shellcheck import rule_of
from cblint.examples import unmarked
from cblint.lsp.document import Document
from cblint.lsp.hints import hints_of
from cblint.lsp.hover import Hover, hover_at, of_rule
from cblint.lsp.spot import described
from cblint.lsp.symbols import symbols_of
from cblint.report import RULES_URL
from cblint.source.text import Span
from tests.bounds import ALL
from tests.helpers import HEAD
from tests.hosts import HOSTS
from tests.lsp_documents import SAMPLE, SECRET, document, documents
from tests.test_hiding import Plant, parts, plants

ENV = "version: 0.2\nenv:\n  variables:\n    STAGE: dev\nphases:\n  build:\n    commands:\n"


def hovered(marked: str, name: str = "buildspec.yml") -> str:
    """What is said of the characters between « and »: at each of them, and of no others; nothing if nothing is."""
    text, [span], _ = unmarked(marked)
    found = {hover_at(document(text, name), offset) for offset in range(span.start, span.end)}
    assert len(found) == 1
    [hover] = found
    assert hover is None or hover.span == span
    return hover.markdown if hover is not None else ""


KEYS = {
    "a key with the values that it takes": (
        f"{HEAD}      - a\ncache:\n  paths: [a]\n  «action»: save\n",
        "**action**\n\nrestore or save; both if it is not given.\n\n- one of `restore` or `save`",
    ),
    "one of those values": (
        "env:\n  shell: «bash»\n",
        "**shell**\n\nbash or /bin/sh on Linux, powershell.exe or cmd.exe on Windows; /bin/sh or PowerShell if it is "
        "not given.\n\n- one of `bash`, `/bin/sh`, `powershell.exe` or `cmd.exe`",
    ),
    "what holds where it is not given": (
        "phases: {}\n«run-as»: me\n",
        "**run-as**\n\nThe Linux user that runs all commands.\n\n- text\n- if it is not given: `root`",
    ),
    "a switch": (
        "batch:\n  «fast-fail»: true\n",
        "**fast-fail**\n\nWhether the batch ends when one task fails.\n\n- one of `true`, `false`, `yes` or `no`\n"
        "- if it is not given: `false`",
    ),
    "a value of many forms": (
        "phases:\n  build:\n    on-failure: «RETRY-3»\n",
        "**on-failure**\n\nWhat follows a failed command: ABORT ends the build, CONTINUE goes on with the next phase, "
        "RETRY tries again (RETRY-\\<count>, RETRY-\\<regex>, RETRY-\\<count>-\\<regex>; at most 100 times). Not for "
        "Lambda compute and reserved capacity.",
    ),
    "a key that has to be given": (
        "artifacts:\n  secondary-artifacts:\n    a:\n      «files»: [a]\n",
        "**files**\n\nPaths and globs to upload, relative to the source root or to base-directory; \\*\\*/\\* is "
        "everything.\n\n- a list\n- required",
    ),
    "a key in the tasks of a batch": (
        "batch:\n  build-list:\n    - identifier: a\n      env:\n        «fleet»: f\n",
        "**fleet**\n\nA reserved capacity fleet; not together with compute-type.\n\n- text",
    ),
    "a key in JSON": (
        '{"version": 0.2, "phases": {"build": {«"finally"»: ["a"]}}}',
        "**finally**\n\nCommands that run after the others, also when one of those failed.\n\n- a list",
    ),
}
RUNTIMES = {
    "a runtime": (
        "phases:\n  install:\n    runtime-versions:\n      «ruby»: 3.4\n",
        "**ruby**\n\n- on maintained images: 4.0, 3.4, 3.3, 3.2 (ended), 3.1 (ended); others are installed on demand",
    ),
    "a version that has ended": (
        "phases:\n  install:\n    runtime-versions:\n      nodejs: «20»\n",
        "**nodejs 20**\n\n- ended: Node.js 20 gets no updates since 2026-04-30; maintained: 22, 24\n"
        "- on maintained images:\n  - aws/codebuild/standard:7.0\n",
    ),
    "a version that no image has": (
        "phases:\n  install:\n    runtime-versions:\n      nodejs: «26»\n",
        "- installed: on demand: no image brings it",
    ),
    "the latest version": (
        "phases:\n  install:\n    runtime-versions:\n      nodejs: «latest»\n",
        "**nodejs**\n\n- on maintained images: 24,",
    ),
}
VARIABLES = {
    "one of CodeBuild's": (
        f"{HEAD}      - echo $«CODEBUILD_BUILD_ID»\n",
        "**`CODEBUILD_BUILD_ID`**\n\n- holds: the ID of the build, as project:uuid\n- set: in every build\n",
    ),
    "one of a secondary source": (f"{HEAD}      - cd ${{«CODEBUILD_SRC_DIR_lib»}}\n", "secondary source"),
    "one of CodeBuild's for PowerShell": (
        f"{HEAD}      - Write-Host $env:«CODEBUILD_BUILD_ID»\n",
        "**`CODEBUILD_BUILD_ID`**",
    ),
    "one that is chosen outside": (f"{HEAD}      - echo «CODEBUILD_WEBHOOK_HEAD_REF»\n", "- caution: someone who may"),
    "one that env gives": (
        f"{ENV}      - echo «${{STAGE}}»\n",
        "**STAGE**\n\n- given in line 4 under `env.variables`: `dev`, unless the project or the start of the build "
        "says otherwise",
    ),
    "where env gives it": (
        "env:\n  parameter-store:\n    «REGION»: /ci/region\n",
        "**REGION**\n\n- given in line 3 under `env.parameter-store`: the parameter `/ci/region`",
    ),
    "where it is exported": (
        f"env:\n  exported-variables: [«TAG»]\n{HEAD}      - TAG=a\n",
        "**TAG**\n\n- set in line 7",
    ),
    "what it holds": (
        f"{HEAD}      - TAG=v1\n      - echo «$TAG»\n",
        '**TAG**\n\n- here it is `"v1"`\n- set in line 5',
    ),
    "what it holds in part": (
        f"{ENV}      - TAG=v1-$STAGE\n      - echo «$TAG»\n",
        '**TAG**\n\n- here it is `"v1-${STAGE}"`\n- set in line 8',
    ),
    "the inner one of two": (f"{ENV}      - STAGE=x\n      - echo ${{A:-«$STAGE»}}\n", "here it is"),
    "where it is set": (f"{HEAD}      - export «TAG»=v1\n", '**TAG**\n\n- from here on it is `"v1"`'),
    "where it may be one of two": (
        f"{HEAD}      - TAG=v1\n      - if test -f a; then TAG=w2; fi\n      - echo «$TAG»\n",
        "**TAG**\n\n- set in line 5 or 6",
    ),
    "where it is set no more": (
        f"{HEAD}      - TAG=v1; unset TAG; echo «$TAG»\n",
        "**TAG**\n\n- here it is not set",
    ),
    "for PowerShell": (
        "env:\n  shell: powershell.exe\n  variables:\n    STAGE: dev\nphases:\n  build:\n    commands:\n"
        '      - Write-Host "«$env:STAGE»"\n',
        "**STAGE**\n\n- given in line 4",
    ),
    "for cmd.exe": (
        "env:\n  shell: cmd.exe\n  variables:\n    STAGE: dev\nphases:\n  build:\n    commands:\n"
        "      - echo «%STAGE%»\n",
        "**STAGE**\n\n- given in line 4",
    ),
    "in a text that the shell reads elsewhere": (
        f"{ENV}      - a\nartifacts:\n  files: [a]\n  name: app-«$STAGE»\n",
        "**STAGE**\n\n- given in line 4",
    ),
}
IMAGES = {
    "in a batch": (
        "batch:\n  build-list:\n    - identifier: a\n      env:\n        image: «aws/codebuild/standard:5.0»\n",
        "**`aws/codebuild/standard:5.0`**\n\n- system: Ubuntu 20.04, x86_64\n- status: no longer maintained",
    ),
    "of a release": (f"{HEAD}      - echo «aws/codebuild/standard:7.0-24.10.29».\n", "- caution: what follows is"),
}


@pytest.mark.parametrize(
    ("marked", "said"),
    [pytest.param(*case, id=name) for table in (KEYS, RUNTIMES, VARIABLES, IMAGES) for name, case in table.items()],
)
def test_what_is_said(marked: str, said: str) -> None:
    markdown = hovered(marked)
    assert markdown.startswith(said) if said.startswith("**") else said in markdown


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("phases:\n  «biuld»:\n    commands: [a]\n", id="a key that is misspelt"),
        pytest.param(f"{HEAD}      - «make all»\n", id="a command"),
        pytest.param("reports:\n  «tests»:\n    files: [a]\n", id="a name that somebody chose"),
        pytest.param(f"{HEAD}      - echo «$NOBODY»\n", id="a variable of which the file says nothing"),
        pytest.param(f"{ENV}      - echo '«$STAGE»'\n", id="what the shell does not expand"),
        pytest.param("env:\n  variables:\n    STAGE: a\n    B: «$STAGE»\n", id="what CodeBuild does not expand"),
        pytest.param(f"{HEAD}      - echo $«CODEBUILD_BUILD_IT»\n", id="a variable that CodeBuild does not set"),
        pytest.param(f"{HEAD}      - docker run «aws/codebuild/standard:77.0»\n", id="an image that is not known"),
        pytest.param(
            "phases:\n  install:\n    runtime-versions:\n      nodejs: 20\n      «node»: x\n", id="no runtime"
        ),
        pytest.param(f"{HEAD}      - a # cblint: ignore[«no-such-rule»]\n", id="no rule"),
        pytest.param("«»", id="an empty file"),
    ],
)
def test_where_nothing_is_said(marked: str) -> None:
    text, [span], _ = unmarked(marked)
    assert {hover_at(document(text), offset) for offset in range(span.start, span.end + 1)} == {None}


@pytest.mark.parametrize("written", ["duplicate-key", "CB1002", "cb1002"])
def test_a_rule_in_a_comment(written: str) -> None:
    assert hovered(f"{HEAD}      - a # cblint: ignore[«{written}», x] -- why\n") == of_rule(find(written))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_every_rule_in_short(rule: Rule) -> None:
    markdown = of_rule(rule)
    assert markdown.startswith(f"**{rule.name}** ({rule.code}): ")
    assert markdown.endswith(f"[Read on]({RULES_URL.format(rule=rule.name)})")
    assert harmless(markdown)


def test_a_rule_of_somebody_else_is_quoted() -> None:
    rule = rule_of("SC2086")._replace(summary="![x](https://example.com) <b>")
    assert harmless(of_rule(rule))
    assert "SC2086" in of_rule(rule)
    assert "]: " not in of_rule(rule)


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_knows_its_characters(host: str) -> None:
    buildspec = f"{ENV}      - TAG=web-1\n      - echo $TAG\n"
    hosted = HOSTS[host](buildspec)
    start = buildspec.index("$TAG")
    offset = hosted.places[start + 1][0]
    hover = hover_at(document(hosted.text, hosted.path), offset)
    assert hover is not None
    assert 'here it is `"web-1"`' in hover.markdown
    assert hover.span == Span(hosted.places[start][0], hosted.places[start + 3][1])


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        pytest.param(
            "template.yml",
            "Resources:\n  B:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Environment:\n"
            "        Image: «aws/codebuild/amazonlinux2-x86_64-standard:5.0»\n      Source: {Type: GITHUB}\n",
            id="CloudFormation",
        ),
        pytest.param(
            "main.tf",
            'resource "aws_codebuild_project" "b" {\n  name = "b"\n  environment {\n'
            '    image = "«aws/codebuild/amazonlinux2-x86_64-standard:5.0»"\n  }\n  source {\n    type = "GITHUB"\n'
            "  }\n}\n",
            id="Terraform",
        ),
        pytest.param(
            "stack.ts",
            "import * as codebuild from 'aws-cdk-lib/aws-codebuild';\nnew codebuild.Project(this, 'B', {\n"
            "  environment: {buildImage: «codebuild.LinuxBuildImage.AMAZON_LINUX_2_5»},\n"
            "  buildSpec: codebuild.BuildSpec.fromObject({version: '0.2'}),\n});\n",
            id="CDK",
        ),
        pytest.param(
            ".cblint.yml",
            "projects:\n  - image: «aws/codebuild/amazonlinux2-x86_64-standard:5.0»\n",
            id="configuration",
        ),
    ],
)
def test_an_image_in_a_definition(name: str, marked: str) -> None:
    assert "system: Amazon Linux 2023, x86_64" in hovered(marked, name)


def test_a_variable_of_the_project() -> None:
    marked = (
        "Resources:\n  B:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Environment:\n"
        "        EnvironmentVariables:\n          - {Name: KEY, Type: SECRETS_MANAGER, Value: a/b}\n"
        "      Source:\n        Type: GITHUB\n        BuildSpec: |\n          version: 0.2\n          phases:\n"
        "            build:\n              commands: [echo «$KEY»]\n"
    )
    assert hovered(marked, "template.yml") == "**KEY**\n\n- given by the project, as a secret"


def test_what_stands_before_a_syntax_error_is_known() -> None:
    text = f"{ENV}      - echo $STAGE\n  post_build: [\n    x: }}\n      - echo $CODEBUILD_BUILD_ID\n"
    found = [hover_at(document(text), text.index(word) + 1) for word in ("$STAGE", "phases", "$CODEBUILD_BUILD_ID")]
    assert [hover.markdown.split("\n")[0] if hover else None for hover in found] == [
        "**STAGE**",
        "**phases**",
        "**`CODEBUILD_BUILD_ID`**",
    ]


def test_the_schema_is_followed_to_each_of_its_keys() -> None:
    assert described(("phases", "build", "commands", 0)) == {"type": ["string", "number", "boolean"]}
    assert described(("batch", "build-list", 3, "env", "image", "x")) is None
    assert described(("nope", 0, "?")) is None


def harmless(markdown: str) -> bool:
    """Whether nothing but the link to a rule's page is more than text, lists and code."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    every = [child for token in tokens for child in (token, *(token.children or ()))]
    links = [str(token.attrs["href"]) for token in every if token.type == "link_open"]
    return all(token.type not in ("html_inline", "html_block", "image") for token in every) and all(
        link.startswith(RULES_URL.partition("{")[0]) for link in links
    )


@pytest.mark.parametrize("host", [None, *HOSTS])
def test_no_secret_is_said(host: str | None) -> None:
    hosted = HOSTS[host](SAMPLE) if host is not None else None
    read = document(hosted.text, hosted.path) if hosted is not None else document(SAMPLE)
    for offset in range(0, len(read.text), 3):
        hover = hover_at(read, offset)
        assert hover is None or SECRET[:8] not in hover.markdown


@given(plants())
@settings(max_examples=1_000 if ALL else 30, suppress_health_check=list(HealthCheck))
def test_no_planted_secret_is_shown(plant: Plant) -> None:
    read = document(plant.text)
    assume(read.hiding.within(plant.secret))  # some of those that are made up have not the form of their kind
    hovers = (hover_at(read, offset) for offset in range(0, len(read.text), 5))
    shown = [hover.markdown for hover in hovers if hover is not None]
    shown += map(str, (*symbols_of(read), *hints_of(read, Span(0, len(read.text)))))
    assert shown
    assert not [part for part in parts(plant) if any(part in each for each in shown)]


@given(documents(), st.data())
@settings(max_examples=2_000 if ALL else 80)
def test_anything_can_be_hovered(read: Document, data: st.DataObject) -> None:
    for offset in data.draw(st.lists(st.integers(0, len(read.text)), min_size=1, max_size=6)):
        hover = hover_at(read, offset)
        assert hover is None or _holds(hover, offset, read)


def _holds(hover: Hover, offset: int, read: Document) -> bool:
    start, end = hover.span
    return 0 <= start <= offset <= end <= len(read.text) and hover.markdown != "" and harmless(hover.markdown)
