"""The order of the phases."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import PHASES, Buildspec, mapping
from cblint.finding import Edit, Report
from cblint.flow.kinds import ASSIGNED
from cblint.shell.syntax import Node
from cblint.source.tree import Mapping, Pair


def phases_out_of_order(buildspec: Buildspec) -> Iterator[Report]:
    """The phases stand in the file in another order than that in which they run."""
    pair = buildspec.get("phases")
    phases = mapping(pair.value) if pair is not None else None
    if phases is None:
        return
    latest = None
    for phase in phases.pairs:
        if phase.is_merge or phase.name not in PHASES:
            continue
        if latest is not None and PHASES.index(phase.name) < PHASES.index(latest.name or ""):
            pairs = [each for each in phases.pairs if each.name in PHASES]
            yield _relied_on(buildspec, pairs) or _told(phases, phase, latest)
            return
        latest = phase


def _told(phases: Mapping, phase: Pair, other: Pair) -> Report:
    fields = {"phase": phase.name or "", "other": other.name or ""}
    related = (("other", other.key.span),)
    return Report(phase.key.span, "order", fields, related, _in_order(phases), touched=(phases,))


def _in_order(phases: Mapping) -> tuple[Edit, ...]:
    """The phases as they run, if each is there once and nothing else."""
    names = [pair.name for pair in phases.pairs]
    if len(set(names)) < len(names) or not set(names) <= set(PHASES):
        return ()
    from cblint.checks.structure import in_order  # most files have their phases in order

    return in_order(phases, lambda pair: PHASES.index(pair.name or ""))


def _relied_on(buildspec: Buildspec, phases: list[Pair]) -> Report | None:
    """A variable that is set in a phase which stands above, and read in one that runs before."""
    from cblint.checks.variables import reads_unset  # most files have their phases in order
    from cblint.flow import build_of

    above = {phase.name: [other.name for other in phases[:number]] for number, phase in enumerate(phases)}
    keys = {phase.name: phase.key for phase in phases}
    places: dict[str, dict[str, Node]] = {}
    runs = build_of(buildspec).runs
    for run in runs:
        for event in run.events:
            if event.kind == ASSIGNED:
                places.setdefault(event.name, {}).setdefault(run.step.phase, event.node)
    for run in runs:
        early = run.step.phase
        for event in run.events:
            if run.step.key != "commands" or not reads_unset(event):
                continue
            for late, place in places.get(event.name, {}).items():
                if late in above[early] and PHASES.index(late) > PHASES.index(early):
                    fields = {"phase": early, "other": late, "name": event.name}
                    related = (("other", keys[late].span), ("set", place.span), ("read", event.node.span))
                    return Report(keys[early].span, "relies", fields, related)
    return None
