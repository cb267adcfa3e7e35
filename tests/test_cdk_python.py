"""What is read of CDK in Python, and what is not guessed."""

from __future__ import annotations

import time

import pytest

from cblint.hosts import cdk_python
from cblint.hosts.definition import BUILDSPEC, PROJECT, Definition
from cblint.source.text import Text
from cblint.source.tree import Mapping
from tests.cdk import at, characters, definitions_of, only_value, reading, shown

read = reading(cdk_python.read)


def definitions(source: str) -> tuple[Definition, ...]:
    return definitions_of(read(source))


def value(expression: str, before: str = "", after: str = "") -> object:
    """What an expression says as the only setting of a buildspec."""
    return only_value(
        definitions(f'{before}\nspec = codebuild.BuildSpec.from_object({{"key": {expression}}})\n{after}')
    )


def project(properties: str, made: str = "codebuild.Project") -> Definition:
    (found,) = definitions(
        f"from aws_cdk import aws_codebuild as codebuild, Duration\n{made}(self, 'Id', {properties})"
    )
    assert found.kind == PROJECT
    return found


@pytest.mark.parametrize(
    "source",
    [
        "",
        "codebuild",
        "Project(self, 'a', name='b')",
        "codebuild.BuildSpec.from_object(spec)",
        "codebuild.BuildSpec.from_object()",
        "codebuild.BuildSpec.from_object_to_yaml({'version': 1, 'applications': []})",
        "if codebuild:",
        "\0",
    ],
)
def test_what_holds_nothing_is_nothing(source: str) -> None:
    assert read(source) is None


@pytest.mark.parametrize(
    "source", ["BuildSpec.from_object({", "BuildSpec\0", "BuildSpec" + "(" * 10_000, "BuildSpec" + "-" * 200_000 + "1"]
)
def test_what_is_no_python_is_a_problem(source: str) -> None:
    file = read(source)
    assert file is not None
    assert (file.definitions, file.problem) == ((), "is not valid Python")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (r"'a\n\x41\u0042\U00000043\'\q\101\N{DIGIT ONE}'", "a\nABC'\\qA1"),
        (r"'\ud83d'", "\ufffd"),
        ("'a\\\nb'", "ab"),
        ("'''a\r\nb'''", "a\nb"),
        ("r'a\\n'", "a\\n"),
        ("'a' \"b\" r'\\c' # d\n '''e'''", "ab\\ce"),
        ("u'a'", "a"),
        ("b'a'", None),
        ("f'a{b}c{{d}}{e!r:>{f}}'", "a?c{d}?"),
        ("f'a' 'b{c}' f\"{d['e']}\"", "ab{c}?"),
        ("rf'\\{a}'", "\\?"),
        ("f'\\N{DIGIT ONE}{a}'", "1?"),
        ("f'{a=}'", None),
        ("'a' + b + 'c'", "a?c"),
        ("'a %s' % b", None),
        ("'a'.upper()", None),
        ("'\\n'.join(['a', 'b'])", "a\nb"),
        ("'\\n'.join(a)", None),
        ("3.10", "3.1"),
        ("-1", "-1"),
        ("1_0", "10"),
        ("0o17", None),
        ("1j", None),
        ("True", "true"),
        ("None", None),
        ("['a', *['b'], *c]", ["a", "b", None, "..."]),
        ("('a', 'b')", ["a", "b"]),
        ("['a'] + ['b'] + c", ["a", "b", None, "..."]),
        ("['a'] * 2", None),
        ("[a for a in b]", None),
        ("{'a': 1, **b, 'c': 2}", {"a": None, "c": "2", "...": None}),
        ("{'a': 1, b: 2, 'c': 3}", {"a": None, "c": "3", "...": None}),
        ("{'a': 1} | {'b': 2}", {"a": "1", "b": "2"}),
        ("{'a': 1} | b", {"a": None, "...": None}),
        ("dict(a=1, **{'b-c': 2})", {"a": "1", "b-c": "2"}),
        ("dict(a, b=1)", {"b": "1", "...": None}),
        ("'a' if b else 'c'", None),
        ("lambda: 'a'", None),
    ],
)
def test_expressions_say_what_is_certain(expression: str, said: object) -> None:
    assert value(expression) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("a = ['b']", "", ["b"]),
        ("a: list[str] = ['b']", "", ["b"]),
        ("if c:\n  a = ['b']\nelse:\n  a = ['c']", "", None),
        ("a = ['b']", "a.append('c')", None),
        ("a = ['b']", "a[0] = 'c'", None),
        ("a = ['b']", "a += ['c']", None),
        ("a = ['b']", "del a", None),
        ("a = ['b']", "def f():\n  global a\n  a = 1", None),
        ("a = ['b']\ndef f(a): a.append('c')", "", ["b"]),
        ("a = c = ['b']", "", None),
        ("a, c = ['b'], 1", "", None),
        ("for a in ['b']: pass", "", None),
        ("from b import a", "", None),
        ("class C:\n  a = ['b']", "", None),
        ("a = ['b']", "match x:\n  case {**a}: pass", None),
        ("b = 'c'\na = f'{b} {d}'", "", "c ?"),
        ("a = a", "", None),
    ],
)
def test_names_stand_for_their_only_value(before: str, after: str, said: object) -> None:
    assert value("a", before, after) == said


def test_each_character_stands_where_it_is_written() -> None:
    source = "# é\r\nx = '😀'; BuildSpec.from_object({'é': 'a\\n' 'ü' f'{b}{{', 'd': True})"
    (found,) = definitions(source)
    assert isinstance(found.root, Mapping)
    first, second = found.root.pairs
    assert characters(first.key, source) == ["é"]
    assert characters(first.value, source) == ["a", "\\n", "ü", "{b}", "{{"]
    assert characters(second.value, source) == ["True"] * 4
    assert source[slice(*found.place)] == "B"


def test_a_project_says_what_it_is_given() -> None:
    found = project(
        """
        project_name='name', timeout=Duration.minutes(30),
        build_spec=codebuild.BuildSpec.from_object({'version': '0.2'}),
        environment=codebuild.BuildEnvironment(
            build_image=codebuild.LinuxArmBuildImage.AMAZON_LINUX_2_STANDARD_3_0, privileged=True),
        environment_variables={'MY_NAME': codebuild.BuildEnvironmentVariable(value='1')},
        cache=codebuild.Cache.bucket(bucket),
        source=codebuild.Source.git_hub(owner='o', repo='r', webhook=True),
        """
    )
    assert shown(found.root) == {
        "name": "name",
        "timeoutInMinutes": "30",
        "source": {
            "type": "GITHUB",
            "location": "https://github.com/o/r.git",
            "buildspec": {"version": "0.2"},
            "...": None,
        },
        "environment": {
            "image": "aws/codebuild/amazonlinux2-aarch64-standard:3.0",
            "type": "ARM_CONTAINER",
            "computeType": "BUILD_GENERAL1_LARGE",
            "privilegedMode": "true",
            "environmentVariables": [{"name": "MY_NAME", "value": "1", "type": "PLAINTEXT"}],
        },
        "cache": {"type": "S3", "...": None},
        "webhook": {"...": None},
        "artifacts": {"type": "NO_ARTIFACTS", "...": None},
        "...": None,
    }


@pytest.mark.parametrize(
    ("made", "properties", "path", "said"),
    [
        ("codebuild.PipelineProject", "", "source.type", "CODEPIPELINE"),
        ("codebuild.PipelineProject", "**props", "environment.privilegedMode", None),
        ("codebuild.Project", "environment=env", "environment.privilegedMode", None),
        ("codebuild.Project", "build_spec=BuildSpec.from_source_filename('a.yml')", "source.buildspec", "a.yml"),
        ("codebuild.Project", "build_spec=BuildSpec.from_source_filename(filename='a')", "source.buildspec", "a"),
        (
            "codebuild.CfnProject",
            "source=codebuild.CfnProject.SourceProperty(type='S3', build_spec='''a: b\n''', git_clone_depth=1)",
            "source",
            {"type": "S3", "buildspec": "a: b\n", "gitCloneDepth": "1"},
        ),
        ("codebuild.CfnProject", "source=dict(build_spec=json.dumps({'a': 1}))", "source.buildspec", {"a": "1"}),
        ("codebuild.CfnProject", "source=source", "source.buildspec", None),
        (
            "codebuild.Project",
            "source=codebuild.Source.bit_bucket(owner='o', repo='r')",
            "source.location",
            "https://bitbucket.org/o/r.git",
        ),
        ("codebuild.Project", "source=codebuild.Source.git_hub(owner=owner, repo='r')", "source.location", None),
        (
            "codebuild.Project",
            "source=codebuild.Source.git_hub_enterprise(https_clone_url='https://git.example/o/r')",
            "source.location",
            "https://git.example/o/r",
        ),
    ],
)
def test_settings_of_a_project(made: str, properties: str, path: str, said: object) -> None:
    assert at(project(properties, made), path) == said


def test_parts_of_buildspecs_are_fragments() -> None:
    found = definitions(
        "a = codebuild.BuildSpec.from_object({'a': 1})\ncodebuild.merge_build_specs(a, b)\n"
        "CodeBuildStep('s', partial_build_spec=BuildSpec.from_object({'b': 1}), commands=['c'])\n"
        "props = {'partial_build_spec': BuildSpec.from_object({'d': 1})}\n"
        "BuildSpec.from_object({'version': '0.2', 'phases': e})"
    )
    assert [(each.kind, each.fragment) for each in found] == [*[(BUILDSPEC, True)] * 4, (BUILDSPEC, False)]


@pytest.mark.parametrize(
    "source",
    [
        "BuildSpec.from_object({'a': " + "[" * 90 + "]" * 90 + "})",
        "BuildSpec.from_object({'a': " + " + ".join(["'b'"] * 900) + "})",
        "a = BuildSpec" + ".a()" * 300 + ".append(1)",
        "BuildSpec.from_object({" + "'é': 1, **b, " * 10_000 + "})",
        "BuildSpec.from_object({'a': f'" + "{b}é" * 10_000 + "'})",
        "a0 = ['x']\n"
        + "".join(f"a{n + 1} = [*a{n}, *a{n}]\n" for n in range(50))
        + "BuildSpec.from_object({'a': a50})",
        "a0 = ['x']\n" + "".join(f"a{n + 1} = [a{n}, a{n}]\n" for n in range(50)) + "BuildSpec.from_object({'a': a50})",
        "a0 = 'x'\n" + "".join(f"a{n + 1} = a{n} + a{n}\n" for n in range(50)) + "BuildSpec.from_object({'a': a50})",
    ],
)
def test_hostile_files_are_read_in_time(source: str) -> None:
    started = time.perf_counter()
    cdk_python.read(Text.of(source))
    assert time.perf_counter() - started < 5
