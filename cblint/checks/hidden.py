"""The commands whose failure is not seen, as several rules ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cblint.facts import table
from cblint.flow.steps import FAILING
from cblint.shell.commands import Assignment, SimpleCommand
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.events import Hidden
    from cblint.flow.steps import Step

WORK = frozenset({"build", "test", "check", "scan", "package", "publish", "deploy"})
"""Kinds of commands that a build is there for."""
_SHOWING = frozenset({"echo", "printf"})
_SUCCEEDING = frozenset({"true", ":"})


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
    calls = [each for each in step.item.calls(hidden.command) if not _is_shown_only(each)]
    found = next((each for each in calls if is_work(each)), None)
    if found is None and calls and any(is_work(each) for each in step.item.quoted_calls(calls[0].node)):
        return calls[0]
    return found


def is_work(invocation: Invocation) -> bool:
    """Whether it makes, tests or ships something, or prints a secret that something needs."""
    effect = effect_of(invocation)
    if effect is not None and effect.matters and effect.does in WORK:
        return True
    return any(invocation.runs(*names) for names in table("effects")["secrets"])


def acts(invocation: Invocation) -> bool:
    """Whether it makes, tests, ships or starts something, or is a script or target of the project, which may."""
    effect = effect_of(invocation)
    if effect is None:
        return invocation.is_path
    return effect.matters and (effect.does in WORK or effect.does in ("trigger", "run"))


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
        return invocation.is_path
    return effect.fails and (effect.does not in _TEXT_TOOLS or invocation.program == "cat")


_TEXT_TOOLS = frozenset({"print", "transform", "condition", "control", "wrap"})
"""Kinds of commands that fail where the one before them in a pipeline has already, if at all."""


def unsure_assignments(build: Build) -> Iterator[tuple[Assignment, Span]]:
    """The assignments whose command may have failed unseen, so that the variable is empty, with those commands."""
    for run in build.runs:
        for each in run.hidden:
            # Behind `||` something else is printed.
            call = invoked(run.step, each, may_fail) if each.how != "or" else None
            if call is not None and call.assignment is not None:
                yield call.assignment, name_at(each.command)


def notes(invocation: Invocation) -> bool:
    """Whether it only notes something, as a parameter, an event or a setting."""
    return any((word.text or "").startswith("put-") for word in invocation.operands()[:3])


def makes_anew(invocation: Invocation) -> bool:
    """Whether it makes something that may be there already."""
    verbs = table("effects")["making-anew"]
    return any((word.text or "").partition("-")[0] in verbs for word in invocation.operands()[:3])


def succeeds(node: Node) -> bool:
    """``true``, ``:`` or ``exit 0``."""
    if not isinstance(node, SimpleCommand) or not node.words:
        return False
    name, *arguments = (word.text for word in node.words)
    return name in _SUCCEEDING or (name == "exit" and arguments == ["0"])
