"""What is read of CDK in Java, and what is not guessed."""

from __future__ import annotations

import time

import pytest

from cblint.hosts import cdk_java
from cblint.hosts.definition import BUILDSPEC, PROJECT, Definition
from cblint.source.text import Text
from cblint.source.tree import Mapping
from tests.cdk import at, characters, definitions_of, only_value, reading, shown

IMPORTS = "import software.amazon.awscdk.services.codebuild.Project;\n"


read = reading(cdk_java.read)


def definitions(statements: str, members: str = "") -> tuple[Definition, ...]:
    return definitions_of(read(f"{IMPORTS}class A {{ {members} void f(String p) {{\n{statements}\n}} }}"))


def value(expression: str, before: str = "", after: str = "", members: str = "") -> object:
    """What an expression says as the only setting of a buildspec."""
    return only_value(definitions(f'{before}\nBuildSpec.fromObject(Map.of("key", {expression}));\n{after}', members))


@pytest.mark.parametrize(
    "source",
    [
        "",
        "codebuild",
        "class A {",
        "class A { void f() { BuildSpec.fromObject(spec); BuildSpec.fromObject(); } }",
        "\0",
    ],
)
def test_what_holds_nothing_is_nothing(source: str) -> None:
    assert read(source) is None


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (r'"a\n\u0041\101\s\""', 'a\nAA "'),
        (r'"\q"', None),
        ('"""\n    a\n      b  \n\n    c\\\n    d\\tq\n    """', "a\n  b\n\ncd\tq\n"),
        ('"""\n    a"""', "a"),
        ('"a" + "b" + c', "ab?"),
        ('"a" + 1', "a1"),
        ("3.10", "3.1"),
        ("1L", None),
        ("true", "true"),
        ("null", None),
        ('List.of("a", b)', ["a", None]),
        ('java.util.Arrays.asList("a")', ["a"]),
        ('new ArrayList<String>(List.of("a"))', ["a"]),
        ('Map.of("a", 1, b, 2, "c", 3)', {"a": None, "c": "3", "...": None}),
        ('Map.ofEntries(Map.entry("a", 1), entry("b", 2))', {"a": "1", "b": "2"}),
        ('new HashMap<>() {{ put("a", 1); put("b", List.of()); }}', {"a": "1", "b": []}),
        ('new HashMap<>() {{ put("a", 1); if (b) put("b", 2); }}', None),
        ('String.join(" ", "a", "b")', "a b"),
        ('String.format("a")', None),
        ('a ? "b" : "c"', None),
        ('(Object) "a"', "a"),
    ],
)
def test_expressions_say_what_is_certain(expression: str, said: object) -> None:
    assert value(expression) == said


@pytest.mark.parametrize(
    ("before", "after", "members", "said"),
    [
        ('String a = "b";', "", "", "b"),
        ("", "", 'static final String a = "b";', "b"),
        ('String a = "b"; a = "c";', "", "", None),
        ("", "", 'String a = "b"; void g() { this.a = "c"; }', None),
        ('Map<String, Object> a = new TreeMap<>(); a.put("b", "c");', "", "", {"b": "c"}),
        ('List<String> a = new ArrayList<>(); a.add("b"); a.add("c");', "", "", ["b", "c"]),
        ('Map<String, Object> a = new TreeMap<>(); if (x) { a.put("b", "c"); }', "", "", None),
        ('Map<String, Object> a = new TreeMap<>(); a.put("b", "c"); a.putAll(d);', "", "", None),
        ('var a = List.of("b");', 'a.get(0).add("c");', "", None),
        ("String a = p;", "", 'static String p = "b";', None),
        ("for (String a : b) {}", "", "", None),
    ],
)
def test_names_stand_for_their_only_value(before: str, after: str, members: str, said: object) -> None:
    assert value("a", before, after, members) == said


def test_each_character_stands_where_it_is_written() -> None:
    source = 'class A { Object a = BuildSpec.fromObject(Map.of("é", "a\\n😀", "b", """\n  c\\t\n  d""")); }'
    file = read(source)
    assert file is not None
    root = file.definitions[0].root
    assert isinstance(root, Mapping)
    assert characters(root.pairs[0].value, source) == ["a", "\\n", "😀"]
    assert characters(root.pairs[1].value, source) == ["c", "\\t", "\n", "d"]


def test_a_project_says_what_it_is_given() -> None:
    (found,) = definitions(
        """
        Project.Builder.create(this, "Id").projectName("name").timeout(Duration.minutes(5))
          .buildSpec(BuildSpec.fromObject(Map.of("version", "0.2")))
          .environment(BuildEnvironment.builder().privileged(true).buildImage(LinuxBuildImage.STANDARD_7_0)
            .environmentVariables(Map.of("A", BuildEnvironmentVariable.builder().value("1").build())).build())
          .source(Source.gitHub(GitHubSourceProps.builder().owner("o").repo("r").webhook(true).build()))
          .build();
        """
    )
    assert found.kind == PROJECT
    assert shown(found.root) == {
        "name": "name",
        "timeoutInMinutes": "5",
        "source": {
            "type": "GITHUB",
            "location": "https://github.com/o/r.git",
            "buildspec": {"version": "0.2"},
            "...": None,
        },
        "environment": {
            "image": "aws/codebuild/standard:7.0",
            "type": "LINUX_CONTAINER",
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": "true",
            "environmentVariables": [{"name": "A", "value": "1", "type": "PLAINTEXT"}],
        },
        "cache": {"type": "NO_CACHE"},
        "webhook": {"...": None},
        "artifacts": {"type": "NO_ARTIFACTS", "...": None},
        "...": None,
    }


def test_other_ways_to_a_project() -> None:
    found = definitions(
        """
        new Project(this, "a", ProjectProps.builder().buildSpec(BuildSpec.fromSourceFilename("a.yml")).build());
        PipelineProject.Builder.create(this, "b").build();
        new Project(this, "c", props);
        other.builder().buildSpec(BuildSpec.fromObjectToYaml(Map.of("version", 1, "phases", d))).build();
        CodeBuildStep.Builder.create("e").commands(List.of("f"))
          .partialBuildSpec(BuildSpec.fromObject(Map.of("g", 1))).build();
        """
    )
    assert [(each.kind, each.fragment) for each in found] == [
        *[(PROJECT, False)] * 3,
        (BUILDSPEC, False),
        *[(BUILDSPEC, True)] * 2,
    ]
    assert at(found[0], "source.buildspec") == "a.yml"
    assert at(found[1], "source.type") == "CODEPIPELINE"
    assert at(found[2], "source.type") is None


@pytest.mark.parametrize(
    "statements",
    [
        "BuildSpec.fromObject(" + "Map.of(1, " * 5_000,
        'BuildSpec.fromObject(Map.of("a", ' + "List.of(" * 5_000 + ")" * 5_000 + "));",
        'BuildSpec.fromObject(Map.of("a", ' + '"b" + ' * 10_000 + '"c"));',
        "codebuild.builder()" + ".a(1)" * 10_000 + ".build();",
        "Map a = new HashMap();" + 'a.put("a", a);' * 5_000 + "BuildSpec.fromObject(a);",
        'var a0 = List.of("x");'
        + "".join(f"var a{n + 1} = List.of(a{n}, a{n});" for n in range(50))
        + 'BuildSpec.fromObject(Map.of("a", a50));',
    ],
)
def test_hostile_files_are_read_in_time(statements: str) -> None:
    started = time.perf_counter()
    cdk_java.read(Text.of(f"class A {{ void f() {{ {statements} }} }}"))
    assert time.perf_counter() - started < 5
