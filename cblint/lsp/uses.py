"""Variables at a place of a document: where they are given and set, and what a build has in them there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.buildspec.model import PARAMETER_STORE, VARIABLES, Buildspec, ShellItem, Variable
from cblint.flow import state
from cblint.flow.kinds import ASSIGNED, READ
from cblint.lsp.document import Document
from cblint.lsp.spot import Spot, match_at, touches
from cblint.records import NamedTuple
from cblint.report.markdown import code, inert
from cblint.report.trace import shown, value
from cblint.secrets.names import names_secret
from cblint.shell.syntax import Node, Parameter, walk
from cblint.source.text import Span
from cblint.source.tree import Scalar, path_to
from cblint.wording import enumerated

_REFERENCE = expressions.lazy(r"\$\{?!?(?:[Ee]nv:)?([A-Za-z_][A-Za-z0-9_]*)|%([A-Za-z_][A-Za-z0-9_]*)%")
"""A variable as the shells of Linux and of Windows write it."""
_ASSIGNED = expressions.lazy(r"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]*(?=\+?=|\[)")
_EXPORTED = ("env", "exported-variables")
_MOST_PLACES = 4
"""Lines in which a variable is set that are told."""


class Use(NamedTuple):
    """A variable that is named at a place.

    ``believed`` is what it is there in a build, None where nobody knows, or where that differs; ``assigned``: it gets
    that there.
    """

    span: Span
    name: str
    believed: state.Variable | None = None
    assigned: bool = False


def use_at(document: Document, spot: Spot, offset: int) -> Use | None:
    """The variable of the build that is given, exported, read or set at an offset."""
    if spot.variable is not None:
        # Nothing in the value of a variable is expanded.
        return Use(spot.span, spot.variable.name) if spot.on_key else None
    if spot.on_key or not isinstance(spot.node, Scalar):
        return None
    if spot.names[:2] == _EXPORTED:
        return Use(spot.span, spot.node.value)
    item = next((each for each in spot.buildspec.shell_items if each.node is spot.node), None)
    if item is not None and item.script.problem is None:
        return _read_at(document, spot.buildspec, item, offset) or _set_at(document, spot.buildspec, item, offset)
    match = match_at(_REFERENCE, document, offset)
    return Use(Span(*match.span()), match[1] or match[2]) if match is not None else None


def _read_at(document: Document, buildspec: Buildspec, item: ShellItem, offset: int) -> Use | None:
    """The innermost variable that a command expands at an offset."""
    found = [
        node
        for node in walk(item.script)
        if isinstance(node, Parameter) and node.name.isidentifier() and touches(node.span, offset)
    ]
    if not found:
        return None
    node = found[-1]
    may_be_set = _may_be_set(buildspec, node.name)
    return Use(node.span, node.name, _believed(document, buildspec, item, READ, node) if may_be_set else None)


def _set_at(document: Document, buildspec: Buildspec, item: ShellItem, offset: int) -> Use | None:
    """The variable that a command assigns something at an offset."""
    if match_at(_ASSIGNED, document, offset) is None:
        return None  # most words are none, and need no build
    for run in document.build(buildspec).runs:
        for event in run.events if run.step.item is item else ():
            # What a text sets that the command runs stands nowhere.
            if event.kind == ASSIGNED and event.standing is None and event.node.raw.startswith(event.name):
                span = event.node.part(0, len(event.name))
                if touches(span, offset):
                    believed = _believed(document, buildspec, item, ASSIGNED, event.node)
                    return Use(span, event.name, believed, True)
    return None


def _believed(
    document: Document, buildspec: Buildspec, item: ShellItem, kind: str, node: Node
) -> state.Variable | None:
    """What a variable is at a node, whichever way the build has come there."""
    found: list[state.Variable | None] = []
    for run in document.build(buildspec).runs:
        for event in run.events if run.step.item is item else ():
            if event.kind == kind and event.node is node and event.variable not in found:
                found.append(event.variable)
    return found[0] if len(found) == 1 else None


def _may_be_set(buildspec: Buildspec, name: str) -> bool:
    """Whether a command names a variable otherwise than to read it: else the build need not be run to know of it."""
    named = re.compile(rf"(?<!\$)(?<!\$\{{)\b{re.escape(name)}\b|\$\{{{re.escape(name)}:?=")
    return any(named.search(item.value) for item in buildspec.shell_items)


def told_of(document: Document, buildspec: Buildspec, use: Use) -> str:
    """What is known of a variable, as Markdown; nothing where the file says nothing of it."""
    rows = [*_given(document, buildspec, use.name), *_taken(document, buildspec, use)]
    if not rows:
        return ""
    return "\n".join([f"**{inert(document.hiding.mask.name(use.name))}**", "", *(f"- {row}" for row in rows)])


def _given(document: Document, buildspec: Buildspec, name: str) -> Iterator[str]:
    """Where the build is given it."""
    for variable in buildspec.variables:
        if variable.name == name:
            start = variable.key.span.start
            section = path_to(buildspec.root, start).removesuffix(f".{name}")
            yield f"given in line {document.lines.number(start)} under {inert(section)}{_holding(document, variable)}"
    for project in buildspec.projects:
        for given, is_secret in project.variables:
            if given == name:
                yield "given by the project" + (", as a secret" if is_secret else "")


def _holding(document: Document, variable: Variable) -> str:
    """What it is given, unless that is a secret."""
    if variable.value is None:
        return ""
    if variable.section != VARIABLES:
        what = "parameter" if variable.section == PARAMETER_STORE else "secret"
        return f": the {what} {code(shown(variable.value.value, document.hiding.mask))}"
    if names_secret(variable.name):
        return ": a value that is not shown"
    text = code(shown(variable.value.value, document.hiding.mask)) or "an empty text"
    return f": {text}, unless the project or the start of the build says otherwise"


def _taken(document: Document, buildspec: Buildspec, use: Use) -> Iterator[str]:
    """What it is at that place, and where that comes from."""
    found = use.believed
    if found is not None and (found.assigned is False or any(isinstance(piece, str) for piece in found.value.pieces)):
        said = value(use.name, found, document.secrets(buildspec))
        yield inert(f"{'from here on' if use.assigned else 'here'} it {said}")
    if not use.assigned:
        nodes = found.places if found is not None else _setting(document, buildspec, use.name)
        lines = sorted({line for node in nodes for line in _lines(document, node, use.name)})
        first = enumerated([str(line) for line in lines[:_MOST_PLACES]], "or")
        if lines:
            yield f"set in line {first}{', and elsewhere' if len(lines) > _MOST_PLACES else ''}"


def _setting(document: Document, buildspec: Buildspec, name: str) -> Iterator[Node]:
    """What sets a variable, wherever that is in the build."""
    for run in document.build(buildspec).runs if _may_be_set(buildspec, name) else ():
        for event in run.events:
            if event.kind == ASSIGNED and event.name == name and event.standing is None:
                yield event.node


def _lines(document: Document, node: Node, name: str) -> Iterator[int]:
    """The line in which a command sets a variable; none where it stands in a text that a command runs."""
    span = node.span
    if name in document.text[span.start : span.end]:
        yield document.lines.number(span.start)
