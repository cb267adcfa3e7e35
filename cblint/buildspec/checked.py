"""A YAML file that has to fit a schema of ours: read, or refused at the first place that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.shape import faults, sentence
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Mapping, Node, Pair, walk
from cblint.typing import Any


class Refused(Exception):
    """A file that cannot be used. ``offset`` is where, None for the whole of it; ``str()`` is a sentence."""

    def __init__(self, offset: int | None, sentence: str) -> None:
        super().__init__(sentence)
        self.offset = offset


def document(text: str) -> Node | None:
    """The root of the one document in a text, None if nothing is written there. Raises Refused."""
    try:
        stream = load(Text.of(text))
    except TooComplex as error:
        raise Refused(error.span.start, str(error)) from None
    if stream.problem is not None:
        raise Refused(stream.problem.span.start, f"it is not valid YAML: {stream.problem.problem}")
    if len(stream.documents) > 1:
        raise Refused(stream.documents[1].start, "a second YAML document begins here: one file holds one")
    root = stream.documents[0].root if stream.documents else None
    for again in given_twice(root):
        raise Refused(again.key.span.start, f'"{again.name}" is given twice')
    return root if root is not None and not root.empty else None


def check(root: Node, schema: dict[str, Any]) -> None:
    """Raise Refused where a tree breaks a schema."""
    for fault in faults(root, schema):
        raise Refused(fault.span.start, sentence(fault))


def given_twice(root: Node | None) -> Iterator[Pair]:
    """Keys that stand in their mapping once more."""
    for node in walk(root):
        names: set[str | None] = set()
        for pair in node.pairs if isinstance(node, Mapping) else ():
            if pair.name in names and not pair.is_merge:
                yield pair
            names.add(pair.name)
