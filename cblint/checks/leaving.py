"""Commands that leave their shell early, and what runs all the same."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.buildspec.shells import BASH
from cblint.checks.hidden import acts
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, RAN, READ
from cblint.flow.steps import SUCCEEDING
from cblint.shell.commands import CommandList, Function, Pipeline, Subshell
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import CommandSubstitution, Node, ProcessSubstitution
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import StepRun
    from cblint.flow.events import Event

LOOKED_AT = 100
"""So many exits of a build are followed: each costs a look at all that comes behind it."""
_SHELLS = (Subshell, CommandSubstitution, ProcessSubstitution)
_IDLE = frozenset({"print", "control"})


def early_exit_zero(buildspec: Buildspec) -> Iterator[Report]:
    """A command ends its shell with success, and the next ones run all the same or miss what it has set."""
    if not any(True for item in buildspec.shell_items if item.holds(_LEAVES) for _ in _exits(item)):
        return
    build = build_of(buildspec)
    runs = list(build.on(SUCCEEDING))
    work = _work_behind(runs)
    seen: set[int] = set()
    looked_at = 0
    for number, run in enumerate(runs):
        exits = {id(invocation.node): invocation for invocation in _exits(run.step.item)}
        for event in run.events:
            invocation = exits.get(id(event.node)) if event.kind == RAN else None
            if invocation is None or id(event.node) in seen or run.step.key == "finally":
                continue
            if not invocation.arguments and (event.state is None or event.state.succeeded is not True):
                # Alone, it has the status of the command before it.
                continue
            report = _report(buildspec, run, event, invocation, runs[number + 1 :], work[number])
            looked_at += report is None
            if looked_at > LOOKED_AT:
                return
            if report is not None:
                seen.add(id(event.node))
                yield report


_LEAVES = r"\b(exit|return)\b"


def _exits(item: ShellItem) -> Iterator[Invocation]:
    """The ``exit`` and ``return`` of the item's own shell that are given 0, or nothing."""
    for invocation in item.invocations:
        if invocation.program in ("exit", "return") and [word.text for word in invocation.arguments] in ([], ["0"]):
            above = invocation.above
            inner = any(isinstance(node, _SHELLS) for node in above) or invocation.wrappers
            stage = any(isinstance(node, Pipeline) and len(node.commands) > 1 for node in above)
            of_function = invocation.program == "return" and any(isinstance(node, Function) for node in above)
            if not inner and not stage and not of_function:
                yield invocation


def _report(
    buildspec: Buildspec,
    run: StepRun,
    event: Event,
    invocation: Invocation,
    later: list[StepRun],
    named: Invocation | None,
) -> Report | None:
    if invocation.program == "return" and buildspec.runs_in == BASH:
        return None
    fields = {"command": invocation.node.raw}
    lost = _lost(run, event, later)
    if lost is not None:
        assigned, read = lost
        related = (("assigned", assigned.node.span), ("read", read.node.span))
        variant = "loses" if invocation.program == "exit" else "returns"
        return Report(invocation.node.span, variant, {**fields, "name": read.name}, related)
    if named is None or not event.guards or _skips_something(invocation, run.step.item):
        return None
    variant = "goes-on" if invocation.program == "exit" else "returns"
    return Report(invocation.node.span, variant, {**fields, "name": called(named)}, (("work", called_at(named)),))


def _lost(run: StepRun, event: Event, later: list[StepRun]) -> tuple[Event, Event] | None:
    """A variable that is set before the exit, and read by a command behind the item as if it had been kept."""
    before = run.events[: run.events.index(event)]
    assigned = {
        each.name: each for each in before if each.kind == ASSIGNED and each.guards == event.guards[: len(each.guards)]
    }
    for other in later if assigned else ():
        for each in other.events:
            if each.kind == ASSIGNED:
                assigned.pop(each.name, None)
            elif each.kind == READ and each.name in assigned and run.step.item is not other.step.item:
                return assigned[each.name], each
    return None


def _skips_something(invocation: Invocation, item: ShellItem) -> bool:
    """Whether more than a message follows in the item, which the exit is there to skip."""
    behind: list[Node] = []
    inner: Node = invocation.node
    for node in invocation.above:
        if isinstance(node, CommandList):
            behind += [each for each in node.items if each.start >= inner.end and each is not inner]
        inner = node
    for other in item.invocations:
        if any(node is each for node in (other.node, *other.above) for each in behind):
            effect = effect_of(other)
            if effect is None or effect.does not in _IDLE:
                return True
    return False


def _work_behind(runs: list[StepRun]) -> list[Invocation | None]:
    """For each run a command of those behind it that does something: one with an effect outside, if there is any."""
    found: list[Invocation | None] = []
    outside = inside = None
    for run in reversed(runs):
        found.append(outside or inside)
        for invocation in reversed(list(_work(run))):
            if _goes_out(invocation):
                outside = invocation
            inside = invocation
    return found[::-1]


def _work(run: StepRun) -> Iterator[Invocation]:
    """What a command does whatever the conditions in it say."""
    certain = {id(event.node) for event in run.events if event.kind == RAN and not event.guards}
    for invocation in run.step.item.invocations if run.step.key == "commands" else ():
        if id(invocation.node) in certain and acts(invocation):
            yield invocation


def _goes_out(invocation: Invocation) -> bool:
    effect = effect_of(invocation)
    return effect is not None and bool(effect.outward)
