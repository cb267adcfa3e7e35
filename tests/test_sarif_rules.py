"""SARIF: what is said of the rules."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cblint.catalogue import Rule, help_texts, rules
from cblint.catalogue.model import rule_from
from cblint.report import HOME, sarif, sarif_rules
from cblint.running import result_of
from tests.sarif_logs import run_of


def entry(**changes: Any) -> Rule:
    """An artificial rule."""
    fields = {
        "code": "CB8001",
        "name": "secret-in-clear",
        "summary": "A secret stands in the file",
        "severity": "error",
        "confidence": "medium",
        "category": "secrets",
        "profile": "default",
        "status": "stable",
        "former-names": ["clear-secret"],
        "fix": {"safety": "none"},
        "variants": {},
    }
    return rule_from({**fields, **changes})


TEXTS = {
    "why": "Anyone who can\nread the file has it.\n",
    "advice": "Take it out.\n",
    "references": ["https://example.com/a"],
    "examples": [{"bad": "a: «b»\n", "variant": "x", "fixed": "a: c\n"}, {"good": "a: ‹d›\n"}],
}


def described(rule: Rule, texts: dict[str, Any] | None = None) -> dict[str, Any]:
    """What SARIF says of a rule."""
    found = sarif._plain(sarif_rules.descriptor(rule, {**TEXTS, **(texts or {})}))
    assert isinstance(found, dict)
    return found


def test_the_parts_of_a_rule() -> None:
    url = f"{HOME}/blob/main/docs/rules/secret-in-clear.md"
    comment = (
        "A comment suppresses it, on its line or alone on the line above: "
        "`# cblint: ignore[secret-in-clear] -- why it is right here`"
    )
    assert described(entry()) == {
        "id": "CB8001",
        "name": "SecretInClear",
        "deprecatedNames": ["ClearSecret"],
        "shortDescription": {"text": "A secret stands in the file"},
        "fullDescription": {"text": "Anyone who can read the file has it."},
        "help": {
            "text": f"Anyone who can\nread the file has it.\n\nWhat to do: Take it out.\n\n{comment}\n\n"
            f"{url}\nhttps://example.com/a",
            "markdown": "Anyone who can\nread the file has it.\n\n## What to do\n\nTake it out.\n\n"
            "## Example\n\n```yaml\na: b\n```\n\nMended:\n\n```yaml\na: c\n```\n\n"
            f"## Suppress it\n\n{comment}\n\n## References\n\n- {url}\n- https://example.com/a",
        },
        "helpUri": url,
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["secrets", "security"], "precision": "medium", "security-severity": "8.0"},
    }


def test_a_name_says_what_the_id_does_not() -> None:
    assert "name" not in described(entry(code="SC2086", name="SC2086"))
    assert described(entry(code="no-npm", name="no-npm"))["name"] == "NoNpm"


@pytest.mark.parametrize(
    ("references", "uri"),
    [
        (["https://example.com"], "https://example.com"),
        (["https://example.com:8443/a%20b/?c=d&e#f/?"], "https://example.com:8443/a%20b/?c=d&e#f/?"),
        (["https://example.com/<a>", "https://example.com/100%", "https://example.com/ok"], "https://example.com/ok"),
        (["https://bücher.example", "https://a\nb", "https://", "https://x\n", "https://x/#a#b", "https://[x"], None),
        ([], None),
    ],
)
def test_the_page_of_a_rule_is_an_address_or_is_not_given(references: list[str], uri: str | None) -> None:
    found = described(entry()._replace(source="own.yml"), {"references": references})
    assert found.get("helpUri") == uri
    assert all(reference in found["help"]["text"] for reference in references)


def test_what_github_requires_is_not_blank_whatever_an_entry_says() -> None:
    found = described(entry(summary=" \n"), {"why": "\n ", "advice": ""})
    assert (found["shortDescription"]["text"], found["fullDescription"]["text"]) == (
        "secret-in-clear",
        "secret-in-clear.",
    )


def test_controls_in_an_entry_are_made_visible() -> None:
    hostile = "a\x1b[31m\u202eb\ud800\n##[error]c"
    found = described(entry(summary=hostile), {"why": hostile, "advice": hostile, "references": [hostile]})
    texts = [found["shortDescription"]["text"], found["fullDescription"]["text"], *found["help"].values()]
    assert not any(re.search("[^\n\x20-\x7e]", text) for text in texts)
    assert [text.count("<U+001B>[31m<U+202E>b<U+D800>") for text in texts] == [1, 1, 3, 3]
    assert "<U+0023>#[error]c" in texts[3]


def test_without_a_mended_example_there_is_a_good_one() -> None:
    examples = [{"bad": "a: «b»\n", "variant": "x"}, {"good": "c: d\n"}]
    markdown = described(entry(), {"examples": examples})["help"]["markdown"]
    assert "```yaml\na: b\n```\n\nNothing is said of:\n\n```yaml\nc: d\n```" in markdown


@pytest.mark.parametrize(("category", "said"), [("secrets", {}), ("supply-chain", {}), ("project", {"security": True})])
@pytest.mark.parametrize(
    ("severity", "least", "below"), [("error", 7.0, 9.0), ("warning", 4.0, 7.0), ("note", 0.1, 4.0)]
)
def test_a_security_rule_has_a_score_and_no_problem_severity(
    category: str, said: dict[str, bool], severity: str, least: float, below: float
) -> None:
    properties = described(entry(category=category, severity=severity, **said))["properties"]
    assert properties["tags"] == [category, "security"]
    assert least <= float(properties["security-severity"]) < below
    assert "problem.severity" not in properties


@pytest.mark.parametrize(
    ("severity", "problem"), [("error", "error"), ("warning", "warning"), ("note", "recommendation")]
)
def test_any_other_rule_has_a_problem_severity_and_no_score(severity: str, problem: str) -> None:
    assert "security" not in described(entry(category="secrets", security=False))["properties"]["tags"]
    assert "security" not in described(entry(category="project"))["properties"]["tags"]
    found = described(entry(category="cache", severity=severity, confidence="low"))
    assert found["properties"] == {"tags": ["cache"], "precision": "low", "problem.severity": problem}
    assert found["defaultConfiguration"] == {"level": severity}


def test_what_breaks_a_build_is_no_security_alert() -> None:
    security = {rule.name for rule in rules() if rule.security}
    elsewhere = {rule.name for rule in rules() if rule.category not in ("secrets", "supply-chain")}
    assert security & elsewhere == {
        "deprecated-build-image",
        "privileged-mode-unused",
        "project-hardening",
        "public-build-with-secrets",
        "pull-request-build-untrusted",
        "runtime-end-of-life",
        "secret-in-exported-variable",
        "service-role-too-broad",
        "webhook-filter-unanchored",
    }
    assert {rule.name for rule in rules()} - elsewhere <= security


def test_a_description_is_no_longer_than_github_takes_it() -> None:
    text = described(entry(), {"why": "word " * 1000})["fullDescription"]["text"]
    assert len(text) == 1024
    assert text.endswith("…")


def test_every_rule_of_the_catalogue_is_described() -> None:
    found = run_of(result_of([]))["tool"]["driver"]["rules"]
    assert [one["id"] for one in found] == sorted(rule.code for rule in rules())
    assert len({one["name"] for one in found}) == len(found) == len(help_texts())
    for one in found:
        assert re.fullmatch("CB[1-9][0-9]{3}", one["id"])
        assert re.fullmatch("([A-Z0-9][a-z0-9]*)+", one["name"])
        assert len(one["name"]) <= 255
        assert max(len(one[key]["text"]) for key in ("shortDescription", "fullDescription")) <= 1024
        assert one["helpUri"].startswith("https://")
        assert 1 <= len(one["properties"]["tags"]) <= 10
        assert not re.search("[«»‹›]", one["help"]["markdown"])
        assert one["help"]["markdown"].count("```") % 2 == 0
        assert not re.search(r"<[a-z/!]", re.sub("`[^`]*`|```.*?```", "", one["help"]["markdown"], flags=re.DOTALL))
