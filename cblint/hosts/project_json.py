"""Projects as the AWS API has them in JSON (or YAML): the input of CreateProject, the output of BatchGetProjects."""

from __future__ import annotations

from cblint.facts import table
from cblint.hosts import requests, shown
from cblint.hosts.definition import PROJECT, Definition, HostFile, in_yaml
from cblint.source.loader import TooComplex, load
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence

_REQUIRED = frozenset({"source", "artifacts", "environment", "serviceRole"})
"""What the API asks of everyone who creates a project, beside its name."""


def read(text: Text) -> HostFile | None:
    """What a file in the shapes of the API defines; None if it has none of them. Raises TooComplex."""
    stream = load(text)
    roots = [document.root for document in stream.documents if document.root is not None]
    return in_yaml("project", (definition for root in roots for definition in definitions(root)), stream)


def definitions(root: Node, fragment: bool = False) -> list[Definition]:
    """What a document in the shapes of the API defines. ``fragment``: it may be a part that documentation shows."""
    node = root.resolved
    if isinstance(node, Sequence):
        return [definition for item in node.items for definition in definitions(item, fragment)]
    if not isinstance(node, Mapping):
        return []
    for holder in ("projects", "project", "pipeline"):
        pair = node.get(holder)
        if pair is not None and isinstance(pair.value.resolved, (Mapping, Sequence)):
            return definitions(pair.value, fragment)
    kind = _kind(node)
    if kind is not None:
        return [_definition(kind, node, fragment)]
    part = shown.project_part(node) if fragment else None
    return [Definition(PROJECT, _name(node), _place(node), part, fragment=True)] if part is not None else []


def _kind(node: Mapping) -> str | None:
    keys = {pair.name for pair in node.pairs if pair.name is not None}
    for kind, shapes in table("hosts")["shapes"].items():
        for shape in shapes:
            if (
                keys.issuperset(shape.get("all", ()))
                and len(keys.intersection(shape.get("some", ()))) >= shape["least"]
            ):
                found: str = kind
                return found
    return None


def _definition(kind: str, node: Mapping, fragment: bool) -> Definition:
    """A request to start a build is a part of a project; so is what a part of a request to create one shows."""
    names = {pair.name for pair in node.pairs if pair.name is not None}
    if kind == PROJECT and requests.is_build(names):
        return Definition(kind, _name(node), _place(node), requests.project_of(node), fragment=True)
    if kind == PROJECT and fragment:
        node = shown.with_webhook(node)
        fragment = not is_whole(node)
    return Definition(kind, _name(node), _place(node), node, fragment=fragment)


def is_whole(node: Mapping) -> bool:
    """Whether the settings of a project are all that the API asks for, so that what is missing is not set."""
    return _REQUIRED.issubset({pair.name for pair in node.pairs})


def document(text: Text) -> Node | None:
    """The root of JSON (or YAML) that stands inside another text; None if it cannot be read."""
    try:
        stream = load(text)
    except TooComplex:
        return None
    return stream.documents[0].root if stream.documents and stream.problem is None else None


def _name(node: Mapping) -> str:
    pair = node.get("name") or node.get("projectName")
    value = pair.value.resolved if pair is not None else None
    return value.value if isinstance(value, Scalar) else ""


def _place(node: Mapping) -> Span:
    pair = node.get("name") or node.get("projectName")
    return pair.value.span if pair is not None else node.first_character
