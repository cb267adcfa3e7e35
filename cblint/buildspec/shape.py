"""A tree checked against a JSON schema, with what a person needs to hear: where, what was expected, what was meant.

It understands the part of JSON Schema that cblint's own schemas use: type, properties, additionalProperties,
required, items, enum, pattern, minItems. jsonschema is the oracle for it in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Scalar, Sequence
from cblint.spelling import suggestion


class Fault(NamedTuple):
    """A place that breaks the schema, and a sentence about it. ``path`` is like ``projects[0].image``."""

    path: str
    span: Span
    message: str


_NOUNS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "number": "a number",
    "integer": "a whole number",
}
_INTEGER = re.compile(r"[-+]?\d+")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def faults(node: Node, schema: dict[str, Any], path: str = "") -> Iterator[Fault]:
    """What is wrong with the node, outermost first."""
    target = node.resolved
    expected = schema.get("type")
    if expected is not None and not _is(target, expected):
        yield Fault(path, node.span, f"{_place(path)} must be {_NOUNS[expected]}")
    elif isinstance(target, Mapping):
        yield from _mapping(target, schema, path)
    elif isinstance(target, Sequence):
        if len(target.items) < schema.get("minItems", 0):
            yield Fault(path, node.span, f"{_place(path)} must not be empty")
        for number, item in enumerate(target.items):
            yield from faults(item, schema.get("items", {}), f"{path}[{number}]")
    elif isinstance(target, Scalar):
        yield from _scalar(node, target.value, schema, path)


def _place(path: str) -> str:
    return path or "the top level"


def _is(node: Node, expected: str) -> bool:
    if isinstance(node, Mapping):
        return expected == "object"
    if isinstance(node, Sequence):
        return expected == "array"
    if not isinstance(node, Scalar) or expected in ("object", "array"):
        return False
    if expected == "string":
        return not node.empty
    if node.style != "":
        return False
    if expected == "boolean":
        return node.value in ("true", "false")
    return (_INTEGER if expected == "integer" else _NUMBER).fullmatch(node.value) is not None


def _mapping(node: Mapping, schema: dict[str, Any], path: str) -> Iterator[Fault]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for pair in node.pairs:
        name = pair.name if pair.name is not None else "?"
        below = f"{path}.{name}" if path else name
        if name in properties:
            yield from faults(pair.value, properties[name], below)
        elif isinstance(others, dict):
            yield from faults(pair.value, others, below)
        elif others is False and not pair.is_merge:
            known = ", ".join(properties)
            hint = suggestion(name, properties) or f" Known here: {known}."
            yield Fault(below, pair.key.span, f'"{name}" is not known in {_place(path)}.{hint}')
    present = {pair.name for pair in node.pairs}
    for name in schema.get("required", ()):
        if name not in present:
            yield Fault(path, node.first_character, f'{_place(path)} has no "{name}"')


def _scalar(node: Node, value: str, schema: dict[str, Any], path: str) -> Iterator[Fault]:
    allowed = schema.get("enum")
    if allowed is not None and value not in allowed:
        hint = suggestion(value, allowed)
        named = ", ".join(allowed)
        yield Fault(path, node.span, f'{_place(path)} is "{value}", but must be one of {named}.{hint}')
    pattern = schema.get("pattern")
    if pattern is not None and re.search(pattern, value) is None:
        yield Fault(path, node.span, f'{_place(path)} is "{value}", which does not match {pattern}')
