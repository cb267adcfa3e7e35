"""What an audit has found, in a page of text: what matters first, who has most of it, and what was not looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cblint.audit.aligned import aligned
from cblint.audit.overview import Point
from cblint.audit.queries import NEW, Difference, Totals, Trouble
from cblint.audit.store import Run
from cblint.audit.tally import NOBODY, SEVERITIES, Tally, worst
from cblint.records import NamedTuple
from cblint.report.shown import path, printable, width
from cblint.report.text import Paint
from cblint.wording import counted, enumerated

WIDEST = 60
"""Columns of a name in a table: the end of a longer one tells most."""


class Done(NamedTuple):
    """What a run did, and how long it took.

    ``since`` is when the run before began (UTC), empty if there was none; ``new`` and ``gone`` are findings since then.
    ``incomparable``: there were runs before, which looked for something else. ``only`` says which findings are told of,
    where that is not all (as in Overview), ``whole`` is the run as a whole.
    """

    totals: Totals
    seconds: float
    since: str = ""
    new: int = 0
    gone: int = 0
    incomparable: bool = False
    only: str = ""
    whole: Point | None = None


def summary(tally: Tally, done: Done, troubles: Sequence[Trouble], top: int, paint: Paint) -> Iterator[str]:
    """Lines, each with its end; ``top`` is how many of each table are shown."""
    only = f"Only {printable(done.only)}: " if done.only else ""
    yield paint("bold", f"{only}{_headline(tally)}") + "\n"
    if done.only and done.whole is not None:
        yield f"In all there are {_counts(done.whole)}.\n"
    if done.since:
        yield f"Since the audit of {done.since}: {done.new:,} new, {done.gone:,} gone.\n"
    elif done.incomparable:
        yield "The runs before looked for something else, by other options or rules: nothing is compared with them.\n"
    yield from _first(tally, paint)
    yield from _table("Repositories", worst(tally.repositories), top, paint)
    yield from _table("Owners", _owners(tally), top, paint)
    yield from _rules(tally, top, paint)
    yield from _troubles(troubles, top, paint)
    yield f"\n{_closing(done)}\n"


def _counts(whole: Point) -> str:
    numbers = zip(SEVERITIES, (whole.errors, whole.warnings, whole.notes), strict=True)
    return enumerated([counted(number, severity) for severity, number in numbers], "and")


def _first(tally: Tally, paint: Paint) -> Iterator[str]:
    rows = [
        (_cut(f"{row.repository}: {row.path}:{row.line}:{row.column}"), row.severity, f"{row.code} {row.rule}")
        for row in tally.first
    ]
    yield from _below(("The worst", "", ""), rows, tally.severities.total(), paint)


def _headline(tally: Tally) -> str:
    parts = [
        f"{counted(tally.severities[severity], severity)} in "
        f"{counted(tally.where[severity], 'repository', 'repositories')}"
        for severity in SEVERITIES
        if tally.severities[severity]
    ]
    return f"{enumerated(parts, 'and')}." if parts else "No findings."


def _owners(tally: Tally) -> list[tuple[str, Counter[str]]]:
    """Nothing where no repository says who owns what."""
    if set(tally.owners) <= {NOBODY}:
        return []
    return [(name or "(nobody)", counts) for name, counts in worst(tally.owners)]


def _table(title: str, rows: Sequence[tuple[str, Counter[str]]], top: int, paint: Paint) -> Iterator[str]:
    heads = (title, *(f"{severity}s" for severity in SEVERITIES))
    shown = [(_cut(name), *(counts[severity] for severity in SEVERITIES)) for name, counts in rows[:top]]
    yield from _below(heads, shown, len(rows), paint)


def _rules(tally: Tally, top: int, paint: Paint) -> Iterator[str]:
    rows = [
        (_cut(f"{tally.codes[rule]} {rule}"), _worst_of(counts), counts.total(), tally.spread[rule])
        for rule, counts in worst(tally.rules)
    ]
    yield from _below(("Rules", "worst", "findings", "repositories"), rows[:top], len(rows), paint)


def _below(heads: Sequence[str], rows: Sequence[Sequence[object]], number: int, paint: Paint) -> Iterator[str]:
    """A table below what is there; nothing without rows. ``number`` is how many there are in all."""
    if rows:
        yield "\n"
        yield from aligned(heads, rows, paint)
        yield from _more(number, len(rows))


def _worst_of(counts: Counter[str]) -> str:
    return next((severity for severity in SEVERITIES if counts[severity]), "")


def _more(number: int, top: int) -> Iterator[str]:
    if number > top > 0:
        yield f"  … and {number - top:,} more: --top {number} shows all.\n"


def _cut(name: str) -> str:
    shown = path(name)
    if width(shown) <= WIDEST:
        return shown
    start, room = len(shown), WIDEST - 1
    while room and width(shown[start - 1]) <= room:
        start -= 1
        room -= width(shown[start])
    return f"…{shown[start:]}"


def _troubles(troubles: Sequence[Trouble], top: int, paint: Paint) -> Iterator[str]:
    if not troubles:
        return
    yield f"\n{paint('bold', f'Not looked at, or not at all of it: {len(troubles):,}')}\n"
    for each in troubles[:top]:
        where = ": ".join(path(name) for name in (each.repository, each.path) if name)
        # Words follow a name as they are, a sentence does not.
        between = "" if not where else ": " if each.message[:1].isupper() else " "
        yield f"  {where}{between}{printable(each.message)}\n"
    yield from _more(len(troubles), top)


def _closing(done: Done) -> str:
    totals = done.totals
    looked = counted(totals.repositories, "repository", "repositories")
    failed = f", {totals.failed:,} of which could not be looked at" if totals.failed else ""
    files = f"{counted(totals.files, 'file')} with buildspecs"
    kept = ", the others were as before" if done.since else ""
    linted = f"{counted(totals.linted, 'file')} linted{kept}"
    return f"{looked}{failed}, {files}; {linted}, in {_duration(done.seconds)}."


def _duration(seconds: float) -> str:
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


# What a store is asked


def differing(
    old: Run, new: Run, found: Sequence[Difference], added: Sequence[str], missing: Sequence[str]
) -> Iterator[str]:
    """What is new and what is gone between two runs, in lines."""
    yield f"From run {old.id} ({old.started}) to run {new.id} ({new.started}):\n"
    for each in found:
        where = ": ".join(path(name) for name in (each.repository, each.path))
        mark = "+" if each.kind == NEW else "-"
        said = f"{each.severity}[{each.rule}] {each.message}"
        yield f"{mark} {where}:{each.line}:{each.column}: {printable(said)}\n"
    for mark, names in (("+", added), ("-", missing)):
        yield from (
            f"{mark} {path(name)}: the repository is only in run {(new if mark == '+' else old).id}\n" for name in names
        )
    number = sum(1 for each in found if each.kind == NEW)
    yield f"{counted(number, 'finding')} new, {len(found) - number} gone.\n"
