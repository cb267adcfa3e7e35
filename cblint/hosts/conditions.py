"""The conditions of a CloudFormation template, decided where no deployment can change them."""

from __future__ import annotations

from collections.abc import Callable

from cblint.hosts.substitution import is_constant
from cblint.source.foreign import Reference
from cblint.source.tree import Mapping, Node, Scalar, Sequence

DEEPEST = 8
"""Conditions that use conditions, and functions in one; those of people use two or three."""


class Conditions:
    """Whether the conditions of a template hold."""

    def __init__(self, declared: dict[str, Node], value_of: Callable[[Node], Node]) -> None:
        """``value_of`` works out the functions of what is compared."""
        self._declared = declared
        self._value_of = value_of
        self._known: dict[str, bool | None] = {}
        self._asked: list[str] = []

    def holds(self, name: str) -> bool | None:
        """Whether a condition holds in every deployment, or in none; None if that is not known, or goes in a circle."""
        if name in self._known:
            return self._known[name]
        node = self._declared.get(name)
        if node is None or name in self._asked or len(self._asked) >= DEEPEST:
            return None
        self._asked.append(name)
        result = self._decide(node, DEEPEST)
        self._asked.pop()
        self._known[name] = result
        return result

    def _decide(self, node: Node, deepest: int) -> bool | None:
        name, argument = _called(node)
        given = [item.resolved for item in argument.items] if isinstance(argument, Sequence) else []
        if name == "Condition" and isinstance(argument, Scalar):
            return self.holds(argument.value)
        if name == "Equals" and len(given) == 2:
            return _equal(*map(self._value_of, given))
        if deepest == 0 or name not in ("Not", "And", "Or"):
            return None
        parts = [self._decide(each, deepest - 1) for each in given]
        if name == "Not":
            return not parts[0] if len(parts) == 1 and parts[0] is not None else None
        decisive = name == "Or"
        if decisive in parts:
            return decisive
        return not decisive if parts and None not in parts else None


def _called(node: Node) -> tuple[str, Node | None]:
    """The function that a node of a condition calls, by its short name, and its argument."""
    if (node.tag or "").startswith("!"):
        return (node.tag or "")[1:], node
    if isinstance(node, Mapping) and len(node.pairs) == 1:
        pair = node.pairs[0]
        return (pair.name or "").removeprefix("Fn::"), pair.value.resolved
    return "", None


def _equal(one: Node, other: Node) -> bool | None:
    if not (isinstance(one, Scalar) and isinstance(other, Scalar) and is_constant(one) and is_constant(other)):
        return True if same(one, other) else None
    return one.value == other.value


def same(one: Node, other: Node) -> bool:
    """Whether two values are the same in every deployment. Lists and mappings are compared with all that they hold."""
    stack = [(one.resolved, other.resolved)]
    while stack:
        left, right = stack.pop()
        if left is right:
            continue
        if isinstance(left, Scalar) and isinstance(right, Scalar):
            alike = is_constant(left) and left.value == right.value
        elif isinstance(left, Reference) and isinstance(right, Reference):
            alike = (left.target, left.attribute) == (right.target, right.attribute)
        elif isinstance(left, Sequence) and isinstance(right, Sequence):
            alike = len(left.items) == len(right.items)
            stack += [(mine.resolved, its.resolved) for mine, its in zip(left.items, right.items, strict=False)]
        elif isinstance(left, Mapping) and isinstance(right, Mapping):
            mine, its = left.effective(), right.effective()
            alike = mine.keys() == its.keys()
            stack += [(mine[name].value.resolved, its[name].value.resolved) for name in mine if alike]
        else:
            alike = False
        if not alike:
            return False
    return True
