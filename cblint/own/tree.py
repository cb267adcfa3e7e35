"""``at``: places in the tree of a buildspec, and what must hold there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cblint.buildspec.model import Buildspec
from cblint.flow.values import Maybe
from cblint.match import Match, Matcher, Place, is_path, kind_of, parse_path, places
from cblint.own.commands import command_condition, runs_below
from cblint.own.conditions import Condition, Maker, Steps, Wrong, condition_of, every, listed, some
from cblint.own.texts import NOTHING, Known, known_scalar, text_test
from cblint.records import NamedTuple
from cblint.source.foreign import is_complete, is_known
from cblint.source.text import Span
from cblint.source.tree import Mapping as MappingNode
from cblint.source.tree import Node, Scalar, Sequence
from cblint.typing import Any

FIELDS = frozenset({"key", "kind", "number", "suggestion", "value", "count"})
"""What a message about a place can hold."""
WHOLE = "."
"""The path of the buildspec itself."""
_FINDING = ("at", "suggest")
"""What says where to look and what to offer: all else are conditions."""
Path = tuple[tuple[str, ...], ...]


class Spot(NamedTuple):
    """A place, and the buildspec that it is in."""

    place: Place
    buildspec: Buildspec


class TreeFinder:
    """A compiled ``match`` with ``at``."""

    __slots__ = ("_condition", "_marks_value", "_matcher", "_of_whole")

    def __init__(self, spec: Mapping[str, Any], steps: Steps) -> None:
        path = path_of(spec["at"], (*steps, "at"))
        self._of_whole = not path
        self._matcher = Matcher({**{name: spec[name] for name in _FINDING if name in spec}, "at": path})
        self._marks_value = "value" in spec
        conditions = {name: value for name, value in spec.items() if name not in _FINDING}
        self._condition = condition_of(conditions, steps, MAKERS)

    def find(self, subject: object) -> Iterator[Match]:
        """The places in a buildspec: its key, or the value if the rule asks for that."""
        if not isinstance(subject, Buildspec) or (self._of_whole and not subject.whole):
            return
        for place, match in self._matcher.located(subject):
            if self._condition(Spot(place, subject)) is True:
                shown = {"value": _value(place.node).shown, "count": _shown_count(place.node)}
                fields = {**dict.fromkeys(FIELDS, ""), **match.fields, **shown}
                yield Match(self._span(place, match), fields, match.edits)

    def _span(self, place: Place, match: Match) -> Span:
        if self._of_whole:
            return place.node.first_character
        return place.node.span if self._marks_value else match.span


def path_of(path: str, steps: Steps) -> Path:
    """A path as ``parse_path`` has it, ``.`` the buildspec itself. Raises Wrong."""
    if path == WHOLE:
        return ()
    if not is_path(path):
        raise Wrong(steps, f"{path!r} is no path such as phases.*.{{commands,finally}}[*]")
    return parse_path(path)


def _value(node: Node) -> Known:
    """What is known of the text at a place: nothing where no text stands there."""
    target = node.resolved
    return known_scalar(target) if isinstance(target, Scalar) else NOTHING


def _shown_count(node: Node) -> str:
    count = _size(node)
    return "" if count is None else str(count)


def _size(node: Node) -> int | None:
    """How many elements or keys there are; None where that is not known, or there can be none."""
    target = node.resolved
    if not is_complete(target) or target.open:
        return None
    if isinstance(target, Sequence):
        return len(target.items)
    return len(target.effective()) if isinstance(target, MappingNode) else None


def _key(spec: Any, steps: Steps) -> Condition[Spot]:
    test = text_test(spec, steps)

    def holds(spot: Spot) -> Maybe:
        pair = spot.place.pair
        if pair is None:
            return False  # the items of a list have no key
        return test(Known(pair.name)) if pair.name is not None else None

    return holds


def _kind(spec: Any, _: Steps) -> Condition[Spot]:
    kinds = frozenset(listed(spec))

    def holds(spot: Spot) -> Maybe:
        kind = kind_of(spot.place.node)
        return None if kind == "unknown" or spot.place.node.resolved.open else kind in kinds

    return holds


def _is_value(spec: Any, steps: Steps) -> Condition[Spot]:
    test = text_test(spec, steps)

    def holds(spot: Spot) -> Maybe:
        target = spot.place.node.resolved
        if isinstance(target, Scalar):
            return test(known_scalar(target))
        return None if not is_known(target) else False

    return holds


def _count(spec: Any, steps: Steps) -> Condition[Spot]:
    test = text_test(spec, steps)

    def holds(spot: Spot) -> Maybe:
        size = _size(spot.place.node)
        if size is None:
            return None if kind_of(spot.place.node) not in ("scalar", "empty") else False
        return test(Known(str(size)))

    return holds


def _has(spec: Any, steps: Steps) -> Condition[Spot]:
    """A path, one of several, or all of those in a mapping with what holds there."""
    if not isinstance(spec, dict):
        paths = [path_of(str(path), steps) for path in listed(spec)]
        return lambda spot: some(_is_there(spot.place.node, path) for path in paths)
    tests = [(path_of(path, (*steps, path)), _is_value(value, (*steps, path))) for path, value in spec.items()]
    return lambda spot: every(_holds_there(spot, path, test) for path, test in tests)


def _holds_there(spot: Spot, path: Path, test: Condition[Spot]) -> Maybe:
    answers = [test(Spot(place, spot.buildspec)) for place in places(spot.place.node, path)]
    return some([*answers, False if _tells(spot.place.node, path) else None])


def _is_there(node: Node, path: Path) -> Maybe:
    return True if places(node, path) else False if _tells(node, path) else None


def _tells(node: Node, path: Path) -> bool:
    """Whether all is known that stands on the way to a path: what is not found there is not there."""
    return all(
        is_complete(place.node) and not place.node.resolved.open
        for length in range(len(path))
        for place in places(node, path[:length])
        if kind_of(place.node) not in ("scalar", "empty")
    )


def _runs(spec: Any, steps: Steps) -> Condition[Spot]:
    condition = command_condition(spec, steps)
    return lambda spot: runs_below(spot.buildspec, spot.place.node, condition)


MAKERS: dict[str, Maker[Spot]] = {
    "key": _key,
    "kind": _kind,
    "value": _is_value,
    "count": _count,
    "has": _has,
    "runs": _runs,
}
