"""Fixes of files with thousands of findings took the square of their number, and of many values minutes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cblint import fix, mending
from cblint.fix import fix_bytes
from cblint.hosted_fixes import Taken, overlap
from cblint.hosts.discover import Candidate
from cblint.linter import lint_text
from cblint.source.text import Span
from tests.bounds import no_hanging
from tests.helpers import HEAD, ISOLATED

CALL = "curl https://example.com/{} -o {}"


def test_places_of_a_buildspec_in_json_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    buildspec = HEAD + "".join(f"      - {CALL.format(each, each)}\n" for each in range(100))
    project = {
        "Type": "AWS::CodeBuild::Project",
        "Properties": {"Source": {"Type": "GITHUB", "BuildSpec": buildspec}},
    }
    text = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Build": project}})
    compared, is_text_of = [], mending._is_text_of

    def counted(*given: Any) -> bool:
        compared.append(given)
        return is_text_of(*given)

    monkeypatch.setattr(mending, "_is_text_of", counted)
    findings = lint_text(text, Candidate("x.template.json", True), ISOLATED).findings
    assert sum(1 for finding in findings if finding.fix is not None) == 100
    assert len(compared) < 10


def test_a_file_of_more_values_than_can_be_checked_is_left_alone() -> None:
    text = f"{HEAD}      - {CALL.format('a', 'b')}\nx: [{'a,' * fix.MOST_NODES}a]\n"
    with no_hanging(30):
        change, data = fix_bytes(text.encode(), Candidate("buildspec.yml", True), ISOLATED, True)
    assert (change.fixed, data) == (0, text.encode())
    assert change.refused == "it has more than 50,000 values, too many to check what a fix changes"


def test_passes_are_fewer_the_longer_a_file_is(monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + "".join(f"      - {CALL.format(each, each)}\n" for each in range(40))
    monkeypatch.setattr("cblint.engine.MAX_PER_RULE", 10)
    monkeypatch.setattr(fix, "MOST_LINTED", 3 * len(text) + 1000)
    change, _ = fix_bytes(text.encode(), Candidate("buildspec.yml", True), ISOLATED, True)
    assert (change.fixed, change.refused) == (30, "it is large and there may be more to fix: run it again")


def test_only_the_neighbours_of_a_range_can_overlap_it() -> None:
    spans = [Span(start, end) for start in range(6) for end in range(start, 6)]
    for first in spans:
        for second in spans:
            if overlap(first, second):
                continue
            taken = Taken()
            taken.add([first, second])
            for each in spans:
                expected = any(overlap(each, other) for other in (first, second))
                assert any(overlap(each, other) for other in taken.beside(each)) == expected
                assert (each in taken.beside(each)) == (each in (first, second))
