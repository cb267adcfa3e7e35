"""Whether a command only runs where something allows it, seen in the tree alone: where the rest is not known."""

from __future__ import annotations

from functools import lru_cache

from cblint.buildspec.model import ShellItem
from cblint.shell.commands import AndOr, Case, Function, If, While
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation, is_test
from cblint.shell.syntax import Node, walk

_LEAVING = ("exit", "return")
_REMEMBERED = 16
"""Of so many lists and items it is known where they begin to depend on something."""


def is_conditional(item: ShellItem, invocation: Invocation) -> bool:
    """Whether a condition may keep a command from running, or another takes over where it fails."""
    below: Node = invocation.node
    for node in invocation.above:
        if isinstance(node, (If, While, Case, Function)):
            return True
        if isinstance(node, AndOr) and below.start >= _depends_from(item, node):
            return True
        below = node
    return invocation.node.start > _left_from(item)


@lru_cache(maxsize=_REMEMBERED)
def _depends_from(item: ShellItem, node: AndOr) -> float:
    """Where in a list the commands begin that only run as those before say, or fail for others to take over."""
    if "||" in node.operators:
        return node.start
    return next((pipeline.end for pipeline in node.pipelines if _asks(item, pipeline)), float("inf"))


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


@lru_cache(maxsize=_REMEMBERED)
def _left_from(item: ShellItem) -> float:
    """Where a command of the item first leaves it."""
    return min((each.node.start for each in item.invocations if each.program in _LEAVING), default=float("inf"))
