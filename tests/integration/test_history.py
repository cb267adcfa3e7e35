"""Buildspecs that their authors mended: the defect is found on its line before, and not any more after."""

from __future__ import annotations

import csv
import os
from typing import NamedTuple

import pytest

from cblint.finding import Finding
from cblint.hosts.discover import Candidate
from cblint.linter import lint_file
from tests.helpers import ISOLATED
from tests.integration.conftest import ROOT
from tools.corpus import CORPUS, available

pytestmark = pytest.mark.skipif(
    not available(), reason=f"the corpus is not at {os.path.normpath(CORPUS)} (set CBLINT_CORPUS)"
)

# What the corpus calls a defect, and the rule that speaks of it. One construct gets one finding: of what is below a
# phase that there is not, unknown-phase speaks.
RULES = {
    "colon-trap": ("command-not-string",),
    "duplicate-key": ("duplicate-key",),
    "unknown-phase": ("unknown-phase",),
    "phase-not-mapping": ("invalid-value", "unknown-phase"),
    "commands-is-string": ("invalid-value",),
    "unknown-env-key": ("misplaced-key",),
    "unknown-top-key": ("misplaced-key",),
    "unknown-phase-key": ("misplaced-key", "unknown-phase"),
}


class Row(NamedTuple):
    """A defect, as read in its file: the rule that must find it, on which lines, at or below which place."""

    rule: str
    lines: list[int]
    place: str

    def holds(self, finding: Finding) -> bool:
        """Whether the finding is about this defect."""
        below = (self.place + ".", self.place + "[")
        return finding.rule == self.rule and (
            not self.place or finding.where == self.place or finding.where.startswith(below)
        )


class Pair(NamedTuple):
    """The two versions, and what was mended between them or left."""

    defective: str
    fixed: str
    gone: list[str]
    left: list[str]


def _pairs() -> list[Pair]:
    if not available():
        return []
    with open(os.path.join(CORPUS, "historical_fixes.tsv"), encoding="utf-8", newline="") as file:
        return [
            Pair(row["defective"], row["fixed"], _list(row["defects_gone"]), _list(row["defects_left"]))
            for row in csv.DictReader(file, delimiter="\t")
        ]


def _list(text: str) -> list[str]:
    return [part for part in text.split(", ") if part]


def _rows() -> dict[tuple[str, str], Row]:
    with open(os.path.join(ROOT, "tests", "corpus", "history.tsv"), encoding="utf-8", newline="") as file:
        return {
            (row["file"], row["defect"]): Row(row["rule"], [int(line) for line in row["lines"].split()], row["place"])
            for row in csv.DictReader(file, delimiter="\t")
        }


def _findings(folder: str, name: str) -> tuple[Finding, ...]:
    return lint_file(Candidate(os.path.join(CORPUS, folder, name), True), ISOLATED).findings


@pytest.mark.parametrize("pair", _pairs(), ids=lambda pair: pair.defective[:60])
def test_what_was_mended_is_found_before_and_not_after(pair: Pair) -> None:
    old, new = _findings("historical", pair.defective), _findings("historical_fixed", pair.fixed)
    for defect in pair.gone:
        row = _rows()[pair.defective, defect]
        kind, _, name = defect.partition(":")
        assert row.rule in RULES[kind]
        assert [finding.start.line for finding in old if row.holds(finding)] == row.lines
        still = [finding for finding in new if row.holds(finding)]
        # The phase that is none is left where only its value was mended.
        assert still == [] or f"unknown-phase:{name}" in pair.left


def test_the_table_has_every_defect_and_no_other() -> None:
    pairs = _pairs()
    assert len(pairs) == 20
    assert set(_rows()) == {(pair.defective, defect) for pair in pairs for defect in pair.gone}
