"""What is read of templates of CloudFormation and SAM, in both languages, and what is not guessed."""

from __future__ import annotations

import json

import pytest

from cblint.hosts import cloudformation
from cblint.hosts.definition import Definition, HostFile
from cblint.hosts.settings import is_set, setting
from cblint.hosts.substitution import Choice, Substitution
from cblint.source.foreign import Reference, Unknown, is_complete
from cblint.source.loader import TooComplex, load
from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence


def read(source: str) -> HostFile:
    """What a template defines, none of it without a place in it."""
    file = cloudformation.read(Text.of(source))
    assert file is not None
    return file


def project(properties: str, around: str = "") -> Definition:
    """A project with properties, which begin in the first column, beside other sections."""
    lines = "".join(f"      {line}\n" for line in properties.splitlines())
    source = f"{around}Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties:\n{lines}"
    return read(source).definitions[-1]


def value(definition: Definition, *path: str) -> str | None:
    """The text of a setting, holes and all; None if it is no scalar."""
    node = setting(definition, *path)
    return node.value if isinstance(node, Scalar) else None


def node_of(text: str, around: str = "") -> Node:
    """What an expression stands for."""
    node = setting(project(f"Description: {text}", around), "description")
    assert node is not None
    return node


def shown(node: Node) -> object:
    """A node as plain data: what is not known as its class, a reference as what it leads to."""
    target = node.resolved
    if isinstance(target, Mapping):
        return {pair.name: shown(pair.value) for pair in target.pairs}
    if isinstance(target, Sequence):
        return [shown(item) for item in target.items]
    if isinstance(target, Reference):
        return f"<{target.target}.{target.attribute}>"
    return target.value.replace(HOLE, "?") if isinstance(target, Scalar) else type(target)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "[]",
        "Resources:",
        "Resources: []",
        "Resources: {Build: }",
        "Resources: {Build: {Type: [AWS, CodeBuild]}}",
        "version: 0.2\nphases: {build: {commands: [make]}}\n",
        "Resources: &a\n  b: c\n",
        "jobs: {build: {Type: codebuild}}",
        "{",
    ],
)
def test_what_is_no_template_is_none(source: str) -> None:
    assert cloudformation.read(Text.of(source)) is None


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "Properties:",
        "Properties: []",
        "Properties: !Ref Nothing",
        "Properties: {Fn::Transform: {Name: AWS::Include}}",
        "Properties: {Source: [], Environment: x, Triggers: []}",
        "Properties: {Source: {BuildSpec: !Sub []}}",
        "Properties: {Source: {BuildSpec: !Sub [a]}}",
        "Properties: {Source: {BuildSpec: !Sub {a: b}}}",
        "Properties: {Source: {BuildSpec: !Join [a]}}",
        "Properties: {Source: {BuildSpec: !Join [[], {}]}}",
        "Properties: {Source: {BuildSpec: !Select [-1, [a]]}}",
        "Properties: {Source: {BuildSpec: !Select [9, [a]]}}",
        "Properties: {Source: {BuildSpec: !Select [²,[a]]}}",
        "Properties: {Source: {BuildSpec: !Split ['', a]}}",
        "Properties: {Source: {BuildSpec: !If [a, b]}}",
        "Properties: {Source: {BuildSpec: !GetAtt }}",
        "Properties: {Source: {BuildSpec: !GetAtt [[], {}]}}",
        "Properties: {Source: {BuildSpec: !FindInMap [[], a, b]}}",
        "Properties: {Source: {BuildSpec: !FindInMap [Missing, a, b]}}",
        "Properties: {? [a] : b, ? {} : c}",
        "Properties: {Source: !Unheard {}}",
    ],
)
def test_no_project_is_too_odd(rest: str) -> None:
    source = f"Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    {rest}\n"
    file = read(source)
    assert [each.kind for each in file.definitions] == ["project"]
    node = setting(file.definitions[0], "source", "buildspec")
    assert node is None or isinstance(node, Unknown) or value(file.definitions[0], "source", "buildspec") is not None


def test_a_template_that_breaks_off_holds_what_stood_before() -> None:
    file = read("Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties: {Name: a}\n  Other: {[\n")
    assert (file.at is not None, value(file.definitions[0], "name")) == (True, "a")


def test_depth_and_repetition_cost_no_more_than_the_file_is_long() -> None:
    deep = "!Join ['', [" * 90 + "x" + "]]" * 90
    assert value(project(f"Name: {deep}"), "name") == "x"
    doubled = "x"
    for _ in range(60):
        doubled = f"!Sub ['${{A}}${{A}}', {{A: {doubled}}}]"
    assert isinstance(setting(project(f"Name: {doubled}"), "name"), Unknown)
    circle = "Conditions:\n  A: !Or [Condition: B, Condition: A]\n  B: !Not [Condition: A]\n"
    assert isinstance(node_of("!If [A, one, two]", circle), Choice)
    chain = "Conditions:\n" + "".join(f"  C{i}: {{Condition: C{i + 1}}}\n" for i in range(3000))
    assert isinstance(node_of("!If [C0, one, two]", chain), Choice)
    assert shown(node_of("!Sub '" + "${" * 20_000 + "'")) == "${" * 20_000
    with pytest.raises(TooComplex):
        project("Name: " + "[" * 300 + "]" * 300)


def test_names_are_those_of_the_api_at_the_places_of_the_template() -> None:
    source = (
        "Resources:\n  Build:\n    Condition: Wanted\n    Type: AWS::CodeBuild::Project\n    Properties:\n"
        "      Visibility: PUBLIC_READ\n      Source: {BuildSpec: ci.yml, GitCloneDepth: 1}\n"
        "      Environment: {PrivilegedMode: true, EnvironmentVariables: [{Name: A, Value: b, Type: PLAINTEXT}]}\n"
        "      LogsConfig: {S3Logs: {Status: DISABLED}}\n"
    )
    (definition,) = read(source).definitions
    assert (definition.name, definition.conditional, source[slice(*definition.place)]) == ("Build", True, "Build")
    assert shown(definition.root) == {
        "projectVisibility": "PUBLIC_READ",
        "source": {"buildspec": "ci.yml", "gitCloneDepth": "1"},
        "environment": {
            "privilegedMode": "true",
            "environmentVariables": [{"name": "A", "value": "b", "type": "PLAINTEXT"}],
        },
        "logsConfig": {"s3Logs": {"status": "DISABLED"}},
    }
    assert isinstance(definition.root, Mapping)
    keys = [source[slice(*pair.key.span)] for pair in definition.root.pairs]
    assert keys == ["Visibility", "Source", "Environment", "LogsConfig"]


@pytest.mark.parametrize(
    ("triggers", "expected"),
    [
        ("{Webhook: true, BuildType: BUILD}", {"buildType": "BUILD"}),
        (
            "{Webhook: 'True', FilterGroups: [[{Type: EVENT, Pattern: PUSH}]]}",
            {"filterGroups": [[{"type": "EVENT", "pattern": "PUSH"}]]},
        ),
        ("{Webhook: false, FilterGroups: []}", None),
        ("{BuildType: BUILD}", None),
        ("{Webhook: !Ref Wanted}", Unknown),
        ("!If [A, {Webhook: true}, !Ref AWS::NoValue]", Unknown),
        ("!ImportValue triggers", Unknown),
    ],
)
def test_a_webhook_is_there_only_where_it_is_switched_on(triggers: str, expected: object) -> None:
    definition = project(f"Triggers: {triggers}")
    node = setting(definition, "webhook")
    assert (shown(node) if node is not None else None) == expected
    assert is_set(definition, "webhook") == (None if expected is Unknown else expected is not None)


def test_pipelines_roles_and_policies_keep_the_keys_of_their_documents() -> None:
    file = read("""\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Timeout: 3}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r
      AssumeRolePolicyDocument: {Statement: [{Effect: Allow}]}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: {Action: '*'}}}]
  Policy: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Role], PolicyDocument: {Statement: []}}}
  Line:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: !GetAtt Role.Arn
      Stages:
        - Name: S
          Actions:
            - ActionTypeId: {Provider: CodeBuild}
              Configuration: {ProjectName: !Ref Build}
              OutputArtifacts: [{Name: a}]
  Function: {Type: AWS::Serverless::Function}
""")
    assert [(each.kind, each.name, shown(each.root)) for each in file.definitions] == [
        (
            "role",
            "Role",
            {
                "roleName": "r",
                "assumeRolePolicyDocument": {"Statement": [{"Effect": "Allow"}]},
                "policies": [{"policyName": "p", "policyDocument": {"Statement": {"Action": "*"}}}],
            },
        ),
        ("policy", "Policy", {"roles": ["<Role.>"], "policyDocument": {"Statement": []}}),
        (
            "pipeline",
            "Line",
            {
                "roleArn": "<Role.Arn>",
                "stages": [
                    {
                        "name": "S",
                        "actions": [
                            {
                                "actionTypeId": {"provider": "CodeBuild"},
                                "configuration": {"ProjectName": "<Build.>"},
                                "outputArtifacts": [{"name": "a"}],
                            }
                        ],
                    }
                ],
            },
        ),
    ]


AROUND = """\
Parameters:
  Free: {Type: String, Default: small, AllowedValues: [small, large]}
  Fixed: {Type: String, AllowedValues: [large]}
Mappings:
  Sizes:
    small: {Image: standard, Kind: one}
    large: {Image: standard, Kind: two}
Conditions:
  Never: !Equals [a, b]
  Always: !And [!Not [Condition: Never], !Equals [!Ref Fixed, large]]
  Perhaps: !Equals [!Ref Free, small]
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Free", "<Free.>"),
        ("!Ref Fixed", "large"),
        ("{Ref: Fixed}", "large"),
        ("!Ref Build", "<Build.>"),
        ("!Ref AWS::Region", Unknown),
        ("!GetAtt Role.Arn", "<Role.Arn>"),
        ("!GetAtt Stack.Outputs.Name", "<Stack.Outputs.Name>"),
        ("{Fn::GetAtt: [Role, Arn]}", "<Role.Arn>"),
        ("!FindInMap [Sizes, small, Kind]", "one"),
        ("!FindInMap [Sizes, !Ref Free, Kind]", Unknown),
        ("!FindInMap [Sizes, !Ref Free, Image]", "standard"),
        ("!FindInMap [Sizes, !Ref Fixed, Kind]", "two"),
        ("!If [Always, a, b]", "a"),
        ("!If [Never, a, b]", "b"),
        ("!If [Perhaps, a, a]", "a"),
        ("!If [Perhaps, !Ref Free, !Ref Free]", "<Free.>"),
        ("!If [Perhaps, a, b]", Choice),
        ("!If [Perhaps, !Sub '${Free}', !Ref Free]", "<Free.>"),
        ("!If [Perhaps, !Sub 'a${Free}', !Sub 'a${Free}']", Choice),
        ("!Join [-, [a, !Ref Free, !Ref Fixed]]", "a-?-large"),
        ("!Join [-, !Split [',', 'a,b,,c']]", "a-b--c"),
        ("!Select [1, !Split [',', 'a,b']]", "b"),
        ("!Select [0, !GetAZs '']", Unknown),
        ("!Select [1, [!If [Perhaps, a, !Ref AWS::NoValue], b]]", Unknown),
        ("!Split [',', !Ref Free]", Unknown),
        ("!Sub 'a ${!Free} $Free ${} ${'", "a ${Free} $Free ${} ${"),
        ("!Sub 'a ${Free} ${AWS::Region} ${Nowhere}'", "a ? ? ?"),
        ("!Sub '${Build.Arn}'", "<Build.Arn>"),
        ("!Sub ['${A}-${B}', {A: !Ref Fixed, B: !Ref Free}]", "large-?"),
        ("!Sub ['${A}', {A: !Ref Free}]", "?"),
        ("{Fn::Sub: ['${A}', {A: !Sub '${!A}'}]}", "${A}"),
        ("{Fn::Base64: a}", Unknown),
        ("!ImportValue a", Unknown),
        ("!Equals [a, a]", Unknown),
        ("'{{resolve:ssm:/ci/token}}'", "{{resolve:ssm:/ci/token}}"),
        ("[a, !Ref AWS::NoValue, b]", ["a", "b"]),
    ],
)  # fmt: skip
def test_what_functions_give(expression: str, expected: object) -> None:
    assert shown(node_of(expression, AROUND)) == expected


def test_a_buildspec_that_is_written_as_an_object_keeps_its_keys() -> None:
    definition = project("Source:\n  BuildSpec:\n    Fn::ToJsonString: {env: {variables: {A: !Ref Fixed}}}\n", AROUND)
    node = setting(definition, "source", "buildspec")
    assert node is not None
    assert shown(node) == {"env": {"variables": {"A": "large"}}}


def test_what_a_condition_may_take_away_leaves_its_holder_incomplete() -> None:
    definition = project(
        "Environment: {Image: a, Fleet: !If [Perhaps, {FleetArn: b}, !Ref AWS::NoValue], Type: !Ref AWS::NoValue}\n"
        "Cache: {Type: LOCAL, Modes: [!If [Perhaps, a, !Ref AWS::NoValue]]}\n"
        "Source: {Type: S3, Fn::Transform: {Name: AWS::Include}}\n",
        AROUND,
    )
    found = {name: setting(definition, name) for name in ("environment", "cache", "source")}
    assert {name: node is not None and is_complete(node) for name, node in found.items()} == {
        "environment": False,
        "cache": True,
        "source": False,
    }
    modes = setting(definition, "cache", "modes")
    assert modes is not None
    assert not is_complete(modes)
    assert setting(definition, "cache", "location") is None
    assert (is_set(definition, "environment", "fleet"), is_set(definition, "environment", "type")) == (None, None)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        ("", "Free", "parameter"),
        ("", "Build", "resource"),
        ("", "Build.Arn", "resource"),
        ("", "AWS::StackName", "pseudo"),
        ("", "ARCH", "undefined"),
        ("", "Missing.Arn", "undefined"),
        ("", "ARCH:-x", "malformed"),
        ("", "FindInMap [Sizes, a, b]", "malformed"),
        ("Transform: AWS::Serverless-2016-10-31\n", "BuildRole", "unclear"),
        ("Transform: AWS::Serverless-2016-10-31\n", "ARCH", "undefined"),
        ("Transform: [Acme::Macro]\n", "ARCH", "unclear"),
        ("Fn::Transform: {Name: AWS::Include}\n", "ARCH", "unclear"),
    ],
)
def test_what_the_names_in_substitutions_are(head: str, name: str, kind: str) -> None:
    source = "echo $${" + name + "} done"
    node = node_of(f"!Sub '{source}'", head + AROUND)
    assert isinstance(node, Substitution)
    (found,) = node.substituted
    assert (found.name, found.kind) == (name, kind)
    place = node.span.start + source.index("${" + name) + 1
    assert found.span == (place, place + len(name) + 3)
    assert found.doubled == (place - 1, place)


def test_fragments_and_loops_define_what_they_show() -> None:
    fragment = "Build:\n  Type: AWS::CodeBuild::Project\n  Properties: {Description: !Sub 'a ${ARCH}'}\n"
    (definition,) = read(fragment).definitions
    node = setting(definition, "description")
    assert (definition.fragment, definition.name) == (True, "Build")
    assert isinstance(node, Substitution)
    assert [each.kind for each in node.substituted] == ["unclear"]
    (lone,) = read("Type: AWS::CodeBuild::Project\nProperties: {Name: a}\n").definitions
    assert (lone.fragment, lone.name, value(lone, "name")) == (True, "", "a")
    loop = (
        "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::All:\n    - Stage\n    - [a, b]\n"
        "    - Build${Stage}:\n        Type: AWS::CodeBuild::Project\n        Properties: {Name: !Sub 'b-${Stage}'}\n"
    )
    (looped,) = read(loop).definitions
    assert (looped.name, value(looped, "name")) == ("", f"b-{HOLE}")


def test_each_buildspec_that_a_condition_chooses_is_one() -> None:
    source = (
        "Source: !If\n  - Perhaps\n  - {Type: S3, BuildSpec: ci.yml}\n"
        '  - {Type: NO_SOURCE, BuildSpec: !If [Perhaps, "{\\"version\\": 0.2}", !Ref AWS::NoValue]}\n'
    )
    file = read(
        "Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties:\n"
        + "".join(f"      {line}\n" for line in source.splitlines())
    )
    assert [
        (each.kind, each.conditional, shown(each.root)) for each in file.definitions if each.kind == "buildspec"
    ] == [("buildspec", True, '{"version": 0.2}')]


def test_json_of_a_program_is_read_with_its_surrogates_and_pieces() -> None:
    commands = 'echo "\U0001f600" '
    start = (
        '{\n\t"version": "0.2", "phases": {"build": {"commands": ["' + json.dumps(commands, ensure_ascii=False)[1:-1]
    )
    template = json.dumps(
        {
            "Resources": {
                "Build": {
                    "Type": "AWS::CodeBuild::Project",
                    "Properties": {
                        "Description": "lone \ud83d, C:\\ud83d\\ude00",
                        "Source": {"BuildSpec": {"Fn::Join": ["", [start, {"Ref": "Bucket"}, '"]}}}']]}},
                    },
                }
            }
        },
        indent="\t",
    )
    (definition,) = read(template).definitions
    assert value(definition, "description") == "lone \ufffd, C:\\ud83d\\ude00"
    node = setting(definition, "source", "buildspec")
    assert isinstance(node, Scalar)
    assert node.value == f'{start}{HOLE}"]}}}}}}'
    hole = node.text.span(len(start), len(start) + 1)
    assert json.loads(template[slice(*hole)]) == {"Ref": "Bucket"}
    (document,) = load(node.text).documents
    assert document.root is not None
    assert shown(document.root) == {"version": "0.2", "phases": {"build": {"commands": [f"{commands}?"]}}}
