"""The things that a Terraform configuration defines, and what their names stand for within one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cblint.records import NamedTuple
from cblint.source.foreign import Settings
from cblint.source.text import Span
from cblint.source.tree import Node

_DEEPEST = 4
"""Names that stand for others, one behind the other; beyond that nothing is known."""
_MOST = 1_000_000
"""Characters of a file that names may repeat in all: a name that holds others twice doubles them each time."""


class Thing(NamedTuple):
    """A resource.

    ``name`` is what references call it (``aws_iam_role.build``), ``place`` its own name. ``body`` is what it sets,
    under Terraform's names: blocks of a type are a list. ``broken``: not all of it could be read.
    """

    type: str
    name: str
    place: Span
    body: Settings
    broken: bool = False

    @property
    def conditional(self) -> bool:
        """Whether it may be there once, often or not at all."""
        return self.body.get("count") is not None or self.body.get("for_each") is not None


class Names:
    """What names stand for; each is read when it is first asked for."""

    __slots__ = ("_known", "_left", "_open", "_written")

    def __init__(self, written: Mapping[str, Callable[[], Node]]) -> None:
        self._written = written
        self._known: dict[str, tuple[Node, int]] = {}
        self._open: list[str] = []
        self._left = _MOST

    def get(self, name: str) -> Node | None:
        """What a name stands for; None where the file does not tell, or would have to tell too often."""
        if name not in self._written or name in self._open or len(self._open) > _DEEPEST:
            return None
        if name not in self._known:
            before = self._left
            self._open.append(name)
            node = self._written[name]()
            self._open.pop()
            self._known[name] = node, node.end - node.start + before - self._left
        node, cost = self._known[name]
        if cost > self._left:
            return None
        self._left -= cost
        return node

    @property
    def asked(self) -> frozenset[str]:
        """The names that something has asked for."""
        return frozenset(self._known)
