"""The findings of a run, counted: by severity, repository, rule and owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from cblint.audit.queries import Row, fails
from cblint.finding import Severity
from cblint.records import NamedTuple

SEVERITIES = tuple(severity.value for severity in sorted(Severity, key=lambda severity: -severity.rank))
"""The worst first."""
NOBODY = ""
"""Who owns what nobody owns."""


class Tally(NamedTuple):
    """What there is of findings that nobody suppresses.

    By repository, rule and owner it is counted by severity; ``where`` counts the repositories of a severity, ``spread``
    those of a rule. ``used`` are the rules with findings, suppressed ones included. ``first`` are the
    worst, ``failing`` the findings that make the exit status 1.
    """

    severities: Counter[str]
    where: Counter[str]
    repositories: dict[str, Counter[str]]
    rules: dict[str, Counter[str]]
    spread: Counter[str]
    owners: dict[str, Counter[str]]
    codes: dict[str, str]
    used: set[str]
    first: list[Row]
    suppressed: int
    failing: int


def tallied(rows: Iterable[Row], fail_on: str | None, top: int = 0) -> Tally:
    """The findings of a run, counted, at the threshold that is given, or else that of each repository."""
    severities: Counter[str] = Counter()
    repositories: dict[str, Counter[str]] = {}
    rules: dict[str, Counter[str]] = {}
    owners: dict[str, Counter[str]] = {}
    codes: dict[str, str] = {}
    having: dict[str, set[str]] = {}
    used: set[str] = set()
    first: dict[str, list[Row]] = {severity: [] for severity in SEVERITIES}
    suppressed = failing = 0
    for row in rows:
        used.add(row.rule)
        if row.suppressed:
            suppressed += 1
            continue
        severities[row.severity] += 1
        repositories.setdefault(row.repository, Counter())[row.severity] += 1
        rules.setdefault(row.rule, Counter())[row.severity] += 1
        having.setdefault(row.rule, set()).add(row.repository)
        codes[row.rule] = row.code
        for owner in row.owners.split() or [NOBODY]:
            owners.setdefault(owner, Counter())[row.severity] += 1
        if len(first[row.severity]) < top:
            first[row.severity].append(row)
        failing += fails(row, fail_on)
    where = Counter(severity for counts in repositories.values() for severity in counts)
    spread = Counter({rule: len(names) for rule, names in having.items()})
    worst_ones = [row for severity in SEVERITIES for row in first[severity]][:top]
    return Tally(severities, where, repositories, rules, spread, owners, codes, used, worst_ones, suppressed, failing)


def worst(counts: Mapping[str, Counter[str]]) -> list[tuple[str, Counter[str]]]:
    """Names with their counts, those with the most errors first, then warnings, then notes."""
    return sorted(counts.items(), key=lambda each: (*(-each[1][severity] for severity in SEVERITIES), each[0]))
