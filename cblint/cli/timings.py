"""What ``--timings`` prints: where the time of a run went, by phase, rule and file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cblint.linter import FileResult
from cblint.report.shown import path
from cblint.timing import Spent, together
from cblint.wording import counted

MOST = 10
"""Rules and files that are listed: the slowest."""


def table(files: Sequence[FileResult], run: Spent) -> Iterator[str]:
    """Lines without their ends: seconds and what took them, under headings.

    What files took is added up over the processes, so that it can be more than the run.
    """
    timed = [(file, file.spent) for file in files if file.spent is not None]
    processes = len({spent.process for _, spent in timed})
    read = counted(len(timed), "file")
    yield from _section("the run", run.phases.items())
    yield f"{run.seconds:9.3f}  in all"
    if timed:
        phases = together(spent.phases for _, spent in timed)
        rules = together(spent.rules for _, spent in timed)
        yield from _section(f"{read}, in {counted(processes, 'process', 'processes')}", phases.items())
        yield f"{sum(phases.values()):9.3f}  in all"
        yield from _slowest("rules", rules)
        yield from _slowest("files", {path(file.shown): spent.seconds for file, spent in timed})


def _slowest(what: str, seconds: Mapping[str, float]) -> Iterator[str]:
    found = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
    yield from _section(f"the slowest {what}" if len(found) > MOST else what, found[:MOST])


def _section(heading: str, seconds: Iterable[tuple[str, float]]) -> Iterator[str]:
    """A heading, and what took no millisecond left out."""
    yield f"  seconds  {heading}"
    for name, taken in seconds:
        if taken >= 0.0005:
            yield f"{taken:9.3f}  {name}"
