"""Nodes that another format than YAML gives: what stands there, where, and how much of it is known.

They are read like those of YAML: a mapping by its keys, a scalar by its value. What only a deployment tells is an
``Unknown`` where a whole value is, and the character ``HOLE`` (source/text.py) where part of a text is.
"""

from __future__ import annotations

from collections.abc import Iterable

from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence, walk


class Unknown(Node):
    """A value that is not known before the deployment: neither a scalar nor a list nor a mapping."""

    __slots__ = ()

    def __init__(self, origin: Text, start: int, end: int) -> None:
        super().__init__(origin, start, end, None, None)


class Reference(Unknown):
    """A value that something else in the host has.

    ``target`` names it as ``Definition.name`` does (``BuildRole``, ``aws_iam_role.build``), ``attribute`` says what of
    it: ``Arn``, ``name``, or nothing.
    """

    __slots__ = ("attribute", "target")

    def __init__(self, origin: Text, start: int, end: int, target: str, attribute: str = "") -> None:
        super().__init__(origin, start, end)
        self.target = target
        self.attribute = attribute


class Given(Scalar):
    """A scalar whose text another format spells: with its escapes, or put together.

    ``start`` and ``end`` are the whole expression in ``origin``, quotes included. ``style`` is ``""`` for what is
    written without quotes (a number, a truth value), else ``"``.
    """

    __slots__ = ("_given",)

    def __init__(self, origin: Text, start: int, end: int, text: Text, style: str = '"') -> None:
        super().__init__(origin, start, end, None, None, text.value, style)
        self._given = text

    @property
    def text(self) -> Text:
        """The value, with the place of each of its characters."""
        return self._given

    @property
    def folds(self) -> list[int]:
        """No format but YAML folds lines."""
        return []


class Settings(Mapping):
    """A mapping of another format; ``complete``: nothing else can be set in it (no spread, no dynamic block)."""

    __slots__ = ("complete",)

    def __init__(
        self, origin: Text, start: int, end: int, pairs: Iterable[tuple[Node, Node]], complete: bool = True
    ) -> None:
        super().__init__(origin, start, None, None, True)
        self.end = end
        self.pairs = [Pair(key, value) for key, value in pairs]
        self.complete = complete


class Items(Sequence):
    """A list of another format; ``complete``: nothing else can be in it."""

    __slots__ = ("complete",)

    def __init__(self, origin: Text, start: int, end: int, items: Iterable[Node], complete: bool = True) -> None:
        super().__init__(origin, start, None, None, True)
        self.end = end
        self.items = list(items)
        self.complete = complete


def key(origin: Text, start: int, end: int, name: str) -> Given:
    """A key under another name than the one that the host writes at ``start`` to ``end``."""
    return Given(origin, start, end, Text.over(name, origin.span(start, end)), "")


def is_complete(node: Node) -> bool:
    """Whether all that a mapping or a list holds is known."""
    seen: set[int] = set()
    stack = [node.resolved]
    while stack:
        target = stack.pop()
        if isinstance(target, (Settings, Items)) and not target.complete:
            return False
        if isinstance(target, Sequence) and not isinstance(target, Items):
            if not all(map(_is_one, target.items)):
                return False
        elif isinstance(target, Mapping) and id(target) not in seen:
            seen.add(id(target))
            if not all(is_known(pair.key) for pair in target.pairs):
                return False
            stack += [each for pair in target.pairs if pair.is_merge for each in _merged(pair.value.resolved)]
        elif not is_known(target):
            return False
    return True


def is_settled(node: Mapping, besides: str) -> bool:
    """Whether all is known of a mapping and of what stands below it, but for one value and for what aliases bring."""
    parts = [each for pair in node.pairs for each in (pair.key, *([pair.value] if pair.name != besides else []))]
    return is_complete(node) and all(is_known(each) and is_complete(each) for part in parts for each in walk(part))


def _is_one(item: Node) -> bool:
    """Whether an item of a list is one for sure, whatever it is: what is only put in can be none, or several."""
    target = item.resolved
    return not isinstance(target, Unknown) and not (isinstance(target, Scalar) and target.value.strip() == HOLE)


def _merged(node: Node) -> list[Node]:
    """The mappings that a merge key brings."""
    return [item.resolved for item in node.items] if isinstance(node, Sequence) else [node]


def is_known(node: Node) -> bool:
    """Whether a value stands there that no deployment changes; of a mapping or a list, itself, not what it holds."""
    target = node.resolved
    return not isinstance(target, Unknown) and not (isinstance(target, Scalar) and HOLE in target.value)
