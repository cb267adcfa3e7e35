"""A suppression was called unused though its rule had crashed, or had stopped at its limit above it."""

from __future__ import annotations

import pytest

from cblint import engine
from cblint.buildspec.model import Buildspec
from cblint.checks import syntax
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.helpers import lint

HEAD = "version: 0.2\nphases:\n  build:\n    commands:\n"
LAST = "      - make # cblint: ignore[command-not-string] -- why\n"


def test_one_below_the_limit_of_its_rule_is_left_alone() -> None:
    result = lint(HEAD + "      - a: b\n" * (engine.MAX_PER_RULE + 1) + LAST)
    assert {finding.rule for finding in result.findings} == {"command-not-string"}
    assert len(result.findings) == engine.MAX_PER_RULE
    assert result.skipped == "has more than 1,000 findings of command-not-string: the rest is left out"


def test_one_for_a_rule_that_crashed_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: Buildspec) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(syntax, "command_not_string", crash)
    engine._check.cache_clear()
    result = lint_text(HEAD + LAST, Candidate("buildspec.yml", True), Settings(isolated=True))
    engine._check.cache_clear()
    assert result.findings == ()
    assert len(result.crashes) == 1


def test_one_for_a_rule_that_finished_is_reported() -> None:
    assert [finding.rule for finding in lint(HEAD + LAST).findings] == ["unused-suppression"]


def test_a_limit_and_an_error_that_nobody_asked_for_are_both_said() -> None:
    text = HEAD + "      - a: b\n" * (engine.MAX_PER_RULE + 1) + "      - @make\n"
    result = lint(text, Settings(isolated=True, ignore=("yaml-syntax-error",)))
    assert "is not valid YAML from line 1006 on" in result.skipped
    assert "; it has more than 1,000 findings" in result.skipped


def test_the_comments_have_a_limit_too() -> None:
    result = lint(HEAD + "      - make # cblint: ignore[nonsense]\n" * (engine.MAX_PER_RULE + 1))
    assert len(result.findings) == engine.MAX_PER_RULE
    assert "suppression comments" in result.skipped
