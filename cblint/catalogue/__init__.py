"""The rules: entries, families, and which of them a run uses."""

from __future__ import annotations

from cblint.catalogue.load import help_of, help_texts, rules
from cblint.catalogue.model import PROFILES, Rule, Variant
from cblint.catalogue.selection import Catalogue, Selection, UnknownRule, built_in, find, select

__all__ = [
    "PROFILES",
    "Catalogue",
    "Rule",
    "Selection",
    "UnknownRule",
    "Variant",
    "built_in",
    "find",
    "help_of",
    "help_texts",
    "rules",
    "select",
]
