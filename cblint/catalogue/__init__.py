"""The rules: entries, families, and which of them a run uses."""

from __future__ import annotations

from cblint.catalogue.load import help_texts, rules
from cblint.catalogue.model import PROFILES, Rule, Variant
from cblint.catalogue.selection import Selection, UnknownRule, find, select

__all__ = ["PROFILES", "Rule", "Selection", "UnknownRule", "Variant", "find", "help_texts", "rules", "select"]
