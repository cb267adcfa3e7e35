"""Each of many findings below a key of a megabyte named that key in full, until memory ran out."""

from __future__ import annotations

from cblint.fix import Refused, fixed_text
from tests.helpers import ISOLATED, lint


def test_the_place_of_a_finding_is_bounded() -> None:
    settings = ISOLATED._replace(select=("duplicate-key",))
    result = lint("phases: {}\n? " + "k" * 500_000 + "\n: {" + "a: 1, " * 900 + "}\n", settings)
    assert len(result.findings) == 899
    assert {len(finding.where) for finding in result.findings} == {1000}
    assert result.findings[0].where.endswith("k…")


def test_a_fix_below_it_is_refused_or_right() -> None:
    text = "version: 0.2\nphases:\n  ? " + "k" * 2000 + "\n  :\n    commands:\n      - a: b\n"
    result = lint(text)
    try:
        fixed, count = fixed_text(text, result.findings, unsafe=True)
    except Refused:
        return
    assert (count, fixed) == (1, text.replace("a: b", "'a: b'"))
