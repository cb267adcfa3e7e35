"""The order of the phases."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import PHASES, Buildspec, mapping
from cblint.finding import Report


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
            fields = {"phase": phase.name, "other": latest.name or ""}
            yield Report(phase.key.span, "order", fields, (("other", latest.key.span),))
            return
        latest = phase
