"""Where in the file what happens in a build on paper stands, and which of its words have which values."""

from __future__ import annotations

from cblint.shell.commands import Assignment, For, SimpleCommand
from cblint.shell.effects import called_at
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node, walk
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import StepRun
    from cblint.flow.events import Event
    from cblint.flow.values import Value


def values_of(invocation: Invocation, event: Event) -> tuple[Value, ...] | None:
    """What the words of a command were when it ran, word by word; None where that cannot be told."""
    words, all_words, values = invocation.words, invocation.node.words, event.values
    ahead = len(all_words) - len(words)
    return values[ahead:] if len(all_words) == len(values) and all_words[ahead:] == words else None


def name_at(run: StepRun, node: Node) -> Span:
    """The name of a command; of several, that of the first."""
    for each in walk(node):
        if isinstance(each, SimpleCommand) and each.words:
            calls = run.step.item.calls(each)
            return called_at(calls[-1]) if calls else each.words[0].span
    return node.span


def assigned_at(run: StepRun, node: Node) -> Span:
    """The name of the variable that is assigned, where it is written; else that of the command that sets it."""
    if isinstance(node, Assignment):
        return node.part(0, len(node.name))
    return node.name.span if isinstance(node, For) else name_at(run, node)
