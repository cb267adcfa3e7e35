"""What rules see of webhooks: in every host the same, at its own places; nothing of what is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.catalogue import Selection, select
from cblint.finding import Finding
from cblint.hosts.webhooks import events_in
from cblint.linter import Settings
from cblint.source.loader import load
from cblint.source.text import Text
from cblint.source.tree import Scalar, Sequence
from tests.helpers import lint

RULES = (
    "webhook-filter-unanchored",
    "webhook-config-invalid",
    "pull-request-build-untrusted",
    "cache-shared-with-untrusted-builds",
)
SETTINGS = Settings(Selection().profile, RULES)


def findings(text: str, name: str = "webhook.json") -> list[Finding]:
    """What these rules say of a file."""
    result = lint(text, SETTINGS, name)
    assert not result.crashes
    return list(result.findings)


def said(webhook: dict[str, Any] | str, name: str = "webhook.json") -> list[tuple[str, str, str]]:
    """Rule, severity, and the characters of each finding."""
    text = webhook if isinstance(webhook, str) else json.dumps({"projectName": "shop", **webhook})
    return [(each.rule, each.severity.value, text[slice(*each.span)]) for each in findings(text, name)]


def test_the_rules_are_in_the_default_profile() -> None:
    assert set(RULES) <= {rule.name for rule in select(Selection())}


GROUPS: list[Any] = [
    "x", None, [], {}, [None], ["x"], [{}], [[]], [[None]], [["x"]], [[{}]], [[[]]], {"type": "EVENT"},
    [[{"type": None, "pattern": None}]], [[{"type": ["EVENT"], "pattern": {"a": 1}}]],
    [[{"type": "EVENT", "pattern": ""}]], [[{"type": "EVENT", "pattern": " , ,"}]],
    [[{"type": "EVENT", "pattern": "PULL_REQUEST_CREATED", "excludeMatchedPattern": "perhaps"}]],
    [[{"type": "HEAD_REF"}, {"type": "EVENT", "pattern": 7}]],
]  # fmt: skip


@pytest.mark.parametrize("groups", GROUPS, ids=str)
def test_whatever_stands_where_groups_should_crashes_nothing(groups: Any) -> None:
    said({"filterGroups": groups})
    project = {"source": {"type": "GITHUB", "webhook": groups}, "environment": {}, "cache": groups, "name": "codebuild"}
    said(json.dumps(project), "project.json")
    said(json.dumps({**project, "webhook": groups}), "project.json")


EVENT = {"type": "EVENT", "pattern": "PULL_REQUEST_CREATED"}


@pytest.mark.parametrize(
    ("pattern", "kind", "severity"),
    [
        ("1234", "ACTOR_ACCOUNT_ID", "error"),
        ("^1234", "ACTOR_ACCOUNT_ID", "error"),
        ("^(1234|5678$)", "ACTOR_ACCOUNT_ID", "error"),
        ("^1234$|.*5678$", "ACTOR_ACCOUNT_ID", "error"),
        ("^(1234)?", "ACTOR_ACCOUNT_ID", "error"),
        ("octocat", "ACTOR_ACCOUNT_ID", "note"),
        ("main", "BASE_REF", "warning"),
        ("^refs/heads/(main|develop)", "BASE_REF", "warning"),
        ("^refs/heads/[a-z]+", "BASE_REF", "note"),
        ("^refs/heads/v1.2$", "BASE_REF", "note"),
    ],
)
def test_what_a_pattern_lets_in_decides_how_bad_it_is(pattern: str, kind: str, severity: str) -> None:
    marked = "." if pattern.endswith("v1.2$") else pattern
    group = [EVENT, {"type": "ACTOR_ACCOUNT_ID", "pattern": "^1$"}, {"type": kind, "pattern": pattern}]
    assert said({"filterGroups": [group]}) == [("webhook-filter-unanchored", severity, marked)]


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("^1234$", "ACTOR_ACCOUNT_ID"),
        (r"^(1234|5678)\z", "ACTOR_ACCOUNT_ID"),
        (r"\b1234\b", "ACTOR_ACCOUNT_ID"),
        (r"\d+", "ACTOR_ACCOUNT_ID"),
        ("^refs/heads/release/", "BASE_REF"),
        ("^refs/heads/release-", "BASE_REF"),
        ("^refs/heads/.*", "BASE_REF"),
        ("^refs/heads/main.+", "BASE_REF"),
        ("refs/heads/main$", "BASE_REF"),
        ("/main$", "BASE_REF"),
        (r"^refs/heads/v1\.2$", "BASE_REF"),
        ("^refs/heads/(?!main)", "BASE_REF"),
        ("anything", "COMMIT_MESSAGE"),
        ("src/", "FILE_PATH"),
    ],
)
def test_what_is_anchored_or_meant_to_be_open_is_right(pattern: str, kind: str) -> None:
    guard = {"type": "ACTOR_ACCOUNT_ID", "pattern": "^1$"}
    assert said({"filterGroups": [[EVENT, guard, {"type": kind, "pattern": pattern}]]}) == []


@pytest.mark.parametrize(
    ("pattern", "cured"),
    [
        ("main", "^refs/heads/main$"),
        ("refs/heads/main", "refs/heads/main$"),
        ("^refs/heads/a|^refs/heads/b", "^refs/heads/(a|b)$"),
    ],
)
def test_the_advice_cures_the_filter(pattern: str, cured: str) -> None:
    push = {"type": "EVENT", "pattern": "PUSH"}
    text = json.dumps({"projectName": "shop", "filterGroups": [[push, {"type": "HEAD_REF", "pattern": pattern}]]})
    (finding,) = findings(text)
    assert "$" in finding.detail
    assert ("^refs/heads/" in finding.detail) == (not pattern.startswith("refs/"))
    assert said({"filterGroups": [[push, {"type": "HEAD_REF", "pattern": cured}]]}) == []


def test_where_only_those_who_push_start_builds_an_account_is_a_warning() -> None:
    push = {"type": "EVENT", "pattern": "PUSH"}
    for pattern in ("1234", "^1234$|"):
        found = said({"filterGroups": [[push, {"type": "ACTOR_ACCOUNT_ID", "pattern": pattern}]]})
        assert found == [("webhook-filter-unanchored", "warning", pattern)]


def test_the_witness_of_codebreach_is_shown() -> None:
    text = json.dumps(
        {"projectName": "shop", "filterGroups": [[EVENT, {"type": "ACTOR_ACCOUNT_ID", "pattern": "12345"}]]}
    )
    (finding,) = findings(text)
    assert "9123456" in finding.message


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"requiresCommentApproval": "DISABLED"}, "warning"),
        ({"requiresCommentApproval": "ALL_PULL_REQUESTS"}, None),
        ({"requiresCommentApproval": "FORK_PULL_REQUESTS"}, None),
        (None, "note"),
        ({"requiresCommentApproval": "ALL_PULL_REQUESTS", "approverRoles": ["GITLAB_GUEST"]}, "warning"),
        ({"requiresCommentApproval": "ALL_PULL_REQUESTS", "approverRoles": ["GITHUB_WRITE"]}, None),
    ],
)
def test_severity_follows_what_is_known_of_the_approval(policy: dict[str, Any] | None, expected: str | None) -> None:
    webhook: dict[str, Any] = {"filterGroups": [[EVENT]]}
    found = said({**webhook, "pullRequestBuildPolicy": policy} if policy is not None else webhook)
    assert [severity for _, severity, _ in found] == ([expected] if expected is not None else [])


TEMPLATE = """\
Parameters: {Flag: {Type: String}, Role: {Type: String}}
Resources:
  Checks:
    Type: AWS::CodeBuild::Project
    Properties:
      Source: {Type: GITHUB, Location: https://github.com/acme/shop}
      Artifacts: {Type: NO_ARTIFACTS}
      Environment: {Type: LINUX_CONTAINER, ComputeType: BUILD_GENERAL1_SMALL, Image: aws/codebuild/standard:7.0}
      ServiceRole: !Ref Role
      Triggers: TRIGGERS
"""


@pytest.mark.parametrize(
    "triggers",
    [
        "!Ref Flag",
        "{Webhook: !Ref Flag}",
        "{Webhook: false}",
        "{Webhook: true, FilterGroups: !Ref Flag}",
        "{Webhook: true, FilterGroups: [!Ref Flag]}",
        "{Webhook: true, FilterGroups: [[!Ref Flag]]}",
        "{Webhook: true, FilterGroups: [[{Type: EVENT, Pattern: PULL_REQUEST_CREATED}, !Ref Flag]]}",
        "{Webhook: true, FilterGroups: [[{Type: EVENT, Pattern: !Sub 'PULL_REQUEST_${Flag}'}]]}",
        "{Webhook: true, FilterGroups: [[{Type: EVENT, Pattern: PUSH}, {Type: HEAD_REF, Pattern: !Sub '${Flag}'}]]}",
        "{Webhook: true, PullRequestBuildPolicy: !Ref Flag,"
        " FilterGroups: [[{Type: EVENT, Pattern: PULL_REQUEST_CREATED}]]}",
        "{Webhook: true, FilterGroups: [[{Type: EVENT, Pattern: PULL_REQUEST_CREATED},"
        " {Type: ACTOR_ACCOUNT_ID, Pattern: '^1$', ExcludeMatchedPattern: !Ref Flag}]]}",
    ],
)
def test_what_only_a_deployment_tells_is_no_alarm(triggers: str) -> None:
    assert said(TEMPLATE.replace("TRIGGERS", triggers), "template.yml") == []


TERRAFORM = """\
resource "aws_codebuild_webhook" "checks" {
  project_name = aws_codebuild_project.checks.name
  filter_group {
    filter {
      type    = "EVENT"
      pattern = "PUSH, PULL_REQUEST_OPENED"
    }
    filter {
      type    = "HEAD_REF"
      pattern = "refs/heads/main"
    }
  }
}
"""
CDK = """\
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
new codebuild.Project(this, 'Checks', {
  source: codebuild.Source.gitHub({
    owner: 'acme', repo: 'shop',
    webhookFilters: [
      codebuild.FilterGroup.inEventOf(codebuild.EventAction.PUSH).andBranchIs('main').andActorAccountIs('12'),
      codebuild.FilterGroup.inEventOf(codebuild.EventAction.PUSH).andBranchIs(branch).andActorAccountIs(account),
    ],
  }),
});
"""


def test_terraform_is_read_like_the_api() -> None:
    assert said(TERRAFORM, "main.tf") == [
        ("webhook-config-invalid", "error", "PULL_REQUEST_OPENED"),
        ("webhook-filter-unanchored", "warning", "refs/heads/main"),
    ]


def test_a_construct_is_read_like_the_api() -> None:
    assert said(CDK, "stack.ts") == [
        ("webhook-filter-unanchored", "warning", "'main'"),
        ("webhook-filter-unanchored", "warning", "12"),
    ]


FENCE = """\
# Webhooks of CodeBuild

```json
{"projectName": "shop", "filterGroups": [[{"type": "EVENT", "pattern": "PULL_REQUEST_UPDATE"}]]}
```
"""


def test_documentation_is_read_at_its_own_places() -> None:
    assert said(FENCE, "README.md") == [("webhook-config-invalid", "error", "PULL_REQUEST_UPDATE")]


@given(st.lists(st.text("AB_ ,\t", max_size=4), max_size=5).map(",".join))
def test_events_stand_where_they_are_written(pattern: str) -> None:
    source = f"- {json.dumps(pattern)}"
    node = load(Text.of(source)).documents[0].root
    assert isinstance(node, Sequence)
    scalar = node.items[0]
    assert isinstance(scalar, Scalar)
    found = list(events_in(scalar))
    assert [event.name for event in found] == [name.strip() for name in pattern.split(",") if name.strip()]
    if "\t" not in pattern:
        assert [source[slice(*event.span)] for event in found] == [event.name for event in found]


def test_many_webhooks_and_projects_take_no_time() -> None:
    cache = {"type": "S3", "location": "acme/cache", "cacheNamespace": "shop"}
    each = {"source": {"type": "GITHUB"}, "environment": {}, "cache": cache, "webhook": {"filterGroups": [[EVENT]]}}
    projects = [{**each, "name": f"p{number}"} for number in range(300)]
    last = {**each, "name": "codebuild-release", "webhook": {"filterGroups": [[{"type": "EVENT", "pattern": "PUSH"}]]}}
    found = said(json.dumps({"projects": [*projects, last]}), "projects.json")
    assert [severity for rule, severity, _ in found if rule == RULES[3]] == ["note"]
