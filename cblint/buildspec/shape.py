"""A tree checked against a JSON schema, with what a person needs to hear: where, what was expected, what was meant.

It understands the part of JSON Schema (draft 7) that cblint's own schemas use: ``$ref`` into ``definitions``,
``allOf``, ``if`` and ``else``, ``true`` and ``false``, ``type``, ``enum``, ``pattern``, ``minimum`` and ``maximum``,
``properties``, ``patternProperties``, ``additionalProperties``, ``required``, ``dependencies``, ``items`` and the
sizes. jsonschema is the oracle for it in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cblint import expressions
from cblint.match import pairs_of
from cblint.records import NamedTuple
from cblint.source.foreign import is_complete, is_known
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence
from cblint.source.tree import path_of as path_of
from cblint.spelling import suggestion
from cblint.typing import Any
from cblint.wording import enumerated

Schema = dict[str, Any] | bool
Steps = tuple[str | int, ...]
"""The way to a node: keys and numbers of list items (from 0); ``?`` is a key that is no text."""


class Fault(NamedTuple):
    """A place that breaks the schema.

    ``keyword`` is the one of JSON Schema that does not hold, ``schema`` the schema that has it. ``node`` is what stands
    there: for ``additionalProperties`` and ``false`` the value of the ``key`` that is too much, for ``required`` the
    mapping that lacks the key ``missing``. ``pair`` is the pair whose value the node is.
    """

    steps: Steps
    keyword: str
    schema: dict[str, Any]
    node: Node
    pair: Pair | None = None
    missing: str = ""

    @property
    def lacks(self) -> bool:
        """Whether something is missing, rather than wrong."""
        return self.keyword in ("required", "dependencies", "minItems", "minProperties") or self.node.empty

    @property
    def path(self) -> str:
        """The way to the fault, as in ``projects[0].image``."""
        return path_of(self.steps)

    @property
    def span(self) -> Span:
        """The key that is too much, the first character of the mapping that lacks one, or the value."""
        if self.keyword in ("additionalProperties", "false") and self.pair is not None:
            return self.pair.key.span
        return self.node.first_character if self.keyword in ("required", "dependencies") else self.node.span


_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), "null"),
    **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), "boolean"),
}
_NUMERIC = frozenset("+-.0123456789")
_NUMBER = expressions.lazy(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def type_of(node: Node) -> str:
    """What a node is to JSON Schema: ``object``, ``array``, ``string``, ``number``, ``boolean`` or ``null``.

    ``unknown`` where only the deployment tells.
    """
    target = node.resolved
    if not is_known(target):
        return "unknown"
    if isinstance(target, Mapping):
        return "object"
    if isinstance(target, Sequence):
        return "array"
    assert isinstance(target, Scalar)
    if target.style != "" or target.tag is not None:
        return "string"
    value = target.value
    if value[:1] in _NUMERIC and _NUMBER.fullmatch(value):
        return "number"
    return _WORDS.get(value, "string")


def value_of(node: Scalar) -> str | float | bool | None:
    """A scalar as the value that its type says; numbers are floats."""
    kind = type_of(node)
    if kind == "number":
        return float(node.value)
    if kind == "boolean":
        return node.value.lower() == "true"
    return None if kind == "null" else node.value


def plain(node: Node) -> Any:
    """A tree as the values that its types say: whole numbers, truth values and text in lists and mappings."""
    return _plain(node, _value, {})


def plain_texts(node: Node) -> Any:
    """A tree as lists and mappings of what is written: ``3.10`` is a text, too."""
    return _plain(node, lambda scalar: scalar.value, {})


def _value(node: Scalar) -> Any:
    found = value_of(node)
    return int(found) if isinstance(found, float) else found


def _plain(node: Node, leaf: Callable[[Scalar], Any], known: dict[int, Any]) -> Any:
    """What an anchor stands for is made once, however many aliases lead to it."""
    target = node.resolved
    if id(target) in known:
        return known[id(target)]
    if isinstance(target, Mapping):
        made: Any = {name: _plain(pair.value, leaf, known) for name, pair in target.effective().items()}
    elif isinstance(target, Sequence):
        made = [_plain(item, leaf, known) for item in target.items]
    else:
        made = leaf(target) if isinstance(target, Scalar) else None
    known[id(target)] = made
    return made


def faults(node: Node, schema: dict[str, Any]) -> Iterator[Fault]:
    """What is wrong with the node, outermost first. What a syntax error cut short is not held to be complete."""
    return _Walk(schema).faults(node, schema, (), None)


class _Walk:
    """One check of a tree. Depth is bounded by the loader; what aliases share is looked into once for each schema."""

    def __init__(self, root: dict[str, Any]) -> None:
        self._definitions = root.get("definitions", {})
        self._seen: set[tuple[int, int]] = set()

    def faults(self, node: Node, schema: Schema, steps: Steps, pair: Pair | None) -> Iterator[Fault]:
        schema = self._resolved(schema)
        if schema is True or not is_known(node):
            return
        if schema is False:
            yield Fault(steps, "false", {}, node, pair)
            return
        assert isinstance(schema, dict)
        target = node.resolved
        if "type" in schema and not _is(target, schema["type"]):
            if not target.open:
                yield Fault(steps, "type", schema, node, pair)
        elif isinstance(target, Scalar):
            yield from _scalar(node, target, schema, steps, pair)
        elif (id(target), id(schema)) not in self._seen:
            self._seen.add((id(target), id(schema)))
            if "enum" in schema:  # no schema of ours lists a collection
                yield Fault(steps, "enum", schema, node, pair)
            if isinstance(target, Mapping):
                yield from self._mapping(node, target, schema, steps, pair)
            elif isinstance(target, Sequence):
                yield from self._sequence(node, target, schema, steps, pair)
        for part in schema.get("allOf", ()):
            yield from self.faults(node, part, steps, pair)
        if "if" in schema and not self._holds(node, schema["if"]):
            yield from self.faults(node, schema.get("else", True), steps, pair)

    def _resolved(self, schema: Schema) -> Schema:
        while isinstance(schema, dict) and "$ref" in schema:
            schema = self._definitions[schema["$ref"].rpartition("/")[2]]
        return schema

    def _holds(self, node: Node, schema: Schema) -> bool:
        return next(_Walk({"definitions": self._definitions}).faults(node, schema, (), None), None) is None

    def _mapping(
        self, node: Node, target: Mapping, schema: dict[str, Any], steps: Steps, pair: Pair | None
    ) -> Iterator[Fault]:
        properties = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        others = schema.get("additionalProperties", True)
        pairs = effective_pairs(target)
        for child in pairs:
            if not is_known(child.key):
                continue
            name = child.name if child.name is not None else "?"
            parts = [part for pattern, part in patterns.items() if re.search(pattern, name)] if patterns else []
            if name in properties:
                parts.append(properties[name])
            elif not parts and others is False:
                yield Fault((*steps, name), "additionalProperties", schema, child.value, child)
            elif not parts:
                parts = [others]
            for part in map(self._resolved, parts):
                if not _plainly_right(child.value, part):
                    yield from self.faults(child.value, part, (*steps, name), child)
        yield from _sizes(node, len(pairs), "Properties", schema, steps, pair)
        if target.open or not is_complete(target):
            return
        present = {child.name for child in pairs}
        for name in schema.get("required", ()):
            if name not in present:
                yield Fault(steps, "required", schema, node, pair, name)
        for name, needed in schema.get("dependencies", {}).items():
            for other in needed:
                if name in present and other not in present:
                    yield Fault(steps, "dependencies", schema, node, pair, other)

    def _sequence(
        self, node: Node, target: Sequence, schema: dict[str, Any], steps: Steps, pair: Pair | None
    ) -> Iterator[Fault]:
        yield from _sizes(node, len(target.items), "Items", schema, steps, pair)
        items = self._resolved(schema.get("items", True))
        for number, item in enumerate(target.items):
            if not _plainly_right(item, items):
                yield from self.faults(item, items, (*steps, number), None)


def _plainly_right(node: Node, schema: Schema) -> bool:
    """Whether that is seen at once: most nodes are texts of which nothing but that is asked."""
    return schema is True or (
        isinstance(schema, dict)
        and len(schema) == 1
        and "type" in schema
        and is_known(node)
        and _is(node, schema["type"])
    )


def effective_pairs(node: Mapping) -> list[Pair]:
    """The pairs that hold, in file order: of those given twice the last."""
    pairs = pairs_of(node)
    if len({pair.name for pair in pairs}) == len(pairs):
        return pairs
    holding = node.effective()
    return [pair for pair in pairs if pair.name is None or holding[pair.name] is pair]


def _is(node: Node, expected: str | list[str]) -> bool:
    kind = type_of(node)
    if kind == expected or (kind in expected and not isinstance(expected, str)):
        return True
    target = node.resolved
    return (
        kind == "number" and "integer" in expected and isinstance(target, Scalar) and float(target.value).is_integer()
    )


def _sizes(
    node: Node, size: int, what: str, schema: dict[str, Any], steps: Steps, pair: Pair | None
) -> Iterator[Fault]:
    if size < schema.get(f"min{what}", 0) and not node.resolved.open and is_complete(node):
        yield Fault(steps, f"min{what}", schema, node, pair)
    if size > schema.get(f"max{what}", size) and is_complete(node):
        yield Fault(steps, f"max{what}", schema, node, pair)


def _scalar(node: Node, target: Scalar, schema: dict[str, Any], steps: Steps, pair: Pair | None) -> Iterator[Fault]:
    if target.open:
        return
    value = value_of(target)
    if "enum" in schema and not any(allowed == value and type(allowed) is type(value) for allowed in schema["enum"]):
        yield Fault(steps, "enum", schema, node, pair)
    if "pattern" in schema and isinstance(value, str) and re.search(schema["pattern"], value) is None:
        yield Fault(steps, "pattern", schema, node, pair)
    if isinstance(value, float):
        if value < schema.get("minimum", value):
            yield Fault(steps, "minimum", schema, node, pair)
        if value > schema.get("maximum", value):
            yield Fault(steps, "maximum", schema, node, pair)
    elif isinstance(value, str):
        yield from _sizes(node, len(value), "Length", schema, steps, pair)


# In words


NOUNS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "number": "a number",
    "integer": "a whole number",
}
_INSTEAD = {"string": ": put it in quotes", "array": ": put it in brackets"}
"""What would make something of a lone value."""


def sentence(fault: Fault) -> str:
    """What is wrong, in one sentence about the place."""
    place, schema, node = fault.path or "the top level", fault.schema, fault.node.resolved
    if fault.keyword == "type":
        return f"{place} must be {_expected(node, schema)}"
    if fault.keyword in ("minItems", "minProperties"):
        return f"{place} must not be empty"
    if fault.keyword in ("maxItems", "maxLength"):
        what = "elements" if fault.keyword == "maxItems" else "characters"
        return f"{place} has more than {schema[fault.keyword]:,} {what}"
    if fault.keyword == "required":
        return f'{place} has no "{fault.missing}"'
    if fault.keyword == "additionalProperties":
        parent = path_of(fault.steps[:-1])
        known = ", ".join(schema["properties"])
        hint = suggestion(str(fault.steps[-1]), schema["properties"]) or f" Known here: {known}."
        return f'"{fault.steps[-1]}" is not known {f"in {parent}" if parent else "at the top level"}.{hint}'
    value = node.value if isinstance(node, Scalar) else ""
    if fault.keyword == "enum":
        return (
            f'{place} is "{value}", but must be one of {", ".join(schema["enum"])}.{suggestion(value, schema["enum"])}'
        )
    if fault.keyword == "minimum":
        return f"{place} is {value}, but must be {schema['minimum']} or more"
    assert fault.keyword == "pattern", f"no schema of a configuration has {fault.keyword}"
    # "written" is a keyword of our own: nobody should have to read a regular expression.
    wanted = schema.get("written") or f"text that matches {schema['pattern']}"
    return f'{place} is "{value}", but must be {wanted}'


def _expected(node: Node, schema: dict[str, Any]) -> str:
    """What must stand there, in words; with a hint where quotes would make it so."""
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    expected = schema["type"]
    if isinstance(expected, list):
        return enumerated([NOUNS[each] for each in expected], "or")
    hint = _INSTEAD.get(expected, "") if isinstance(node, Scalar) and node.value != "" else ""
    return NOUNS[expected] + hint
