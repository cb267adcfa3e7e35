"""What stands at a place of a document: in which buildspec, behind which keys, and what the schema says of it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from cblint.buildspec.model import Buildspec, Variable
from cblint.hosts.definition import BUILDSPEC
from cblint.lsp.document import Document
from cblint.lsp.offers import schema_of
from cblint.source.text import Span
from cblint.source.tree import Node, Pair, way_to

LONGEST_LINE = 400
"""Characters before and behind a place that are looked at: a file can be one line."""


class Spot:
    """A key or a value of a buildspec. ``names`` are the keys and numbers that lead to it, its own key included."""

    def __init__(
        self, buildspec: Buildspec, names: tuple[str | int, ...], node: Node, pair: Pair | None, on_key: bool
    ) -> None:
        self.buildspec = buildspec
        self.names = names
        self.node = node
        self.pair = pair
        self.on_key = on_key

    @property
    def span(self) -> Span:
        """The characters of the key or the value."""
        return self.node.span

    @cached_property
    def schema(self) -> dict[str, Any] | None:
        """What the schema says of what stands there; None where it has nothing of the kind."""
        return described(self.names)

    @cached_property
    def variable(self) -> Variable | None:
        """The variable that is given there, if the place is its name or its value."""
        key = self.pair.key if self.pair is not None else None
        return next((each for each in self.buildspec.variables if each.key is key), None)

    @property
    def required(self) -> bool:
        """Whether the schema asks for the key, wherever what holds it stands."""
        holder = described(self.names[:-1])
        return self.on_key and holder is not None and self.names[-1] in holder.get("required", ())


def spot_at(document: Document, offset: int) -> Spot | None:
    """The key or the value at an offset; None between them, and behind a syntax error."""
    for buildspec in document.buildspecs:
        found = _within(buildspec, offset)
        if found is not None:
            return found
    return None


def _within(buildspec: Buildspec, offset: int) -> Spot | None:
    root = buildspec.root
    if root is None or not touches(root.span, offset):
        return None
    steps = list(way_to(root, offset))
    if not steps:
        return None
    names = tuple(step.name for step in steps)
    last = steps[-1]
    # Behind the last character of a key one is still on it: an editor's cursor stands between characters.
    if last.pair is not None and touches(last.pair.key.span, offset):
        return Spot(buildspec, names, last.pair.key, last.pair, True)
    # A text may be put together of parts in another order than that of the file: then it is looked at again.
    return Spot(buildspec, names, last.node, last.pair, False) if touches(last.node.span, offset) else None


def touches(span: Span, offset: int) -> bool:
    """Whether a cursor at an offset stands in a range, or at one of its ends."""
    return span.start <= offset <= span.end


def match_at(pattern: re.Pattern[str], document: Document, offset: int) -> re.Match[str] | None:
    """What a pattern finds at an offset, on its line."""
    line = document.lines.span(document.lines.number(offset))
    start, end = max(line.start, offset - LONGEST_LINE), min(line.end, offset + LONGEST_LINE)
    found = pattern.finditer(document.text, start, end)
    return next((match for match in found if match.start() <= offset <= match.end()), None)


# The schema


def described(names: tuple[str | int, ...]) -> dict[str, Any] | None:
    """The part of the schema for what stands at the end of a way; None where it allows nothing there, or anything."""
    part: dict[str, Any] | None = schema_of(BUILDSPEC)
    for name in names:
        if part is None:
            return None
        part = _resolved(part.get("items") if isinstance(name, int) else _of_key(part, name))
    return part


def _of_key(part: dict[str, Any], name: str) -> Any:
    properties = part.get("properties", {})
    return properties[name] if name in properties else part.get("additionalProperties")


def _resolved(part: Any) -> dict[str, Any] | None:
    """A part with what it refers to; what is said of the key itself wins."""
    if not isinstance(part, dict):
        return None
    if "$ref" not in part:
        return part
    own = {keyword: value for keyword, value in part.items() if keyword != "$ref"}
    return {**schema_of(BUILDSPEC)["definitions"][part["$ref"].rpartition("/")[2]], **own}
