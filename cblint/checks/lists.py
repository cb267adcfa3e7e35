"""Lists that the shell groups otherwise than they look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.finding import Report
from cblint.shell.commands import AndOr
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node, walk

_KINDS = frozenset({"install", "build", "package", "publish", "deploy"})


def list_precedence(buildspec: Buildspec) -> Iterator[Report]:
    """``&&`` and ``||`` in one list, which the shell takes from left to right."""
    for item in buildspec.shell_items:
        if "&&" not in item.value or "||" not in item.value:
            continue
        for node in walk(item.script):
            if isinstance(node, AndOr) and not node.open and len(node.pipelines) > 2:
                calls = [_called(item, pipeline.commands[-1]) for pipeline in node.pipelines[:3]]
                a, b, c = calls
                if a is None or b is None or c is None:
                    continue
                fields = {"first": called(a), "second": called(b), "third": called(c)}
                related = [("first", called_at(a)), ("second", called_at(b))]
                if node.operators[:2] == ("&&", "||") and _undoes(a, b, c):
                    yield Report(node.pipelines[2].span, "undone", fields, tuple(related))
                elif node.operators[:2] == ("||", "&&") and _are_alternatives(a, b, c):
                    yield Report(node.pipelines[2].span, "both", fields, tuple(related[:1]))


def _called(item: ShellItem, command: Node) -> Invocation | None:
    found = item.calls(command)
    return found[-1] if found else None


def _undoes(a: Invocation, b: Invocation, c: Invocation) -> bool:
    """Whether the last undoes or replaces the first, and also runs where only the second fails."""
    first, second, third = effect_of(a), effect_of(b), effect_of(c)
    if first is None or not first.matters or first.gates:
        return False
    if second is not None and not second.fails:
        return False
    if third is not None and (third.does == "destroy" or (third.does == first.does and first.does in _KINDS)):
        return True
    return re.search(_UNDOES, c.node.raw) is not None


_UNDOES = r"(?i)roll[-_]?back|revert|undo|restore|destroy|abort"


def _are_alternatives(a: Invocation, b: Invocation, c: Invocation) -> bool:
    """Whether the last does what the first has done already, with another program or for another thing."""
    first, second, third = effect_of(a), effect_of(b), effect_of(c)
    if first is None or third is None or first.does != third.does or first.does not in _KINDS:
        return False
    return a.program != c.program and second is not None and b.program == c.program
