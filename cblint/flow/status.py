"""Whose failure an item's exit status tells, and whose it hides, with what hides it."""

from __future__ import annotations

from cblint.flow.events import Hidden, Recorder
from cblint.flow.kinds import RAN
from cblint.flow.state import Outcome
from cblint.shell.commands import SimpleCommand
from cblint.shell.syntax import Node, ProcessSubstitution


def told(outcome: Outcome) -> list[Node]:
    """The commands whose failure can be the item's own."""
    return outcome.failed.cause.nodes() if outcome.failed is not None else []


def masked(outcome: Outcome, recorder: Recorder) -> list[Hidden]:
    """The commands that may have failed though the item succeeds, where nobody asks for their status.

    In the order in which they stand. One that was the condition of something is among them (``how`` says so): it was
    asked for on purpose.
    """
    ok = outcome.ok
    if ok is None:
        return []
    found = [recorder.hidden.get(id(node)) for node in ok.failures.nodes()]
    # What runs beside the others leaves no trace in their state.
    # ``wait`` alone succeeds whatever has failed; with the number of a job it asks for its status.
    waited_for = any(event.name == "wait" and event.values[1:] for event in recorder.events if event.kind == RAN)
    found += [hidden for hidden in recorder.hidden.values() if _is_beside(hidden, waited_for)]
    each = {id(hidden.command): hidden for hidden in found if hidden is not None and not _passes_on(hidden)}
    seen = [hidden for command, hidden in each.items() if command not in recorder.asked]
    return sorted(seen, key=lambda hidden: hidden.command.start)


def _passes_on(hidden: Hidden) -> bool:
    """Whether it is ``exit`` or ``return`` that follows, which without an argument has the status of the command."""
    witness = hidden.witness
    return (
        isinstance(witness, SimpleCommand)
        and len(witness.words) == len(witness.arguments) == 1
        and witness.words[0].text in ("exit", "return")
    )


def _is_beside(hidden: Hidden, waited_for: bool) -> bool:
    if hidden.how == "background":
        return not waited_for
    return isinstance(hidden.witness, ProcessSubstitution)
