"""The corpus after its fixes: what is mended stays mended, what is not has its reason, and nothing breaks."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from cblint.finding import Finding
from cblint.fix import fix_bytes
from cblint.hosts.discover import Candidate
from tests.bounds import FUZZ
from tests.helpers import ISOLATED
from tools.corpus import CORPUS, available, corpus_files
from tools.corpus_fixes import counts_of, fix_corpus, recorded_counts, recorded_rows, rows_of

pytestmark = pytest.mark.skipif(
    not available(), reason=f"the corpus is not at {os.path.normpath(CORPUS)} (set CBLINT_CORPUS)"
)


def _broken(findings: tuple[Finding, ...]) -> int:
    return sum(finding.rule in ("yaml-syntax-error", "shell-syntax-error") for finding in findings)


LONG = FUZZ
"""``make fuzz`` makes the unsafe fixes as well, and all of them twice."""


@pytest.mark.parametrize("unsafe", [False, True] if LONG else [False])
def test_the_corpus_is_fixed_as_it_is_recorded(unsafe: bool) -> None:
    """``python -m tools.corpus --fix --record`` records it anew; whoever reads the new rows says why."""
    corpus = list(fix_corpus(corpus_files(), unsafe))
    for fixed in corpus:
        assert not fixed.after.crashes
        assert _broken(fixed.after.findings) <= _broken(fixed.before.findings), fixed.file
        if LONG and fixed.change.fixed:
            again, same = fix_bytes(fixed.new, Candidate(fixed.file.file, True), ISOLATED, unsafe)
            assert (again.fixed, same) == (0, fixed.new), fixed.file
    assert list(counts_of(corpus)) == [each for each in recorded_counts() if (each.safety == "unsafe") is unsafe]
    known = recorded_rows()
    rows = Counter(row for fixed in corpus for row in rows_of(fixed))
    assert [row for row in rows if row not in known] == []
    if not unsafe:
        assert [row for row in known if row not in rows and row.reason != "revealed"] == []


def test_of_each_finding_that_is_not_mended_someone_says_why() -> None:
    assert [row for row, why in recorded_rows().items() if not why] == []
