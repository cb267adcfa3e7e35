"""What happens in every build in which what stands before it goes well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.flow.kinds import RAN
from cblint.shell.commands import ArithmeticCommand, Case, Condition, If, SimpleCommand
from cblint.shell.effects import effect_of
from cblint.shell.syntax import Node, walk
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import StepRun
    from cblint.flow.events import Event

_ASKING = frozenset({"condition", "query", "control"})


def expected(run: StepRun) -> Iterator[Event]:
    """The commands of an item that run in every build in which those before them go well: behind ``cd app &&``, say.

    Not those behind an exit that a condition decides, unless the build fails by it.
    """
    for event in run.events:
        if event.kind != RAN:
            continue
        if _leaves(event):
            return
        if is_expected(run, event):
            yield event


def is_expected(run: StepRun, event: Event) -> bool:
    """Whether no condition but the success of work decides that something happens."""
    for call in run.step.item.calls(event.node)[:1]:
        if any(isinstance(node, (If, Case)) for node in call.above):
            return False
    return all(guard.succeeds and not _asks(run, guard.condition) for guard in event.guards)


def _leaves(event: Event) -> bool:
    """Whether the item may end here, and well: not with a status that is known to be another than 0."""
    if event.name not in ("exit", "return") or not event.guards or not isinstance(event.node, SimpleCommand):
        return False
    words = [word.text or "" for word in event.node.words[1:]]
    return len(words) != 1 or re.fullmatch(r"0*[1-9]\d*", words[0]) is None


def _asks(run: StepRun, condition: Node) -> bool:
    """Whether a condition is a question, and not work that has to be done first."""
    for node in walk(condition):
        if isinstance(node, (Condition, ArithmeticCommand)):
            return True
        if isinstance(node, SimpleCommand) and node.words:
            effects = [effect_of(each) for each in run.step.item.calls(node)]
            if not effects or any(effect is None or effect.does in _ASKING for effect in effects):
                return True
    return False
