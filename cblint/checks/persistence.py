"""What one command sets up and the next one does not find: each runs in a shell of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from cblint import expressions
from cblint.buildspec.model import Buildspec, scalar
from cblint.checks.edits import respelt, without
from cblint.checks.variables import reads_unset
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, DEFINED, RAN, READ
from cblint.flow.steps import SUCCEEDING, Step, phases_of, steps_of
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr, Assignment, Function, SimpleCommand, Subshell
from cblint.shell.script import Script
from cblint.shell.syntax import Node, Parameter, Word, walk
from cblint.shell.trees import of_tree
from cblint.source.tree import Mapping, Scalar
from cblint.source.tree import Node as YamlNode
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.checks.edits import Change
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event

_ELEMENT = expressions.lazy(r"\$\{[#!]?[A-Za-z_]\w*\[", re.ASCII)
_ALIAS = expressions.lazy(r"([A-Za-z_][A-Za-z0-9_-]*)=")


class _Definition(NamedTuple):
    """Where a function or an alias is defined; ``place`` is what to point at."""

    run: StepRun
    place: Node
    is_alias: bool


def function_lost_between_commands(buildspec: Buildspec) -> Iterator[Report]:
    """A function or an alias is called in another command than the one that defines it."""
    build = build_of(buildspec)
    definitions = _definitions(build)
    lost: dict[str, dict[int, tuple[SimpleCommand, Step]]] = {}
    for run in build.runs:
        for event in run.events:
            if event.kind == RAN and event.name in definitions and _is_lost(run, event, definitions[event.name]):
                node = event.node
                if isinstance(node, SimpleCommand) and node.words and node.words[0].text == event.name:
                    lost.setdefault(event.name, {})[id(node)] = node, run.step
    for name, calls in lost.items():
        found = sorted(calls.values(), key=lambda call: call[0].span.start)
        first, *others = [node for node, _ in found]
        definition = definitions[name][0]
        related = [("definition", definition.place.span), *(("again", node.words[0].span) for node in others)]
        variant = "alias" if definition.is_alias else "function"
        fields = {"name": name, "where": definition.run.step.where}
        touched, edits = _brought_together(buildspec, name, definitions, found)
        yield Report(first.words[0].span, variant, fields, tuple(related), edits, touched=touched)


def _brought_together(
    buildspec: Buildspec,
    name: str,
    definitions: dict[str, list[_Definition]],
    calls: list[tuple[SimpleCommand, Step]],
) -> Change:
    """The one definition and all its calls in one command, or what it stands for in their place."""
    from cblint.checks.edits import NOTHING
    from cblint.checks.regrouping import with_alias_written_out, with_definition  # few files lose any

    if len({id(each.place) for each in definitions[name]}) > 1:
        return NOTHING
    definition = definitions[name][0]
    step, place = definition.run.step, definition.place
    if not definition.is_alias:
        return with_definition(buildspec, step, [user for _, user in calls])
    value = place.value if isinstance(place, Assignment) else place
    text = value.text if isinstance(value, Word) else None
    meaning = (text or "").removeprefix(f"{name}=")
    return with_alias_written_out(buildspec, step, meaning, [node for node, _ in calls])


def _is_lost(run: StepRun, event: Event, definitions: list[_Definition]) -> bool:
    """Whether the command is no function where it runs, and is defined nowhere else but in other commands."""
    if event.state is None or event.state.functions.get(event.name) is not False:
        return False
    return all(definition.run.step.item is not run.step.item for definition in definitions)


def _definitions(build: Build) -> dict[str, list[_Definition]]:
    """The functions and aliases of a build by name, unless a program or builtin of that name is known."""
    from cblint.flow.builtins import find as builtin

    found: dict[str, list[_Definition]] = {}
    for run in build.runs:
        for event in run.events:
            for name, place in _defined(event):
                if builtin(name) is None and name not in table("effects")["tools"]:
                    found.setdefault(name, []).append(_Definition(run, place, event.kind == RAN))
    return found


def _defined(event: Event) -> Iterator[tuple[str, Node]]:
    if event.kind == DEFINED and isinstance(event.node, Function):
        yield event.name, event.node.name
    elif event.kind == RAN and event.name == "alias" and isinstance(event.node, SimpleCommand):
        for argument in event.node.arguments[1:]:
            match = _ALIAS.match(argument.raw)
            if match is not None:
                yield match.group(1), argument


# Arrays


def array_lost_between_commands(buildspec: Buildspec) -> Iterator[Report]:
    """An element of an array is read in another command than the one that fills it."""
    if not any(_ELEMENT.search(item.value) for item in buildspec.shell_items):
        return
    build = build_of(buildspec)
    filled: dict[str, tuple[StepRun, Node]] = {}
    for run in build.runs:
        for event in run.events:
            if event.kind == ASSIGNED and event.variable is not None and event.variable.array:
                filled.setdefault(event.name, (run, event.node))
    lost: dict[str, dict[int, Node]] = {}
    for run in build.runs:
        for event in run.events:
            if event.kind == READ and event.name in filled and _is_lost_element(run, event, filled[event.name][0]):
                lost.setdefault(event.name, {})[id(event.node)] = event.node
    for name, uses in lost.items():
        run, node = filled[name]
        first, *others = sorted(uses.values(), key=lambda use: use.span.start)
        related = [("filled", node.span), *(("again", use.span) for use in others)]
        yield Report(first.span, "array", {"name": name, "where": run.step.where}, tuple(related))


def _is_lost_element(run: StepRun, event: Event, filler: StepRun) -> bool:
    """Whether it is an array elsewhere and none here; the first element is the variable itself."""
    node, variable = event.node, event.variable
    if not isinstance(node, Parameter) or node.subscript is None or variable is None or variable.array is not False:
        return False
    return node.subscript.raw != "0" and filler.step.item is not run.step.item


# Jobs


def wait_on_lost_job(buildspec: Buildspec) -> Iterator[Report]:
    """A command waits for a job of another command."""
    jobs = [(step, job) for step in steps_of(buildspec) for job in _jobs(step.item.script)]
    seen: set[int] = set()
    for run in build_of(buildspec).runs if jobs else ():
        for event in run.events:
            node = event.node
            if event.kind != RAN or event.name not in ("wait", "fg") or id(node) in seen:
                continue
            if not isinstance(node, SimpleCommand) or any(
                job.start < node.start for job in _jobs(run.step.item.script)
            ):
                continue
            started = next(((step, job) for step, job in jobs if step.item is not run.step.item), None)
            if started is None:
                continue
            seen.add(id(node))
            step, job = started
            variant = "process" if _waits_for_a_number(node) else "nothing"
            fields = {"command": event.name, "where": step.where}
            yield Report(node.words[0].span, variant, fields, (("job", job.span),))


@of_tree
def _jobs(script: Script) -> list[AndOr]:
    return [node for node in script.of(AndOr) if node.terminator == "&"]


def _waits_for_a_number(node: SimpleCommand) -> bool:
    """Whether a job is named, other than the last one."""
    return any(
        not (isinstance(part, Parameter) and part.name == "!")
        for word in node.words[1:]
        for part in walk(word)
        if isinstance(part, Parameter)
    )


# Options


def shell_option_does_not_persist(buildspec: Buildspec) -> Iterator[Report]:
    """A command only sets options of the shell, which ends with it."""
    steps = steps_of(buildspec)
    for number, step in enumerate(steps[:-1]):
        found = _only_sets(step.item.script)
        if found is not None and steps[number + 1 :]:
            from cblint.checks.regrouping import MOST_FOLLOWING, with_option  # few files do that

            kind, node = found
            touched, edits = with_option(buildspec, step, steps[number + 1 : number + 2 + MOST_FOLLOWING])
            fields = {"command": " ".join(node.raw.split())}
            yield Report(node.span, kind, fields, edits=edits, touched=touched)


def _only_sets(script: Script) -> tuple[str, SimpleCommand] | None:
    """The first command of an item that only switches something on in its shell, and what kind of thing."""
    found: list[tuple[str, SimpleCommand]] = []
    if script.problem is not None:
        return None
    for item in script.body.items:
        for pipeline in item.pipelines:
            node = pipeline.commands[0] if len(pipeline.commands) == 1 and not pipeline.negated else None
            if not isinstance(node, SimpleCommand) or not node.words or node.assignments or node.redirections:
                return None
            kind = _switches(node)
            if kind is None:
                return None
            found.append((kind, node))
    return found[0] if found else None


def _switches(node: SimpleCommand) -> str | None:
    name, *words = (word.text for word in node.words)
    if any(word is None for word in words) or not words:
        return None
    texts = [word or "" for word in words]
    if name == "set" and texts[0].startswith("-") and texts[0] not in ("-", "--"):
        return "option"
    if name == "shopt" and texts[0] == "-s":
        return "option"
    if name == "umask":
        return "option"
    if name == "trap" and len(texts) > 1 and texts[0] not in ("-", ""):
        return "trap"
    return None


# Version 0.1


def version_0_1_state_loss(buildspec: Buildspec) -> Iterator[Report]:
    """In version 0.1 no command finds what another has set, or goes to the directory that it went to."""
    version = buildspec.version
    value = scalar(version.value) if version is not None else None
    if value is None or value.value.strip() not in ("0.1", ".1"):
        return
    found = [*_variables_lost(buildspec), *_folders_lost(buildspec)]
    if not found and value.style == "":
        # Of one in quotes version-not-number speaks.
        found = [Report(value.span, "version")]
    touched, edits = _as_0_2(buildspec, value) if found else ((), ())
    yield from (report._replace(edits=edits, touched=touched) for report in found)


def _as_0_2(buildspec: Buildspec, version: Scalar) -> Change:
    """What version 0.2 calls by other names, if no command relies on beginning at the root of the source."""
    from cblint.checks.edits import NOTHING

    root = buildspec.root
    if not isinstance(root, Mapping) or version.anchor is not None or _returns_to_root(buildspec):
        return NOTHING
    nodes: list[YamlNode] = [version]
    edits = [Edit(version.span, "0.2")]
    given = root.get("environment_variables")
    if given is not None:
        section = given.value
        names = [pair.name for pair in section.pairs] if isinstance(section, Mapping) else []
        if names != ["plaintext"] or given not in root.pairs or root.get("env") is not None:
            return NOTHING
        assert isinstance(section, Mapping)
        for key, name in ((given.key, "env"), (section.pairs[0].key, "variables")):
            nodes.append(key)
            edits += respelt(key, name)
    artifacts = root.get("artifacts")
    holder = artifacts.value if artifacts is not None else None
    kind = holder.get("type") if isinstance(holder, Mapping) else None
    if isinstance(holder, Mapping) and kind is not None:
        taken_out = without(holder, kind.key)
        if not taken_out:
            return NOTHING
        nodes.append(holder)
        edits += taken_out
    return tuple(nodes), tuple(edits)


def _returns_to_root(buildspec: Buildspec) -> bool:
    """Whether a command goes to another folder and does something there, and another one follows."""
    for step in steps_of(buildspec)[:-1]:
        for invocation in step.item.invocations:
            here = not invocation.captured and not any(isinstance(node, Subshell) for node in invocation.above)
            if invocation.program in _MOVES and here and _only_goes(step) is None:
                return True
    return False


def _variables_lost(buildspec: Buildspec) -> Iterator[Report]:
    """The variables that are read in another command than the one that sets them, each at its first use."""
    given = {variable.name for variable in buildspec.variables}
    places: dict[str, tuple[Step, Node]] = {}
    lost: dict[str, dict[int, Node]] = {}
    for run in build_of(buildspec).on(SUCCEEDING):
        for event in run.events:
            if event.kind == READ and event.name in places and reads_unset(event) and event.name not in given:
                lost.setdefault(event.name, {})[id(event.node)] = event.node
        for event in run.events:
            if event.kind == ASSIGNED:
                places.setdefault(event.name, (run.step, event.node))
    for name, uses in lost.items():
        step, place = places[name]
        first, *others = sorted(uses.values(), key=lambda use: use.span.start)
        related = (("set", place.span), *(("again", other.span) for other in others))
        yield Report(first.span, "variable", {"name": name, "where": step.where}, related)


def _folders_lost(buildspec: Buildspec) -> Iterator[Report]:
    """The commands that only go to a folder, with others behind them."""
    for phase in phases_of(buildspec):
        for step, following in pairwise(phase.commands):
            node = _only_goes(step)
            if node is not None:
                fields = {"command": node.raw, "where": following.where}
                yield Report(node.span, "folder", fields, (("next", following.item.script.body.span),))


_MOVES = ("cd", "pushd")


def _only_goes(step: Step) -> SimpleCommand | None:
    """The ``cd`` that is all of a command."""
    pipelines = [pipeline for item in step.item.script.body.items for pipeline in item.pipelines]
    nodes = [next(iter(pipeline.commands), None) for pipeline in pipelines]  # "time" alone is one of none
    node = nodes[0] if len(nodes) == 1 else None
    if isinstance(node, SimpleCommand) and len(node.words) == 2 and node.words[0].raw in _MOVES:
        return node
    return None
