"""What one command sets up and the next one does not find: each runs in a shell of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cblint.buildspec.model import Buildspec
from cblint.facts import table
from cblint.finding import Report
from cblint.flow.build import Build, StepRun, build_of
from cblint.flow.builtins import find as builtin
from cblint.flow.events import DEFINED, RAN, Event
from cblint.shell.commands import Function, SimpleCommand
from cblint.shell.syntax import Node

_ALIAS = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)=")


class _Definition(NamedTuple):
    """Where a function or an alias is defined; ``place`` is what to point at."""

    run: StepRun
    place: Node
    is_alias: bool


def function_lost_between_commands(buildspec: Buildspec) -> Iterator[Report]:
    """A function or an alias is called in another command than the one that defines it."""
    build = build_of(buildspec)
    definitions = _definitions(build)
    lost: dict[str, dict[int, SimpleCommand]] = {}
    for run in build.runs:
        for event in run.events:
            if event.kind == RAN and event.name in definitions and _is_lost(run, event, definitions[event.name]):
                node = event.node
                if isinstance(node, SimpleCommand) and node.words and node.words[0].text == event.name:
                    lost.setdefault(event.name, {})[id(node)] = node
    for name, calls in lost.items():
        first, *others = sorted(calls.values(), key=lambda node: node.span.start)
        definition = definitions[name][0]
        related = [("definition", definition.place.span), *(("again", node.words[0].span) for node in others)]
        variant = "alias" if definition.is_alias else "function"
        fields = {"name": name, "where": definition.run.step.where}
        yield Report(first.words[0].span, variant, fields, tuple(related))


def _is_lost(run: StepRun, event: Event, definitions: list[_Definition]) -> bool:
    """Whether the command is no function where it runs, and is defined nowhere else but in other commands."""
    if event.state is None or event.state.functions.get(event.name) is not False:
        return False
    return all(definition.run.step.item is not run.step.item for definition in definitions)


def _definitions(build: Build) -> dict[str, list[_Definition]]:
    """The functions and aliases of a build by name, unless a program or builtin of that name is known."""
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
