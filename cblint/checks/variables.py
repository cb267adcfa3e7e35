"""Variables that are read where nothing has set them: too early, or in another shell than the one that did."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, READ
from cblint.flow.steps import SUCCEEDING, Step, steps_of
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr, Assignment, Function, Pipeline, SimpleCommand, Subshell
from cblint.shell.query import asked_in, names_in
from cblint.shell.script import Script
from cblint.shell.syntax import CommandSubstitution, Node, Parameter, ProcessSubstitution
from cblint.shell.trees import of_tree
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event
    from cblint.flow.values import Hole

LOOKED_AT = 100
"""So many assignments in subshells are followed: each costs a look at all that comes behind it."""
_DECLARES = frozenset({"export", "readonly", "declare", "typeset"})


def reads_unset(event: Event) -> bool:
    """Whether a variable is read that nothing has set before, as far as is known, and nobody has thought of that.

    It may still be one that the project gives to the build.
    """
    variable, node = event.variable, event.node
    if event.kind != READ or variable is None or variable.assigned is True or variable.places:
        return False
    if not isinstance(node, Parameter) or node.operator or [hole.name for hole in _holes(event)] != [event.name]:
        return False
    return not any(event.name in names_in(guard.condition) for guard in event.guards)


def _holes(event: Event) -> list[Hole]:
    pieces = event.variable.value.pieces if event.variable is not None else ()
    return [piece for piece in pieces if not isinstance(piece, str)]


# Too early


def variable_used_before_assignment(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is read in a command that runs before all those that set it."""
    if not _may_be_early(buildspec):
        return
    build = build_of(buildspec)
    runs = [run for run in build.on(SUCCEEDING) if run.step.key == "commands"]
    set_by = _first_assignments(build)
    expected = _given(buildspec) | thought_of(buildspec)
    early: dict[str, dict[int, tuple[Step, Node]]] = {}
    for run in runs:
        for event in run.events:
            place = set_by.get(event.name)
            if place is None or event.name in expected or not reads_unset(event):
                continue
            step, node = place
            if step.item is not run.step.item and node.span.start > event.node.span.start:
                early.setdefault(event.name, {})[id(event.node)] = (run.step, event.node)
    for name, uses in early.items():
        step, place_node = set_by[name]
        (_, first), *others = sorted(uses.values(), key=lambda use: use[1].span.start)
        related = (("set", place_node.span), *(("again", other.span) for _, other in others))
        yield Report(first.span, "early", {"name": name, "where": step.where}, related)


_ASSIGNED = r"(?a)\b([A-Za-z_]\w*)\+?="
_READ = r"(?a)\$\{?([A-Za-z_]\w*)"
_READS = r"\bread\b([^\n;|&<]*)"


def _may_be_early(buildspec: Buildspec) -> bool:
    """Whether a variable is read in a command before any that may set it: seen in the text, the build is not run."""
    values = [step.item.value for step in steps_of(buildspec)]
    last = {name: number for number, value in enumerate(values) for name in _set_in(value)}
    begun: set[str] = set()
    for number, value in enumerate(values) if last else ():
        if any(name not in begun and last.get(name, -1) > number for name in re.findall(_READ, value)):
            return True
        begun.update(_set_in(value))
    return False


def _set_in(value: str) -> set[str]:
    names = set(re.findall(_ASSIGNED, value)) if "=" in value else set()
    if "read" in value:
        names.update(word for words in re.findall(_READS, value) for word in words.split())
    return names


def _first_assignments(build: Build) -> dict[str, tuple[Step, Node]]:
    """The first command that sets each variable. One that does so in some cases only changes what there is: no such."""
    found: dict[str, tuple[Step, Node]] = {}
    sometimes: set[str] = set()
    for run in build.runs:
        for event in run.events:
            if event.kind == ASSIGNED and event.name not in found:
                found[event.name] = run.step, event.node
                if event.guards:
                    sometimes.add(event.name)
    return {name: place for name, place in found.items() if name not in sometimes}


def _given(buildspec: Buildspec) -> set[str]:
    """The variables that the buildspec, CodeBuild or the image gives."""
    facts = table("variables")
    names = [*facts["codebuild"], *facts["always-set"], *facts["set-by-codebuild"], *facts["credentials"]]
    return {*names, *(variable.name for variable in buildspec.variables)}


def thought_of(buildspec: Buildspec) -> set[str]:
    """The variables that may come from outside: somewhere their value is asked for, or goes into their own."""
    found: set[str] = set()
    for item in buildspec.shell_items:
        found |= _thought_of(item.script)
    return found


@of_tree
def _thought_of(script: Script) -> set[str]:
    # ${X:-…}, X+=…, X=$X…
    careful = {node.name for node in script.of(Parameter) if node.operator}
    changed = (node for node in script.of(Assignment) if node.operator == "+=" or node.name in names_in(node.value))
    return asked_in(script) | careful | {node.name for node in changed}


# In another shell


class _Inner(NamedTuple):
    """An assignment in a shell within an item's shell; ``piped``: as a part of a pipeline."""

    name: str
    node: Node
    context: Node
    piped: bool


def subshell_assignment_lost(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is set in a subshell and read outside of it."""
    inner = {
        id(item): found for item in buildspec.shell_items if _may_set_within(item) and (found := _inner(item.script))
    }
    if not inner:
        return
    from cblint.checks.exported import lost_exports  # few buildspecs export any

    given = _given(buildspec) | lost_exports(buildspec)
    runs = list(build_of(buildspec).on(SUCCEEDING))
    seen: set[str] = set()
    looked_at = 0
    for number, run in enumerate(runs):
        for each in inner.get(id(run.step.item), ()):
            if each.name in given or each.name in seen:
                continue
            use = _use(each, run, runs[number + 1 :])
            looked_at += use is None
            if looked_at > LOOKED_AT:
                return
            if use is not None:
                seen.add(each.name)
                fields = {"name": each.name}
                yield Report(use.span, "pipeline" if each.piped else "subshell", fields, (("set", each.node.span),))


def _may_set_within(item: ShellItem) -> bool:
    """Whether anything is assigned in a subshell: seen in the text."""
    begins = [at for mark in "(|&`" if (at := item.value.find(mark)) >= 0]
    return bool(begins) and re.search(_SETS, item.value[0 if "&" in item.value else min(begins) :]) is not None


@of_tree
def _inner(script: Script) -> list[_Inner]:
    """What is assigned in subshells, with the outermost of them."""
    found: list[_Inner] = []
    if not script.of(Assignment) or not _has_subshells(script):
        return found
    stack: list[tuple[Node, Node | None, bool]] = [(script, None, False)]
    while stack:
        node, context, piped = stack.pop()
        if isinstance(node, Function):
            continue
        if context is not None:
            found += (_Inner(name, place, context, piped) for name, place in _assigned(node))
        elif isinstance(node, (Subshell, CommandSubstitution, ProcessSubstitution)):
            context = node
        elif isinstance(node, Pipeline) and len(node.commands) > 1:
            context, piped = node, True
        elif isinstance(node, AndOr) and node.terminator == "&":
            context = node
        stack.extend([(child, context, piped) for child in node.children()[::-1]])
    return found


def _has_subshells(script: Script) -> bool:
    return (
        any(map(script.of, (Subshell, CommandSubstitution, ProcessSubstitution)))
        or any(len(node.commands) > 1 for node in script.of(Pipeline))
        or any(node.terminator == "&" for node in script.of(AndOr))
    )


_SETS = r"\b[A-Za-z_]\w*\+?="


def _assigned(node: Node) -> Iterator[tuple[str, Node]]:
    """The variables that a simple command sets in its shell."""
    if not isinstance(node, SimpleCommand):
        return
    if not node.words:
        yield from ((each.name, each) for each in node.assignments if each.subscript is None)
    elif node.words[0].text in _DECLARES:
        yield from ((each.name, each) for each in node.arguments if isinstance(each, Assignment))


def _use(inner: _Inner, run: StepRun, later: list[StepRun]) -> Node | None:
    """Where it is read as if it had been kept."""
    for event in run.events:
        if event.kind == READ and event.name == inner.name and event.node.span.start >= inner.context.span.end:
            if _is_old(inner, event) or reads_unset(event):
                return event.node
            return None
    for other in later:
        for event in other.events:
            if event.kind == ASSIGNED and event.name == inner.name and other.step.item is not run.step.item:
                return None
            if event.kind == READ and event.name == inner.name and other.step.item is not run.step.item:
                return event.node if reads_unset(event) else None
    return None


def _is_old(inner: _Inner, event: Event) -> bool:
    """Whether it still has what it was given in the same item before the pipeline, to be changed in that."""
    places = event.variable.places if event.variable is not None else ()
    return inner.piped and bool(places) and all(place.span.end <= inner.context.span.start for place in places)
