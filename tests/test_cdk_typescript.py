"""What is read of CDK in TypeScript and JavaScript, and what is not guessed."""

from __future__ import annotations

import time

import pytest

from cblint.hosts import cdk_typescript
from cblint.hosts.definition import BUILDSPEC, PROJECT, Definition
from cblint.source.foreign import Given
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, Sequence
from tests.cdk import at, characters, definitions_of, only_value, reading, shown
from tests.helpers import lint

IMPORTS = "import * as codebuild from 'aws-cdk-lib/aws-codebuild';\nimport {Duration} from 'aws-cdk-lib';\n"


read = reading(cdk_typescript.read)


def definitions(source: str) -> tuple[Definition, ...]:
    return definitions_of(read(source))


def value(expression: str, before: str = "", after: str = "") -> object:
    """What an expression says as the only setting of a buildspec."""
    return only_value(
        definitions(f"{before}\nconst spec = codebuild.BuildSpec.fromObject({{key: {expression}}});\n{after}")
    )


def project(properties: str, made: str = "codebuild.Project", before: str = "") -> Definition:
    (found,) = definitions(f"{IMPORTS}{before}new {made}(this, 'Id', {{{properties}}});")
    assert found.kind == PROJECT
    return found


@pytest.mark.parametrize(
    "source",
    [
        "",
        "codebuild",
        "new Project(this, 'a', {name: 'b'})",
        "import {Project} from 'projen';\nnew Project({buildSpec: 1})",
        "import {CfnProject} from 'aws-cdk-lib/aws-databrew';\nnew CfnProject(this, 'codebuild', {})",
        "codebuild.BuildSpec.fromObject(spec)",
        "codebuild.BuildSpec.fromObject()",
        "codebuild.BuildSpec.fromObject({version: ",
        "new amplify.App(this, 'a', {buildSpec: codebuild.BuildSpec.fromObject({version: 1, frontend: {phases: {}}})})",
        "\0\0new codebuild.",
        "const codebuild = `${`${`",
    ],
)
def test_what_holds_nothing_is_nothing(source: str) -> None:
    assert read(source) is None


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("'a\\n\\x41\\u0042\\u{43}\\'\\q'", "a\nABC'q"),
        ('"\\ud83d\\ude00 \\ud83d"', "\U0001f600 \ufffd"),
        ("'a\\\r\nb'", "ab"),
        ("`a\r\nb ${c} \\${d}`", "a\nb ? ${d}"),
        ("'a' + 'b' + c", "ab?"),
        ("1 + 2 + 'a'", None),
        ("3.10", "3.1"),
        ("18", "18"),
        ("1_000", "1000"),
        ("-1", "-1"),
        ("0x1F", None),
        ("1e3", None),
        ("010", None),
        ("true", "true"),
        ("null", "null"),
        ("undefined", None),
        ("'a' as const", "a"),
        ("('a')!", "a"),
        ("a ? 'b' : 'c'", None),
        ("a ?? 'b'", None),
        ("tag`a`", None),
        ("() => 'a'", None),
        ("cdk.Fn.sub('a')", None),
        ("'\\u{110000}'", None),
        ("['a', , b]", ["a", None]),
        ("['a', ...['b'], ...c, 'd']", ["a", "b", None, "d", "..."]),
        ("['a'].concat(['b'], 'c', d)", ["a", "b", "c", None, "..."]),
        ("['a', `b`].join(' && ')", "a && b"),
        ("['a', ...b].join('\\n')", None),
        ("{a: 1, 'b-c': 2, 3: 4, ['d']: 5}", {"a": "1", "b-c": "2", "3": "4", "d": "5"}),
        ("{a: 1, [b]: 2, c: 3}", {"a": None, "c": "3", "...": None}),
        ("{a: 1, ...b, c: 2}", {"a": None, "c": "2", "...": None}),
        ("{a: 1, b: 1, ...(c ? {a: 2} : {})}", {"a": None, "b": "1", "...": None}),
        ("{a: 1, b: 1, ...(c && {d: 2})}", {"a": "1", "b": "1", "...": None}),
        ("{...{a: 1}, b: 2}", {"a": "1", "b": "2"}),
        ("{a() {}, b: 1}", {"a": None, "b": "1"}),
    ],
)
def test_expressions_say_what_is_certain(expression: str, said: object) -> None:
    assert value(expression) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("const a = ['b'];", "", ["b"]),
        ("let a = ['b'];", "", ["b"]),
        ("let a; a = ['b'];", "", None),
        ("const a = ['b'];", "a.push('c');", None),
        ("const a = ['b'];", "(a as any)[0] = 'c';", None),
        ("const a = ['b'];", "Object.assign(a, c);", None),
        ("const a = ['b']; function f(a) { a.push('c'); }", "", ["b"]),
        ("var a = ['b']; var a = ['c'];", "", None),
        ("const a = [a];", "", [None]),
        ("const a = b; const b = a;", "", None),
        ("const {a} = c;", "", None),
        ("import {a} from 'b';", "", None),
        ("const b = {a: ['c']}; const a = b.a;", "", ["c"]),
        ("const b = {...c, a: ['c']}; const a = b.a;", "", None),
    ],
)
def test_names_stand_for_their_only_value(before: str, after: str, said: object) -> None:
    assert value("a", before, after) == said


def test_parameters_and_inner_names_hide_outer_ones() -> None:
    hidden = "const a = ['x']; function f(a) { codebuild.BuildSpec.fromObject({key: a}); }"
    shadowed = "const a = ['x']; { const a = ['y']; codebuild.BuildSpec.fromObject({key: a}); }"
    assert [shown(definitions(source)[0].root) for source in (hidden, shadowed)] == [{"key": None}, {"key": ["y"]}]


def test_each_character_stands_where_it_is_written() -> None:
    source = "// é\ncodebuild.BuildSpec.fromObject({'k\\x41': `a\\n😀${b}c`, d: 3.10})"
    (found,) = definitions(source)
    assert isinstance(found.root, Mapping)
    first, second = found.root.pairs
    assert characters(first.key, source) == ["k", "\\x41"]
    assert characters(first.value, source) == ["a", "\\n", "😀", "${b}", "c"]
    assert source[slice(*first.value.span)] == "`a\\n😀${b}c`"
    assert characters(second.value, source) == ["3.10"] * 3


def test_a_fence_of_a_longer_file_keeps_its_places() -> None:
    source = "é" * 7 + "codebuild.BuildSpec.fromObject({a: 'b'})"
    file = cdk_typescript.read(Text.of(source).slice(7, len(source)))
    assert file is not None
    assert isinstance(file.definitions[0].root, Mapping)
    assert file.definitions[0].root.pairs[0].value.span == Span(len(source) - 5, len(source) - 2)


def test_a_project_says_what_it_is_given() -> None:
    found = project(
        """
        projectName: 'name', timeout: Duration.hours(2), visibility: codebuild.ProjectVisibility.PUBLIC_READ,
        buildSpec: codebuild.BuildSpec.fromObject({version: '0.2'}),
        environment: {
          buildImage: codebuild.LinuxBuildImage.STANDARD_7_0, privileged: true,
          environmentVariables: {A: {value: '1'}, B: {
            value: 'b', type: codebuild.BuildEnvironmentVariableType.SECRETS_MANAGER,
          }},
        },
        environmentVariables: {A: {value: secret}},
        cache: codebuild.Cache.local(codebuild.LocalCacheMode.SOURCE, mode),
        source: codebuild.Source.gitHub({owner: 'o', repo: 'r', cloneDepth: 1, webhookFilters: [
          codebuild.FilterGroup
            .inEventOf(codebuild.EventAction.PUSH, codebuild.EventAction.RELEASED).andBranchIsNot('main'),
          filters.andBranchIs('main'),
        ]}),
        artifacts: codebuild.Artifacts.s3({bucket, packageZip: false}),
        """
    )
    assert shown(found.root) == {
        "name": "name",
        "timeoutInMinutes": "120",
        "projectVisibility": "PUBLIC_READ",
        "source": {
            "type": "GITHUB",
            "location": "https://github.com/o/r.git",
            "gitCloneDepth": "1",
            "buildspec": {"version": "0.2"},
            "...": None,
        },
        "environment": {
            "image": "aws/codebuild/standard:7.0",
            "type": "LINUX_CONTAINER",
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": "true",
            "environmentVariables": [
                {"name": "B", "value": "b", "type": "SECRETS_MANAGER"},
                {"name": "A", "value": None, "type": "PLAINTEXT"},
            ],
        },
        "cache": {"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE", None]},
        "webhook": {
            "filterGroups": [
                [
                    {"type": "EVENT", "pattern": "PUSH, RELEASED"},
                    {"type": "HEAD_REF", "pattern": "refs/heads/main", "excludeMatchedPattern": "true"},
                ],
                None,
            ],
            "...": None,
        },
        "artifacts": {"type": "S3", "packaging": "NONE", "overrideArtifactName": "true", "...": None},
        "...": None,
    }


@pytest.mark.parametrize(
    ("made", "properties", "path", "said"),
    [
        ("codebuild.PipelineProject", "", "source.type", "CODEPIPELINE"),
        ("codebuild.PipelineProject", "", "artifacts.type", "CODEPIPELINE"),
        ("codebuild.Project", "", "source.type", "NO_SOURCE"),
        ("codebuild.Project", "", "artifacts.type", "NO_ARTIFACTS"),
        ("codebuild.Project", "source", "source.type", None),
        ("codebuild.Project", "source", "artifacts", None),
        ("codebuild.Project", "...props", "source", None),
        ("codebuild.Project", "", "environment.privilegedMode", "false"),
        ("codebuild.Project", "...props", "environment.privilegedMode", None),
        ("codebuild.Project", "environment: props", "environment.privilegedMode", None),
        ("codebuild.Project", "environment: {privileged: props.p}", "environment.privilegedMode", None),
        ("codebuild.Project", "", "environment.image", None),
        ("codebuild.Project", "", "cache.type", "NO_CACHE"),
        ("codebuild.Project", "cache", "cache", None),
        ("codebuild.Project", "timeout: Duration.seconds(90)", "timeoutInMinutes", None),
        ("codebuild.Project", "timeout: Duration.minutes(n)", "timeoutInMinutes", None),
        ("codebuild.Project", "environment: {buildImage: codebuild.LinuxBuildImage.NEW}", "environment.image", None),
        (
            "codebuild.Project",
            "environment: {buildImage: codebuild.LinuxBuildImage.NEW}",
            "environment.type",
            "LINUX_CONTAINER",
        ),
        (
            "codebuild.Project",
            "environment: {buildImage: codebuild.LinuxArmBuildImage.fromDockerRegistry('a:1')}",
            "environment.image",
            "a:1",
        ),
        (
            "codebuild.Project",
            "environment: {buildImage: codebuild.WindowsBuildImage.fromDockerRegistry('a', {}, t)}",
            "environment.type",
            None,
        ),
        (
            "codebuild.Project",
            "buildSpec: codebuild.BuildSpec.fromSourceFilename('a.yml')",
            "source.buildspec",
            "a.yml",
        ),
        ("codebuild.Project", "buildSpec: codebuild.BuildSpec.fromAsset('a.yml')", "source.buildspec", None),
        ("codebuild.CfnProject", "source: {buildSpec: `a: ${b}\n`}", "source.buildspec", "a: ?\n"),
        ("codebuild.CfnProject", "source: {buildSpec: JSON.stringify({a: 1})}", "source.buildspec", {"a": "1"}),
        ("codebuild.CfnProject", "source: {buildSpec: yaml.load('a')}", "source.buildspec", None),
        ("codebuild.CfnProject", "visibility: 'PRIVATE'", "projectVisibility", "PRIVATE"),
        ("codebuild.CfnProject", "triggers: {webhook: false}", "webhook", None),
        ("codebuild.CfnProject", "triggers: {webhook: true, filterGroups}", "webhook", {"filterGroups": None}),
        ("codebuild.CfnProject", "triggers: {webhook}", "webhook", None),
        ("codebuild.CfnProject", "artifacts: new None()", "artifacts", None),
        (
            "codebuild.CfnProject",
            "environment: {computeType: codebuild.ComputeType.LARGE}",
            "environment.computeType",
            "BUILD_GENERAL1_LARGE",
        ),
    ],
)
def test_settings_of_a_project(made: str, properties: str, path: str, said: object) -> None:
    assert at(project(properties, made), path) == said


def test_projects_are_known_by_where_they_come_from() -> None:
    body = "(this, 'a', {buildSpec: BuildSpec.fromObject({})});"
    for source in (
        f"import {{PipelineProject as P, BuildSpec}} from '@aws-cdk/aws-codebuild'; new P{body}",
        f"import * as cb from 'aws-cdk-lib/aws-codebuild'; const BuildSpec = cb.BuildSpec; new cb.Project{body}",
        f"import {{aws_codebuild as cb}} from 'aws-cdk-lib'; const BuildSpec = cb.BuildSpec; new cb.Project{body}",
        f"const {{Project, BuildSpec}} = require('aws-cdk-lib/aws-codebuild'); new Project{body}",
        f"const cdk = require('aws-cdk-lib'); new cdk.aws_codebuild.Project{body}",
    ):
        assert [(found.kind, at(found, "source.buildspec")) for found in definitions(source)] == [(PROJECT, {})]


def test_a_buildspec_is_found_once() -> None:
    found = definitions(
        f"{IMPORTS}const spec = codebuild.BuildSpec.fromObject({{version: 0.2}});"
        "for (const name of names) { new codebuild.Project(this, name, {buildSpec: spec}); }"
        "new codebuild.PipelineProject(this, 'b', {buildSpec: spec});"
    )
    assert [at(each, "source.buildspec") for each in found] == [{"version": "0.2"}, None]


def test_parts_of_buildspecs_are_fragments() -> None:
    found = definitions(
        "const a = codebuild.BuildSpec.fromObject({a: 1}); const b = codebuild.BuildSpec.fromObject({b: 1});"
        "codebuild.mergeBuildSpecs(a, b); codebuild.BuildSpec.fromObject({version: '0.2', batch: c});"
        "const c = {partialBuildSpec: codebuild.BuildSpec.fromObject({d: 1})};"
        "codebuild.BuildSpec.fromSourceFilename('e.yml');"
    )
    assert [(each.kind, each.fragment) for each in found] == [
        (BUILDSPEC, True),
        (BUILDSPEC, True),
        (BUILDSPEC, False),
        (BUILDSPEC, True),
        (PROJECT, True),
    ]


def test_a_step_of_a_pipeline_says_what_it_runs() -> None:
    (found,) = definitions("new pipelines.ShellStep('codebuild', {installCommands: ['a'], commands: ['b', ...c]});")
    assert found.fragment
    assert shown(found.root) == {
        "phases": {
            "install": {"commands": ["a"], "...": None},
            "build": {"commands": ["b", None, "..."], "...": None},
            "...": None,
        },
        "...": None,
    }


def test_errors_and_other_dialects_spoil_no_more_than_they_must() -> None:
    spec = "codebuild.BuildSpec.fromObject({a: 'b'})"
    for source in (
        f"{spec}; if (",
        f"const a = <div>{{x}}</div>; {spec}",
        f"const a = <any>b; {spec}",
        f"@x({{}}) class A {{}}; {spec}",
    ):
        assert [shown(found.root) for found in definitions(source)] == [{"a": "b"}]


@pytest.mark.parametrize(
    "source",
    [
        "codebuild.BuildSpec.fromObject(" + "{a: " * 20_000,
        "codebuild.BuildSpec.fromObject(" + "{a: " * 5_000 + "1" + "}" * 5_000 + ")",
        "codebuild.BuildSpec.fromObject({a: " + "'b' + " * 20_000 + "'c'})",
        "codebuild.BuildSpec.fromObject({a: " + "[" * 20_000 + "]" * 20_000 + "})",
        "const a = 'é'; codebuild.BuildSpec.fromObject({a: `" + "${b}é" * 20_000 + "`})",
        "codebuild" + ".a()" * 20_000 + ".push(1)",
        "".join(f"const a{n + 1} = [...a{n}, ...a{n}];" for n in range(60))
        + "codebuild.BuildSpec.fromObject({a: a60})",
        "const a0 = ['x'];"
        + "".join(f"const a{n + 1} = [a{n}, a{n}];" for n in range(50))
        + "codebuild.BuildSpec.fromObject({a: a50})",
        "const a0 = 'x';"
        + "".join(f"const a{n + 1} = a{n} + a{n};" for n in range(50))
        + "codebuild.BuildSpec.fromObject({a: a50})",
        "codebuild.BuildSpec.fromObject({" + "a: 1, ...b, " * 10_000 + "})",
        "{" * 10_000 + "codebuild.BuildSpec.fromObject({a: b});" + "}" * 10_000,
    ],
)
def test_hostile_files_are_read_in_time(source: str) -> None:
    started = time.perf_counter()
    cdk_typescript.read(Text.of(source))
    assert time.perf_counter() - started < 5


def test_places_of_an_element_are_those_of_its_list() -> None:
    source = "const a = ['b', 'c'];\ncodebuild.BuildSpec.fromObject({key: a})"
    (found,) = definitions(source)
    assert isinstance(found.root, Mapping)
    items = found.root.pairs[0].value
    assert isinstance(items, Sequence)
    assert all(isinstance(item, Given) for item in items.items)
    assert [source[slice(*item.span)] for item in items.items] == ["'b'", "'c'"]


def test_an_object_in_place_of_a_command_is_shown_where_it_begins() -> None:
    """No colon makes it one, as it can on a line of YAML: braces do."""
    commands = "['make', {'echo a': 'b'}]"
    source = f"{IMPORTS}codebuild.BuildSpec.fromObject({{version: '0.2', phases: {{build: {{commands: {commands}}}}}}})"
    (found,) = [each for each in lint(source, name="stack.ts").findings if each.rule == "command-not-string"]
    assert source[found.span.start :].startswith("{'echo a'")
