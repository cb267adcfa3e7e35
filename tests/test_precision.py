"""Every error and warning on the corpus was judged by someone who read the file, and nothing changed unseen."""

from __future__ import annotations

import csv
import os

import pytest

from cblint.finding import Severity
from tools import corpus

pytestmark = pytest.mark.skipif(
    not corpus.available(), reason=f"the corpus is not at {os.path.normpath(corpus.CORPUS)} (set CBLINT_CORPUS)"
)


@pytest.fixture(scope="module")
def checked() -> list[corpus.Checked]:
    return corpus.lint_corpus(corpus.corpus_files())


def test_nothing_crashes(checked: list[corpus.Checked]) -> None:
    assert [crash for item in checked for crash in item.result.crashes] == []


def test_every_error_and_warning_has_a_verdict(checked: list[corpus.Checked]) -> None:
    known = corpus.verdicts()
    assert [key for key, _, _ in corpus.to_judge(checked) if key not in known] == []


@pytest.mark.parametrize(("severity", "bar"), [(Severity.ERROR, 0.99), (Severity.WARNING, 0.95)])
def test_precision_stays_above_the_bar(checked: list[corpus.Checked], severity: Severity, bar: float) -> None:
    known = corpus.verdicts()
    judged = [known.get(key) for key, _, finding in corpus.to_judge(checked) if finding.severity is severity]
    assert judged
    assert sum(1 for verdict in judged if verdict == "true") >= bar * len(judged)


def test_every_verdict_is_about_a_finding_that_is_still_made(checked: list[corpus.Checked]) -> None:
    made = {key for key, _, _ in corpus.to_judge(checked)}
    assert [key for key, verdict in corpus.verdicts().items() if verdict == "true" and key not in made] == []


def test_the_counts_are_the_recorded_ones(checked: list[corpus.Checked]) -> None:
    assert corpus.counts(checked) == corpus.recorded_counts()


SILENT = os.path.join(corpus.ROOT, "tests", "corpus", "silent.tsv")


def test_what_was_missed_is_found_now(checked: list[corpus.Checked]) -> None:
    """Files in which the rules about failures were silent, each read by someone who wrote down what was missed."""
    with open(SILENT, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    made = {
        corpus.Key(file.repository, file.path, file.commit, finding.start.line, finding.rule)
        for file, result in checked
        for finding in result.findings
    }
    missed = [
        corpus.Key(row["repository"], row["path"], row["commit"], int(row["line"]), row["rule"])
        for row in rows
        if row["verdict"] == "missed"
    ]
    assert len({(row["repository"], row["path"], row["commit"]) for row in rows}) >= 60
    assert sum(key in made for key in missed) >= 0.9 * len(missed)
