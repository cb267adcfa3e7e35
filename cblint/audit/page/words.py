"""What matters first in an audit, in sentences, each with the findings that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from cblint.audit.overview import Overview
from cblint.audit.page.data import NEW, SEVERITIES, Tally, name
from cblint.records import NamedTuple
from cblint.wording import enumerated

_SECRETS = "secrets"
"""The category of the rules about them."""


class Matter(NamedTuple):
    """Something to look at: what it is in one or two words, a sentence, and the address within the page."""

    title: str
    said: str
    address: str


def address(view: str, **filters: str) -> str:
    """Where in the page something is shown: a view, and what it is filtered by."""
    return f"#{view}?{urlencode(filters)}" if filters else f"#{view}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word: ``1 file``, ``1,200 files``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def title(overview: Overview) -> str:
    """What the page is called, and which findings it has if that is not all."""
    named = name(overview.title) or "Audit"
    return f"{named}: only {name(overview.only)}" if overview.only else named


def none(overview: Overview) -> str:
    """That there are no findings, in a sentence."""
    return f"Nothing of {name(overview.only)} was found." if overview.only else "Nothing was found."


def lead(overview: Overview, tally: Tally) -> str:
    """How things stand, in one or two sentences."""
    if not sum(tally.total[:NEW]):
        return _nothing(overview)
    said = _severities(tally.total)
    if tally.total[0]:
        where = _among(sum(counts[0] > 0 for counts in tally.repositories), len(overview.repositories))
        also = f"; also {enumerated(said[1:], 'and')}" if said[1:] else ""
        told = f"{said[0]} in {where}{also}."
    else:
        where = _among(sum(any(counts[:NEW]) for counts in tally.repositories), len(overview.repositories))
        told = f"no errors, but {enumerated(said, 'and')} in {where}."
    return f"Only {name(overview.only)}: {told}" if overview.only else told[0].upper() + told[1:]


def _severities(counts: Sequence[int]) -> list[str]:
    return [counted(number, severity) for number, severity in zip(counts, SEVERITIES, strict=False) if number]


def _among(number: int, total: int) -> str:
    repositories = counted(total, "repository", "repositories")
    if number < total:
        return f"{number:,} of {repositories}"
    return repositories if total == 1 else f"all {repositories}"


def _nothing(overview: Overview) -> str:
    if overview.only:
        return f"{none(overview)}{_in_all(overview)}"
    if not overview.repositories:
        return "There was no repository to look at."
    files = counted(sum(each.files for each in overview.repositories), "file")
    return f"Nothing was found in {files} of {counted(len(overview.repositories), 'repository', 'repositories')}."


def _in_all(overview: Overview) -> str:
    """What the run has found beside what the page is about."""
    if not overview.trend:
        return ""
    whole = overview.trend[-1]
    counts = (whole.errors, whole.warnings, whole.notes)
    if not any(counts):
        return " Nor was anything else."
    first = next(filter(None, counts))
    return f" In all there {'is' if first == 1 else 'are'} {enumerated(_severities(counts), 'and')}."


def changed(overview: Overview, tally: Tally) -> str:
    """What is new since the run before, in a sentence; empty if there was none, or what is gone is not known."""
    if len(overview.trend) < 2 or overview.only:
        return ""
    before, now = overview.trend[-2:]
    fresh = tally.total[NEW]
    if not fresh and not now.gone:
        return f"Nothing has changed since run {before.run}."
    new = f"{counted(fresh, 'finding')} {'is' if fresh == 1 else 'are'} new" if fresh else "Nothing is new"
    gone = f"{now.gone:,} {'is' if now.gone == 1 else 'are'} gone" if now.gone else "none is gone"
    return f"{new} since run {before.run}, and {gone}."


def matters(overview: Overview, tally: Tally) -> tuple[Matter, ...]:
    """What to look at, the most urgent first."""
    return tuple(_matters(overview, tally))


def _matters(overview: Overview, tally: Tally) -> Iterator[Matter]:
    secret = [number for number, rule in enumerate(overview.rules) if rule.category == _SECRETS]
    findings = sum(sum(tally.rules[number][:NEW]) for number in secret)
    if findings:
        places = len(_repositories(tally, secret))
        yield Matter(
            "Secrets",
            f"{counted(findings, 'finding')} in {counted(places, 'repository', 'repositories')} "
            f"{'is' if findings == 1 else 'are'} about secrets. Replace every secret that may have leaked.",
            address("findings", category=_SECRETS),
        )
    if tally.total[NEW] and len(overview.trend) > 1:
        yield Matter(
            "New",
            f"{counted(tally.total[NEW], 'finding')} {'is' if tally.total[NEW] == 1 else 'are'} new since run "
            f"{overview.trend[-2].run}. Whoever made the change still remembers it.",
            address("findings", new="1"),
        )
    if tally.total[0]:
        yield from _worst(overview, tally)
    if tally.other["safe"]:
        yield Matter(
            "Quick to fix",
            f"{counted(tally.other['safe'], 'finding')} {'has' if tally.other['safe'] == 1 else 'have'} a safe fix: "
            "cblint check --fix applies it.",
            address("findings", fix="safe"),
        )
    troubled = sum(bool(each.problems) for each in overview.repositories)
    if troubled:
        yield Matter(
            "Not looked at",
            f"{counted(troubled, 'repository', 'repositories')} could not be looked at in full, "
            "and may have more findings.",
            address("repositories", problems="1"),
        )


def _worst(overview: Overview, tally: Tally) -> Iterator[Matter]:
    errors = tally.total[0]
    rule = max(range(len(tally.rules)), key=lambda number: tally.rules[number][0])
    makes = tally.rules[rule][0]
    shown = name(overview.rules[rule].name)
    if makes > 1:
        places = len(_repositories(tally, [rule]))
        share = f"All {errors:,} errors" if makes == errors else f"{makes:,} of the {errors:,} errors"
        yield Matter(
            "Most frequent",
            f"{share} come from {shown or '(no name)'}, in {counted(places, 'repository', 'repositories')}.",
            address("findings", rule=shown, severity="error"),
        )
    worst = max(range(len(tally.repositories)), key=lambda number: tally.repositories[number][0])
    shown = name(overview.repositories[worst].name)
    if len(overview.repositories) > 1 and tally.repositories[worst][0] > 1:
        yield Matter(
            "Worst repository",
            f"{shown or '(no name)'} has {counted(tally.repositories[worst][0], 'error')}.",
            address("findings", repository=shown, severity="error"),
        )


def _repositories(tally: Tally, rules: Sequence[int]) -> set[int]:
    """Those that have a finding of one of the rules."""
    wanted = frozenset(rules)
    return {cell // len(tally.rules) for cell in tally.cells if cell % len(tally.rules) in wanted}
