"""Whether a command only runs where something allows it, seen in the tree alone: where the rest is not known."""

from __future__ import annotations

from cblint.buildspec.model import ShellItem
from cblint.shell.commands import AndOr, Case, Function, If, While
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation, is_test
from cblint.shell.syntax import Node, walk

_LEAVING = ("exit", "return")


def is_conditional(item: ShellItem, invocation: Invocation) -> bool:
    """Whether a condition may keep a command from running, or another takes over where it fails."""
    below: Node = invocation.node
    for node in invocation.above:
        if isinstance(node, (If, While, Case, Function)):
            return True
        if isinstance(node, AndOr) and _is_one_of_several(item, node, below):
            return True
        below = node
    return any(each.program in _LEAVING and each.node.start < invocation.node.start for each in item.invocations)


def _is_one_of_several(item: ShellItem, node: AndOr, below: Node) -> bool:
    """Whether a list decides by the commands before whether it runs, or goes on with another where it fails."""
    number = next((place for place, pipeline in enumerate(node.pipelines) if pipeline is below), 0)
    if "||" in node.operators:
        return True
    return any(_asks(item, pipeline) for pipeline in node.pipelines[:number])


def _asks(item: ShellItem, node: Node) -> bool:
    """Whether there is a test in it, or a command whose status is an answer, or that is not known."""
    for each in walk(node):
        if is_test(each):
            return True
        for invocation in item.calls(each):
            effect = effect_of(invocation)
            if effect is None or effect.does in ("condition", "query"):
                return True
    return False
