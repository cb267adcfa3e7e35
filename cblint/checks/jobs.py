"""Programs that are left running beside the commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.checks.edits import after, before
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow.steps import steps_of
from cblint.shell.commands import AndOr, Function
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.query import Invocation


def background_process_not_detached(buildspec: Buildspec) -> Iterator[Report]:
    """A program runs on in the background, tied to the shell of a command that has ended."""
    steps = steps_of(buildspec)
    for step in steps[:-1]:
        if "&" not in step.item.value or any(map(_keeps, step.item.invocations)):
            continue
        functions = {node.name.text for node in step.item.script.of(Function)}
        found = [each for each in step.item.invocations if _is_left(each, functions)]
        if found:
            edits = _detached(found, functions)
            yield Report(called_at(found[0]), "attached", {"command": called(found[0])}, edits=edits)


def _detached(found: list[Invocation], functions: set[str | None]) -> tuple[Edit, ...]:
    """``nohup … > program.log 2>&1`` for each, if all are programs and their files differ."""
    logs = [f"{_stem(invocation)}.log" for invocation in found]
    if len(set(logs)) < len(logs):
        return ()
    edits: list[Edit] = []
    for invocation, log in zip(found, logs, strict=True):
        node = invocation.node
        of_shell = invocation.program in functions or node.words[0].text in _OF_SHELL
        if of_shell or invocation.shell is not None or any(each.document for each in node.redirections):
            return ()
        errors = " 2>&1" if all(each.descriptor != "2" for each in invocation.redirections) else ""
        edits += (before(node.words[0].span, "nohup "), after(node.span, f" > {log}{errors}"))
    return tuple(edits)


_OF_SHELL = frozenset({".", "source", "exec", "eval", "command", "builtin"})
"""What only the shell itself can run."""


def _stem(invocation: Invocation) -> str:
    """The name of a program, without its ending."""
    match = re.match(r"[A-Za-z0-9_-]{1,40}", invocation.program)
    return match[0] if match is not None else "program"


def _keeps(invocation: Invocation) -> bool:
    """Whether somebody waits for it, or it is let go."""
    return invocation.program == "wait" or invocation.program in table("effects")["detaching"]


def _is_left(invocation: Invocation, functions: set[str | None]) -> bool:
    """Whether it is a program that runs on, with its output going where that of the command goes."""
    if not any(isinstance(node, AndOr) and node.terminator == "&" for node in invocation.above):
        return False
    if any(each.operator.startswith((">", "&>")) and each.descriptor != "2" for each in invocation.redirections):
        return False
    if invocation.captured or invocation.pipeline is not None:
        return False
    effect = effect_of(invocation)
    if effect is None:
        return invocation.is_path or invocation.program in functions
    return effect.does in ("serve", "run")
