"""Rules are found by each of their keys, chosen as a run says, compiled without loss; every message can be filled."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from cblint.catalogue import Rule, Selection, UnknownRule, find, help_texts, rules, select
from cblint.catalogue.model import FAMILIES, PROFILES, rule_from
from cblint.examples import lint_example
from cblint.facts import table
from cblint.facts.sources import TABLES, compiled, read_entries, read_help
from cblint.finding import Severity
from tests.examples import all_examples
from tests.helpers import catalogue_of, commands, lint
from tests.reported import fields_of, labels_used, left_open, reported

ENTRY: dict[str, Any] = {
    "code": "CB7001",
    "name": "new-name",
    "summary": "A rule of the tests",
    "severity": "warning",
    "confidence": "low",
    "category": "docker",
    "profile": "default",
    "status": "stable",
    "former-names": ["old-name", "older-name"],
    "variants": {
        "plain": {"message": " Here. \n"},
        "own": {"message": "There.", "detail": " Do. ", "severity": "note", "confidence": "high"},
    },
    "fix": {"safety": "none"},
}


def made(**changes: Any) -> Rule:
    """A rule of a changed entry."""
    return rule_from({**ENTRY, **changes})


# Finding


@pytest.mark.parametrize("key", ["CB1003", "cb1003", "cB1003", "unknown-phase"])
def test_a_rule_is_found_by_its_code_in_any_case_and_by_its_name(key: str) -> None:
    assert find(key).name == "unknown-phase"


def test_every_rule_is_found_by_all_its_keys() -> None:
    for rule in rules():
        for key in (rule.code, rule.code.lower(), rule.name, *rule.former_names):
            assert find(key) is rule


def test_a_rule_is_found_by_a_former_name() -> None:
    rule = made()
    with catalogue_of(rule):
        assert [find(key) for key in ("old-name", "older-name", "new-name", "CB7001")] == [rule] * 4


def test_a_name_given_to_another_rule_means_that_rule() -> None:
    first = made()
    second = made(code="CB7002", name="old-name", **{"former-names": []})
    with catalogue_of(first, second):
        assert find("old-name") is second
        assert find("older-name") is first


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("unknown-fase", 'There is no rule "unknown-fase". Did you mean "unknown-phase"?'),
        ("unknown_phase", 'There is no rule "unknown_phase". Did you mean "unknown-phase"?'),
        ("Unknown-Phase", 'There is no rule "Unknown-Phase". Did you mean "unknown-phase"?'),
        ("something-else", 'There is no rule "something-else".'),
        ("", 'There is no rule "".'),
    ],
)
def test_an_unknown_rule_is_named_with_what_was_meant(key: str, message: str) -> None:
    with pytest.raises(UnknownRule) as caught:
        find(key)
    assert str(caught.value) == message
    assert message.endswith(caught.value.suggestion)


def test_a_code_of_no_rule_is_unknown() -> None:
    for key in ("CB9999", "cb9999"):
        with pytest.raises(UnknownRule, match=f'"{key}"'):
            find(key)


# Entries made into rules


def test_a_variant_has_what_it_says_and_else_what_the_rule_says() -> None:
    rule = made()
    plain, own = rule.variants["plain"], rule.variants["own"]
    assert (plain.message, plain.detail) == ("Here.", "")
    assert (plain.severity, plain.confidence) == (Severity.WARNING, "low")
    assert (own.message, own.detail) == ("There.", "Do.")
    assert (own.severity, own.confidence) == (Severity.NOTE, "high")


@pytest.mark.parametrize(
    ("profile", "category", "profiles"),
    [
        ("default", "docker", ("default", "pedantic")),
        ("default", "secrets", ("default", "security", "pedantic")),
        ("default", "syntax", ("default", "security", "pedantic")),
        ("default", "cblint", ("default", "security", "pedantic")),
        ("security", "docker", ("security", "pedantic")),
        ("security", "secrets", ("security", "pedantic")),
        ("pedantic", "docker", ("pedantic",)),
    ],
)
def test_the_profiles_of_a_rule(profile: str, category: str, profiles: tuple[str, ...]) -> None:
    assert made(profile=profile, category=category).profiles == profiles


# Choosing


def chosen(**how: Any) -> list[str]:
    """The codes that a selection runs."""
    return [rule.code for rule in select(Selection(**how))]


STABLE = [rule.code for rule in rules() if rule.status == "stable"]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_runs_its_stable_rules_in_the_order_of_their_codes(profile: str) -> None:
    expected = sorted(rule.code for rule in rules() if profile in rule.profiles and rule.status == "stable")
    assert chosen(profile=profile) == expected
    assert expected


def test_pedantic_runs_all_stable_rules() -> None:
    assert chosen(profile="pedantic") == STABLE


def test_no_selection_is_the_default_profile() -> None:
    assert chosen() == chosen(profile="default")


def test_select_replaces_the_choice_of_the_profile() -> None:
    assert chosen(select=("unknown-phase",)) == ["CB1003"]
    assert chosen(select=("cb1003", "CB1002", "unknown-phase")) == ["CB1002", "CB1003"]
    assert chosen(profile="pedantic", select=("CB1004",)) == ["CB1004"]


@pytest.mark.parametrize("family", ["CB1", "cb1", "Cb1"])
def test_a_family_stands_for_its_rules(family: str) -> None:
    expected = [code for code in STABLE if code.startswith("CB1")]
    assert len(expected) > 1
    assert [code for code in chosen(select=(family,)) if code in STABLE] == expected
    assert chosen(profile="pedantic", ignore=(family,)) == [code for code in STABLE if code not in expected]


def test_ignore_wins_over_select_and_profile() -> None:
    assert chosen(select=("CB1003", "CB1004"), ignore=("unknown-phase",)) == ["CB1004"]
    assert chosen(select=("CB1",), ignore=("CB1",)) == []
    assert "CB1003" not in chosen(ignore=("cb1003",))
    assert len(chosen(ignore=("cb1003",))) == len(chosen()) - 1


@pytest.mark.parametrize("status", ["preview", "deprecated"])
def test_a_rule_that_is_not_stable_runs_only_when_selected(status: str) -> None:
    stable, other = made(), made(code="CB7002", name="other", status=status, **{"former-names": []})
    with catalogue_of(stable, other):
        assert chosen(profile="pedantic") == ["CB7001"]
        assert chosen(select=("other",)) == ["CB7002"]
        assert chosen(select=("CB7002", "old-name")) == ["CB7001", "CB7002"]
        assert chosen(select=("other",), ignore=("other",)) == []


@pytest.mark.parametrize("how", ["select", "ignore"])
@pytest.mark.parametrize("key", ["no-such-rule", "CB9999", "CB0", "CBx", "CB", "XY1"])
def test_a_selection_of_an_unknown_rule_is_an_error(how: str, key: str) -> None:
    with pytest.raises(UnknownRule, match=f'There is no rule "{key}"'):
        chosen(**{how: (key,)})


def test_every_family_has_its_own_digit() -> None:
    assert {rule.code[2] for rule in rules()} <= set(FAMILIES)


# Compiling


def test_a_compiled_module_holds_what_its_source_holds() -> None:
    modules = compiled()
    for name, read in TABLES.items():
        scope: dict[str, Any] = {}
        exec(modules[f"_compiled/{name}.py"], scope)
        assert scope["DATA"] == read() == table(name), name


def test_the_start_up_module_has_no_explanations() -> None:
    assert "examples" not in table("rules")[0]
    assert tuple(rule_from(entry).name for entry in table("rules")) == tuple(rule.name for rule in rules())


def test_the_explanations_cover_every_rule_and_survive_json() -> None:
    import json

    assert json.loads(compiled()["_help.json"]) == read_help() == help_texts()
    assert set(help_texts()) == {rule.name for rule in rules()}
    for entry in read_entries():
        assert help_texts()[entry["name"]]["why"] == entry["why"]


# Messages


def test_every_variant_is_shown_by_an_example_and_every_field_of_it_is_filled() -> None:
    """That its examples report a variant, with every field, ``test_rules.py`` asks of each."""
    shown = {(example.rule, example.variant) for example in all_examples()}
    every = {(rule.name, variant) for rule in rules() for variant in rule.variants}
    # "other" needs no example, but a text that shows it.
    assert every - shown == {("yaml-syntax-error", "other")}
    with reported() as reports:
        lint("version: 0.2\nphases: {build: {commands: [make]}}}\n")
    assert ("yaml-syntax-error", "other") in {(rule.name, report.variant) for rule, report in reports}
    assert [missing for each in reports for missing in left_open(*each)] == []


LABELS = [(rule.name, label) for rule in rules() for label, words in rule.labels.items() if fields_of(words)]


@pytest.mark.parametrize(("rule", "label"), LABELS)
def test_an_example_shows_a_label_that_is_filled_in(rule: str, label: str, tmp_path: pathlib.Path) -> None:
    with reported() as reports:
        for example in all_examples():
            if example.rule == rule:
                lint_example(example, example.text, str(tmp_path / example.id))
    assert label in {used for each, report in reports if each.name == rule for used, _ in labels_used(report)}


def test_braces_in_a_buildspec_are_no_fields() -> None:
    result = lint(commands("make") + "  '{key} {0} {}':\n    commands: [x]\n")
    assert [finding.message for finding in result.findings] == ['There is no phase "{key} {0} {}".']
