"""Quotes that a fix put round a version made another finding of the baseline, on the same line, look new."""

from __future__ import annotations

import pytest

from cblint.baseline import compare
from tests.helpers import commands, lint


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ("      nodejs: 12.0", '      nodejs: "12.0"', 0),
        ("      nodejs: '12'", "      nodejs: 12", 0),
        ("      nodejs: 12.0", "      nodejs: 10.0", 1),
    ],
)
def test_the_finding_stays_the_same(before: str, after: str, left: int) -> None:
    text = commands("make").replace("phases:\n", f"phases:\n  install:\n    runtime-versions:\n{before}\n")
    entries = compare([lint(text)], (), "/nowhere").fresh
    found = compare([lint(text.replace(before, after))], entries, "/nowhere")
    assert "runtime-end-of-life" in {entry.rule for entry in entries}
    assert sum(entry.rule == "runtime-end-of-life" for entry in found.fresh) == left
