"""What the things of a Terraform configuration are to CodeBuild."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from cblint import expressions
from cblint.facts import table
from cblint.hosts import terraform_roles
from cblint.hosts.definition import BUILDSPEC, PIPELINE, PROJECT, WEBHOOK, Definition
from cblint.hosts.hcl import path_of
from cblint.hosts.terraform_names import renamed
from cblint.hosts.terraform_scope import Names, Thing
from cblint.records import NamedTuple
from cblint.source.foreign import Reference, Settings, Unknown
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, Node, Scalar

_PHASES = expressions.lazy(r"^phases[ \t]*:", re.MULTILINE)
_VERSION = expressions.lazy(r"^version[ \t]*:", re.MULTILINE)


class Value(NamedTuple):
    """A value outside of resources: what references call it (empty if none can), its name's place, how it is read."""

    name: str
    place: Span
    read: Callable[[], Node]


def definitions(origin: Text, things: Iterable[Thing]) -> Iterator[Definition]:
    """The projects, webhooks, pipelines, roles and policies among the resources of a file."""
    found = list(things)
    resources = table("hosts")["terraform"]["resources"]
    for thing in found:
        spec = resources.get(thing.type)
        if spec is not None and spec["kind"] in (PROJECT, WEBHOOK, PIPELINE):
            root = renamed(origin, thing.body, spec["names"])
            yield Definition(spec["kind"], thing.name, thing.place, root, thing.conditional, thing.broken)
    yield from terraform_roles.definitions(origin, found)


def standing(values: Iterable[Value], names: Names) -> Iterator[Definition]:
    """Buildspecs that the file itself gives to no project: other files of the configuration do."""
    used = names.asked
    for value in values:
        node = value.read() if value.name not in used else None
        if node is not None and _is_buildspec(node):
            yield Definition(BUILDSPEC, value.name, value.place, node)


def _is_buildspec(node: Node) -> bool:
    """Whether a text, or what is encoded as one, has what makes a buildspec."""
    if isinstance(node, Mapping):
        return node.get("phases") is not None and node.get("version") is not None
    return isinstance(node, Scalar) and bool(_PHASES.search(node.value) and _VERSION.search(node.value))


def files(written: Iterable[str], names: Names) -> Iterator[tuple[str, Reference]]:
    """The names of a file that stand for another file, which Terraform reads or renders: other files may use them."""
    for name in written:
        node = names.get(name)
        if isinstance(node, Reference) and node.attribute in table("hosts")["terraform"]["functions"]["file"]:
            yield name, node


# Data sources that give a text


def _rendered(body: Settings) -> Node:
    """What a ``template_file`` gives: the file that it renders, or its own text if nothing in it is replaced."""
    pair = body.get("template")
    value = pair.value if pair is not None else None
    if isinstance(value, Reference) and value.attribute == "file":
        return Reference(value.origin, value.start, value.end, value.target, "templatefile")
    if isinstance(value, Scalar) and "${" not in value.value and "%{" not in value.value:
        return value
    return Unknown(body.origin, body.start, body.end)


def _content(body: Settings) -> Node:
    """What a ``local_file`` holds."""
    pair = body.get("filename")
    value = pair.value if pair is not None else None
    path = path_of(value) if value is not None else ""
    if value is None or not path:
        return Unknown(body.origin, body.start, body.end)
    return Reference(value.origin, value.start, value.end, path, "file")


def _policy(body: Settings) -> Node:
    """What the ARN of an ``aws_iam_policy`` is, where that is how it is looked for."""
    pair = body.get("arn")
    return pair.value if pair is not None else Unknown(body.origin, body.start, body.end)


SOURCES: dict[str, dict[str, Callable[[Settings], Node]]] = {
    "template_file": {"rendered": _rendered},
    "local_file": {"content": _content},
    "aws_iam_policy": {"arn": _policy},
    "aws_iam_policy_document": dict.fromkeys(("json", "minified_json"), terraform_roles.document),
}
"""What the attributes of data sources give."""
