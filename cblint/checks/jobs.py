"""Programs that are left running beside the commands."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.facts import table
from cblint.finding import Report
from cblint.flow.steps import steps_of
from cblint.shell.commands import AndOr, Function
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import walk


def background_process_not_detached(buildspec: Buildspec) -> Iterator[Report]:
    """A program runs on in the background, tied to the shell of a command that has ended."""
    steps = steps_of(buildspec)
    for step in steps[:-1]:
        if "&" not in step.item.value or any(map(_keeps, step.item.invocations)):
            continue
        functions = {node.name.text for node in walk(step.item.script) if isinstance(node, Function)}
        found = next((each for each in step.item.invocations if _is_left(each, functions)), None)
        if found is not None:
            yield Report(called_at(found), "attached", {"command": called(found)})


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
