"""Failures that nobody sees: what hides them in a command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.shell.commands import SimpleCommand, While
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node, Word
from cblint.source.text import Span

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.events import Hidden
    from cblint.flow.steps import Step

_SUBCOMMAND = re.compile(r"[a-z][a-z0-9:-]*")
_WORK = frozenset({"build", "test", "check", "scan", "package", "publish", "deploy"})
_SHOWING = frozenset({"echo", "printf"})


def masked_failure_in_pipeline(buildspec: Buildspec) -> Iterator[Report]:
    """A command whose failure matters stands in a pipeline before the last one, whose status counts."""
    if not any(_pipes_work(item) for item in buildspec.shell_items if "|" in item.value):
        return
    for step, hidden in _masked(build_of(buildspec), "pipeline"):
        taken = [one for one in hidden if _takes_nothing(one.witness)]
        found = [(one, invocation) for one in taken if (invocation := _work(step, one)) is not None]
        if not found:
            continue
        (first, invocation), *others = found
        related = [("counts", _name(first.witness)), *(("again", _words(other)) for _, other in others)]
        fields = {"command": _short(invocation)}
        yield Report(_words(invocation), "pipeline", fields, tuple(related))


def _takes_nothing(last: Node) -> bool:
    """Whether the last command of a pipeline does not fail just because the one before has."""
    if isinstance(last, SimpleCommand):
        return bool(last.words) and (last.words[0].text or "").rpartition("/")[2] in table("effects")["filters"]
    return isinstance(last, While)


def _pipes_work(item: ShellItem) -> bool:
    """Whether a command may be found in it: seen without running the build."""
    return any(
        invocation.piped_into is not None and _is_work(invocation) and _takes_nothing(invocation.pipeline.commands[-1])
        for invocation in item.invocations
        if invocation.pipeline is not None
    )


def _masked(build: Build, how: str) -> Iterator[tuple[Step, list[Hidden]]]:
    """The commands of each item whose failure is hidden in one way, as they stand in the file."""
    found: dict[int, tuple[Step, dict[int, Hidden]]] = {}
    for run in build.runs:
        for hidden in run.hidden:
            if hidden.how == how:
                _, commands = found.setdefault(id(run.step.item), (run.step, {}))
                commands[id(hidden.command)] = hidden
    for step, commands in found.values():
        yield step, sorted(commands.values(), key=lambda hidden: hidden.command.start)


def _work(step: Step, hidden: Hidden) -> Invocation | None:
    """The program of a command, if its failure must not go unnoticed."""
    for invocation in step.item.invocations:
        if invocation.node is not hidden.command or _is_shown_only(invocation):
            continue
        if _is_work(invocation):
            return invocation
    return None


def _is_work(invocation: Invocation) -> bool:
    effect = effect_of(invocation)
    if effect is not None and effect.matters and effect.does in _WORK:
        return True
    return any(invocation.runs(*names) for names in table("effects")["secrets"])


def _is_shown_only(invocation: Invocation) -> bool:
    """Whether what it prints only becomes part of a message."""
    around = next((node for node in invocation.above if isinstance(node, SimpleCommand)), None)
    return around is not None and bool(around.words) and around.words[0].text in _SHOWING


def _named(invocation: Invocation) -> list[Word]:
    """The program and up to two words of what it is told to do."""
    named = [invocation.words[0]]
    for word in invocation.operands()[:2]:
        if not _SUBCOMMAND.fullmatch(word.text or ""):
            break
        named.append(word)
    return named


def _words(invocation: Invocation) -> Span:
    named = _named(invocation)
    return named[0].span.to(named[-1].span)


def _short(invocation: Invocation) -> str:
    return " ".join([invocation.program, *(word.text or "" for word in _named(invocation)[1:])])


def _name(node: Node) -> Span:
    return node.words[0].span if isinstance(node, SimpleCommand) and node.words else node.span
