"""When a comment that suppresses nothing is not called unused: its rule did not, or could not, say all that it may."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cblint import engine
from cblint.catalogue import PROFILES, find, rules
from cblint.examples import Example
from cblint.finding import Report
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.source.remembered import forget
from tests.examples import all_examples
from tests.helpers import HEAD, ISOLATED, commands, lint, repository

MARKS = {".yml": "#", ".tf": "#", ".py": "#", ".sh": "#", ".md": "<!--", ".ts": "//", ".js": "//", ".java": "//"}


def unused(text: str, settings: Settings = ISOLATED, path: str = "buildspec.yml") -> list[str]:
    """What unused-suppression says."""
    return [each.message for each in lint(text, settings, path).findings if each.rule == "unused-suppression"]


def commented(rule: str, text: str) -> str:
    """The text with a comment for all of it."""
    return f"# cblint: ignore-file[{rule}] -- why\n{text}"


def configured(folder: pathlib.Path, configuration: str, text: str) -> list[str]:
    """What it says of a buildspec in a repository with that configuration."""
    root = repository(folder, {".cblint.yml": configuration})
    return unused(text, Settings(), os.path.join(root, "buildspec.yml"))


BARE = commented("duplicate-key", commands("make"))


@pytest.mark.parametrize(
    ("configuration", "count"),
    [
        ("", 1),
        ("severity: {duplicate-key: note, CB9: error}\n", 1),
        ("require-reason: true\n", 1),
        ("ignore: [duplicate-key]\n", 0),
        ("ignore: [CB1]\n", 0),
        ("select: [unused-suppression]\n", 0),
        ("per-path-ignores: {'*.yml': [CB1004]}\n", 0),
        ("per-path-ignores: {'other.yml': [CB1004]}\n", 1),
        ("severity: {duplicate-key: note}\nignore: [unused-suppression]\n", 0),
    ],
)
def test_a_rule_that_is_switched_off_has_not_run(tmp_path: pathlib.Path, configuration: str, count: int) -> None:
    assert len(configured(tmp_path, configuration, BARE)) == count


def test_the_severity_of_the_configuration_holds_for_what_is_said_of_comments(tmp_path: pathlib.Path) -> None:
    text = commands("make # cblint: ignore[duplicate-key]", "make # cblint: ignore[nonsense]", "make # cblint: off")
    severities = "{CB9: note, CB9001: error, suppression-without-reason: note}"
    root = repository(tmp_path, {".cblint.yml": f"require-reason: true\nseverity: {severities}\n"})
    findings = lint(text, Settings(), os.path.join(root, "buildspec.yml")).findings
    assert {(finding.rule, finding.severity.value) for finding in findings} == {
        ("unused-suppression", "error"),
        ("unknown-suppression", "note"),
        ("suppression-without-reason", "note"),
    }


@pytest.mark.parametrize(
    ("rule", "text", "why"),
    [
        ("masked-failure-in-block", commands("make", "@make"), "a syntax error"),
        ("secret-printed", HEAD + "      - &x make\n      - *x\n---\n- @", "a syntax error in another document"),
        ("image-ref-never-built", "phases:\n  build:\n    commands:\n      - make\n", "it needs all of a buildspec"),
        ("docker-without-privileged", commands("make"), "it needs a project"),
        ("tool-not-available", commands("make"), "it needs an image"),
        ("unknown-runtime", commands("make"), "one of its variants needs an image"),
        ("path-never-created", commands("make"), "it needs a repository"),
        ("powershell-variable-syntax", commands("make"), "the project may be one for Windows"),
    ],
)
def test_a_rule_that_needs_what_is_not_known_has_not_said_all(
    tmp_path: pathlib.Path, rule: str, text: str, why: str
) -> None:
    if why == "it needs all of a buildspec":
        shown = f"<!-- cblint: ignore-file[{rule}] -->\n\n```yaml\n{text}```\n"
        assert unused(shown, ISOLATED, "guide.md") == []
        assert len(unused(shown.replace("phases", "version: 0.2\nphases"), ISOLATED, "guide.md")) <= 1
    else:
        assert unused(commented(rule, text), ISOLATED, os.path.join(tmp_path, "buildspec.yml")) == []


@pytest.mark.parametrize("rule", ["docker-without-privileged", "tool-not-available", "powershell-variable-syntax"])
def test_a_rule_that_knows_what_it_needs_has_said_all(tmp_path: pathlib.Path, rule: str) -> None:
    configuration = "projects: [{buildspecs: ['*'], image: 'aws/codebuild/standard:7.0', privileged: true}]\n"
    assert len(configured(tmp_path, configuration, commented(rule, commands("make")))) == 1


def test_an_image_that_is_not_told_of_one_project_is_not_known(tmp_path: pathlib.Path) -> None:
    configuration = (
        "projects: [{buildspecs: ['*'], image: 'aws/codebuild/standard:7.0'}, {buildspecs: ['*'], vpc: true}]\n"
    )
    assert configured(tmp_path, configuration, commented("tool-not-available", commands("make"))) == []


TEMPLATE = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      Source:
        BuildSpec: !Sub |
"""


@pytest.mark.parametrize(
    ("rule", "item", "count"),
    [
        ("curl-without-fail", "${Tool} --version", 0),  # nobody knows what is run
        ("curl-without-fail", "make ${Target}", 0),  # it says nothing in such a command
        ("docker-hub-anonymous-pull", "${Tool} login", 0),
        ("docker-hub-anonymous-pull", "make -j 2 all ${Target}", 1),
        ("image-ref-never-built", "make ${Target}", 0),
        ("apt-not-assume-yes", "make ${Target}", 1),
        ("curl-without-fail", "make", 1),
    ],
)
def test_what_only_the_deployment_tells_may_be_what_the_comment_is_for(rule: str, item: str, count: int) -> None:
    text = TEMPLATE + "".join(f"          {line}\n" for line in commands(item).splitlines())
    assert len(unused(commented(rule, text), ISOLATED, "template.yml")) == count


def test_outside_a_repository_a_check_may_lack_a_file(tmp_path: pathlib.Path) -> None:
    text, path = commented("script-exports-lost", commands("./env.sh")), os.path.join(tmp_path, "buildspec.yml")
    assert unused(text, ISOLATED, path) == []
    repository(tmp_path, {})
    forget()
    assert len(unused(text, ISOLATED, path)) == 1


@pytest.mark.parametrize("profile", ["default", "security"])
def test_a_variant_of_another_profile_may_be_what_the_comment_is_for(profile: str) -> None:
    pedantic = [
        rule.name
        for rule in rules()
        if rule.said_in(profile) != rule
        and profile in rule.profiles
        and not any(v.needs for v in rule.variants.values())
    ]
    assert pedantic
    for rule in pedantic:
        assert unused(commented(rule, commands("make")), Settings(profile, isolated=True)) == [], rule


@contextlib.contextmanager
def check_of(monkeypatch: pytest.MonkeyPatch, rule: str, check: engine.Check) -> Iterator[None]:
    """As long as it lasts, that is the check of a rule."""
    original = engine._check
    name = find(rule).check
    with monkeypatch.context() as patch:
        patch.setattr(engine, "_check", lambda asked: check if asked == name else original(asked))
        yield


def test_a_rule_that_crashed_or_was_cut_short_has_not_seen_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: object) -> Iterator[Report]:
        raise ValueError

    text = commented("apt-not-assume-yes", commands("apt-get -y install jq"))
    assert len(unused(text)) == 1
    with check_of(monkeypatch, "apt-not-assume-yes", crash):
        result = lint_text(text, Candidate("buildspec.yml", True), ISOLATED)
    assert len(result.crashes) == 1
    assert [finding.rule for finding in result.findings] == []
    many = commands(*["{a: b}"] * (engine.MAX_PER_RULE + 1), "make # cblint: ignore[command-not-string]")
    assert unused(many) == []


# Whatever is switched off, filtered or unknown


def _bare(example: Example) -> tuple[str, str] | None:
    """A bad example with a comment for all of it, and its path; None where the format has no comments."""
    path = example.given.get("path", "buildspec.yml")
    mark = MARKS.get(os.path.splitext(path)[1])
    if mark is None or example.variant is None or find(example.rule).category == "cblint" or example.text[:1] == "{":
        return None
    return f"{mark} cblint: ignore-file[{example.rule}] -- why\n{example.text}", path


def test_a_comment_that_has_a_use_where_more_is_known_is_never_called_unused(tmp_path: pathlib.Path) -> None:
    """Each example without what it is given: no project, no file of its repository, no profile of its own."""
    seen = 0
    for example in all_examples():
        bare = _bare(example)
        if bare is not None:
            seen += 1
            for profile in PROFILES if example.given else PROFILES[:1]:
                settings = Settings(profile, (example.rule, "unused-suppression"), isolated=True)
                assert unused(bare[0], settings, os.path.join(tmp_path, bare[1])) == [], (example.id, profile)
    assert seen > 500


_NAMES = st.sampled_from(
    ["duplicate-key", "unknown-phase", "command-not-string", "CB1", "CB2", "CB9001", "unused-secret"]
)
_LISTS = st.lists(_NAMES, max_size=3, unique=True)


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    profile=st.sampled_from([None, *PROFILES]),
    select=_LISTS,
    ignore=_LISTS,
    configuration=st.fixed_dictionaries(
        {},
        optional={
            "ignore": _LISTS,
            "select": _LISTS,
            "per-path-ignores": st.dictionaries(st.sampled_from(["*", "a.yml", "*.yml"]), _LISTS, max_size=2),
            "require-reason": st.booleans(),
        },
    ),
)
def test_no_choice_of_rules_makes_a_comment_unused_that_has_a_use(
    tmp_path_factory: pytest.TempPathFactory,
    profile: str | None,
    select: list[str],
    ignore: list[str],
    configuration: Mapping[str, object],
) -> None:
    folder = repository(tmp_path_factory.mktemp("choice"), {".cblint.yml": json.dumps(configuration)})
    text = commands('echo "a: b" # cblint: ignore[command-not-string]', "make")
    text += "  deploy: {commands: [make]} # cblint: ignore[unknown-phase]\n"
    text += "version: 0.2 # cblint: ignore[duplicate-key] -- why\n"
    settings = Settings(profile, tuple(select), tuple(ignore))
    assert unused(text, settings, os.path.join(folder, "buildspec.yml")) == []
