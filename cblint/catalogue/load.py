"""Where the rules come from: the module compiled into a wheel, or ``rules/`` itself in a checkout."""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import import_module
from typing import Any

from cblint.catalogue.model import Rule, rule_from


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """All rules, by code."""
    return tuple(_rule(entry) for entry in _data()["rules"])


def _rule(entry: dict[str, Any]) -> Rule:
    try:
        return rule_from(entry)
    except (KeyError, ValueError, TypeError) as error:
        # Only a checkout can hold such an entry; its schema, which the tests apply, says more.
        raise ValueError(f"the rule entry {entry.get('name')} is wrong: {type(error).__name__} {error}") from None


def config_schema() -> dict[str, Any]:
    """The schema of the configuration file."""
    schema: dict[str, Any] = _data()["config_schema"]
    return schema


@lru_cache(maxsize=1)
def help_texts() -> dict[str, dict[str, Any]]:
    """Why, advice, references and examples, by rule name."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "_help.json")
    if not os.path.exists(path):
        from cblint.catalogue.entries import read_help

        return read_help()
    import json

    with open(path, encoding="utf-8") as file:
        texts: dict[str, dict[str, Any]] = json.load(file)
    return texts


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    try:
        data: dict[str, Any] = import_module("cblint._compiled").DATA
    except ModuleNotFoundError:
        from cblint.catalogue.entries import read_start_up

        return read_start_up()
    return data
