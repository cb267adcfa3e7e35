"""``cblint config``: what holds for a file and from where; it says what ``cblint check`` does."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cblint.catalogue import PROFILES, rules, select
from cblint.choices import configuration, selection
from cblint.effective import effective
from cblint.linter import Settings
from tests.helpers import commands, repository
from tests.integration.conftest import Cblint, assert_harmless

BASE = "profile: security\nignore:\n  - CB2\n  - unknown-phase\nseverity: {CB1: note, duplicate-key: error}\n"
OWN = """\
extends: base.yml
ignore: [secret-literal]
per-path-ignores:
  ci/: [duplicate-key]
  old/: [CB3]
severity: {cb1: error}
exclude: [vendor/]
projects:
  - buildspecs: [ci/]
    name: release
    image: aws/codebuild/standard:7.0
"""


def told(cblint: Cblint, *arguments: str) -> dict[str, Any]:
    """What it says of a file, as JSON."""
    done = cblint.run("config", *arguments, "--format", "json")
    assert (done.status, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    assert (document["format"], document["version"]) == ("cblint-config", 1)
    return document


def test_each_setting_is_shown_with_its_origin(cblint: Cblint) -> None:
    cblint.put({"base.yml": BASE, ".cblint.yml": OWN})
    document = told(cblint, "ci/a.yml", "--ignore", "CB8,CB7")
    assert document["files"] == ["base.yml", ".cblint.yml"]
    assert [tuple(each.values()) for each in document["settings"]] == [
        ("profile", "security", "base.yml:1:10", True),
        ("ignore", "CB2", "base.yml:3:5", True),
        ("ignore", "unknown-phase", "base.yml:4:5", True),
        ("ignore", "secret-literal", ".cblint.yml:2:10", True),
        ("ignore", "CB8", "command line", True),
        ("ignore", "CB7", "command line", True),
        ("per-path-ignores", {"old/": ["CB3"]}, ".cblint.yml:5:3", False),
        ("per-path-ignores", {"ci/": ["duplicate-key"]}, ".cblint.yml:4:3", True),
        ("severity", {"cb1": "error"}, ".cblint.yml:6:12", True),
        ("severity", {"duplicate-key": "error"}, "base.yml:5:23", True),
        ("fail-on", "warning", "default", True),
        ("require-reason", False, "default", True),
        ("exclude", "vendor/", ".cblint.yml:7:11", True),
    ]
    assert document["projects"] == [
        {
            "buildspecs": ["ci/"],
            "name": "release",
            "image": "aws/codebuild/standard:7.0",
            "origin": ".cblint.yml:9:5",
        }
    ]
    why = {each["rule"]: (each["runs"], each["why"], each["origin"]) for each in document["rules"]}
    assert why["yaml-syntax-error"] == (True, "profile security", "base.yml:1:10")
    assert why["unknown-phase"] == (False, "ignore unknown-phase", "base.yml:4:5")
    assert why["masked-failure-in-block"] == (False, "ignore CB2", "base.yml:3:5")
    assert why["duplicate-key"] == (False, "per-path-ignores duplicate-key", ".cblint.yml:4:3")
    assert why["insecure-transport"] == (False, "ignore CB8", "command line")
    assert why["unused-env-variable"] == (False, "not in the profile security", "base.yml:1:10")
    selected = told(cblint, "ci/a.yml", "--select", "CB1,unused-env-variable", "--profile", "default")["rules"]
    assert {each["rule"]: each["why"] for each in selected if each["code"].startswith("CB3")} == {
        each["rule"]: {
            "unused-env-variable": "select unused-env-variable",
            "secret-literal": "ignore secret-literal",
        }.get(each["rule"], "not selected")
        for each in selected
        if each["code"].startswith("CB3")
    }


def test_the_text_says_the_same(cblint: Cblint) -> None:
    cblint.put({"base.yml": BASE, ".cblint.yml": OWN})
    done = cblint.run("config", "ci/a.yml", "--select", "CB9", "--ignore", "CB9003")
    assert (done.status, done.stderr) == (0, "")
    head, _, rest = done.stdout.partition("\nrules: ")
    assert head == (
        "ci/a.yml\n"
        "configuration: .cblint.yml, which extends base.yml\n\n"
        "settings\n"
        "  profile           security                     (base.yml:1:10)\n"
        "  select            CB9                          (command line)\n"
        "  ignore            CB2                          (base.yml:3:5)\n"
        "  ignore            unknown-phase                (base.yml:4:5)\n"
        "  ignore            secret-literal               (.cblint.yml:2:10)\n"
        "  ignore            CB9003                       (command line)\n"
        "  per-path-ignores  old/: CB3                    (.cblint.yml:5:3, not for this file)\n"
        "  per-path-ignores  ci/: duplicate-key           (.cblint.yml:4:3)\n"
        "  severity          cb1: error                   (.cblint.yml:6:12)\n"
        "  severity          duplicate-key: error         (base.yml:5:23)\n"
        "  fail-on           warning                      (default)\n"
        "  require-reason    false                        (default)\n"
        "  exclude           vendor/                      (.cblint.yml:7:11)\n\n"
        "projects\n"
        '  release, image: "aws/codebuild/standard:7.0"  (.cblint.yml:9:5)\n'
    )
    lines = rest.splitlines()
    assert lines[0] == f"2 of {len(rules())} run"
    assert lines[1] == "  run: select CB9 (command line): unused-suppression, unknown-suppression"
    assert "  do not run: ignore CB9003 (command line): suppression-without-reason" in lines


def test_a_file_that_nothing_is_configured_for(cblint: Cblint) -> None:
    document = told(cblint)
    assert (document["path"], document["files"], document["excluded"]) == ("buildspec.yml", [], False)
    assert {each["origin"] for each in document["settings"]} == {"default"}
    assert document["projects"] == []
    cblint.put({".cblint.yml": "exclude: [vendor/]\n", "vendor/x": ""})
    assert told(cblint, "vendor/a.yml")["excluded"]
    assert told(cblint, "vendor")["path"] == "vendor/buildspec.yml"
    assert cblint.run("config", "vendor/a.yml").stdout.startswith("vendor/a.yml is excluded: it is not linted\n")
    assert not told(cblint, "vendor/a.yml", "--isolated")["excluded"]


def test_a_project_that_the_repository_defines_is_shown_where_it_stands(cblint: Cblint) -> None:
    template = "Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties:\n"
    cblint.put(
        {"template.yml": f"{template}      Source: {{BuildSpec: ci/build.yml}}\n", "ci/build.yml": commands("make")}
    )
    assert told(cblint, "ci/build.yml")["projects"] == [{"name": "Build", "origin": "template.yml:2"}]
    assert "  Build  (template.yml:2)\n" in cblint.run("config", "ci/build.yml").stdout
    cblint.put({".cblint.yml": "projects: [{buildspecs: [ci/], vpc: true}]\n"})
    assert [each["origin"] for each in told(cblint, "ci/build.yml")["projects"]] == [".cblint.yml:1:12"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--select", "unknown-fase"), 'There is no rule "unknown-fase". Did you mean "unknown-phase"?'),
        (("--profile", "pedantik"), 'Did you mean "pedantic"?'),
        (("--config", "none.yml"), "none.yml cannot be read: No such file or directory"),
        (("wrong/a.yml",), 'wrong/.cblint.yml:1:1: "fail_on" is not known at the top level. Did you mean "fail-on"?'),
    ],
)
def test_what_is_wrong_is_wrong_usage(cblint: Cblint, arguments: tuple[str, ...], message: str) -> None:
    cblint.put({"wrong/.cblint.yml": "fail_on: error\n"})
    done = cblint.run("config", *arguments)
    assert (done.status, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "meant"),
    [("--profile", "pedantik", "pedantic"), ("--fail-on", "warnign", "warning"), ("--format", "jsno", "json")],
)
def test_a_value_that_is_misspelt_gets_a_suggestion(cblint: Cblint, option: str, value: str, meant: str) -> None:
    done = cblint(option, value)
    assert done.status == 2
    assert done.stderr.rstrip().endswith(f'. Did you mean "{meant}"?')
    assert "Did you mean" not in cblint(option, "nonsense").stderr


def test_nothing_hostile_or_secret_is_printed(cblint: Cblint) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    cblint.put(
        {
            ".cblint.yml": 'exclude: ["\\e[31m::error::\\u202e"]\nprojects: [{buildspecs: ["*"], name: "'
            f'{token}\\e[2J", image: "##[error]x"}}]\nper-path-ignores: {{"{token}": [CB1]}}\n'
        }
    )
    for style in ("text", "json"):
        done = cblint.run("config", "::error::\x1b[31m.yml", "--format", style)
        assert done.status == 0
        assert token not in done.stdout
        assert_harmless(done.out)


_RULES = st.lists(st.sampled_from(["CB1", "CB2", "CB9", "duplicate-key", "unused-secret", "cb1002"]), max_size=3)
_CONFIGURATIONS = st.fixed_dictionaries(
    {},
    optional={
        "profile": st.sampled_from(PROFILES),
        "select": _RULES,
        "ignore": _RULES,
        "per-path-ignores": st.dictionaries(st.sampled_from(["*", "a.yml", "b.yml"]), _RULES, max_size=2),
        "severity": st.dictionaries(
            st.sampled_from(["CB1", "cb9", "unused-secret"]), st.sampled_from(["error", "note"])
        ),
    },
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_CONFIGURATIONS, _CONFIGURATIONS, st.sampled_from([None, *PROFILES]), _RULES, _RULES)
def test_the_rules_that_are_said_to_run_are_those_that_do(
    tmp_path_factory: pytest.TempPathFactory,
    base: dict[str, Any],
    own: dict[str, Any],
    profile: str | None,
    chosen: list[str],
    ignored: list[str],
) -> None:
    folder: pathlib.Path = tmp_path_factory.mktemp("rules")
    texts = {"base.yml": json.dumps(base), ".cblint.yml": json.dumps({"extends": "base.yml", **own})}
    path = f"{repository(folder, {**texts})}/a.yml"
    given_ = Settings(profile, tuple(chosen), tuple(ignored))
    found = effective(path, given_)
    run = select(selection(configuration(path, given_), given_, path))
    assert tuple(each.rule for each in found.verdicts if each.runs) == run
    assert [each.rule.code for each in found.verdicts] == [rule.code for rule in rules()]
    assert all(each.why and each.origin for each in found.verdicts)
