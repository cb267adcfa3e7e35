"""What ``cblint explain`` and ``cblint rules`` print of rules, in each format, and what they say of what is none."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

import cblint
from cblint.catalogue import find, rules
from cblint.catalogue.load import entry_of
from cblint.cli.commands import cli
from cblint.explanation import explanation, explanation_of
from cblint.facts.sources import ROOT, read_schema
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.report.rule_markdown import page
from cblint.report.rule_table import listed, table
from cblint.report.rule_text import explained
from cblint.suppress import comment
from tests.conftest import Golden

ENDINGS = {"text": "txt", "json": "json", "markdown": "md"}


def run(*arguments: str) -> tuple[int, str]:
    """The exit status and all that is printed."""
    done = CliRunner().invoke(cli, list(arguments), env={"COLUMNS": "100"})
    return done.exit_code, done.output


def printed(*arguments: str) -> str:
    """What a command prints that is in order."""
    code, output = run(*arguments)
    assert code == 0, output
    return output


def document(*arguments: str) -> list[dict[str, Any]]:
    """The rules of a document of JSON that fits its schema."""
    found = json.loads(printed(*arguments, "--format", "json"))
    jsonschema.validate(found, read_schema("rules"))
    entries: list[dict[str, Any]] = found["rules"]
    return entries


@pytest.mark.parametrize("style", ENDINGS)
def test_an_explanation_is_what_the_golden_file_holds(golden: Golden, style: str) -> None:
    golden.check(f"explain.{ENDINGS[style]}", printed("explain", "test-list-fails-build", "--format", style))


@pytest.mark.parametrize("style", ENDINGS)
def test_a_list_is_what_the_golden_file_holds(golden: Golden, style: str) -> None:
    golden.check(f"rules.{ENDINGS[style]}", printed("rules", "--select", "CB9", "--format", style))


# Of rules


def test_a_rule_is_found_by_all_that_it_is_called() -> None:
    expected = printed("explain", "curl-without-fail")
    for names in (["CB2007"], ["cb2007"], ["Curl-Without-FAIL"], ["rule", "curl-without-fail"], ["rule", "CB2007"]):
        assert printed("explain", *names) == expected


def test_the_page_of_the_documentation_is_what_is_printed() -> None:
    for name in ("secondary-artifact-mismatch", "list-precedence", "project-hardening"):
        with open(os.path.join(os.path.dirname(ROOT), "docs", "rules", f"{name}.md"), encoding="utf-8") as file:
            _, page = file.read().split(" -->\n\n", 1)
        assert printed("explain", name, "--format", "markdown") == page


def test_several_rules_follow_each_other() -> None:
    one, two = printed("explain", "curl-without-fail"), printed("explain", "CB1010")
    assert printed("explain", "curl-without-fail", "CB1010") == f"{one}\n\n{two}"
    assert [rule["code"] for rule in document("explain", "curl-without-fail", "CB1010")] == ["CB2007", "CB1010"]


def test_a_family_is_listed_for_people_and_explained_for_programs() -> None:
    assert printed("explain", "cb9") == printed("rules", "--select", "CB9")
    assert printed("explain", "CB9", "--format", "markdown") == printed(
        "rules", "--select", "CB9", "--format", "markdown"
    )
    assert [(rule["code"], "why" in rule) for rule in document("explain", "CB9")] == [
        ("CB9001", True),
        ("CB9002", True),
        ("CB9003", True),
    ]


def test_nothing_in_a_summary_ends_its_cell() -> None:
    rule = find("curl-without-fail")._replace(summary="a | b\n| c")
    assert table([rule]).endswith("| a \\| b \\| c |\n")


def test_the_kind_alone_means_all() -> None:
    assert printed("explain", "rule") == printed("rules")
    everything = document("explain", "rule")
    assert len(everything) == len(rules())
    assert not any(mark in json.dumps(everything, ensure_ascii=False) for mark in "«»‹›")


def test_images_and_variables_are_known_by_their_names() -> None:
    assert printed("explain", "standard:7.0") == printed("explain", "image", "aws/codebuild/standard:7.0")
    assert printed("explain", "CODEBUILD_BUILD_ID") == printed("explain", "variable", "CODEBUILD_BUILD_ID")
    assert printed("explain", "HOME").startswith("HOME\n  holds ")
    mixed = printed("explain", "standard:7.0", "CB1010")
    assert mixed.startswith("aws/codebuild/standard:7.0\n")
    assert "\n\n\nmulti-document-buildspec (CB1010)\n" in mixed
    several = json.loads(printed("explain", "standard:7.0", "standard:6.0", "--format", "json"))
    assert (several["format"], [image["name"] for image in several["images"]]) == (
        "cblint-images",
        ["aws/codebuild/standard:7.0", "aws/codebuild/standard:6.0"],
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain"], "Missing argument 'NAME...'."),
        (["explain", ""], 'There is no rule, image or variable "".'),
        (["explain", "CB"], 'There is no rule, image or variable "CB".'),
        (["explain", "CB0"], 'There is no rule, image or variable "CB0".'),
        (["explain", "CB20070"], "There is no rule, image or variable"),
        (["explain", "\x1b[31m\u202e"], '"<U+001B>[31m<U+202E>"'),
        (["explain", "rule", "\udc80::warning::"], 'There is no rule "<U+DC80>::warning::"'),
        (["explain", "x" * 1_000_000], "There is no rule, image or variable"),
        (["explain", "rule", "image"], 'There is no rule "image".'),
        (["explain", "curl-without-fail", "nonsense"], 'There is no rule, image or variable "nonsense".'),
        (["explain", "CB1010", "standard:7.0", "--format", "json"], "holds things of one kind"),
        (["explain", "image", "standard:7.0", "--format", "markdown"], "Markdown is for rules"),
        (["explain", "image", "--format", "markdown"], "Markdown is for rules"),
        (["explain", "CB1010", "CODEBUILD_BUILD_ID", "--format", "markdown"], "Markdown is for rules"),
        (["rules", "--select", "nonsense"], 'There is no rule "nonsense".'),
        (["rules", "--ignore", "CB1010,nonsense"], 'There is no rule "nonsense".'),
        (["rules", "--category", "\x1b"], '"<U+001B>" is not one of artifacts, '),
        (["rules", "CB1010"], 'There is no command "CB1010".'),
    ],
)
def test_what_cannot_be_is_wrong_usage(arguments: list[str], said: str) -> None:
    code, output = run(*arguments)
    assert code == 2
    assert said in output
    assert not {"\x1b", "\u202e"} & set(output)
    assert "(CB2007)" not in output, "nothing is printed before all is known to be right"


def test_without_room_for_files_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", os.path.join(os.devnull, "none"))
    code, output = run("explain", "curl-without-fail")
    assert code == 2
    assert "There is no room for the files of the examples: Not a directory." in output
    assert len(document("explain", "curl-without-fail")) == 1, "JSON needs none"


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    printed("explain", "secondary-artifact-mismatch")
    assert os.listdir(tmp_path) == []


def test_words_are_no_wider_than_they_should_be() -> None:
    for name in ("service-role-too-broad", "hardcoded-source-directory", "secret-literal"):
        about = explanation(name)
        for columns in (40, 72, 100):
            words = "".join(explained(about, columns)).split("\nFor example")[0].splitlines()
            assert [line for line in words if len(line) > columns and " " in line.strip()] == []


def test_colours_change_nothing_but_colours() -> None:
    about = explanation("curl-without-fail")
    plain, coloured = "".join(explained(about)), "".join(explained(about, colour=True))
    assert "\x1b" not in plain
    assert "\x1b[1mcurl-without-fail\x1b[0m (CB2007)\n" in coloured
    assert "\x1b[1;33m^^^^\x1b[0m" in coloured
    assert "\x1b[31m-      - curl " in coloured
    assert "\x1b[32m+      - curl " in coloured
    for code in ("0", "1", "1;33", "1;36", "31", "32"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain
    assert printed("explain", "CB2007", "--color", "always").startswith("\x1b[1mcurl-")


def test_former_names_and_a_status_are_told() -> None:
    rule = find("curl-without-fail")
    about = explanation_of(rule._replace(former_names=("old-name",), status="preview"), entry_of(rule))
    lines = "".join(explained(about)).splitlines()
    assert "  status          preview since 0.1.0: it runs only where it is selected" in lines
    assert "  former names    old-name" in lines
    assert "\n\nFormerly `old-name`\n\n" in page(about)


def test_the_comment_that_is_shown_suppresses() -> None:
    text = f"version: 0.2\nphases:\n  build:\n    commands:\n      {comment('command-not-string')}\n      - a: b\n"
    (finding,) = lint_text(text, Candidate("buildspec.yml", True), Settings(isolated=True)).findings
    assert finding.suppressed == "why it is right here"


# Lists


def test_a_list_fits_100_columns_and_names_each_rule_once() -> None:
    lines = printed("rules").splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].split() == ["code", "name", "severity", "category", "profile", "fix"]
    assert [line.split()[0] for line in lines[1::2]] == [rule.code for rule in rules()]


def test_filters_let_through_what_all_of_them_do() -> None:
    def codes(*options: str) -> list[str]:
        return [rule["code"] for rule in document("rules", *options)]

    every = {rule.code: rule for rule in rules()}
    assert codes() == list(every)
    assert codes("--select", "CB9,cb1010", "--ignore", "unused-suppression") == ["CB1010", "CB9002", "CB9003"]
    assert codes("--select", "CB9", "--fixable") == ["CB9001"]
    errors = codes("--severity", "error", "--category", "secrets", "--category", "project")
    assert errors == [
        code
        for code, rule in every.items()
        if rule.severity.value == "error" and rule.category in ("secrets", "project")
    ]
    assert {every[code].category for code in codes("--profile", "security")} == {
        "cblint",
        "project",
        "secrets",
        "supply-chain",
        "syntax",
    }
    assert codes("--select", "CB9", "--severity", "error") == []
    assert printed("rules", "--select", "CB9", "--severity", "error").count("\n") == 1


def test_a_rule_that_is_no_rule_yet_is_called_a_preview() -> None:
    rule = find("CB1010")._replace(status="preview")
    assert "".join(listed([rule])).endswith("A second YAML document in the file (preview)\n")
    assert "[multi-document-buildspec](multi-document-buildspec.md) (preview) |" in table([rule], "{rule}.md")
    assert table([]) == "\n"


# From Python


def test_the_rules_from_python_are_those_of_the_command_line() -> None:
    assert cblint.rules() == document("rules")
    assert [cblint.explain("cb2007")] == document("explain", "CB2007")
    with pytest.raises(
        ValueError, match=r'^There is no rule "curl-without-fial"\. Did you mean "curl-without-fail"\?$'
    ):
        cblint.explain("curl-without-fial")
