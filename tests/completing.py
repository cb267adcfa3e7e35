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
from cblint.source.tree import Mapping, Pair, Sequence
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


def _key_at(text: str, offset: int) -> tuple[Any, Pair | None]:
    """The key at an offset and what the schema says of its value, by the way to it; nothing if no key stands there."""
    for document in load(Text.of(text)).documents:
        schema: Any = SCHEMA
        node = document.root
        while isinstance(node, (Mapping, Sequence)):
            while isinstance(schema, dict) and "$ref" in schema:
                schema = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
            schema = schema if isinstance(schema, dict) else {}
            if isinstance(node, Sequence):
                schema = schema.get("items")
                node = next((each for each in reversed(node.items) if each.start <= offset), None)
                continue
            pair = next((each for each in reversed(node.pairs) if each.key.start <= offset), None)
            if pair is None:
                break
            schema = schema.get("properties", {}).get(pair.name, schema.get("additionalProperties"))
            if offset < pair.key.end:
                return schema, pair
            node = pair.value
    return None, None


def filled(text: str, completion: Completion) -> str:
    """The text with a completion and, where it is a key without a value, one that is right there."""
    if completion.kind != "Property":
        return applied(text, completion)
    start = completion.replaced.start
    name, colon, _ = completion.text.partition(":")
    bare = completion._replace(text=f"{name}: ", snippet=False) if completion.text.endswith("$0") else completion
    schema, pair = _key_at(applied(text, bare), start)
    if pair is not None and not pair.value.empty:
        return applied(text, completion)
    value = sample(schema, completion.label)
    written = json.dumps("latest" if completion.detail == "runtime" else value)
    if completion.snippet and isinstance(value, list):
        written = json.dumps(value[0])
    elif completion.snippet and isinstance(value, dict):
        written = written[1:-1]
    if colon or pair is None or pair.colon is None:
        return applied(text, completion, written)
    after = applied(text, completion)  # the colon was there before
    return f"{after[: pair.colon.end]} {written}{after[pair.colon.end :]}"


def complaints(text: str, completion: Completion, path: str = "buildspec.yml") -> list[Finding]:
    """What cblint says of a completion once it stands in the text, and did not say of what stood there before."""
    after = filled(text, completion)
    start, old = completion.replaced
    end = max(old + len(after) - len(text), start + 1)
    here = [each for each in lint(after, RULES, path).findings if each.span.start < end and each.span.end > start]
    said = {(each.rule, each.span.start) for each in lint(text, RULES, path).findings} if here else set()
    return [each for each in here if (each.rule, each.span.start) not in said]


def parses(text: str) -> bool:
    try:
        return load(Text.of(text)).problem is None
    except TooComplex:
        return False
