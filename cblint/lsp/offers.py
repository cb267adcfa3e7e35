"""What a schema allows at a place: the keys that are not there yet, and the values that it lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from cblint.buildspec.model import items, mapping
from cblint.buildspec.shape import Schema, Steps, faults
from cblint.facts import published, table
from cblint.records import NamedTuple
from cblint.source.tree import Mapping, Node, Pair

_PUBLISHED = ("buildspec", "config")
"""The schemas that are kept without their descriptions elsewhere."""
_FORMS = {"file-format": "reports", "on-failure": ""}
"""The keys whose values have a form, not a list; by the table that lists them."""


class Key(NamedTuple):
    """A key that a mapping may get. ``kind`` is the type of its value: ``object``, ``array``, or another."""

    name: str
    kind: str = ""
    description: str = ""
    required: bool = False


class Choice(NamedTuple):
    """A value that may stand at a place: text, a number or a truth value."""

    value: str | float | bool
    description: str = ""
    deprecated: bool = False


@cache
def schema_of(name: str) -> dict[str, Any]:
    """A schema with what it says to people."""
    schema: dict[str, Any] = json.loads(published(name)) if name in _PUBLISHED else table(name)
    return schema


class Allowed:
    """The parts of a schema that speak of one place in a tree."""

    def __init__(self, schema: dict[str, Any], root: Node, steps: Steps) -> None:
        self._definitions = schema.get("definitions", {})
        self._steps = steps
        node: Node | None = root
        parts: list[Schema] = list(self._applied(schema, root))
        for step in steps:
            node = _child(node, step)
            parts = [each for part in parts for below in _below(part, step) for each in self._applied(below, node)]
        self._parts = [part for part in parts if isinstance(part, dict)] if False not in parts else []

    @property
    def kinds(self) -> set[str]:
        """The types that a value may have here; none where nothing is known."""
        return {kind for part in self._parts for kind in _kinds(part)}

    @property
    def description(self) -> str:
        """What stands here, in words."""
        return next((part["description"] for part in self._parts if "description" in part), "")

    def keys(self, node: Mapping, pair: Pair) -> list[Key]:
        """The keys that a mapping may have in the place of that of ``pair``, those first that it must have."""
        present = {each.name for each in node.pairs if each is not pair}
        required = {name for part in self._parts for name in part.get("required", ())} - set(node.effective())
        names = dict.fromkeys(name for part in self._parts for name in part.get("properties", {}))
        found = [self._key(name, name in required) for name in names if self._may_have(name, present, pair)]
        return sorted(found, key=lambda key: not key.required)

    def choices(self) -> list[Choice]:
        """The values that are listed for this place, or known by its form."""
        name = self._steps[-1] if self._steps else ""
        if name in _FORMS and any("pattern" in part for part in self._parts):
            return _in_form(str(name))
        return list(_listed(value for part in self._parts for value in _enumerated(part)))

    def _may_have(self, name: str, present: set[str | None], pair: Pair) -> bool:
        if name in present or any(
            name in group and present.intersection(group) for group in table("choices")["alternatives"]
        ):
            return False
        needed = (part.get("dependencies", {}).get(name, ()) for part in self._parts)
        if not all(other in present for each in needed for other in each):
            return False
        below = [each for part in self._parts for each in _below(part, name)]
        applied = [each for part in below for each in self._applied(part, None)]
        return False not in applied and (pair.value.empty or all(self._fits(pair.value, part) for part in below))

    def _fits(self, node: Node, part: Schema) -> bool:
        """Whether what stands below a key can stand below another, as far as it goes."""
        schema = {"allOf": [part], "definitions": self._definitions}
        return all(fault.lacks for fault in faults(node, schema))

    def _key(self, name: str, required: bool) -> Key:
        parts = [each for part in self._parts for below in _below(part, name) for each in self._applied(below, None)]
        described = [part for part in parts if isinstance(part, dict)]
        kinds = [kind for part in described for kind in _kinds(part)]
        description = next((part["description"] for part in described if "description" in part), "")
        return Key(name, kinds[0] if len(kinds) == 1 else "", description, required)

    def _applied(self, schema: Schema, node: Node | None) -> Iterator[Schema]:
        """A schema and all that it refers to that holds for a node; ``False`` where nothing may stand."""
        while isinstance(schema, dict) and "$ref" in schema:
            own = {"description": schema["description"]} if "description" in schema else {}
            target = self._definitions[schema["$ref"].rpartition("/")[2]]
            schema = {**target, **own} if isinstance(target, dict) else target
        yield schema
        if not isinstance(schema, dict):
            return
        for part in schema.get("allOf", ()):
            yield from self._applied(part, node)
        if "if" in schema and not self._holds(node, schema["if"]):
            yield from self._applied(schema.get("else", True), node)

    def _holds(self, node: Node | None, condition: dict[str, Any]) -> bool:
        """Whether a condition holds for certain: a mapping that breaks off may still get what it asks for."""
        target = mapping(node)
        if target is None or not target.effective().keys() >= set(condition.get("required", ())):
            return False
        return next(faults(target, {**condition, "definitions": self._definitions}), None) is None


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(step, int):
        found = items(node) if node is not None else []
        return found[step] if step < len(found) else None
    holder = mapping(node)
    pair = holder.get(step) if holder is not None else None
    return pair.value if pair is not None else None


def _below(schema: Schema, step: str | int) -> list[Schema]:
    """What a schema says of an element, or of the value of a key."""
    if not isinstance(schema, dict):
        return []
    if isinstance(step, int):
        return [schema["items"]] if "items" in schema else []
    if step in schema.get("properties", {}):
        return [schema["properties"][step]]
    return [schema["additionalProperties"]] if "additionalProperties" in schema else []


def _kinds(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


# Values


def _enumerated(schema: dict[str, Any]) -> Iterable[Any]:
    values: Iterable[Any] = schema.get("enum", ())
    return values or ((True, False) if schema.get("type") == "boolean" else ())


def _listed(values: Iterable[Any]) -> Iterator[Choice]:
    """Each value once, however many spellings of it there are."""
    found: dict[str, Any] = {}
    for value in values:
        found.setdefault(str(value).lower(), value)
    if all(type(value) is float for value in found.values()):
        # The version of the buildspec: numbers are the newer the higher they are.
        newest, *older = sorted(found.values(), reverse=True) or (None,)
        yield from [Choice(newest)] if newest is not None else ()
        yield from (Choice(value, table("choices")["old-version"], deprecated=True) for value in older)
        return
    # The documentation of CodeBuild writes yes and no, where it takes true and false as well.
    texts = [value for value in found.values() if type(value) is not bool]
    yield from map(Choice, [*texts, *(value for value in found.values() if type(value) is bool)])


def _in_form(name: str) -> list[Choice]:
    if name == "on-failure":
        return [Choice(value, says) for value, says in table("choices")[name].items()]
    facts = table(_FORMS[name])
    default = facts["default"]
    names = sorted(facts["formats"], key=lambda each: each != default)
    return [Choice(each, "The format where none is given." if each == default else "") for each in names]
