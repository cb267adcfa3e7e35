"""The tasks of a batch build: what they are called, what they wait for, how many there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import starmap

from cblint.buildspec.batch import DEPENDENCIES, Task, cycles, matrix, tasks
from cblint.buildspec.model import Buildspec, items, mapping, scalar
from cblint.buildspec.shape import Fault, type_of
from cblint.checks.keys import is_dependency_key
from cblint.finding import Edit, Report
from cblint.match import pairs_of
from cblint.source.tree import Alias, Mapping, Node, Scalar, Sequence
from cblint.spelling import alike, closest

_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,127}")
_LONGEST = 127


# Identifiers


def batch_identifier_invalid(buildspec: Buildspec) -> Iterator[Report]:
    """An identifier that CodeBuild refuses, or one that two tasks have."""
    found = tasks(buildspec)
    first: dict[str, Scalar] = {}
    for task in found:
        pair = task.mapping.get("identifier")
        if pair is None or pair.value.open:
            continue
        identifier = task.identifier
        if identifier is None:
            yield Report(pair.key.span, "no-text", {"kind": "nothing" if type_of(pair.value) == "null" else "no text"})
            continue
        name = identifier.value
        fields = {"identifier": name, "length": str(len(name))}
        if name in first:
            yield Report(pair.value.span, "duplicate", fields, (("first", first[name].span),))
        elif len(name) > _LONGEST:
            yield Report(pair.value.span, "too-long", fields)
        elif _IDENTIFIER.fullmatch(name) is None:
            places, new = _with_underscores(found, task) or ([], "")
            edits = {place.text.span(0, len(place.text)): new for place in places}
            yield Report(
                pair.value.span, "characters", fields, edits=tuple(starmap(Edit, edits.items())), touched=tuple(places)
            )
        first.setdefault(name, identifier)


def _with_underscores(found: list[Task], task: Task) -> tuple[list[Scalar], str] | None:
    """The identifier and all that wait for it, and what must stand there instead; None if that is not certain."""
    identifier = task.identifier
    assert identifier is not None
    new = identifier.value.replace("-", "_")
    others = [other.identifier.value.replace("-", "_") for other in found if other.identifier and other is not task]
    places = [identifier, *(name for other in found for name in other.dependencies if name.value == identifier.value)]
    if _IDENTIFIER.fullmatch(new) is None or new in others or any(place.style in ("|", ">") for place in places):
        return None
    return places, new


# Dependencies


def batch_dependency_key(buildspec: Buildspec) -> Iterator[Report]:
    """What a task waits for is written where CodeBuild does not look, or under another name."""
    batch = buildspec.get("batch")
    for fault in buildspec.faults:
        if batch is None or fault.keyword != "additionalProperties" or fault.steps[0] != "batch" or fault.pair is None:
            continue
        name = str(fault.steps[-1])
        if fault.pair.name is None or "variables" in fault.steps[:-1] or not is_dependency_key(name):
            continue
        fields = {"key": name, "form": str(fault.steps[1])}
        if fault.steps[1] == "build-graph":
            yield Report(fault.span, "spelling", fields, edits=_spelt(buildspec, fault))
        else:
            yield Report(fault.span, "no-graph", fields)


def _spelt(buildspec: Buildspec, fault: Fault) -> tuple[Edit, ...]:
    """``depend-on`` instead of what is written, where a list of tasks follows."""
    key = fault.pair.key if fault.pair is not None else None
    holder = next((task for task in tasks(buildspec) if ("batch", task.form, task.number) == fault.steps[:-1]), None)
    if not isinstance(key, Scalar) or key.style in ("|", ">") or holder is None or type_of(fault.node) != "array":
        return ()
    if holder.mapping.get(DEPENDENCIES) is not None:
        return ()
    text = key.text
    return (Edit(text.span(0, len(text)), DEPENDENCIES),)


def batch_dependency_unresolved(buildspec: Buildspec) -> Iterator[Report]:
    """A task waits for one that is not there, for itself, in a circle, or for one that comes later."""
    graph = [task for task in tasks(buildspec) if task.form == "build-graph"]
    rank = {task.identifier.value: number for number, task in reversed(list(enumerate(graph))) if task.identifier}
    edges = {task.identifier.value: [name.value for name in task.dependencies] for task in graph if task.identifier}
    circles = cycles(edges)
    circle_of = {name: number for number, group in enumerate(circles) for name in group}
    spoken: set[int] = set()
    for number, task in enumerate(graph):
        pair = task.mapping.get(DEPENDENCIES)
        if pair is None or pair.value.open:
            continue
        own = task.identifier.value if task.identifier else ""
        if (one := scalar(pair.value)) is not None:
            yield Report(pair.value.span, "no-list", {"value": one.value}, edits=_as_list(pair.value))
        elif mapping(pair.value) is not None:
            yield Report(pair.key.span, "no-list", {"value": "a mapping"})
        for item in items(pair.value):
            name = scalar(item)
            if name is None:
                continue
            fields = {"identifier": own, "name": name.value, "suggestion": ""}
            if name.value == own:
                yield Report(item.span, "itself", fields)
            elif name.value not in rank:
                meant = next((known for known in rank if alike(known, name.value)), closest(name.value, rank))
                fields["suggestion"] = f' Did you mean "{meant}"?' if meant else ""
                yield Report(item.span, "unknown", fields)
            elif own in circle_of and circle_of.get(name.value) == circle_of[own]:
                circle = circle_of[own]
                if circle not in spoken:
                    spoken.add(circle)
                    yield Report(item.span, "circle", {**fields, "circle": _named(circles[circle])})
            elif rank[name.value] > number:
                target = graph[rank[name.value]].identifier
                related = (("target", target.span),) if target is not None else ()
                yield Report(item.span, "later", fields, related)


_SHOWN = 5


def _named(group: list[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in group[:_SHOWN])
    return f"{shown} and {len(group) - _SHOWN} more" if len(group) > _SHOWN else shown


def _as_list(node: Node) -> tuple[Edit, ...]:
    """Brackets round the one task that is named."""
    if isinstance(node, Alias) or not isinstance(node, Scalar) or not node.one_line or node.style in ("|", ">"):
        return ()
    if node.style == "" and re.search(r"[\[\]{},]", node.value):
        return ()
    return (Edit(node.span, f"[{node.source}]"),)


# Environments


def batch_unknown_env_key(buildspec: Buildspec) -> Iterator[Report]:
    """The environment of a task has a key or a value that CodeBuild does not document there."""
    for fault in buildspec.faults:
        steps = fault.steps
        if fault.pair is None or steps[:1] != ("batch",) or fault.pair.value.open:
            continue
        if fault.keyword == "additionalProperties" and "env" in steps[:-1] and fault.pair.name is not None:
            yield _unknown(fault)
        elif fault.keyword == "type" and steps[:3] == ("batch", "build-matrix", "dynamic") and len(steps) > 3:
            if type_of(fault.node) in ("string", "number", "boolean"):
                yield Report(fault.span, "no-list", {"key": str(steps[-1])}, edits=_as_list(fault.node))
            elif type_of(fault.node) == "object":
                yield Report(fault.pair.key.span, "no-list", {"key": str(steps[-1])})
    for task in tasks(buildspec):
        pair = task.mapping.get("env")
        environment = mapping(pair.value) if pair is not None else None
        if (
            environment is not None
            and (fleet := environment.get("fleet"))
            and (other := environment.get("compute-type"))
        ):
            yield Report(fleet.key.span, "fleet-and-compute-type", {}, (("other", other.key.span),))


def _unknown(fault: Fault) -> Report:
    name = str(fault.steps[-1])
    known = fault.schema.get("properties", {})
    meant = closest(name, known)
    fields = {"key": name, "known": ", ".join(known), "suggestion": f' Did you mean "{meant}"?' if meant else ""}
    part = fault.steps[2] if fault.steps[1] == "build-matrix" else ""
    if part == "static" and name in ("variables", "image", "compute-type", "fleet"):
        return Report(fault.span, "static", fields)
    return Report(fault.span, "unknown", fields)


# Matrices

_MANY = 100
"""Builds of one batch; what a project allows at the most is not in the buildspec."""


def batch_matrix_size(buildspec: Buildspec) -> Iterator[Report]:
    """A matrix has more combinations than anybody wants to pay for."""
    pair = matrix(buildspec, "dynamic")
    dynamic = mapping(pair.value) if pair is not None else None
    if pair is None or dynamic is None:
        return
    sizes = [len(node.items) for node in _lists(dynamic) if node.items]
    builds = 1
    for size in sizes:
        builds *= size
    if builds > _MANY:
        product = " × ".join(str(size) for size in sizes if size > 1)
        yield Report(pair.key.span, "many", {"builds": f"{builds:,}", "product": product})


def _lists(dynamic: Mapping) -> Iterator[Sequence]:
    """Every list whose elements are combined."""
    for pair in pairs_of(dynamic):
        target = pair.value.resolved
        if isinstance(target, Sequence):
            yield target
        elif isinstance(target, Mapping) and pair.name in ("env", "variables"):
            yield from _lists(target)
