"""The buildspecs within files of other formats: those that someone counted by reading the corpus, and no others."""

from __future__ import annotations

import csv
import os
from collections import Counter
from typing import NamedTuple

import pytest

from cblint.config import Config
from cblint.opening import NotBuildspec, Place, opened
from cblint.source.text import Lines
from tests.integration.conftest import ROOT
from tools.corpus import CORPUS, CorpusFile, available, corpus_files

pytestmark = pytest.mark.skipif(
    not available(), reason=f"the corpus is not at {os.path.normpath(CORPUS)} (set CBLINT_CORPUS)"
)

KINDS = ("cdk", "cloudformation", "markdown", "other", "template", "terraform")
BAR = 0.98


class Counted(NamedTuple):
    """A buildspec, and the line that it begins on in its file."""

    kind: str
    repository: str
    path: str
    commit: str
    line: int


def _rows() -> list[dict[str, str]]:
    with open(os.path.join(ROOT, "tests", "corpus", "hosts.tsv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _counted() -> list[Counted]:
    """What someone saw, in the order of the table."""
    return [Counted(row["kind"], row["repository"], row["path"], row["commit"], int(row["line"])) for row in _rows()]


def _texts() -> dict[CorpusFile, str]:
    texts = {}
    for each in corpus_files():
        if each.kind in KINDS:
            with open(each.file, encoding="utf-8", newline="") as file:
                texts[each] = file.read()
    return texts


def _found(file: CorpusFile, text: str) -> list[Counted]:
    """What cblint sees in a file, known by its path in its repository."""
    try:
        buildspecs = opened(text, Place(file.path, file.path, None), Config()).buildspecs
    except NotBuildspec:
        return []
    roots = [each.root for each in buildspecs]
    lines = [Lines(text).number(root.span.start) for root in roots if root is not None]
    assert len(lines) == len(roots)
    return [Counted(file.kind, file.repository, file.path, file.commit, line) for line in lines]


def _first_key(counted: Counted, text: str) -> Counted:
    """The same below the comments that its text begins with: cblint's begins with its first key."""
    lines = text.splitlines()
    line = counted.line
    while line < len(lines) and (not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#")):
        line += 1
    return counted._replace(line=line)


@pytest.fixture(scope="module")
def both() -> tuple[Counter[Counted], Counter[Counted]]:
    """What someone counted, and what cblint finds."""
    texts = _texts()
    by_file = {(file.kind, file.repository, file.path, file.commit): text for file, text in texts.items()}
    counted = Counter(_first_key(each, by_file[each[:4]]) for each in _counted())
    return counted, Counter(each for file, text in texts.items() for each in _found(file, text))


def test_the_table_is_in_order_and_about_files_of_the_corpus() -> None:
    counted = _counted()
    assert counted == sorted(set(counted))
    assert {row["what"] for row in _rows()} == {"whole", "part"}
    files = {(file.kind, file.repository, file.path, file.commit) for file in _texts()}
    assert [each for each in counted if each[:4] not in files] == []


def test_nearly_every_buildspec_is_found(both: tuple[Counter[Counted], Counter[Counted]]) -> None:
    counted, found = both
    missed = sorted((counted - found).elements())
    assert len(missed) <= (1 - BAR) * counted.total(), "not found:\n" + "\n".join(map(str, missed))


def test_nothing_is_found_that_nobody_saw(both: tuple[Counter[Counted], Counter[Counted]]) -> None:
    counted, found = both
    others = sorted((found - counted).elements())
    assert not others, "found, but not counted:\n" + "\n".join(map(str, others))
