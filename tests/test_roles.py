"""The roles of builds: what IAM's patterns take, who has which policy, what is too much, and what is missing."""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.catalogue import Selection, select
from cblint.facts import table
from cblint.finding import Finding
from cblint.hosts import iam
from cblint.hosts.graph import Graph
from cblint.hosts.reading import host_file
from cblint.hosts.roles import roles_in
from cblint.linter import Settings
from cblint.source.loader import load
from cblint.source.text import HOLE, Text
from tests.helpers import lint

RULES = ("service-role-too-broad", "service-role-missing-permission")
SETTINGS = Settings(Selection().profile, RULES)
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}


def findings(text: str, name: str = "template.json") -> list[Finding]:
    """What these rules say of a file."""
    result = lint(text, SETTINGS, name)
    assert not result.crashes
    return list(result.findings)


def said(document: Any, name: str = "template.json") -> list[tuple[str, str]]:
    """Severity and the characters of each finding."""
    text = document if isinstance(document, str) else json.dumps(document)
    return [(each.severity.value, text[slice(*each.span)]) for each in findings(text, name)]


def role(*statements: Any, **properties: Any) -> dict[str, Any]:
    """A role of builds with some statements."""
    policies = [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}]
    given = {"AssumeRolePolicyDocument": TRUST, "Policies": policies, **properties}
    return {"Type": "AWS::IAM::Role", "Properties": given}


def template(**resources: Any) -> dict[str, Any]:
    """A template of some resources."""
    return {"Resources": resources}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


LOGS = allow(["logs:CreateLogStream", "logs:PutLogEvents"])


def test_the_rules_are_in_the_default_profile() -> None:
    assert set(RULES) <= {rule.name for rule in select(Selection())}


ODD: list[Any] = [
    None, "", "x", 7, [], {}, [[]], [None], {"a": 1}, {"Statement": None}, {"Statement": "x"},
    {"Statement": [None, []]},
    {"Statement": {"Effect": ["Allow"], "Action": {"a": 1}, "Resource": [[]], "Condition": "x"}},
    {"Statement": {"Effect": "Allow", "NotAction": {}, "Resource": "*", "Condition": {"StringEquals": ["*"]}}},
    {"Statement": {"Effect": "Allow", "Action": [None, ["*"]], "Resource": [{"Ref": "x"}], "Principal": "*"}},
    "{", "[" * 2000, '{"Statement": {"Effect": "Allow", "Action": "*"',
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:40])
def test_whatever_stands_where_a_policy_should_crashes_nothing(odd: Any) -> None:
    policy = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": odd, "Roles": odd}}
    own = role(Policies=odd, ManagedPolicyArns=odd, RoleName=odd, PermissionsBoundary=odd)
    trusting = role(odd, AssumeRolePolicyDocument=odd, ManagedPolicyArns=[odd])
    project = {"Type": "AWS::CodeBuild::Project", "Properties": {"ServiceRole": odd, "LogsConfig": odd}}
    assert said(template(A=policy, B=own, C=trusting, D=project, E=role({"Effect": odd, "Action": odd}))) == []


# Patterns


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_a_pattern_takes_what_the_same_regular_expression_does(pattern: str, text: str) -> None:
    assert iam.matches(pattern, text) is bool(re.fullmatch(fnmatch.translate(pattern), text))


def test_a_pattern_of_wildcards_ends_soon() -> None:
    assert not iam.matches("*a" * 2000 + "b", "a" * 2000)


@pytest.mark.parametrize(
    ("pattern", "covers"),
    [
        ("*", True),
        ("arn:*", True),
        ("arn:aws:ssm:*", True),
        ("arn:aws:ssm:*:*:*", True),
        ("arn:aws:ssm:*:*:parameter/*", True),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter*", True),
        (f"arn:{HOLE}:ssm:{HOLE}:{HOLE}:parameter/*", True),
        ("arn:aws-cn:ssm:*:*:parameter/*", True),
        ("arn:aws:ssm:*:*:parameter/shop/*", False),
        ("arn:aws:ssm:*:*:parameter/*/shop", False),
        (f"arn:aws:ssm:*:*:parameter/{HOLE}", False),
        (f"arn:aws:ssm:{HOLE}*", False),
        (HOLE, False),
        ("arn:aws:secretsmanager:*:*:*", False),
        ("parameter/*", False),
        ("", False),
    ],
)
def test_what_covers_all_parameters(pattern: str, covers: bool) -> None:
    assert iam.covers(pattern, f"arn:aws:ssm:region:account:parameter/{iam.ANY}") is covers


def test_what_is_partly_known_may_cover() -> None:
    resource = "arn:aws:ssm:region:account:parameter/shop/key"
    assert iam.may_cover(f"arn:aws:ssm:{HOLE}:{HOLE}:parameter/{HOLE}", resource)
    assert iam.may_cover(f"{HOLE}/*", resource)
    assert not iam.may_cover(f"arn:aws:ssm:{HOLE}:{HOLE}:parameter/CodeBuild/*", resource)


def test_actions_are_compared_in_any_case() -> None:
    assert iam.names_action("IAM:pass*", "iam:PassRole")
    assert not iam.names_action("iam:PassRole?", "iam:PassRole")


def test_the_tables_agree() -> None:
    facts = table("roles")
    assert set(facts["administrators"]) <= set(facts["managed"])
    assert all(key == key.lower() for key in facts["plain-keys"])


# Who has what


def graph_of(document: Any, path: str = "template.json") -> Graph:
    """What one file defines."""
    text = document if isinstance(document, str) else json.dumps(document)
    file = host_file(path, Text.of(text))
    assert file is not None
    return Graph({path: file})


def project(service_role: Any, **properties: Any) -> dict[str, Any]:
    """A project with a role."""
    return {"Type": "AWS::CodeBuild::Project", "Properties": {"ServiceRole": service_role, **properties}}


@pytest.mark.parametrize(
    ("service_role", "found"),
    [
        ({"Ref": "Role"}, True),
        ({"Fn::GetAtt": ["Role", "Arn"]}, True),
        ("build", True),
        ("arn:aws:iam::111122223333:role/ci/build", True),
        ({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/build"}, False),
        ({"Ref": "Project"}, False),
        ({"Ref": "Parameter"}, False),
        ("twin", False),
        ("other", False),
        (None, False),
    ],
    ids=str,
)
def test_the_role_of_a_project(service_role: Any, found: bool) -> None:
    twin = role(RoleName="twin")
    graph = graph_of(template(Project=project(service_role), Role=role(RoleName="build"), One=twin, Two=twin))
    (one,) = graph.of_kind("project")
    named = roles_in(graph).of_project(one)
    assert (named is not None and named.definition.name == "Role") is found


def attached(**properties: Any) -> dict[str, Any]:
    """A policy by itself."""
    document = {"Statement": [allow("iam:PassRole")]}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document, **properties}}


@pytest.mark.parametrize(
    ("others", "complete", "policies"),
    [
        ({}, True, 1),
        ({"P": attached(Roles=[{"Ref": "Role"}])}, True, 2),
        ({"P": attached(Roles=["build"])}, True, 2),
        ({"P": {**attached(RoleName={"Ref": "Role"}), "Type": "AWS::IAM::RolePolicy"}}, True, 2),
        ({"P": attached()}, True, 1),
        ({"P": attached(Roles=["somebody"])}, False, 1),
        ({"P": attached(Roles=[{"Ref": "Parameter"}])}, False, 1),
        ({"P": attached(Roles={"Ref": "Parameter"})}, False, 1),
        ({"P": attached(Roles=[{"Ref": "Role"}], PolicyDocument={"Ref": "x"})}, False, 2),
    ],
)
def test_the_policies_of_a_role(others: dict[str, Any], complete: bool, policies: int) -> None:
    graph = graph_of(template(Role=role(allow("s3:*"), RoleName="build"), Build=project({"Ref": "Role"}), **others))
    (one,) = graph.of_kind("role")
    held = roles_in(graph).held(one)
    assert (held.complete, len(held.policies)) == (complete, policies)


@pytest.mark.parametrize(
    ("arn", "complete", "managed"),
    [
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", True, ("ReadOnlyAccess",)),
        ("arn:aws-cn:iam::aws:policy/service-role/X", True, ("X",)),
        ({"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}, True, ("ReadOnlyAccess",)),
        ({"Fn::Sub": "arn:aws:iam::aws:policy/${Name}"}, False, ()),
        ("arn:aws:iam::111122223333:policy/ReadOnlyAccess", False, ()),
        ({"Ref": "Parameter"}, False, ()),
        ({"Ref": "Policy"}, True, ()),
    ],
    ids=str,
)
def test_managed_policies(arn: Any, complete: bool, managed: tuple[str, ...]) -> None:
    graph = graph_of(template(Role=role(ManagedPolicyArns=[arn]), Policy=attached(), Build=project({"Ref": "Role"})))
    held = roles_in(graph).held(graph.of_kind("role")[0])
    assert (held.complete, held.managed) == (complete, managed)


# What is too much


MAYBE = {"Fn::If": ["C", "b", {"Ref": "AWS::NoValue"}]}


@pytest.mark.parametrize(
    ("statement", "properties", "expected"),
    [
        (allow("*"), {}, [("warning", "*")]),
        (allow("*:*", "arn:*"), {}, [("warning", "*:*")]),
        (allow("*", "arn:aws:iam::*:role/*"), {}, [("warning", "*")]),
        (allow(["s3:*", "iam:*"]), {}, [("warning", "iam:*")]),
        (allow(["iam:PassRole", "iam:PutRolePolicy"]), {}, [("warning", "iam:PutRolePolicy")]),
        (allow(["ssm:Get*", "secretsmanager:*"]), {}, [("warning", "ssm:Get*"), ("warning", "secretsmanager:*")]),
        (allow("ssm:GetParameter"), {"PermissionsBoundary": {"Ref": "B"}}, [("note", "ssm:GetParameter")]),
        (allow("iam:PassRole"), {"PermissionsBoundary": MAYBE}, [("note", "iam:PassRole")]),
        (allow("codecommit:*"), {}, [("note", "codecommit:*")]),
        (allow("ecr:*"), {}, [("note", "ecr:*")]),
        (allow("ecr:GetAuthorizationToken"), {}, []),
        (allow(["ecr:BatchGetImage", "cloudformation:ValidateTemplate", "ssm:DescribeParameters"]), {}, []),
        (allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}}), {}, []),
        (allow("iam:PassRole", Condition={"Ref": "C"}), {}, []),
        (allow("iam:PassRole", {"Ref": "R"}), {}, []),
        (allow({"Ref": "R"}), {}, []),
        ({"Effect": "Allow", "Action": "iam:PassRole", "NotResource": "*"}, {}, []),
        ({"Effect": {"Ref": "E"}, "Action": "*", "Resource": "*"}, {}, []),
        ({"Effect": "Allow", "NotAction": "*", "Resource": "*"}, {}, []),
        ({"Effect": "Allow", "NotAction": {"Ref": "A"}, "Resource": "*"}, {}, []),
        ({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}, {}, []),
    ],
)  # fmt: skip
def test_what_is_too_much(statement: Any, properties: Any, expected: list[tuple[str, str]]) -> None:
    assert said(template(Role=role(statement, **properties))) == expected


@pytest.mark.parametrize(
    ("deny", "severity"),
    [
        ({"Action": "iam:*"}, "note"),
        ({"Action": ["s3:*", {"Ref": "A"}]}, "note"),
        ({"NotAction": "s3:*"}, "note"),
        ({"Action": ["s3:*", "iam:CreateUser"]}, "warning"),
    ],
)
def test_a_deny_makes_a_note_of_what_it_may_take_back(deny: Any, severity: str) -> None:
    denied = {"Effect": "Deny", "Resource": "*", **deny}
    assert said(template(Role=role(allow("iam:PassRole"), denied))) == [(severity, "iam:PassRole")]


def test_only_roles_of_builds_are_spoken_of() -> None:
    other = json.loads(json.dumps(role(allow("*"))).replace("codebuild.", "codepipeline."))
    assert said(template(Role=other, Build=project("codebuild"))) == []
    assert said(template(Role=other, Build=project({"Ref": "Role"}))) == [("warning", "*")]


@pytest.mark.parametrize(
    ("approval", "source", "severity"),
    [
        ("DISABLED", "GITHUB", "error"),
        ("DISABLED", "GITHUB_ENTERPRISE", "warning"),
        ("FORK_PULL_REQUESTS", "GITHUB", "warning"),
        (None, "GITHUB", "warning"),
    ],
)
def test_it_is_an_error_where_anybody_starts_the_build(approval: str | None, source: str, severity: str) -> None:
    policy = {"PullRequestBuildPolicy": {"RequiresCommentApproval": approval}} if approval else {}
    filters = [[{"Type": "EVENT", "Pattern": "PULL_REQUEST_CREATED"}]]
    build = project(
        {"Ref": "Role"}, Source={"Type": source}, Triggers={"Webhook": True, "FilterGroups": filters, **policy}
    )
    assert said(template(Role=role(LOGS, allow("iam:PassRole")), Build=build)) == [(severity, "iam:PassRole")]


@pytest.mark.parametrize(
    ("operator", "key", "value", "wrong"),
    [
        ("StringEquals", "kms:ViaService", "s3.*.amazonaws.com", True),
        ("StringEquals", "KMS:viaservice", {"Fn::Sub": "s3.${R}.*"}, True),
        ("ForAnyValue:StringEquals", "aws:CalledVia", "*.amazonaws.com", True),
        ("StringEqualsIgnoreCase", "aws:RequestedRegion", "eu-west-?", True),
        ("StringLike", "kms:ViaService", "s3.*.amazonaws.com", False),
        ("ArnEquals", "aws:SourceArn", "arn:*", False),
        ("StringEqualsIfExists", "kms:ViaService", "s3.*", False),
        ("ForAllValues:StringEquals", "aws:CalledVia", "s3.*", False),
        ("StringNotEquals", "kms:ViaService", "s3.*", False),
        ("StringEquals", "s3:prefix", "a*", False),
        ("StringEquals", "aws:ResourceTag/team", "*", False),
        ("StringEquals", "kms:ViaService", {"Ref": "S"}, False),
    ],
)
def test_wildcards_that_are_compared_as_they_are(operator: str, key: str, value: Any, wrong: bool) -> None:
    statement = allow("kms:Decrypt", Condition={operator: {key: value}})
    assert [severity for severity, _ in said(template(Role=role(statement)))] == ["warning"] * wrong


# What is missing


BUILDSPEC = """\
version: 0.2
env:
  parameter-store: {A: "/shop/a:3"}
  secrets-manager: {B: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:b-AbCdEf:key", C: "c:key:AWSCURRENT"}
phases: {build: {commands: [make]}}
reports: {unit: {files: ["*.xml"]}, cover: {files: ["c.xml"], file-format: COBERTURAXML}}
"""


OTHERS = allow(["logs:*", "codebuild:*"])
SUFFIXED = "arn:aws:secretsmanager:*:*:secret:?-??????"


@pytest.mark.parametrize(
    ("statements", "missing"),
    [
        ([], ["ServiceRole", "/shop/a:3", "secret:b", "c:key", "unit", "cover"]),
        ([LOGS, allow("codebuild:*")], ["/shop/a:3", "secret:b", "c:key"]),
        ([LOGS, allow("codebuild:*Report*"), allow(["ssm:*", "secretsmanager:*"])], ["unit", "cover"]),
        ([LOGS, allow(["codebuild:*Report*", "codebuild:BatchPutT*", "ssm:*", "secretsmanager:*"])], ["cover"]),
        ([OTHERS, allow("ssm:*", "arn:aws:ssm:*:*:parameter/shop/*"), allow("secretsmanager:*", SUFFIXED)], []),
        ([OTHERS, allow("ssm:*", {"Ref": "P"}), allow("secretsmanager:*", {"Fn::Sub": "${Secret}*"})], []),
        ([allow({"Ref": "Actions"})], []),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], []),
    ],
)  # fmt: skip
def test_what_is_missing(statements: list[Any], missing: list[str]) -> None:
    build = project({"Ref": "Role"}, Source={"Type": "GITHUB", "BuildSpec": BUILDSPEC})
    text = json.dumps(template(Role=role(*statements), Build=build))
    found = [each for each in findings(text) if each.rule == "service-role-missing-permission"]
    shown = [text[slice(*each.span)] for each in found]
    assert len(shown) == len(missing)
    assert all(any(part in one for one in shown) for part in missing)


def test_what_else_may_give_permissions_silences_it() -> None:
    build = project({"Ref": "Role"}, Source={"Type": "GITHUB", "BuildSpec": BUILDSPEC})
    for other in ("arn:aws:iam::aws:policy/SomethingNew", "arn:aws:iam::111122223333:policy/own", {"Ref": "P"}):
        assert said(template(Role=role(ManagedPolicyArns=[other]), Build=build)) == []
    assert said(template(Build=build)) == []


def test_documents_are_read_alike_as_texts_and_as_mappings() -> None:
    given = {"Statement": [allow(["a:b", "c:*"])]}
    for text in (json.dumps(given), json.dumps(json.dumps(given))):
        root = load(Text.of(text)).documents[0].root
        (statement,) = iam.policy(root).statements
        assert statement.actions is not None
        assert [each.value for each in statement.actions.scalars] == ["a:b", "c:*"]
        span = statement.actions.scalars[1].text.span(0, 3)
        assert text[slice(*span)] == "c:*"
