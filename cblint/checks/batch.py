"""The tasks of a batch build: what they are called, what they wait for, how many there are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cblint.buildspec.batch import DEPENDENCIES, Task, cycles, is_dependency_key, matrix, tasks
from cblint.buildspec.model import Buildspec, items, mapping, scalar
from cblint.buildspec.shape import Fault, type_of
from cblint.checks.edits import listed, replaced, respelt
from cblint.finding import Edit, Report
from cblint.match import pairs_of
from cblint.source.tree import Mapping, Node, Scalar, Sequence
from cblint.spelling import closest, suggestion

_IDENTIFIER = r"[A-Za-z0-9_]{1,127}"
_LONGEST = 127


# Identifiers


def batch_identifier_invalid(buildspec: Buildspec) -> Iterator[Report]:
    """An identifier that CodeBuild refuses, or one that two tasks have."""
    found = tasks(buildspec)
    names = _Names(found)
    first: dict[str, Scalar] = {}
    for task in found:
        pair = task.mapping.get("identifier")
        if pair is None or pair.value.open:
            continue
        identifier = task.identifier
        if identifier is None:
            yield Report(pair.key.span, "no-text", {"kind": "nothing" if pair.value.empty else "no text"})
            continue
        name = identifier.value
        fields = {"identifier": name, "length": str(len(name))}
        if name in first:
            yield Report(pair.value.span, "duplicate", fields, (("first", first[name].span),))
        elif len(name) > _LONGEST:
            yield Report(pair.value.span, "too-long", fields)
        elif re.fullmatch(_IDENTIFIER, name) is None:
            places = names.renamed(name)
            spans = dict.fromkeys(place.text.span(0, len(place.text)) for place in places)
            edits = tuple(replaced(span, _with_underscores(name)) for span in spans)
            yield Report(pair.value.span, "characters", fields, edits=edits, touched=places)
        first.setdefault(name, identifier)


class _Names:
    """Where each identifier stands, and how many would be the same with underscores."""

    def __init__(self, found: list[Task]) -> None:
        own = [task.identifier for task in found if task.identifier is not None]
        self._new = Counter(_with_underscores(name.value) for name in own)
        self._places: dict[str, list[Scalar]] = {}
        for place in [*own, *(name for task in found for name in task.meant_dependencies)]:
            self._places.setdefault(place.value, []).append(place)

    def renamed(self, name: str) -> tuple[Scalar, ...]:
        """All that must be renamed with it; nothing if the new name would not do either."""
        new, places = _with_underscores(name), self._places[name]
        if re.fullmatch(_IDENTIFIER, new) is None or self._new[new] > 1:
            return ()
        return () if any(place.style in ("|", ">") for place in places) else tuple(places)


def _with_underscores(name: str) -> str:
    return name.replace("-", "_")


# Dependencies


def batch_dependency_key(buildspec: Buildspec) -> Iterator[Report]:
    """What a task waits for is written where CodeBuild does not look, or under another name."""
    for fault in buildspec.faults:
        steps, pair = fault.steps, fault.pair
        if fault.keyword != "additionalProperties" or steps[0] != "batch" or pair is None or pair.name is None:
            continue
        if "variables" in steps[:-1] or not is_dependency_key(pair.name):
            continue
        fields = {"key": pair.name, "form": str(steps[1])}
        if steps[1] == "build-graph":
            yield Report(fault.span, "spelling", fields, edits=_spelt(buildspec, fault))
        else:
            yield Report(fault.span, "no-graph", fields)


def _spelt(buildspec: Buildspec, fault: Fault) -> tuple[Edit, ...]:
    """``depend-on`` instead of what is written, where a list of tasks follows."""
    key = fault.pair.key if fault.pair is not None else None
    graph, number = buildspec.get("batch", "build-graph"), fault.steps[2]
    task = mapping(items(graph.value)[number]) if graph is not None and isinstance(number, int) else None
    if task is None or type_of(fault.node) != "array" or task.get(DEPENDENCIES) is not None:
        return ()
    return respelt(key, DEPENDENCIES)


def batch_dependency_unresolved(buildspec: Buildspec) -> Iterator[Report]:
    """A task waits for one that is not there, for itself, in a circle, or for one that comes later."""
    graph = _Graph([task for task in tasks(buildspec) if task.form == "build-graph"])
    for number, task in enumerate(graph.tasks):
        pair = task.mapping.get(DEPENDENCIES)
        if pair is None or pair.value.open:
            continue
        if (one := scalar(pair.value)) is not None:
            yield Report(pair.value.span, "no-list", {"value": f'"{one.value}"'}, edits=listed(pair.value))
        elif mapping(pair.value) is not None:
            yield Report(pair.key.span, "no-list", {"value": "a mapping"})
        for item in items(pair.value):
            name = scalar(item)
            report = graph.judge(number, task, name.value, item) if name is not None else None
            if report is not None:
                yield report


class _Graph:
    """The tasks of a build-graph by their names, and the circles among them."""

    def __init__(self, found: list[Task]) -> None:
        self.tasks = found
        self._place: dict[str, int] = {}
        for number, task in enumerate(found):
            if task.identifier is not None:
                self._place.setdefault(task.identifier.value, number)
        self._circles = cycles(
            {name: [other.value for other in found[number].dependencies] for name, number in self._place.items()}
        )
        self._circle = {name: number for number, group in enumerate(self._circles) for name in group}
        self._spoken: set[int] = set()
        self._suggested = 0

    def judge(self, number: int, task: Task, name: str, item: Node) -> Report | None:
        """What is wrong with the task of that number waiting for one of that name; of a circle only the first time."""
        own = task.identifier.value if task.identifier is not None else ""
        fields = {"identifier": own, "name": name, "suggestion": ""}
        if name == own:
            return Report(item.span, "itself", fields)
        if name not in self._place:
            return Report(item.span, "unknown", {**fields, "suggestion": self._meant(name)})
        circle = self._circle.get(name)
        if circle is not None and circle == self._circle.get(own):
            if circle in self._spoken:
                return None
            self._spoken.add(circle)
            return Report(item.span, "circle", {**fields, "circle": _named(self._circles[circle])})
        target = self.tasks[self._place[name]].identifier
        if self._place[name] > number and target is not None:
            return Report(item.span, "later", fields, (("target", target.span),))
        return None

    def _meant(self, name: str) -> str:
        """A suggestion, for the first few: each is compared with every task."""
        self._suggested += 1
        return suggestion(name, self._place) if self._suggested <= _SUGGESTIONS else ""


_SUGGESTIONS = 20
_SHOWN = 5


def _named(group: list[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in group[:_SHOWN])
    return f"{shown} and {len(group) - _SHOWN} more" if len(group) > _SHOWN else shown


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
                yield Report(fault.span, "no-list", {"key": str(steps[-1])}, edits=listed(fault.node))
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
