"""Failures that are thrown away on purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.hidden import invoked, makes_anew, masked, notes, succeeds
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.steps import SUCCEEDING
from cblint.shell.commands import Pipeline, SimpleCommand
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.query import Invocation, programs_in
from cblint.shell.script import Script
from cblint.shell.syntax import Node
from cblint.shell.trees import of_tree
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.events import Hidden

_DONE_OUTSIDE = frozenset({"publish", "deploy", "trigger"})
_SHOWING = frozenset({"echo", "printf"})


def masked_failure_or_true(buildspec: Buildspec) -> Iterator[Report]:
    """A command's failure is thrown away on purpose: ``|| true``."""
    if not any(_may_throw_away(item) for item in buildspec.shell_items):
        return
    build = build_of(buildspec)
    seen_elsewhere = cache(lambda: _told(build))  # most files have nothing for which it would be asked
    for step, hidden in masked(build, "or", "sequence"):
        taken = [one for one in hidden if _is_thrown_away(one)]
        found = [(one, call) for one in taken if (call := invoked(step, one, _is_to_be_seen)) is not None]
        if not found or step.key == "finally":
            continue
        worst = [
            (one, call)
            for one, call in found
            if _decides(call) and not _is_announced(one) and called(call) not in seen_elsewhere()
        ]
        (first, invocation), *others = worst or found
        related = [("thrown-away", first.witness.span), *(("again", called_at(other)) for _, other in others)]
        effect = effect_of(invocation)
        outside = effect is not None and effect.does in _DONE_OUTSIDE
        variant = "tolerated" if not worst else "outside" if outside else "gate"
        yield Report(called_at(invocation), variant, {"command": called(invocation)}, tuple(related))


def _may_throw_away(item: ShellItem) -> bool:
    """Whether a failure may be thrown away in it: seen without running the build."""
    return item.holds(_SUCCEEDS) and _does_something(item.script)


@of_tree
def _does_something(script: Script) -> bool:
    return any(_is_to_be_seen(invocation) for invocation in programs_in(script))


_SUCCEEDS = r"\|\||[;\n][^\S\n]*(?:true|:|exit 0)"


def _told(build: Build) -> set[str]:
    """What runs somewhere in the build such that its failure is the item's, as a report in another format."""
    found: set[str] = set()
    for run in build.on(SUCCEEDING):
        nodes = {id(node) for node in run.told}
        found.update(called(invocation) for invocation in run.step.item.invocations if id(invocation.node) in nodes)
    return found


def _is_thrown_away(hidden: Hidden) -> bool:
    witness = hidden.witness
    if hidden.how == "sequence":
        return succeeds(witness)
    commands = witness.commands if isinstance(witness, Pipeline) else ()
    return len(commands) == 1 and (succeeds(commands[0]) or _only_shows(commands[0]))


def _only_shows(node: Node) -> bool:
    return (
        isinstance(node, SimpleCommand)
        and bool(node.words)
        and node.words[0].text in _SHOWING
        and not any(redirection.operator in (">", ">>") for redirection in node.redirections)
    )


def _is_announced(hidden: Hidden) -> bool:
    """Whether the message in its place says that the build goes on: somebody has decided so."""
    return hidden.how == "or" and re.search(_GOING_ON, hidden.witness.raw) is not None


_GOING_ON = r"(?i)continu|ignor|non-?(block|critical|fatal)|optional|skip|warn|advisory|expected|allow|already"


def _is_to_be_seen(invocation: Invocation) -> bool:
    """Whether it does something that others rely on, and not what may have been done already."""
    effect = effect_of(invocation)
    if effect is None or not effect.matters or effect.does in ("wait", "serve", "destroy"):
        return False
    if effect.does == "setup" and invocation.program != "git":
        return False
    if invocation.program in table("effects")["image-builders"] and invocation.runs(invocation.program, "pull"):
        # As a cache, which is not there before the first build.
        return False
    return not makes_anew(invocation)


def _decides(invocation: Invocation) -> bool:
    """Whether its failure means that what was built is bad, or is not there."""
    effect = effect_of(invocation)
    if effect is None:
        return False
    if notes(invocation):
        return False
    return effect.does in ("publish", "deploy") or effect.gates is True
