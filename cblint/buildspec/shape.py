"""A tree checked against a JSON schema, with what a person needs to hear: where, what was expected, what was meant.

It understands the part of JSON Schema that cblint's own schemas use: type, properties, additionalProperties,
required, items, enum, pattern, minItems. jsonschema is the oracle for it in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from cblint.match import pairs_of
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
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), "null"),
    **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), "boolean"),
}
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def faults(node: Node, schema: dict[str, Any], path: str = "") -> Iterator[Fault]:
    """What is wrong with the node, outermost first."""
    target = node.resolved
    expected = schema.get("type")
    if expected is not None and not _is(target, expected):
        yield Fault(path, node.span, f"{_place(path)} must be {_expected(target, schema)}")
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


def _at(path: str) -> str:
    return f"in {path}" if path else "at the top level"


def type_of(node: Scalar) -> str:
    """What a scalar is to JSON Schema: ``string``, ``number``, ``boolean`` or ``null``."""
    if node.style != "" or node.tag is not None:
        return "string"
    return _WORDS.get(node.value) or ("number" if _NUMBER.fullmatch(node.value) else "string")


def _is(node: Node, expected: str) -> bool:
    if isinstance(node, Mapping):
        return expected == "object"
    if isinstance(node, Sequence):
        return expected == "array"
    assert isinstance(node, Scalar)
    if expected == "integer":
        return type_of(node) == "number" and float(node.value).is_integer()
    return type_of(node) == expected


def _expected(node: Node, schema: dict[str, Any]) -> str:
    """What must stand there, in words; with a hint where quotes would make it so."""
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    expected = schema["type"]
    unquoted = expected == "string" and isinstance(node, Scalar) and node.value != ""
    return _NOUNS[expected] + (": put it in quotes" if unquoted else "")


def _mapping(node: Mapping, schema: dict[str, Any], path: str) -> Iterator[Fault]:
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    pairs = pairs_of(node)
    for pair in pairs:
        name = pair.name if pair.name is not None else "?"
        below = f"{path}.{name}" if path else name
        if name in properties:
            yield from faults(pair.value, properties[name], below)
        elif isinstance(others, dict):
            yield from faults(pair.value, others, below)
        elif others is False:
            known = ", ".join(properties)
            hint = suggestion(name, properties) or f" Known here: {known}."
            yield Fault(below, pair.key.span, f'"{name}" is not known {_at(path)}.{hint}')
    present = {pair.name for pair in pairs}
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
