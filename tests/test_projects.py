"""What is said of the settings of projects: at their exact places, of nothing that only the deployment tells."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cblint.cli import start
from cblint.finding import Finding
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.report import FORMATS
from tests.bounds import draws

RULES = (
    "project-invalid", "unknown-key", "project-hardening", "project-plaintext-secret", "public-build-with-secrets",
    "deprecated-build-image", "image-environment-mismatch", "compute-unsupported-feature", "insecure-transport",
    "env-reserved-name", "cache-mode-unsupported", "artifact-name-not-used", "privileged-mode-unused",
)  # fmt: skip

PROJECT: dict[str, Any] = {
    "name": "codebuild-app",
    "source": {"type": "GITHUB", "location": "https://github.com/acme/app.git"},
    "artifacts": {"type": "NO_ARTIFACTS"},
    "environment": {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/standard:7.0",
        "computeType": "BUILD_GENERAL1_SMALL",
    },
    "serviceRole": "arn:aws:iam::111111111111:role/build",
}


def said(text: str, path: str = "project.json", *rules: str) -> list[Finding]:
    """The findings of the rules that are about projects."""
    result = lint_text(text, Candidate(path, True), Settings(select=rules or RULES, isolated=True))
    assert not result.crashes
    return [finding for file in [result] for finding in file.findings]


def marked(text: str, path: str = "project.json", *rules: str) -> list[tuple[str, str]]:
    """The rules that speak, each with the characters that it marks."""
    return [(each.rule, text[each.span.start : each.span.end]) for each in said(text, path, *rules)]


def with_settings(**changes: Any) -> str:
    """The project as JSON, with other settings."""
    return json.dumps({**PROJECT, **changes}, indent=2)


def of_environment(**changes: Any) -> str:
    """The project as JSON, with another environment."""
    return with_settings(environment={**PROJECT["environment"], **changes})


def template(properties: dict[str, Any], **sections: Any) -> str:
    """A template with the project, all in its first letters."""
    resources = {"Build": {"Type": "AWS::CodeBuild::Project", "Properties": properties}}
    return json.dumps({"Resources": resources, **sections}, indent=1)


CAPITAL: dict[str, Any] = {
    "ServiceRole": {"Ref": "Role"},
    "Source": {"Type": "CODEPIPELINE"},
    "Artifacts": {"Type": "CODEPIPELINE"},
    "Environment": {
        "Type": "LINUX_CONTAINER", "Image": "aws/codebuild/standard:7.0", "ComputeType": "BUILD_GENERAL1_SMALL",
    },
}  # fmt: skip


# What stands there


OLD = "aws/codebuild/standard:4.0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (with_settings(), []),
        (with_settings(timeoutInMinutes=2161), [("project-invalid", "2161")]),
        (with_settings(timeoutInMinutes="4"), [("project-invalid", '"4"')]),
        (with_settings(timeoutInMinutes="9" * 5000), [("project-invalid", f'"{"9" * 5000}"')]),
        (with_settings(queuedTimeoutInMinutes=480, timeoutInMinutes=5, description=""), []),
        (with_settings(tags=[{"key": "a", "value": ""}] * 51), [("project-invalid", '"tags"')]),
        (with_settings(secondarySources=[]), []),
        (with_settings(vpcConfig={}), []),
        (with_settings(vpcConfig={"vpcId": "vpc-1"}), [("project-invalid", '"vpcConfig"')]),
        (with_settings(name="a"), [("project-invalid", '"a"')]),
        (with_settings(name=["codebuild"]), [("project-invalid", '"name"')]),
        (with_settings(environment="codebuild"), [("project-invalid", '"codebuild"')]),
        (with_settings(environment=None), [("project-invalid", "null")]),
        (of_environment(environmentVariables=[None, [], {"name": "A"}]), [
            ("project-invalid", "null"), ("project-invalid", "[]"), ("project-invalid", '"name"'),
        ]),
        (of_environment(privilegedMode="TRUE", fleet={"fleetArn": "a"}), []),
        (with_settings(buildBatchConfig={"timeoutInMinutes": 5}), [("unknown-key", '"timeoutInMinutes"')]),
        (with_settings(arn="a", badge={}, created=1, webhook={"secret": "", "url": "https://acme.io"}), []),
        (of_environment(image=OLD), [("deprecated-build-image", f'"{OLD}"')]),
        (of_environment(environmentVariables=[{"name": "CODEBUILD_X", "value": "1"}]), [
            ("env-reserved-name", '"CODEBUILD_X"'),
        ]),
    ],
)  # fmt: skip
def test_a_setting_is_judged_at_its_place(text: str, expected: list[tuple[str, str]]) -> None:
    assert marked(text) == expected


def test_a_project_in_several_documents_and_lists_is_judged_once() -> None:
    bad = {**PROJECT, "timeoutInMinutes": 3}
    assert marked(json.dumps({"projects": [bad, bad, PROJECT]})) == [("project-invalid", "3")] * 2


def test_a_finding_names_the_setting_as_its_format_does() -> None:
    changed = {**CAPITAL, "TimeoutInMinutes": 1, "Cache": {"Type": "DISK"}}
    messages = [each.message for each in said(template(changed), "template.json")]
    assert messages == ["TimeoutInMinutes is 1, and must be from 5 to 2160.", '"DISK" is no value of Cache.Type.']
    block = 'resource "aws_codebuild_project" "a" {\n  build_timeout = 1\n  cache { type = "DISK" }\n}\n'
    messages = [each.message for each in said(block, "main.tf", "project-invalid")]
    assert "build_timeout is 1, and must be from 5 to 2160." in messages
    assert '"DISK" is no value of cache.type.' in messages
    assert "The project has no service_role." in messages


_SPEC = "version: 0.2\nphases: {build: {commands: [docker build .]}}\n"
_PLACE = {"Source": {"Type": "NO_SOURCE", "BuildSpec": _SPEC}, "Artifacts": {"Type": "NO_ARTIFACTS"}}


@pytest.mark.parametrize(
    ("path", "text", "switch"),
    [
        ("project.json", with_settings(source={**PROJECT["source"], "buildspec": _SPEC}), '"privilegedMode": true'),
        ("template.json", template({**CAPITAL, **_PLACE}), '"PrivilegedMode": true'),
        ("template.yml", template({**CAPITAL, **_PLACE}), "PrivilegedMode: true"),
        (
            "main.tf",
            'resource "aws_codebuild_project" "a" {\n  environment {\n    type = "LINUX_CONTAINER"\n'
            '    image = "aws/codebuild/standard:7.0"\n  }\n'
            f"  source {{\n    buildspec = {json.dumps(_SPEC)}\n  }}\n}}\n",
            "privileged_mode = true",
        ),
        (
            "stack.py",
            "from aws_cdk import aws_codebuild as codebuild\ncodebuild.Project(self, 'A', "
            "environment=codebuild.BuildEnvironment(build_image=codebuild.LinuxBuildImage.STANDARD_7_0), "
            "build_spec=codebuild.BuildSpec.from_object({'version': '0.2', "
            "'phases': {'build': {'commands': ['docker build .']}}}))\n",
            "privileged=True",
        ),
    ],
)
def test_what_to_write_is_told_as_its_format_has_it(path: str, text: str, switch: str) -> None:
    (finding,) = said(text, path, "docker-without-privileged")
    assert f"({switch} in the project)" in finding.detail


def test_of_many_values_only_some_are_listed() -> None:
    (finding,) = said(of_environment(computeType="BUILD_GENERAL1_SMAL"))
    assert "BUILD_GENERAL1_XLARGE and 8 others." in finding.detail


# What is not known


UNKNOWN = [{"Ref": "P"}, {"Fn::If": ["C", {"Ref": "P"}, {"Ref": "AWS::NoValue"}]}, {"Fn::ImportValue": "x"}]


@pytest.mark.parametrize("unknown", UNKNOWN, ids=str)
def test_of_what_is_not_known_nothing_is_said(unknown: dict[str, Any]) -> None:
    for name in (*CAPITAL, "Name", "Description", "TimeoutInMinutes", "Cache", "VpcConfig", "Tags", "LogsConfig",
                 "SecondarySources", "Visibility", "EncryptionKey", "BuildBatchConfig"):  # fmt: skip
        assert marked(template({**CAPITAL, name: unknown}), "template.json") == [], name
        for inner in CAPITAL["Environment"] if name == "Environment" else ():
            changed = {**CAPITAL, "Environment": {**CAPITAL["Environment"], inner: unknown}}
            assert marked(template(changed), "template.json") == [], inner
    variables = [{"Name": "DB_PASSWORD", "Value": unknown}, {"Name": "AWS_REGION", "Value": unknown}, unknown]
    changed = {**CAPITAL, "Environment": {**CAPITAL["Environment"], "EnvironmentVariables": variables}}
    assert marked(template(changed, Parameters={"P": {"Type": "String"}}), "template.json") == []


def test_a_macro_may_bring_what_is_missing() -> None:
    added = {"Fn::Transform": {"Name": "Defaults", "Parameters": {}}}
    assert marked(template({"Source": {"Type": "CODEPIPELINE"}, **added}), "template.json") == []


# Once


def test_what_the_project_says_is_not_said_of_its_buildspec_again(tmp_path: Any) -> None:
    buildspec = "version: 0.2\nphases: {build: {commands: [make]}}\ncache: {paths: [out/**/*]}\n"
    text = with_settings(
        source={**PROJECT["source"], "buildspec": buildspec},
        environment={**PROJECT["environment"], "type": "WINDOWS_CONTAINER"},
        vpcConfig={"vpcId": "v", "subnets": ["s"], "securityGroupIds": ["g"]},
        cache={"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]},
    )
    expected = [("image-environment-mismatch", '"WINDOWS_CONTAINER"'), ("cache-mode-unsupported", '"LOCAL"')]
    assert sorted(marked(text)) == sorted(expected)
    (tmp_path / ".git").mkdir()
    (tmp_path / "project.json").write_text(text.replace(json.dumps(buildspec), '"ci.yml"'))
    (tmp_path / "ci.yml").write_text(buildspec)
    assert marked(buildspec, str(tmp_path / "ci.yml")) == []


# Whatever stands there


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(["S3", "CODEPIPELINE", "LOCAL", OLD, "$(date)", "true", "", None, True, 3]),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(
        ["type", "name", "value", "modes", "status", "vpcId", "image", "computeType", "environmentVariables",
         "s3Logs", "cloudWatchLogs", "encryptionDisabled", "insecureSsl", "privilegedMode", "buildspec", "other"]),
        inner, max_size=4)),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=draws(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(
    ["artifacts", "cache", "logsConfig", "vpcConfig", "secondarySources", "secondaryArtifacts", "projectVisibility",
     "timeoutInMinutes", "tags", "webhook", "buildBatchConfig", "environment", "source"]), _VALUES))  # fmt: skip
def test_no_rule_fails_on_what_no_project_should_have(changes: dict[str, Any]) -> None:
    for finding in said(json.dumps({**PROJECT, **changes})):
        assert finding.span.start < finding.span.end


# Secrets


SECRET = "m4Qx7RtW2kLs9VbN3yHd"
HOLDERS = {
    "project.json": of_environment(environmentVariables=[{"name": "API_TOKEN", "value": SECRET}]),
    "template.json": template(
        {**CAPITAL, "Environment": {**CAPITAL["Environment"], "EnvironmentVariables": [
            {"Name": "CLIENT_SECRET", "Value": SECRET, "Type": "PLAINTEXT"}]}}
    ),
    "template.yml": (
        "Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties:\n"
        "      Source: {Type: CODEPIPELINE, Location: 'https://ci:" + SECRET + "@git.acme.io/a.git'}\n"
        "      Environment:\n        Image: aws/codebuild/standard:4.0\n        EnvironmentVariables:\n"
        "          - {Value: " + SECRET + ", Name: CODEBUILD_PASSWORD}\n"
    ),
    "main.tf": (
        'resource "aws_codebuild_project" "a" {\n  environment {\n    image = "aws/codebuild/standard:4.0"\n'
        '    environment_variable {\n      value = "' + SECRET + '"\n      name = "CODEBUILD_TOKEN"\n    }\n  }\n}\n'
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOLDERS)
def test_a_secret_of_a_project_is_found_and_never_shown(name: str, tmp_path: Any, capfdbinary: Any) -> None:
    text = HOLDERS[name]
    found = [mark for rule, mark in marked(text, name) if rule == "project-plaintext-secret"]
    assert found == [SECRET] * text.count(SECRET)
    path = os.path.join(str(tmp_path), name)
    one_line = json.dumps(json.loads(text)) if name.endswith(".json") else text
    for written in (text, one_line):
        with open(path, "w", encoding="utf-8") as file:
            file.write(written)
        for line in (["--format", each] for each in FORMATS):
            for more in ([], ["--ignore", "project-plaintext-secret"]):
                with pytest.raises(SystemExit):
                    start(["check", "--profile", "pedantic", *line, *more, path])
                told = capfdbinary.readouterr()
                printed = (told.out + told.err).decode()
                assert not [at for at in range(len(SECRET) - 7) if SECRET[at : at + 8] in printed], (
                    line,
                    more,
                    printed,
                )
