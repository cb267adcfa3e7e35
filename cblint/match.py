"""The declarative matchers of rule entries: places in the tree, and what must hold there."""

from __future__ import annotations

from collections.abc import Iterator

from cblint import expressions
from cblint.finding import Edit
from cblint.records import NamedTuple
from cblint.source.foreign import is_known
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence
from cblint.spelling import closest, distance
from cblint.typing import Any, Protocol

_PATH = expressions.lazy(r"(?:(?:^|\.)(?:\*|\{[\w,-]+\}|[\w-]+)|\[\*\])+")


class Place(NamedTuple):
    """A node reached by a path: ``pair`` where it is the value of a key, ``number`` where it is a list item."""

    node: Node
    pair: Pair | None = None
    number: int | None = None
    siblings: Mapping | None = None


class Match(NamedTuple):
    """Where a matcher holds, what fills in the message, and how to mend it."""

    span: Span
    fields: dict[str, str]
    edits: tuple[Edit, ...]


class Finder(Protocol):
    """What finds the places of which a variant speaks."""

    def find(self, subject: Any) -> Iterator[Match]:
        """The places in a buildspec, or in the definition of a project."""


class Rooted(Protocol):
    """What has settings: a buildspec, the definition of a project."""

    @property
    def root(self) -> Node | None:
        """The settings."""


def is_path(text: str) -> bool:
    """Whether it is a path such as ``phases.*.{commands,finally}[*]``."""
    return _PATH.fullmatch(text) is not None


def parse_path(path: str) -> tuple[tuple[str, ...], ...]:
    """A path as steps, each the names it admits (``*``: any key, ``[*]``: any item)."""
    steps: list[tuple[str, ...]] = []
    for part in path.split("."):
        names, *items = part.split("[*]")
        if names:
            steps.append(tuple(names[1:-1].split(",")) if names.startswith("{") else (names,))
        steps += [("[*]",)] * len(items)
    return tuple(steps)


def places(root: Node | None, steps: tuple[tuple[str, ...], ...]) -> list[Place]:
    """All nodes at a path, in file order, seen through aliases and merge keys, each once."""
    found = [Place(root)] if root is not None else []
    for step in steps:
        seen: set[int] = set()
        following = []
        for place in found:
            node = place.node.resolved
            for child in _items(node) if step == ("[*]",) else _values(node, step):
                identity = id(child.pair or child.node)
                if identity not in seen:
                    seen.add(identity)
                    following.append(child)
        found = following
    return found


def _items(node: Node) -> Iterator[Place]:
    if isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield Place(item, number=number)


def _values(node: Node, names: tuple[str, ...]) -> Iterator[Place]:
    if isinstance(node, Mapping):
        for pair in pairs_of(node):
            if (names == ("*",) and is_known(pair.key)) or pair.name in names:
                yield Place(pair.value, pair, siblings=node)


def pairs_of(node: Mapping) -> list[Pair]:
    """A mapping's own pairs, those given twice included, and then the ones that its merge keys bring."""
    pairs = [pair for pair in node.pairs if not pair.is_merge]
    if len(pairs) < len(node.pairs):
        own = {pair.name for pair in pairs}
        pairs += [pair for name, pair in node.effective().items() if name not in own]
    return pairs


def kind_of(node: Node) -> str:
    """``mapping``, ``sequence``, ``empty`` or ``scalar``; ``unknown`` where only the deployment tells."""
    target = node.resolved
    if not is_known(target):
        return "unknown"
    if isinstance(target, Mapping):
        return "mapping"
    if isinstance(target, Sequence):
        return "sequence"
    return "empty" if isinstance(target, Scalar) and target.empty else "scalar"


class Matcher:
    """A compiled ``match:`` of a rule entry (fields: ``rules/README.md``); ``at`` may be parsed already."""

    __slots__ = ("_anycase", "_keys", "_kinds", "_not_keys", "_steps", "_suggest")

    def __init__(self, spec: dict[str, Any]) -> None:
        self._steps = parse_path(spec["at"]) if isinstance(spec["at"], str) else spec["at"]
        key = spec.get("key", {})
        self._keys = frozenset(key["in"]) if "in" in key else None
        self._not_keys = frozenset(key.get("not-in", ()))
        self._anycase = frozenset(key["in-any-case"]) if "in-any-case" in key else None
        self._kinds = frozenset(spec.get("kind", ()))
        self._suggest = tuple(spec.get("suggest", ()))

    def find(self, subject: Rooted) -> Iterator[Match]:
        """Where the matcher holds in a document. Nodes that a syntax error cut short are passed over."""
        return (match for _, match in self.located(subject))

    def located(self, subject: Rooted) -> Iterator[tuple[Place, Match]]:
        """The same with the places."""
        for place in places(subject.root, self._steps):
            if not place.node.open and self._holds(place):
                yield place, self._match(place)

    def _holds(self, place: Place) -> bool:
        if self._kinds and kind_of(place.node) not in self._kinds:
            return False
        if place.pair is None:
            return True
        name = place.pair.name
        if name is None or name in self._not_keys:
            return False
        if self._anycase is not None and name.lower() not in self._anycase:
            return False
        return self._keys is None or name in self._keys

    def _match(self, place: Place) -> Match:
        fields = {"kind": kind_of(place.node), "suggestion": ""}
        if place.number is not None:
            fields["number"] = str(place.number)
        if place.pair is None:
            return Match(place.node.span, fields, ())
        name = place.pair.name or ""
        fields["key"] = name
        meant = closest(name, self._suggest)
        if meant is not None:
            fields["suggestion"] = f' Did you mean "{meant}"?'
        return Match(place.pair.key.span, fields, _rename(place, name, meant))


def _rename(place: Place, name: str, meant: str | None) -> tuple[Edit, ...]:
    """The edit that corrects a key one edit away from what was meant, unless that key is there already."""
    pair, siblings = place.pair, place.siblings
    if meant is None or pair is None or siblings is None or distance(name, meant) > 1:
        return ()
    key = pair.key
    # A block scalar's value holds line ends, which the key's place in the file needs.
    if not isinstance(key, Scalar) or key.style in ("|", ">") or siblings.get(meant) is not None:
        return ()
    text = key.text
    return (Edit(text.span(0, len(text)), meant, within=True),)
