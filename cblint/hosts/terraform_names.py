"""The settings of Terraform's AWS provider under the names of the AWS API."""

from __future__ import annotations

from collections.abc import Iterable

from cblint.source.foreign import Items, Settings, Unknown, is_complete, key
from cblint.source.text import Text
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence
from cblint.typing import Any

Names = dict[str, Any]
"""What ``rules/facts/hosts.yml`` says of the names in a block: the API's, or how a block is spelled there."""


def renamed(origin: Text, body: Mapping, names: Names) -> Settings:
    """A block under the names of the API. What has none there, and what is ``null``, is left out."""
    pairs: list[tuple[Node, Node]] = []
    groups: dict[str, list[tuple[Node, Node]]] = {}
    complete = is_complete(body)
    for pair in body.pairs:
        spec = names.get(pair.name or "")
        if spec is None or is_null(pair.value):
            continue
        value = _value(origin, pair.value, spec)
        if value is None:
            complete = False
            continue
        *holders, name = _name(spec).split(".")
        into = groups.setdefault(holders[0], []) if holders else pairs
        into.append((_key(origin, pair, name), value))
    for holder, members in groups.items():
        start, end = members[0][0].start, members[0][0].end
        inner = Settings(origin, body.start, body.end, members, complete)
        pairs.append((key(origin, start, end, holder), inner))
    return Settings(origin, body.start, body.end, pairs, complete)


def is_null(node: Node) -> bool:
    """Whether a value is ``null``, as which an argument counts as not set."""
    target = node.resolved
    return isinstance(target, Scalar) and target.style == "" and target.value in ("null", "")


def _key(origin: Text, pair: Pair, name: str) -> Node:
    return key(origin, pair.key.start, pair.key.end, name)


def _name(spec: Any) -> str:
    return spec if isinstance(spec, str) else str(spec.get("one") or spec["many"])


def _value(origin: Text, node: Node, spec: Any) -> Node | None:
    """A value as the API has it; None if it may be missing."""
    target = node.resolved
    if isinstance(spec, str) or isinstance(target, Unknown):
        return node
    blocks = _blocks(target)
    if "one" in spec:
        if not is_complete(target) or not blocks:
            return None
        return _block(origin, blocks[0], spec)
    items = [_block(origin, block, spec) for block in blocks]
    return Items(origin, target.start, target.end, items, is_complete(target))


def _blocks(node: Node) -> list[Node]:
    return list(node.items) if isinstance(node, Sequence) else [node]


def _block(origin: Text, node: Node, spec: Names) -> Node:
    target = node.resolved
    if "item" in spec:
        return Settings(origin, target.start, target.end, [(_over(origin, target, spec["item"]), target)])
    if not isinstance(target, Mapping):
        return target
    if "inner" in spec:
        return _inner(origin, target, spec)
    return renamed(origin, target, spec["names"])


def _over(origin: Text, node: Node, name: str) -> Node:
    return key(origin, node.start, node.end, name)


def _inner(origin: Text, node: Mapping, spec: Names) -> Items:
    pair = node.get(spec["inner"])
    held = pair.value.resolved if pair is not None else None
    blocks: Iterable[Node] = _blocks(held) if isinstance(held, (Mapping, Sequence)) else ()
    items = [renamed(origin, block, spec["names"]) for block in blocks if isinstance(block, Mapping)]
    complete = is_complete(node) and (held is None or (not isinstance(held, Unknown) and is_complete(held)))
    return Items(origin, node.start, node.end, items, complete)
