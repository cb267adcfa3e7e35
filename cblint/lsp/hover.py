"""What is said of the thing under a cursor: a key, a value, a variable, a runtime, an image, a rule in a comment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from cblint import expressions
from cblint.buildspec.shape import NOUNS
from cblint.catalogue import Rule, help_of
from cblint.explanation import severities
from cblint.facts import table
from cblint.facts.runtimes import is_literal
from cblint.hosts.definition import PROJECT
from cblint.hosts.graph import Resource
from cblint.hosts.settings import known, setting
from cblint.lsp.document import Document
from cblint.lsp.spot import Spot, match_at, spot_at, touches
from cblint.lsp.uses import told_of, use_at
from cblint.records import NamedTuple
from cblint.report import RULES_URL
from cblint.report.explained import (
    NotKnown,
    image_markdown,
    is_variable,
    runtime_markdown,
    variable_markdown,
    version_markdown,
)
from cblint.report.markdown import code, escaped, inert
from cblint.source.text import Span
from cblint.suppress import MARK
from cblint.wording import enumerated

_IMAGE = expressions.lazy(r"aws/codebuild/[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]*[A-Za-z0-9]")
_WORD = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*")
_RUNTIMES = "runtime-versions"


class Hover(NamedTuple):
    """What is said of a range of the file, as Markdown."""

    span: Span
    markdown: str


def hover_at(document: Document, offset: int) -> Hover | None:
    """What there is to say of what stands at an offset; None where that is nothing."""
    return next(filter(None, (find(document, offset) for find in _FINDERS)), None)


def of_rule(rule: Rule) -> str:
    """A rule in short: how bad, what it is about, why, what to do, and where to read on."""
    return "\n\n".join(_of_rule(rule))


def _of_rule(rule: Rule) -> Iterator[str]:
    texts = help_of(rule)
    title = f"**{rule.name}**" + (f" ({rule.code})" if rule.code != rule.name else "")
    yield f"{title}: {severities(rule)}"
    # The words of a rule of somebody else's are those of a stranger.
    shown: Callable[[str], str] = inert if rule.is_own else str.strip
    yield shown(f"{rule.summary}.")
    if texts["why"]:
        yield shown(texts["why"])
    if texts["advice"]:
        yield f"What to do: {shown(texts['advice'])}"
    if not rule.is_own:
        yield f"[Read on]({RULES_URL.format(rule=rule.name)})"


# Things that a text names wherever it stands


def _rule_named(document: Document, offset: int) -> Hover | None:
    """A rule that a comment suppresses."""
    if MARK not in document.lines.line(document.lines.number(offset)):
        return None
    for directive in document.directives:
        for name in directive.names:
            if name.rule is not None and touches(name.span, offset):
                return Hover(name.span, of_rule(name.rule))
    return None


def _image_named(document: Document, offset: int) -> Hover | None:
    """A build image by its name, or by what a format writes for that in the definition of a project."""
    match = match_at(_IMAGE, document, offset)
    if match is not None:
        return _explained(Span(*match.span()), image_markdown, match.group())
    for subject in document.subjects:
        if isinstance(subject, Resource) and subject.definition.kind == PROJECT:
            node = known(setting(subject.definition, "environment", "image"))
            if node is not None and touches(node.span, offset):
                return _explained(node.span, image_markdown, node.value)
    return None


def _variable_named(document: Document, offset: int) -> Hover | None:
    """A variable that CodeBuild sets."""
    match = match_at(_WORD, document, offset)
    if match is None or document.opened is None or not is_variable(match.group()):
        return None
    return _explained(Span(*match.span()), variable_markdown, match.group())


def _explained(span: Span, explain: Callable[[str], str], name: str) -> Hover | None:
    try:
        return Hover(span, explain(name))
    except NotKnown:
        return None  # a finding says so, if it matters


# What stands in a buildspec


def _in_buildspec(document: Document, offset: int) -> Hover | None:
    spot = spot_at(document, offset)
    if spot is None:
        return None
    if len(spot.names) == 4 and spot.names[0] == "phases" and spot.names[2] == _RUNTIMES:
        return _runtime(spot)
    return _variable(document, spot, offset) or _key(spot)


def _runtime(spot: Spot) -> Hover | None:
    """A runtime, or its version."""
    name = str(spot.names[-1])
    version = getattr(spot.node.resolved, "value", "")
    if not spot.on_key and is_literal(version):
        found = _explained(spot.span, lambda name: version_markdown(name, version), name)
        if found is not None:
            return found
    return _explained(spot.span, runtime_markdown, name)


def _key(spot: Spot) -> Hover | None:
    """What the schema says of a key, or of a value that is one of a few."""
    schema = spot.schema
    if schema is None or "description" not in schema or not isinstance(spot.names[-1], str):
        return None
    if not spot.on_key and not {"enum", "pattern"} & schema.keys():
        return None
    said = [f"**{inert(spot.names[-1])}**", escaped(schema["description"]), "\n".join(_takes(spot, schema))]
    return Hover(spot.span, "\n\n".join(filter(None, said)))


def _takes(spot: Spot, schema: dict[str, Any]) -> Iterator[str]:
    """What a key takes, what holds where it is not given, and whether it has to be."""
    values = _values(spot, schema)
    if values:
        yield f"- one of {enumerated([code(value) for value in values], 'or')}"
    elif "type" in schema and "pattern" not in schema:  # the description tells what form it has
        kinds = schema["type"]
        yield f"- {NOUNS['string' if 'string' in kinds and not isinstance(kinds, str) else kinds]}"
    if "default" in schema:
        default = schema["default"]
        yield f"- if it is not given: {code(default if isinstance(default, str) else json.dumps(default))}"
    if spot.required:
        yield "- required"


def _values(spot: Spot, schema: dict[str, Any]) -> list[str]:
    """The values to choose from, each in one spelling."""
    if spot.names[-1] == "file-format":
        return list(table("reports")["formats"])
    found: dict[str, str] = {}
    for value in (each if isinstance(each, str) else json.dumps(each) for each in schema.get("enum", ())):
        found.setdefault(value.lower(), value)
    return list(found.values())


def _variable(document: Document, spot: Spot, offset: int) -> Hover | None:
    """A variable that the build has: where it is given or used."""
    use = use_at(document, spot, offset)
    said = told_of(document, spot.buildspec, use) if use is not None else ""
    return Hover(use.span, said) if use is not None and said else None


_FINDERS = (_rule_named, _image_named, _variable_named, _in_buildspec)
"""From what a glance at the text tells to what its tree has to be asked for."""
