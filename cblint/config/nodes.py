"""The parts of a configuration that fits the schema, as nodes."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence


def value_of(root: Node, key: str) -> Node | None:
    pair = root.effective().get(key) if isinstance(root, Mapping) else None
    return pair.value.resolved if pair is not None else None


def pairs(root: Node, key: str) -> list[Pair]:
    value = value_of(root, key)
    return list(value.effective().values()) if isinstance(value, Mapping) else []


def keys(root: Node, key: str) -> Iterator[Scalar]:
    for pair in pairs(root, key):
        name = pair.key.resolved
        assert isinstance(name, Scalar)
        yield name


def texts(root: Node, key: str) -> Iterator[Scalar]:
    """The text of a key, or those in its list."""
    value = value_of(root, key)
    if isinstance(value, Scalar):
        yield value
    elif value is not None:
        yield from scalars(value)


def scalars(node: Node) -> Iterator[Scalar]:
    target = node.resolved
    for item in target.items if isinstance(target, Sequence) else ():
        value = item.resolved
        assert isinstance(value, Scalar)
        yield value
