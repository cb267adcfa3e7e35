"""Whether a command only runs where something allows it, seen in the tree alone: where the rest is not known."""

from __future__ import annotations

from functools import lru_cache

from cblint.buildspec.model import ShellItem
from cblint.shell.commands import AndOr, Body, Case, Function, If, Pipeline, While
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation, fails_always, is_test
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
    behind = zip(node.operators, node.pipelines[1:], strict=False)
    alternatives = [pipeline for operator, pipeline in behind if operator == "||"]
    if not all(_fails(pipeline) for pipeline in alternatives):
        return node.start
    asked = next((pipeline.end for pipeline in node.pipelines if _asks(item, pipeline)), float("inf"))
    return min([asked, *(pipeline.start for pipeline in alternatives)])


def _fails(pipeline: Pipeline) -> bool:
    """Whether what stands behind ``||`` is no alternative: it ends the command with a failure as well."""
    if pipeline.negated or len(pipeline.commands) != 1:  # "time" alone is one of none
        return False
    (command,) = pipeline.commands
    last = command.body.items[-1] if isinstance(command, Body) and command.body.items else None
    if last is not None:
        return not last.operators and last.terminator != "&" and _fails(last.pipelines[0])
    return fails_always(command)


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
