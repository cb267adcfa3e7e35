"""Which part of a buildspec, a project or a template it is that documentation shows in a block of YAML or JSON."""

from __future__ import annotations

from collections.abc import Collection

from cblint.facts import table
from cblint.hosts.buildspec import why_not
from cblint.hosts.definition import BUILDSPEC, POLICY, ROLE, Definition
from cblint.hosts.left_out import is_elided
from cblint.hosts.requests import in_order, is_build
from cblint.source.foreign import Settings, key
from cblint.source.loader import Stream
from cblint.source.text import Piece, Text, begin_of_line
from cblint.source.tree import Mapping, Node, Scalar, Sequence
from cblint.typing import Any

WHOLE, PART = "whole", "part"


def buildspec_shown(stream: Stream, document: str) -> str | None:
    """WHOLE or PART if a block is certainly (part of) a buildspec, None if it may be something else.

    ``document`` is all of the text that shows it: where it speaks of other services that have sections of the same
    shape, these do not count.
    """
    root = stream.documents[0].root if stream.documents else None
    if not isinstance(root, Mapping):
        return None
    sections = {pair.name: pair.value.resolved for pair in root.pairs if pair.name is not None}
    if not _is_version(sections.get("version")):
        return None
    known = any(_is_section(name, value) for name, value in sections.items())
    elided = is_elided(stream.text.value)
    if "version" in sections and sections.keys() & {"phases", "batch"}:
        known = known or _fits(sections.get("phases", root), table("shown")["versioned"])
        # An error may be the elision's.
        is_one = why_not(stream, by_name=False) is None and (known if stream.problem is None else not elided)
        return (PART if elided else WHOLE) if is_one else None
    if stream.problem is not None or not sections.keys() <= table("buildspec")["properties"].keys():
        return None
    return PART if known or _is_shared(sections, document) else None


def _is_version(node: Node | None) -> bool:
    """Whether a version is one of buildspecs, or none is given."""
    return node is None or (isinstance(node, Scalar) and node.value.startswith("0.") and node.value != "0.0")


def _is_section(name: str, value: Node) -> bool:
    """Whether a section of a buildspec has a shape that only such a section has."""
    shape = table("shown")["sections"].get(name)
    return shape is not None and _fits(value, shape)


def _is_shared(keys: dict[str, Node], document: str) -> bool:
    """Whether a section looks like one of a buildspec, where nothing says that it is another service's."""
    facts = table("shown")
    lower = document.lower()
    if "buildspec" not in lower or any(other in lower for other in facts["others"]):
        return False
    return any(name in keys and _fits(keys[name], shape) for name, shape in facts["shared"].items())


def _fits(value: Node, shape: dict[str, Any]) -> bool:
    if not isinstance(value, Mapping):
        return False
    names = {pair.name for pair in value.pairs if pair.name is not None}
    if "keys" in shape and not names.issubset(shape["keys"]):
        return False
    if "some" in shape and names.isdisjoint(shape["some"]):
        return False
    if "each" not in shape:
        return True
    telling = [pair.value for pair in value.pairs if "some" not in shape or pair.name in shape["some"]]
    return any(_has(node, shape["each"]) for node in telling)


def _has(node: Node, names: Collection[str]) -> bool:
    target = node.resolved
    return isinstance(target, Mapping) and any(pair.name in names for pair in target.pairs)


def phases_shown(root: Mapping) -> Definition | None:
    """The phases that a block shows without what holds them, as far as no other service's could look so."""
    facts = table("shown")["phases"]
    pairs = [pair for pair in root.pairs if pair.name in facts["names"] and _is_phase(pair.value, facts["keys"])]
    if not any(pair.name in facts["telling"] for pair in pairs):
        return None
    given = [(pair.key, pair.value) for pair in pairs]
    # What is not shown is no more in doubt than round "phases:": a part says so, and has the shell of most buildspecs.
    phases = Settings(root.origin, root.start, root.end, given)
    whole = Settings(root.origin, root.start, root.end, [(_key(root, "phases"), phases)])
    return Definition(BUILDSPEC, "", pairs[0].key.span, whole, fragment=True)


def _is_phase(node: Node, keys: Collection[str]) -> bool:
    phase = node.resolved
    commands = phase.get("commands") if isinstance(phase, Mapping) else None
    if not isinstance(phase, Mapping) or commands is None or any(pair.name not in keys for pair in phase.pairs):
        return False
    listed = commands.value.resolved
    return isinstance(listed, Sequence) and any(isinstance(item.resolved, Scalar) for item in listed.items)


# Projects


def project_part(node: Mapping) -> Node | None:
    """A project of which a mapping shows some settings, or the settings of its source; None if it is none."""
    facts = table("shown")["parts"]
    named = _types(facts)
    bare = _bare_member(node, facts)
    if bare is not None:
        return with_webhook(Settings(node.origin, node.start, node.end, [(_key(node, bare), node)], complete=False))
    names = {pair.name for pair in node.pairs}
    if is_build(name for name in names if name is not None) or not names.issubset(facts["members"]):
        return None
    if any(_is_typed(pair.value, named.get(pair.name, ())) for pair in node.pairs):
        return with_webhook(node)
    if any(_has(pair.value, facts["untyped"].get(pair.name, ())) for pair in node.pairs):
        return node
    return None


def _types(facts: dict[str, Any]) -> dict[str | None, list[str]]:
    """The types that the settings of a project can have under their names."""
    return {name: [*shape["types"], *facts["named"].get(name, ())] for name, shape in facts["typed"].items()}


def _bare_member(node: Mapping, facts: dict[str, Any]) -> str | None:
    """The name of the member of a project that a mapping is."""
    for name, shape in (*facts["typed"].items(), ("source", facts["stored"])):
        if _is_typed(node, shape["types"]) and _has(node, shape["some"]):
            found: str = name
            return found
    return None


def _is_typed(node: Node, types: Collection[str]) -> bool:
    target = node.resolved
    pair = target.get("type") if isinstance(target, Mapping) else None
    value = pair.value.resolved if pair is not None else None
    return isinstance(value, Scalar) and value.value in types


def with_webhook(node: Mapping) -> Mapping:
    """A project with the webhook that its source shows, where the API has it."""
    source = node.get("source")
    target = source.value.resolved if source is not None else None
    webhook = target.get("webhook") if isinstance(target, Mapping) else None
    if webhook is None or node.get("webhook") is not None:
        return node
    pairs = [(pair.key, pair.value) for pair in [*node.pairs, webhook]]
    return Settings(node.origin, node.start, node.end, in_order(pairs), complete=False)


def _key(node: Node, name: str) -> Node:
    """A key that nobody wrote: it stands where what it names begins."""
    return key(node.origin, node.start, min(node.start + 1, len(node.origin)), name)


# Policies


def policy_shown(node: Mapping) -> Definition | None:
    """The policy of IAM that a mapping is: that of a role that says who may take it on, or what may be done."""
    version, statement = node.get("Version"), node.get("Statement")
    value = version.value.resolved if version is not None else None
    if statement is None or not isinstance(value, Scalar) or value.value not in ("2012-10-17", "2008-10-17"):
        return None
    statements = statement.value.resolved
    each = statements.items if isinstance(statements, Sequence) else [statements]
    if not any(_has(one, ("Action", "NotAction")) for one in each):
        return None
    trust = any(_has(one, ("Principal",)) for one in each)
    name = "assumeRolePolicyDocument" if trust else "policyDocument"
    root = Settings(node.origin, node.start, node.end, [(_key(node, name), node)], complete=False)
    return Definition(ROLE if trust else POLICY, "", node.first_character, root, fragment=True)


# Templates


def as_template(stream: Stream) -> Text | None:
    """A template of CloudFormation round what is shown of one: resources, a resource, or some of its properties.

    What is put round it stands where it begins. None if it is nothing of the kind, or a template itself.
    """
    root = stream.documents[0].root if stream.documents else None
    if not isinstance(root, Mapping) or stream.problem is not None or len(stream.documents) > 1:
        return None
    kind = _resource_type(root)
    if kind is None:
        return None
    frames = {"resources": ("Resources:",), "resource": ("Resources:", "Shown:")}
    frame = frames.get(kind, ("Resources:", "Shown:", f"Type: {kind}", "Properties:"))
    begin = begin_of_line(stream.text.value, root.start)
    return framed(stream.text.slice(begin, len(stream.text)), frame)


def _resource_type(root: Mapping) -> str | None:
    """``resources``, ``resource``, or the type of resource whose properties are shown."""
    facts = table("shown")["templates"]
    names = {pair.name for pair in root.pairs}
    if {"Type", "Properties"} <= names:
        return "resource" if _is_resource(root) else None
    if any(_is_resource(pair.value) for pair in root.pairs) and "Resources" not in names:
        return "resources"
    return next((kind for kind, shape in facts.items() if _has_properties(root, shape)), None)


def _has_properties(root: Mapping, shape: dict[str, Any]) -> bool:
    names = {pair.name for pair in root.pairs}
    if "all" in shape:
        return names.issuperset(shape["all"]) and not names.isdisjoint(shape["any"])
    return names.issubset(shape["keys"]) and any(
        _has(pair.value, shape["some"].get(pair.name, ())) for pair in root.pairs
    )


def _is_resource(node: Node) -> bool:
    target = node.resolved
    pair = target.get("Type") if isinstance(target, Mapping) else None
    value = pair.value.resolved if pair is not None else None
    return isinstance(value, Scalar) and value.value.startswith("AWS::")


def framed(text: Text, frame: tuple[str, ...]) -> Text:
    """A text below some keys, each of which is a line that stands deeper where the one before ends with a colon."""
    lines, depth = [], 0
    for line in frame:
        lines.append("  " * depth + line + "\n")
        depth += line.endswith(":")
    pieces = [Piece(char, 0, 0) for char in "".join(lines)]
    at = 0
    for line in text.value.splitlines(keepends=True):
        pieces += [Piece(char, at, at) for char in "  " * depth]
        pieces.append(Piece(line, at, at + len(line)))
        at += len(line)
    return text.derive(pieces, 0)
