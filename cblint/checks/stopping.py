"""How an item is made to fail with its commands: at the first failure, where that is all that it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import ShellItem
from cblint.checks.edits import before, between, replaced
from cblint.facts import table
from cblint.finding import Edit
from cblint.shell.commands import (
    AndOr,
    ArithmeticCommand,
    Assignment,
    Branch,
    Function,
    If,
    Pipeline,
    Redirection,
    SimpleCommand,
    Subshell,
    Test,
    While,
)
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation, asked_in
from cblint.shell.syntax import Node, walk
from cblint.source.text import Span

_TELLS = frozenset({"condition", "cleanup"})
"""Kinds of commands whose failure is an answer, or that nobody minds."""
_UNCERTAIN = frozenset({".", "source", "eval", "exec", "trap", "expr", "let", "wait", "read"})
"""Programs whose status says something else, or that run what is not seen here."""
_STATUS = r"\$\?|\$\{\?|PIPESTATUS|set \+|-detailed-exitcode|check-update"
"""In a command that looks at a status itself, or whose status says more than that it has failed."""


def first_command(item: ShellItem, command: str) -> tuple[Edit, ...]:
    """A command before all others of an item: on a line of its own in a literal block."""
    node = item.node
    text, value = node.text, node.value
    at = len(value) - len(value.lstrip("\r\n"))
    if node.anchor is not None or value.startswith("#!") or not value.strip():
        return ()
    return (before(text.span(at, at + 1), f"{command}\n" if node.style == "|" else f"{command}; "),)


def may_stop(item: ShellItem, with_functions: bool = False) -> bool:
    """Whether no command of an item is used for its status, so that all may end with the first failure.

    ``with_functions``: what functions do is looked at as well; else there may be none.
    """
    script = item.script
    if script.problem is not None or re.search(_STATUS, item.value):
        return False
    nodes = list(walk(script))
    if any(isinstance(node, ArithmeticCommand) for node in nodes) or _ends_in_test(nodes):
        return False
    if not with_functions and any(isinstance(node, Function) for node in nodes):
        return False
    invocations = item.invocations
    if any(invocation.program in _UNCERTAIN and not is_asked(invocation) for invocation in invocations):
        return False
    taken = {each.assignment.name for each in invocations if each.assignment is not None and not is_asked(each)}
    return taken.isdisjoint(asked_in(script)) and not any(map(_answers, invocations))


def undeclared(item: ShellItem, declaration: SimpleCommand, assignment: Assignment) -> tuple[Edit, ...]:
    """The assignment alone, where its status is then the item's; the variable reaches the next item all the same."""
    last = item.script.body.items[-1]
    alone = len(last.pipelines) == 1 and last.pipelines[0].commands == (declaration,) and last.terminator != "&"
    if not alone or declaration.words[0].text != "export" or len(declaration.arguments) != 2:
        return ()
    if declaration.redirections:
        return ()  # those of an assignment hold for the command in it
    return (replaced(Span(declaration.span.start, assignment.span.start), ""),)


def is_asked(invocation: Invocation) -> bool:
    """Whether ``set -e`` passes over a failure of it, as something else looks at its status or nothing does."""
    inner: Node = invocation.node
    for node in invocation.above:
        if isinstance(node, AndOr) and (inner is not node.pipelines[-1] or node.terminator == "&"):
            return True
        if isinstance(node, Pipeline) and (node.negated or inner is not node.commands[-1]):
            return True
        if isinstance(node, (Branch, While)) and inner is node.condition:
            return True
        if isinstance(node, SimpleCommand) and node.words:
            return True
        inner = node
    return False


def _answers(invocation: Invocation) -> bool:
    """Whether it may well fail where all is well: it asks, takes away what may not be there, or is silenced."""
    if is_asked(invocation):
        return False
    if any(map(_silences, invocation.redirections)) or _may_have_nothing_to_do(invocation):
        return True
    effect = effect_of(invocation)
    if effect is None:
        return False
    return effect.fails and (effect.does in _TELLS or _takes_away(invocation))


def _may_have_nothing_to_do(invocation: Invocation) -> bool:
    """Whether it fails where all is as it should be already."""
    return bool(invocation.runs("git", "commit")) and not invocation.flags("--allow-empty", "--amend")


def _silences(redirection: Redirection) -> bool:
    """Whether nobody is to see complaints."""
    of_errors = redirection.descriptor == "2" or redirection.operator.startswith("&>")
    return of_errors and redirection.target.raw == "/dev/null"


def _takes_away(invocation: Invocation) -> bool:
    verbs = table("effects")["taking-away"].get(invocation.program)
    if verbs is None or invocation.flags("-f", "--force"):
        return False
    return not verbs or any(word.text in verbs for word in invocation.operands()[:2])


def _ends_in_test(nodes: list[Node]) -> bool:
    """Whether a test stands as a command of its own, its status being all that it is for."""
    conditions = {id(each) for node in nodes for condition in _conditions(node) for each in condition}
    return any(
        isinstance(command, Test)
        for node in nodes
        if isinstance(node, AndOr) and id(node) not in conditions
        for command in node.pipelines[-1].commands[-1:]
    )


def _conditions(node: Node) -> Iterator[tuple[AndOr, ...]]:
    if isinstance(node, If):
        yield from (branch.condition.items for branch in node.branches)
    elif isinstance(node, While):
        yield node.condition.items


def in_braces(invocation: Invocation) -> tuple[Edit, ...]:
    """Curly brackets in the place of the round ones in which an ``exit`` stands with nothing but messages."""
    shell = next(node for node in invocation.above if isinstance(node, Subshell))
    nodes = [node for node in walk(shell.body) if isinstance(node, SimpleCommand)]
    plain = all(node.words and node.words[0].text in _HARMLESS and not node.assignments for node in nodes)
    text, body = shell.source, shell.body
    end = text.value.find(")", body.end)
    if not plain or end < 0 or text.value[body.end : end].strip(" ;") or text.value[shell.start] != "(":
        return ()
    opening, closing = text.span(shell.start, shell.start), text.span(end + 1, end + 1)
    last = body.span
    return (between(opening, last, "{ "), between(last, closing, "; }"))


_HARMLESS = frozenset({"echo", "printf", "exit"})
"""Commands that do the same in the shell itself."""
