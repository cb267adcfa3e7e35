"""The commands whose failure is not seen, as several rules ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cblint.facts import table
from cblint.flow.steps import FAILING
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node
from cblint.source.text import Span

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.events import Hidden
    from cblint.flow.steps import Step

_WORK = frozenset({"build", "test", "check", "scan", "package", "publish", "deploy"})
_SHOWING = frozenset({"echo", "printf"})


def masked(build: Build, *ways: str) -> Iterator[tuple[Step, list[Hidden]]]:
    """The commands of each item whose failure is hidden in one of these ways, as they stand in the file."""
    found: dict[int, tuple[Step, dict[int, Hidden]]] = {}
    for run in build.runs:
        # A build that has failed does so anyway.
        for hidden in run.hidden if run.path != FAILING else ():
            if hidden.how in ways:
                _, commands = found.setdefault(id(run.step.item), (run.step, {}))
                commands[id(hidden.command)] = hidden
    for step, commands in found.values():
        yield step, sorted(commands.values(), key=lambda hidden: hidden.command.start)


def invoked(step: Step, hidden: Hidden, is_work: Callable[[Invocation], bool]) -> Invocation | None:
    """The program of a command, itself or in the quotes of ``bash -c``, if its failure must not go unnoticed."""
    outer = None
    for invocation in step.item.invocations:
        if is_same(invocation.node, hidden.command) and not _is_shown_only(invocation):
            if is_work(invocation):
                return invocation
            outer = outer or invocation
        elif outer is not None and invocation.wrappers and outer.node in invocation.above and is_work(invocation):
            return outer
    return None


def is_same(node: Node, command: Node) -> bool:
    """Whether they are the same command; an item that ends in an operator was read once more, with what follows it."""
    return node is command or (node.start == command.start and node.raw == command.raw and node.span == command.span)


def is_work(invocation: Invocation) -> bool:
    """Whether it makes, tests or ships something, or prints a secret that something needs."""
    effect = effect_of(invocation)
    if effect is not None and effect.matters and effect.does in _WORK:
        return True
    return any(invocation.runs(*names) for names in table("effects")["secrets"])


def _is_shown_only(invocation: Invocation) -> bool:
    """Whether what it prints only becomes part of a message."""
    around = next((node for node in invocation.above if isinstance(node, SimpleCommand)), None)
    return around is not None and bool(around.words) and around.words[0].text in _SHOWING


def name_at(node: Node) -> Span:
    """The place to point at for a command: the program's name, or all of what has none."""
    return node.words[0].span if isinstance(node, SimpleCommand) and node.words else node.span


def is_within(inner: Span, outer: Span) -> bool:
    """Whether a place is part of another. Offsets of nodes do not tell: within backquotes they are of another text."""
    return outer.start <= inner.start and inner.end <= outer.end


def may_fail(invocation: Invocation) -> bool:
    """Whether the command whose output is taken can fail in practice, for all that is known of it."""
    effect = effect_of(invocation)
    if effect is None:
        return "/" in (invocation.words[0].text or "")
    return effect.fails and (effect.does not in _TEXT_TOOLS or invocation.program == "cat")


_TEXT_TOOLS = frozenset({"print", "transform", "condition", "control", "wrap"})
"""Kinds of commands that fail where the one before them in a pipeline has already, if at all."""
