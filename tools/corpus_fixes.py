"""Fixes the corpus in memory: what is mended, why the rest is not, and what a file says once it is fixed.

    python -m tools.corpus --fix            counts, and which findings nobody classified
    python -m tools.corpus --fix --record   write tests/corpus/fix_counts.tsv and tests/corpus/fixes.tsv
    python -m tools.corpus --fix --patches  print the patches, to be read

``fixes.tsv`` has a row for each finding that a safe fix might mend and did not. Its reason is found by the machine,
``why`` is written by who read the finding, and stays when the file is recorded again. So do the rows of findings that
were there before and could not be seen (``revealed``).
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cblint.catalogue import find
from cblint.finding import Finding
from cblint.fix import Change, Refused, fix_bytes, fixed_text
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_bytes, reader_of
from cblint.source.file import decode
from tools.corpus import ROOT, CorpusFile, Key

COUNTS = os.path.join(ROOT, "tests", "corpus", "fix_counts.tsv")
FIXES = os.path.join(ROOT, "tests", "corpus", "fixes.tsv")
REVEALED = "revealed"
NOT_OFFERED = "no fix is offered for this shape"
UNSAFE = "the fix offered here is not safe"
SUPPRESSED = "it is suppressed"
OVERLAPS = "it is still there behind another fix"
_SETTINGS = Settings(isolated=True)


class Fixed(NamedTuple):
    """A corpus file, what is said of it before and after all its fixes, and the text that these were made in."""

    file: CorpusFile
    unsafe: bool
    text: str
    before: FileResult
    change: Change
    new: bytes
    after: FileResult


class Row(NamedTuple):
    """A finding that stays, or that comes, where a safe fix was made or might be."""

    key: Key
    reason: str


class Count(NamedTuple):
    """What fixes do to the findings of a rule: ``safety`` tells with which fixes."""

    rule: str
    safety: str
    found: int
    offered: int
    mended: int


def fix_corpus(files: Iterable[CorpusFile], unsafe: bool) -> Iterator[Fixed]:
    """Every file that can be read, fixed where a fix is offered."""
    for file in files:
        with open(file.file, "rb") as stream:
            data = stream.read()
        candidate = Candidate(file.file, True)
        before = lint_bytes(data, candidate, _SETTINGS)
        offered = any(finding.fix is not None and (finding.fix.safe or unsafe) for finding in before.findings)
        change, new = fix_bytes(data, candidate, _SETTINGS, unsafe) if offered else (Change(file.file), data)
        after = lint_bytes(new, candidate, _SETTINGS) if new != data else before
        yield Fixed(file, unsafe, decode(data), before, change, new, after)


def rows_of(fixed: Fixed) -> Iterator[Row]:
    """The findings that a safe fix might have mended, and those that were not seen before."""
    left = Counter(_identity(finding) for finding in fixed.after.findings)
    for finding in () if fixed.unsafe else fixed.before.findings:
        reason = _reason(finding, fixed, left) if find(finding.rule).fix_safety == "safe" else ""
        if reason:
            yield Row(_key(fixed.file, finding), reason)
    for finding in gained(fixed):
        yield Row(_key(fixed.file, finding), REVEALED)


def gained(fixed: Fixed) -> list[Finding]:
    """The findings of a fixed file that no finding of the file before answers to."""
    more = Counter(finding.rule for finding in fixed.after.findings)
    more.subtract(finding.rule for finding in fixed.before.findings)
    known = {_identity(finding) for finding in fixed.before.findings}
    return [finding for finding in fixed.after.findings if more[finding.rule] > 0 and _identity(finding) not in known]


def _reason(finding: Finding, fixed: Fixed, left: Mapping[tuple[str, str, str], int]) -> str:
    """Why a finding was not mended; empty if it was."""
    if finding.suppressed is not None:
        return SUPPRESSED
    if finding.fix is None:
        return NOT_OFFERED
    if not (finding.fix.safe or fixed.unsafe):
        return UNSAFE
    if not left.get(_identity(finding)):
        return ""
    if any(other.rule == "yaml-syntax-error" for other in fixed.before.findings):
        return fixed.change.refused
    try:
        fixed_text(fixed.text, [finding], fixed.unsafe, reader_of(fixed.file.file, _SETTINGS))
    except Refused as error:
        return f"refused: {error}"
    return OVERLAPS


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.where, finding.message


def _key(file: CorpusFile, finding: Finding) -> Key:
    return Key(file.repository, file.path, file.commit, finding.start.line, finding.rule)


def counts_of(corpus: Iterable[Fixed]) -> Iterator[Count]:
    """The counts of one run over the corpus, of the rules that have a fix."""
    found: Counter[str] = Counter()
    offered: Counter[str] = Counter()
    mended: Counter[str] = Counter()
    unsafe = False
    for fixed in corpus:
        unsafe = fixed.unsafe
        left = Counter(_identity(finding) for finding in fixed.after.findings)
        for finding in fixed.before.findings:
            if find(finding.rule).fix_safety != "none":
                found[finding.rule] += 1
                offered[finding.rule] += finding.fix is not None and (finding.fix.safe or unsafe)
                mended[finding.rule] += not _reason(finding, fixed, left)
    for rule in sorted(found):
        yield Count(rule, "unsafe" if unsafe else "safe", found[rule], offered[rule], mended[rule])


def recorded_counts() -> list[Count]:
    """The counts of ``tests/corpus/fix_counts.tsv``."""
    with open(COUNTS, encoding="utf-8", newline="") as file:
        return [
            Count(row["rule"], row["safety"], int(row["found"]), int(row["offered"]), int(row["mended"]))
            for row in csv.DictReader(file, delimiter="\t")
        ]


def recorded_rows() -> dict[Row, str]:
    """The rows of ``tests/corpus/fixes.tsv``, each with what was written by who read the finding."""
    with open(FIXES, encoding="utf-8", newline="") as file:
        return {
            Row(Key(row["repository"], row["path"], row["commit"], int(row["line"]), row["rule"]), row["reason"]): row[
                "why"
            ]
            for row in csv.DictReader(file, delimiter="\t")
        }


def run(files: list[CorpusFile], record: bool, patches: bool) -> None:
    """What the command prints, and writes if it is to be recorded."""
    runs = [list(fix_corpus(files, unsafe)) for unsafe in (False, True)]
    if patches:
        print("".join(line for fixed in runs[0] for line in fixed.change.patch))
        return
    counts = [count for corpus in runs for count in counts_of(corpus)]
    rows = sorted({row for corpus in runs for fixed in corpus for row in rows_of(fixed)})
    known = recorded_rows() if os.path.exists(FIXES) else {}
    print(f"{'found':>6} {'offered':>8} {'mended':>7}")
    for count in counts:
        print(f"{count.found:6} {count.offered:8} {count.mended:7}  {count.safety:6} {count.rule}")
    for reason, number in Counter(row.reason.split(":")[0] for row in rows).most_common():
        print(f"{number:6} left: {reason}")
    for row in rows:
        if not known.get(row):
            print("nobody wrote why:", *row.key, row.reason)
    if record:
        _record(COUNTS, Count._fields, counts)
        _record(FIXES, (*Key._fields, "reason", "why"), ((*row.key, row.reason, known.get(row, "")) for row in rows))


def _record(path: str, names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
