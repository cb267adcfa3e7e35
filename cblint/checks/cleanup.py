"""What ``finally`` does: it runs after a failure too, and can fail the phase itself."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.checks.deleting import all_that_protects
from cblint.checks.edits import after
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN, READ
from cblint.flow.steps import FAILING, SUCCEEDING, Step, steps_of
from cblint.shell.commands import AndOr
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.query import Invocation, asked_in
from cblint.shell.syntax import Parameter, walk
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.events import Event

_GOES_WRONG = frozenset({"publish", "deploy", "destroy", "trigger"})


def finally_assumes_success(buildspec: Buildspec) -> Iterator[Report]:
    """A command of ``finally`` uses a variable that is only set if the phase gets so far."""
    if not any(_acts_outside(step) for step in steps_of(buildspec) if step.key == "finally"):
        return
    build = build_of(buildspec)
    set_at = {
        id(event.node): event.variable.places[0]
        for run in build.on(SUCCEEDING)
        if run.step.key == "finally"
        for event in run.events
        if event.kind == READ and event.variable is not None and event.variable.assigned and event.variable.places
    }
    seen: set[int] = set()
    for run in build.on(FAILING):
        users = _users(run.step) if run.step.key == "finally" else {}
        for event in run.events if users else ():
            place = set_at.get(id(event.node))
            invocation = _user(users, event) if place is not None and id(event.node) not in seen else None
            if place is not None and invocation is not None:
                seen.add(id(event.node))
                fields = {"name": event.name, "command": called(invocation), "phase": run.step.phase}
                yield Report(event.node.span, "variable", fields, (("assigned", place.span),))


def _acts_outside(step: Step) -> bool:
    return any(map(_is_outside, step.item.invocations))


def _is_outside(invocation: Invocation) -> bool:
    effect = effect_of(invocation)
    return effect is not None and effect.does in _GOES_WRONG and bool(effect.outward)


def _users(step: Step) -> dict[int, Invocation]:
    """The commands with an effect outside, by the parameters (by identity) in their words that nobody asks for."""
    asked = asked_in(step.item.script)
    found: dict[int, Invocation] = {}
    for invocation in step.item.invocations:
        if not _is_outside(invocation):
            continue
        # Of what deletes everything dangerous-delete speaks.
        protects = [all_that_protects(invocation, word) for word in invocation.operands()]
        for part in (part for word in invocation.words for part in walk(word)):
            if isinstance(part, Parameter) and part.name not in asked and not any(part is each for each in protects):
                found[id(part)] = invocation
    return found


def _user(users: dict[int, Invocation], event: Event) -> Invocation | None:
    """The command with an effect outside that uses a variable which may not be set after a failure."""
    variable, node = event.variable, event.node
    if event.kind != READ or not isinstance(node, Parameter) or variable is None:
        return None
    return users.get(id(node)) if not node.operator and variable.assigned is not True and not event.guards else None


def finally_can_fail_phase(buildspec: Buildspec) -> Iterator[Report]:
    """A command of ``finally`` fails where there is nothing to take away, and the phase with it."""
    if not any(True for step in steps_of(buildspec) if step.key == "finally" for _ in _taking_away(step)):
        return
    seen: set[int] = set()
    for run in build_of(buildspec).on(SUCCEEDING):
        causes = run.told if run.step.key == "finally" else []
        told = {id(node) for node in causes}
        # Behind what is not followed on paper, the cause may be any: a node without text.
        hidden = {id(each.command) for each in run.hidden}
        any_of_them = any(not node.raw for node in causes)
        ran = {id(event.node) for event in run.events if event.kind == RAN and not event.guards}
        for invocation in _taking_away(run.step) if told else ():
            node = id(invocation.node)
            counts = node in told or (any_of_them and node not in hidden)
            if counts and node in ran and node not in seen:
                seen.add(node)
                fields = {"command": called(invocation), "phase": run.step.phase}
                yield Report(called_at(invocation), "fails", fields, edits=_tolerated(invocation))


def _tolerated(invocation: Invocation) -> tuple[Edit, ...]:
    """``|| true`` behind it, where it stands alone."""
    lists = next((node for node in invocation.above if isinstance(node, AndOr)), None)
    if lists is None or lists.operators or invocation.pipeline is not None:
        return ()
    return (after(invocation.node.span, " || true"),)


def _taking_away(step: Step) -> Iterator[Invocation]:
    """What fails where there is nothing left to take away, and is not told to be content with that."""
    programs = table("effects")["taking-away"]
    for invocation in step.item.invocations:
        subcommands = programs.get(invocation.program)
        if subcommands is None or invocation.flags("-f", "--force"):
            continue
        if not subcommands or any(word.text in subcommands for word in invocation.operands()[:1]):
            yield invocation
