"""Whose failure an item's exit status tells, and whose it hides, with what hides it."""

from __future__ import annotations

from cblint.flow.events import Hidden, Recorder
from cblint.flow.state import Outcome
from cblint.shell.syntax import Node


def told(outcome: Outcome) -> list[Node]:
    """The commands whose failure can be the item's own."""
    return outcome.failed.cause.nodes() if outcome.failed is not None else []


def masked(outcome: Outcome, recorder: Recorder) -> list[Hidden]:
    """The commands that may have failed though the item succeeds, where nobody asks for their status.

    One that was the condition of something is among them (``how`` says so): it was asked for on purpose.
    """
    ok = outcome.ok
    if ok is None:
        return []
    found = (recorder.hidden.get(id(node)) for node in ok.failures.nodes())
    return [hidden for hidden in found if hidden is not None and id(hidden.command) not in recorder.asked]
