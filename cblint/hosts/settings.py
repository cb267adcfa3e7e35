"""Questions to the settings of a definition: what is set, what is certainly not, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.hosts.definition import Definition
from cblint.source.foreign import Unknown, is_complete, is_known
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence
from cblint.spelling import plain


def setting(definition: Definition, *path: str) -> Node | None:
    """What stands at a chain of keys: ``Unknown`` where that cannot be told, None where nothing is set for certain."""
    return within(definition.root, *path, whole=not definition.fragment)


def within(node: Node, *path: str, whole: bool = True) -> Node | None:
    """The same from a node of a definition on; not ``whole``: what is missing may be given elsewhere."""
    for name in path:
        target = node.resolved
        if not isinstance(target, Mapping):
            return _unknown(target)
        pair = target.get(name)
        if pair is None:
            return None if whole and is_complete(target) else _unknown(target)
        node = pair.value
    return node.resolved


def given(node: Node | None, *path: str) -> Node | None:
    """What stands at a chain of keys, None where nothing does: whether something else is set is not asked."""
    for name in path:
        target = node.resolved if node is not None else None
        pair = target.get(name) if isinstance(target, Mapping) else None
        node = pair.value if pair is not None else None
    return node.resolved if node is not None else None


def _unknown(node: Node) -> Unknown:
    return Unknown(node.origin, node.start, node.start)


def known(node: Node | None) -> Scalar | None:
    """A scalar whose value is certain."""
    target = node.resolved if node is not None else None
    return target if isinstance(target, Scalar) and is_known(target) and not target.open else None


def text_at(definition: Definition, *path: str) -> str | None:
    """The value of a scalar that is set and certain."""
    scalar = known(setting(definition, *path))
    return scalar.value if scalar is not None else None


def constant(value: str, offered: Iterable[str]) -> str:
    """One of some values as the API has it: services also take ``no_artifacts`` and ``linuxContainer``.

    Not documented; so it stands in AWS's own workshops and reference templates, which are deployed as they are.
    """
    return next((each for each in offered if plain(each) == plain(value)), value)


def constant_at(definition: Definition, offered: Iterable[str], *path: str) -> str | None:
    """The value of a scalar that is set and certain, as the API has it."""
    value = text_at(definition, *path)
    return constant(value, offered) if value is not None else None


def truth_at(definition: Definition, *path: str) -> bool | None:
    """The truth value of a setting that is false where it is not set; None where it is not known."""
    node = setting(definition, *path)
    return False if node is None else truth(node)


def truth(node: Node | None) -> bool | None:
    """The truth value of a scalar; None where it is not known or none."""
    scalar = known(node)
    return {"true": True, "false": False}.get(scalar.value.lower()) if scalar is not None else None


def is_set(definition: Definition, *path: str) -> bool | None:
    """Whether something is set; None where that is not known."""
    node = setting(definition, *path)
    return None if isinstance(node, Unknown) and node.start == node.end else node is not None


def listed(node: Node | None) -> Iterator[Node]:
    """The items of a list, seen through aliases; none of what is no list."""
    target = node.resolved if node is not None else None
    for item in target.items if isinstance(target, Sequence) else ():
        yield item.resolved


def all_listed(node: Node | None) -> bool:
    """Whether the items of a list are all that it can have: nothing at all counts as an empty one."""
    return node is None or (isinstance(node.resolved, Sequence) and is_complete(node))


def pair_at(node: Node, *path: str) -> Pair | None:
    """The key and the value at the end of a chain of keys, from a node on; None where nothing is seen to be set."""
    pair = None
    for name in path:
        target = node.resolved
        pair = target.get(name) if isinstance(target, Mapping) else None
        if pair is None:
            return None
        node = pair.value
    return pair
