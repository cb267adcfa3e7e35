"""Completions put into their text with a value that is right there, and what cblint then says of that place."""

from __future__ import annotations

import json
from typing import Any

from cblint.facts.sources import read_schema
from cblint.finding import Finding
from cblint.linter import Settings
from cblint.lsp.completion import Completion, completions_at
from cblint.lsp.document import Document
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Mapping, Node, Sequence
from tests.helpers import ISOLATED, lint

SCHEMA = read_schema("buildspec")
RULES = ISOLATED._replace(
    select=(
        "unknown-key",
        "misplaced-key",
        "unknown-phase",
        "invalid-value",
        "version-not-number",
        "duplicate-key",
        "lossy-runtime-version",
        "unknown-runtime",
        "batch-unknown-env-key",
        "batch-dependency-key",
    )
)
"""What a key or a value that is offered must never bring about."""
_WRITTEN = {"on-failure": "ABORT", "file-format": "JUNITXML", "latest": "latest"}


def document(text: str, path: str = "buildspec.yml", settings: Settings = ISOLATED) -> Document:
    return Document(path, text, settings)


def offered(marked: str, path: str = "buildspec.yml", settings: Settings = ISOLATED) -> list[Completion]:
    """What is offered at the mark ``¦`` of a text."""
    offset = marked.index("¦")
    return completions_at(document(marked.replace("¦", ""), path, settings), offset)


def labels(marked: str, path: str = "buildspec.yml", settings: Settings = ISOLATED) -> list[str]:
    return [each.label for each in offered(marked, path, settings)]


def applied(text: str, completion: Completion, value: str = "") -> str:
    """The text with a completion in it; ``value`` stands where a snippet leaves the cursor, or behind the key."""
    start, end = completion.replaced
    written = completion.text.replace("$0", value) if completion.snippet else completion.text + value
    return text[:start] + written + text[end:]


def sample(schema: Any, name: str = "") -> Any:
    """A value that a part of the schema of buildspecs allows, with as little in it as may be."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
    if not isinstance(schema, dict):
        return "x"
    if "enum" in schema:
        return schema["enum"][-1]
    kinds = schema.get("type", "string")
    if name == "runtime-versions":
        return {"python": "latest"}
    if kinds == "object":
        names = [*schema.get("required", ()), *schema.get("properties", {})][:1] or ["x"]
        below = schema.get("properties", {}).get(names[0], schema.get("additionalProperties"))
        return {names[0]: sample(below, names[0])}
    if kinds == "array":
        return [sample(schema.get("items"))]
    return 1 if kinds == "integer" else _WRITTEN.get(name, "x")


def schema_at(node: Node | None, offset: int) -> Any:
    """The part of the schema for the value of the key at an offset, by the way to it; None if no key stands there."""
    schema: Any = SCHEMA
    while node is not None:
        while isinstance(schema, dict) and "$ref" in schema:
            schema = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
        schema = schema if isinstance(schema, dict) else {}
        if isinstance(node, Mapping):
            pair = next((each for each in reversed(node.pairs) if each.key.start <= offset), None)
            if pair is None:
                return None
            schema = schema.get("properties", {}).get(pair.name, schema.get("additionalProperties"))
            if offset < pair.key.end:
                return schema
            node = pair.value
        elif isinstance(node, Sequence):
            schema = schema.get("items")
            node = next((each for each in reversed(node.items) if each.start <= offset), None)
        else:
            return None
    return None


def filled(text: str, completion: Completion) -> str:
    """The text with a completion and, where it is a key without a value, one that is right there."""
    if completion.kind != "Property" or not completion.text.endswith((" ", "$0")):
        return applied(text, completion)
    bare = completion._replace(text=f"{completion.text.partition(':')[0]}: ", snippet=False)
    start = completion.replaced.start
    roots = [each.root for each in load(Text.of(applied(text, bare))).documents]
    schemas = [found for root in roots if (found := schema_at(root, start)) is not None]
    value = sample(schemas[0] if schemas else None, "latest" if completion.detail == "runtime" else completion.label)
    if completion.snippet and isinstance(value, list):
        value = value[0]
    written = json.dumps(value) if completion.label != "version" else "0.2"
    if completion.detail == "runtime":
        written = '"latest"'
    if completion.snippet and isinstance(value, dict) and "- $0" not in completion.text:
        written = written[1:-1]
    return applied(text, completion, written)


def complaints(text: str, completion: Completion, path: str = "buildspec.yml") -> list[Finding]:
    """What cblint says of a completion once it stands in the text."""
    after = filled(text, completion)
    start = completion.replaced.start
    end = start + len(after) - len(text) + (completion.replaced.end - start)
    result = lint(after, RULES, path)
    return [each for each in result.findings if each.span.start < max(end, start + 1) and each.span.end > start]


def parses(text: str) -> bool:
    try:
        return load(Text.of(text)).problem is None
    except TooComplex:
        return False
