"""Runs cblint over the corpus: counts per rule, what changed since they were recorded, which findings nobody judged.

    python -m tools.corpus               counts, and how they differ from tests/corpus/counts.tsv
    python -m tools.corpus --record      write the counts
    python -m tools.corpus --unjudged    errors and warnings without a verdict, as rows for tests/corpus/verdicts.tsv
    python -m tools.corpus --show RULE   a rule's findings with the lines around them, to be read
    python -m tools.corpus --fix         what fixes make of it (tools/corpus_fixes.py)

The corpus is found through CBLINT_CORPUS (default ../shared/corpus beside the checkout); none of it is kept here.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cblint.catalogue import UnknownRule, find
from cblint.finding import Finding, Severity
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_file

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.environ.get("CBLINT_CORPUS") or os.path.join(ROOT, "..", "shared", "corpus")
COUNTS = os.path.join(ROOT, "tests", "corpus", "counts.tsv")
VERDICTS = os.path.join(ROOT, "tests", "corpus", "verdicts.tsv")


class CorpusFile(NamedTuple):
    """A row of the corpus' manifest; ``file`` is where the copy lies."""

    kind: str
    file: str
    repository: str
    path: str
    commit: str


class Count(NamedTuple):
    """What a rule says in one kind of corpus file, at one severity."""

    kind: str
    rule: str
    severity: str


class Key(NamedTuple):
    """What a verdict is about."""

    repository: str
    path: str
    commit: str
    line: int
    rule: str


class Checked(NamedTuple):
    """A corpus file and what cblint says of it."""

    file: CorpusFile
    result: FileResult


def available() -> bool:
    """Whether the corpus is at hand."""
    return os.path.isfile(os.path.join(CORPUS, "manifest.tsv"))


def corpus_files() -> list[CorpusFile]:
    """The corpus, in the order of its manifest."""
    with open(os.path.join(CORPUS, "manifest.tsv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        CorpusFile(
            row["kind"], os.path.join(CORPUS, row["kind"], row["saved"]), row["repo"], row["path"], row["commit"]
        )
        for row in rows
    ]


def lint_corpus(files: Iterable[CorpusFile], rule: str | None = None) -> list[Checked]:
    """Every file linted by itself, with no configuration but cblint's own; with ``rule``, by that one alone."""
    settings = Settings(isolated=True, select=(rule,) if rule else ())
    return [Checked(file, lint_file(Candidate(file.file, True), settings)) for file in files]


def counts(checked: Iterable[Checked]) -> Counter[Count]:
    """How often each rule speaks, by kind of file and severity."""
    return Counter(
        Count(file.kind, finding.rule, finding.severity.value)
        for file, result in checked
        for finding in result.findings
    )


def recorded_counts() -> Counter[Count]:
    """The counts of ``tests/corpus/counts.tsv``."""
    with open(COUNTS, encoding="utf-8", newline="") as file:
        return Counter(
            {
                Count(row["kind"], row["rule"], row["severity"]): int(row["count"])
                for row in csv.DictReader(file, delimiter="\t")
            }
        )


def verdicts() -> dict[Key, str]:
    """``true`` or ``false`` for each finding that someone judged after reading its file."""
    with open(VERDICTS, encoding="utf-8", newline="") as file:
        return {
            Key(row["repository"], row["path"], row["commit"], int(row["line"]), row["rule"]): row["verdict"]
            for row in csv.DictReader(file, delimiter="\t")
        }


def to_judge(checked: Iterable[Checked]) -> Iterator[tuple[Key, Checked, Finding]]:
    """All errors and warnings, under the key of their verdict."""
    for item in checked:
        for finding in item.result.findings:
            if finding.severity is not Severity.NOTE:
                file = item.file
                yield Key(file.repository, file.path, file.commit, finding.start.line, finding.rule), item, finding


def _print_counts(now: Counter[Count]) -> None:
    before = recorded_counts() if os.path.exists(COUNTS) else Counter[Count]()
    for key in sorted(set(now) | set(before)):
        change = now[key] - before[key]
        print(f"{now[key]:6} {change:+5d}" if change else f"{now[key]:6}      ", *key)


def _print_precision(checked: list[Checked]) -> None:
    known = verdicts()
    for severity in (Severity.ERROR, Severity.WARNING):
        keys = [key for key, _, finding in to_judge(checked) if finding.severity is severity]
        true = sum(1 for key in keys if known.get(key) == "true")
        unjudged = sum(1 for key in keys if key not in known)
        print(f"{severity.value}: {len(keys)} findings, {true} true, {unjudged} without a verdict")


def _record(now: Counter[Count]) -> None:
    with open(COUNTS, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow((*Count._fields, "count"))
        writer.writerows((*key, number) for key, number in sorted(now.items()))


def _print_unjudged(checked: list[Checked]) -> None:
    known = verdicts()
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    for key in dict.fromkeys(key for key, _, _ in to_judge(checked)):
        if key not in known:
            writer.writerow((*key, "?", ""))


def _show(checked: list[Checked], rule: str) -> None:
    for file, result in checked:
        for finding in result.findings:
            if finding.rule == rule:
                print(f"\n{file.kind} {file.repository} {file.path} {finding.severity.value}: {finding.message}")
                with open(file.file, encoding="utf-8", errors="replace") as lines:
                    for number, line in enumerate(lines, 1):
                        if abs(number - finding.start.line) <= 4:
                            mark = ">" if number == finding.start.line else " "
                            print(f"{mark}{number:5} {line.rstrip()[:200]}")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--record", action="store_true", help="write tests/corpus/counts.tsv")
    parser.add_argument("--unjudged", action="store_true", help="list errors and warnings without a verdict")
    parser.add_argument("--show", metavar="RULE", help="print a rule's findings with their surroundings")
    parser.add_argument("--fix", action="store_true", help="fix all in memory; with --record write what came of it")
    parser.add_argument("--patches", action="store_true", help="with --fix: print the patches")
    options = parser.parse_args()
    if not available():
        print(f"There is no corpus at {CORPUS}; set CBLINT_CORPUS.", file=sys.stderr)
        return 2
    try:
        rule = find(options.show).name if options.show else None
    except UnknownRule as error:
        parser.error(str(error))
    if options.fix:
        from tools.corpus_fixes import run

        run(corpus_files(), options.record, options.patches)
        return 0
    checked = lint_corpus(corpus_files(), rule)
    if rule:
        _show(checked, rule)
    elif options.unjudged:
        _print_unjudged(checked)
    else:
        _print_counts(counts(checked))
        _print_precision(checked)
        if options.record:
            _record(counts(checked))
    crashed = [crash for item in checked for crash in item.result.crashes]
    for crash in crashed:
        print(f"internal error: {crash}", file=sys.stderr)
    return 3 if crashed else 0


if __name__ == "__main__":
    sys.exit(main())
