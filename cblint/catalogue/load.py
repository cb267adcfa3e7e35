"""The rules, made of what their entries say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

from cblint.catalogue.model import Rule, rule_from
from cblint.facts import table
from cblint.typing import Any


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """All rules, by code."""
    return tuple(_rule(entry) for entry in table("rules"))


def _rule(entry: dict[str, Any]) -> Rule:
    try:
        return rule_from(entry)
    except (KeyError, ValueError, TypeError) as error:
        # Only a checkout can hold such an entry; its schema, which the tests apply, says more.
        raise ValueError(f"the rule entry {entry.get('name')} is wrong: {type(error).__name__} {error}") from None


def help_of(rule: Rule) -> Mapping[str, Any]:
    """Why, advice, references and examples of a rule, built in or not."""
    return rule.texts if rule.is_own else help_texts()[rule.name]


def entry_of(rule: Rule) -> dict[str, Any]:
    """The whole entry of a rule, with what explains it."""
    if rule.is_own:
        return dict(rule.texts)
    entry: dict[str, Any] = next((entry for entry in table("rules") if entry["name"] == rule.name), {})
    return {**entry, **help_texts()[rule.name]}


@lru_cache(maxsize=1)
def help_texts() -> dict[str, dict[str, Any]]:
    """Why, advice, references and examples, by the name of the built-in rule."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "_help.json")
    if not os.path.exists(path):
        from cblint.facts.sources import read_help

        return read_help()
    import json

    with open(path, encoding="utf-8") as file:
        texts: dict[str, dict[str, Any]] = json.load(file)
    return texts
