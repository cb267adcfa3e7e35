"""Lists that the shell groups otherwise than they look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import after, before, between
from cblint.finding import Edit, Report
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
                # "time" alone is a pipeline of none.
                last = [pipeline.commands[-1] if pipeline.commands else None for pipeline in node.pipelines[:3]]
                a, b, c = (_called(item, each) if each is not None else None for each in last)
                if a is None or b is None or c is None:
                    continue
                fields = {"first": a, "second": b, "third": c}
                if node.operators[:2] == ("&&", "||") and _undoes(a, b, c):
                    yield _report(node, "undone", fields, ("first", "second"), _as_if(node))
                elif node.operators[:2] == ("||", "&&") and _are_alternatives(a, b, c):
                    yield _report(node, "both", fields, ("first",), _in_braces(node))


def _report(
    node: AndOr, variant: str, fields: dict[str, Invocation], related: tuple[str, ...], edits: tuple[Edit, ...]
) -> Report:
    return Report(
        node.pipelines[2].span,
        variant,
        {name: called(invocation) for name, invocation in fields.items()},
        tuple((name, called_at(fields[name])) for name in related),
        edits,
    )


def _as_if(node: AndOr) -> tuple[Edit, ...]:
    """``if a; then b; else c; fi``, where the list has no other part."""
    if len(node.pipelines) != 3 or not _can_be_moved(node):
        return ()
    a, b, c = (pipeline.span for pipeline in node.pipelines)
    return (before(a, "if "), between(a, b, "; then "), between(b, c, "; else "), after(c, "; fi"))


def _in_braces(node: AndOr) -> tuple[Edit, ...]:
    """``a || { b && c; }``, where what follows is for a failure of both."""
    if node.operators[2:3] not in ((), ("||",)) or not _can_be_moved(node):
        return ()
    return (before(node.pipelines[1].span, "{ "), after(node.pipelines[2].span, "; }"))


def _can_be_moved(node: AndOr) -> bool:
    """Whether all of it is written in its lines, and nothing else: no here-document, no comment."""
    return "#" not in node.raw and "<<" not in node.raw


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
