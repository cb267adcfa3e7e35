"""Rules for programs; the schema is ``rules/schema/rules.schema.json``. Additions only, within a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint import __version__
from cblint.catalogue import Rule, help_of
from cblint.catalogue.load import entry_of
from cblint.examples import Example, example_from, path_of, unmarked
from cblint.report import RULES_URL
from cblint.report.serialise import serialised
from cblint.suppress import comment
from cblint.typing import Any

VERSION = 1


def render(rules: Iterable[Rule], explained: bool = False) -> Iterator[str]:
    """One document; with all that explains the rules if wanted."""
    yield serialised(
        {
            "format": "cblint-rules",
            "version": VERSION,
            "tool": {"name": "cblint", "version": __version__},
            "rules": [(full if explained else summary)(rule) for rule in rules],
        }
    )


def summary(rule: Rule) -> dict[str, Any]:
    """What a list of rules says of one."""
    entry = entry_of(rule)
    fix = entry["fix"]
    return {
        "code": rule.code,
        "name": rule.name,
        "formerNames": list(rule.former_names),
        "summary": rule.summary,
        "severity": rule.severity.value,
        "confidence": rule.confidence,
        "category": rule.category,
        "profiles": list(rule.profiles),
        "status": rule.status,
        "since": entry.get("since"),
        "fix": None
        if fix["safety"] == "none"
        else {"safe": fix["safety"] == "safe", "title": fix["title"], "changes": fix.get("changes", "")},
        "url": None if rule.is_own else RULES_URL.format(rule=rule.name),
    }


def full(rule: Rule) -> dict[str, Any]:
    """The same, with all that explains the rule."""
    texts = help_of(rule)
    when = entry_of(rule)["variants"]
    return {
        **summary(rule),
        "why": texts["why"].strip(),
        "advice": texts["advice"].strip(),
        "variants": [
            {
                "name": variant.name,
                "severity": variant.severity.value,
                "confidence": variant.confidence,
                "when": when[variant.name].get("when"),
                "needs": variant.needs or None,
                "pedantic": variant.pedantic,
                "message": variant.message,
                "detail": variant.detail,
            }
            for variant in rule.variants.values()
        ],
        "examples": [
            _example_data(example_from(rule.name, number, each)) for number, each in enumerate(texts["examples"])
        ],
        "suppression": comment(rule.name),
        "references": list(texts["references"]),
    }


def _example_data(example: Example) -> dict[str, Any]:
    return {
        "bad": example.variant is not None,
        "variant": example.variant,
        "path": path_of(example),
        "text": example.text,
        "spans": [{"start": span.start, "end": span.end} for span in example.spans],
        "fixed": example.fixed,
        "given": _given(example),
    }


def _given(example: Example) -> dict[str, Any]:
    """What else is known, the files without their markers."""
    files = {path: unmarked(text)[0] for path, text in example.given.get("files", {}).items()}
    return {**example.given, "files": files} if files else example.given
