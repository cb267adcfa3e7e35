"""The tasks of a batch build and how they wait for one another."""

from __future__ import annotations

from collections.abc import Iterable

from cblint.buildspec.model import Buildspec, items, mapping, scalar
from cblint.records import NamedTuple
from cblint.source.foreign import is_complete, is_known
from cblint.source.tree import Mapping, Node, Pair, Scalar
from cblint.spelling import alike

LISTS = ("build-list", "build-graph")
"""The forms of a batch that list their tasks."""
DEPENDENCIES = "depend-on"


class Task(NamedTuple):
    """An element of ``build-list`` or ``build-graph`` that is a mapping; ``form`` says of which."""

    form: str
    number: int
    node: Node
    mapping: Mapping

    @property
    def identifier(self) -> Scalar | None:
        """Its identifier, if that is a scalar."""
        pair = self.mapping.get("identifier")
        return scalar(pair.value) if pair is not None else None

    @property
    def dependencies(self) -> list[Scalar]:
        """What ``depend-on`` lists, as far as it is text."""
        pair = self.mapping.get(DEPENDENCIES)
        return _names(pair.value) if pair is not None else []

    @property
    def meant_dependencies(self) -> list[Scalar]:
        """The names of tasks under every key that is meant to say what the task waits for."""
        pairs = self.mapping.effective().items()
        return [name for key, pair in pairs if is_dependency_key(key) for name in _names(pair.value)]


def is_dependency_key(name: str) -> bool:
    """Whether a key of a batch task is meant to say what the task waits for."""
    return any(alike(name, key) for key in (DEPENDENCIES, "depends-on", "dependencies", "needs"))


def _names(node: Node) -> list[Scalar]:
    """A name, or those in a list."""
    found = [scalar(item) for item in items(node) or [node]]
    return [name for name in found if name is not None]


def tasks(buildspec: Buildspec) -> list[Task]:
    """All tasks in file order, those of ``build-list`` first; none if it is not known which there are."""
    found: list[Task] = []
    for form in LISTS:
        pair = buildspec.get("batch", form)
        if pair is not None and not is_complete(pair.value):
            return []
        for number, item in enumerate(items(pair.value) if pair is not None else []):
            target = mapping(item)
            if target is not None and not target.open:
                found.append(Task(form, number, item, target))
    return found if all(_is_told(task) for task in found) else []


def _is_told(task: Task) -> bool:
    """Whether it is known how it is called."""
    pair = task.mapping.get("identifier")
    return is_complete(task.mapping) and (pair is None or is_known(pair.value))


def matrix(buildspec: Buildspec, part: str) -> Pair | None:
    """``static`` or ``dynamic`` of a ``build-matrix``."""
    return buildspec.get("batch", "build-matrix", part)


def cycles(edges: dict[str, list[str]]) -> list[list[str]]:
    """The groups of names that lead back to themselves through others, each in the order of ``edges``.

    Tarjan's strongly connected components, with a stack of its own: linear, and as deep as may be. An edge from a name
    to itself makes no group.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    waiting: set[str] = set()
    found: list[list[str]] = []
    for start in edges:
        if start in order:
            continue
        work: list[tuple[str, Iterable[str]]] = [(start, iter(edges[start]))]
        order[start] = low[start] = len(order)
        open_.append(start)
        waiting.add(start)
        while work:
            name, rest = work[-1]
            for other in rest:
                if other not in edges:
                    continue
                if other not in order:
                    order[other] = low[other] = len(order)
                    open_.append(other)
                    waiting.add(other)
                    work.append((other, iter(edges[other])))
                    break
                if other in waiting:
                    low[name] = min(low[name], order[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == order[name]:
                    group: list[str] = []
                    while not group or group[-1] != name:
                        group.append(open_.pop())
                        waiting.discard(group[-1])
                    if len(group) > 1:
                        found.append(group)
    rank = {name: number for number, name in enumerate(edges)}
    return [sorted(group, key=rank.__getitem__) for group in found]
