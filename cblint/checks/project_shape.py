"""Projects that CodeBuild refuses: what a project is made of, the limits of its parts, and what excludes what."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cblint.buildspec.shape import Fault, faults
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.graph import Resource
from cblint.hosts.settings import constant, known, listed, pair_at, setting, text_at, truth_at, within
from cblint.hosts.spelling import SPELT_AS_THE_API, facts_of, format_of, spelt, written
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Scalar, Sequence
from cblint.spelling import plain, suggestion
from cblint.typing import Any
from cblint.wording import enumerated

TOO_MUCH = "additionalProperties"
"""The keyword of the schema that a key breaks by being there."""
_LEFT_TO_OTHERS = ("webhook", "filterGroups", "buildspec", "buildspecOverride")
"""Settings of which other rules speak."""
_ROUND_PLACEHOLDERS = frozenset("<>{}[]%")
"""With these, what is to be filled in before the project is made is marked: ``<project-name>``."""
_SHOWN = 4
"""So many of the values that a setting can have are shown."""
_WORDS_OF_YAML = frozenset({"true", "false", "yes", "no", "on", "off"})


# What a project is made of


@lru_cache(maxsize=4)
def faults_of(resource: Resource) -> tuple[Fault, ...]:
    """Where a project is not what the API takes, outermost first; asked by two rules."""
    return tuple(faults(resource.root, _schema(resource.root)))


def _schema(root: Node) -> dict[str, Any]:
    """The schema for a project, or for the start of a build with other settings than its project's."""
    schema: dict[str, Any] = table("project")
    if isinstance(root, Mapping) and any((pair.name or "").endswith("Override") for pair in root.pairs):
        return {"$ref": "#/definitions/StartBuild", "definitions": schema["definitions"]}
    return schema


def project_invalid(resource: Resource) -> Iterator[Report]:
    """A setting that CodeBuild refuses, or the lack of one."""
    for fault in faults_of(resource):
        if fault.keyword != TOO_MUCH and not set(fault.steps) & set(_LEFT_TO_OTHERS):
            yield from _of_fault(resource, fault)
    yield from _vpc(resource)
    yield from _secondary(resource)
    yield from _excluded(resource)
    yield from _lacking(resource)


def _of_fault(resource: Resource, fault: Fault) -> Iterator[Report]:
    if fault.keyword == "required":
        yield from _missing(resource, fault)
    elif fault.keyword == "type":
        yield from _of_type(resource, fault)
    elif fault.keyword == "enum":
        repeats = resource.definition.fragment and _stands_for_itself(resource, fault)
        if not repeats and not _is_spelt_freely(resource, fault):
            yield _not_offered(resource, fault)
    elif fault.keyword in ("minimum", "maximum"):
        yield _out_of_range(resource, fault)
    elif fault.keyword in ("maxItems", "maxLength"):
        yield _too_much(resource, fault)
    elif fault.keyword == "pattern" and not _ROUND_PLACEHOLDERS & set(_value(fault.node)):
        yield Report(fault.span, "name", {"name": _value(fault.node)})


def _key(resource: Resource, fault: Fault) -> str:
    """The setting that a fault is about, as it is written, after the one that has it: ``Source.Type``."""
    *_, holder, name = ["", "", *(step for step in fault.steps if isinstance(step, str))]
    own = written(fault.pair) if fault.pair is not None else spelt(resource, name)
    return f"{spelt(resource, holder)}.{own}" if holder else own


def _value(node: Node) -> str:
    target = node.resolved
    return target.value if isinstance(target, Scalar) else ""


def _missing(resource: Resource, fault: Fault) -> Iterator[Report]:
    facts = facts_of(resource)
    if "optional" not in facts or resource.definition.fragment or _has_unknown_keys(fault.node):
        return
    below = f"{fault.steps[-1] if fault.steps else ''}.{fault.missing}"
    if {fault.missing, below} & set(facts["optional"]):
        return
    fields = {"key": spelt(resource, fault.missing), "place": _key(resource, fault)}
    if fault.steps:
        yield Report(_head(fault), "missing", fields)
    elif format_of(resource) == "project" and fault.missing in table("projects")["left-as-they-are"]:
        yield Report(resource.definition.place, "missing-in-input", fields, about=fault.node)
    else:
        yield Report(resource.definition.place, "missing-at-the-top", fields, about=fault.node)


def _has_unknown_keys(node: Node) -> bool:
    """Whether a mapping may have what it seems to lack: only the deployment tells some of its keys."""
    target = node.resolved
    return isinstance(target, Mapping) and any(pair.name is None and not pair.is_merge for pair in target.pairs)


def _head(fault: Fault) -> Span:
    """The key of the mapping that lacks something, or its own first key."""
    return fault.pair.key.span if fault.pair is not None else _first(fault.node)


def _first(node: Node) -> Span:
    target = node.resolved
    return target.pairs[0].key.span if isinstance(target, Mapping) and target.pairs else node.first_character


def _of_type(resource: Resource, fault: Fault) -> Iterator[Report]:
    """What is of another kind than the API takes: formats turn texts into numbers and truth values, and back."""
    node, expected = fault.node.resolved, fault.schema["type"]
    is_one = isinstance(node, Scalar)
    if is_one and (fault.node.empty or expected == "string"):
        return
    value = _value(node)
    if is_one and expected == "integer" and value.isascii() and value.isdigit():
        yield from _spelt_as_text(resource, fault, int(value[:9]))
    elif not (is_one and expected == "boolean" and value.lower() in _WORDS_OF_YAML):
        fields = {"key": _key(resource, fault), "expected": _KINDS[expected if isinstance(expected, str) else "string"]}
        span = fault.span if is_one or fault.pair is None else fault.pair.key.span
        yield Report(span, "kind", fields)


def _spelt_as_text(resource: Resource, fault: Fault, value: int) -> Iterator[Report]:
    if not fault.schema.get("minimum", value) <= value <= fault.schema.get("maximum", value):
        yield _out_of_range(resource, fault)


_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
}


def _is_spelt_freely(resource: Resource, fault: Fault) -> bool:
    """Whether a value is one that is offered but for case and separators: only Terraform looks at them."""
    is_offered = constant(_value(fault.node), fault.schema["enum"]) in fault.schema["enum"]
    return is_offered and format_of(resource) in SPELT_AS_THE_API


def _stands_for_itself(resource: Resource, fault: Fault) -> bool:
    """Whether a value only repeats the name of its setting, for readers of an example to choose one."""
    value = plain(_value(fault.node))
    return bool(value) and value in plain(_key(resource, fault))


def _not_offered(resource: Resource, fault: Fault) -> Report:
    value, offered = _value(fault.node), fault.schema["enum"]
    fields = {
        "value": value,
        "key": _key(resource, fault),
        "offered": enumerated(_first_of(offered), "and"),
        "suggestion": suggestion(value, offered),
    }
    return Report(fault.span, "value", fields)


def _first_of(names: list[str]) -> list[str]:
    """So many names as a message shows, and how many others there are."""
    others = len(names) - _SHOWN
    return names if others < 2 else [*names[:_SHOWN], f"{others} others"]


def _out_of_range(resource: Resource, fault: Fault) -> Report:
    least, most = fault.schema.get("minimum"), fault.schema.get("maximum")
    limits = f"from {least} to {most}" if least and most else f"at most {most}" if most else f"at least {least or 0}"
    return Report(fault.span, "range", {"key": _key(resource, fault), "value": _value(fault.node), "limits": limits})


def _too_much(resource: Resource, fault: Fault) -> Report:
    node = fault.node.resolved
    fields = {"key": _key(resource, fault), "limit": str(fault.schema[fault.keyword])}
    if isinstance(node, Sequence):
        return Report(_head(fault), "entries", {**fields, "count": str(len(node.items))})
    return Report(fault.span, "length", {**fields, "count": str(len(_value(node)))})


# What belongs together


def _vpc(resource: Resource) -> Iterator[Report]:
    """A VPC is named without its subnets and groups, or they without it."""
    pair = pair_at(resource.root, "vpcConfig")
    if pair is None or not isinstance(pair.value.resolved, Mapping) or not pair.value.resolved.pairs:
        return
    whole = not resource.definition.fragment
    missing = [key for key in _OF_A_VPC if within(pair.value, key, whole=whole) is None]
    if missing and len(missing) < len(_OF_A_VPC):
        names = enumerated([spelt(resource, key) for key in missing], "and")
        yield Report(pair.key.span, "vpc", {"place": written(pair), "missing": names})


_OF_A_VPC = ("vpcId", "subnets", "securityGroupIds")


def _secondary(resource: Resource) -> Iterator[Report]:
    """Secondary sources and artifacts have identifiers, and never come from or go to a pipeline."""
    whole = not resource.definition.fragment
    for of, key in (("source", "sourceIdentifier"), ("artifact", "artifactIdentifier")):
        for item in listed(setting(resource.definition, _SECONDARY[of])):
            if not isinstance(item, Mapping) or not item.pairs:
                continue
            if within(item, key, whole=whole) is None:
                yield Report(_first(item), "identifier", {"of": of, "key": spelt(resource, key)})
            kind = known(within(item, "type"))
            if kind is not None and kind.value == _PIPELINE:
                yield Report(kind.span, "secondary-pipeline", {"type": f"{of}Type", "of": _SECONDARY[of]})


_SECONDARY = {"source": "secondarySources", "artifact": "secondaryArtifacts"}
_PIPELINE = "CODEPIPELINE"


def _excluded(resource: Resource) -> Iterator[Report]:
    """Settings of which one excludes the other."""
    source, artifacts = (known(setting(resource.definition, name, "type")) for name in ("source", "artifacts"))
    facts = table("service")
    from_ = constant(source.value, facts["source-types"]) if source is not None else None
    to = constant(artifacts.value, facts["artifacts-types"]) if artifacts is not None else None
    if source is not None and artifacts is not None and (from_ == _PIPELINE) != (to == _PIPELINE):
        one, other = (artifacts, source) if to == _PIPELINE else (source, artifacts)
        fields = {"source": source.value, "artifacts": artifacts.value}
        yield Report(other.span, "pipeline", fields, (("pipeline", one.span),))
    without_status = set(facts["source-types"]) - set(table("projects")["with-build-status"])
    for variant, kind, path, types in (
        ("build-status", from_, ("source", "reportBuildStatus"), without_status),
        ("not-in-s3", to, ("artifacts", "encryptionDisabled"), {"NO_ARTIFACTS"}),
    ):
        pair = pair_at(resource.root, *path)
        if pair is not None and kind in types and truth_at(resource.definition, *path):
            yield Report(pair.key.span, variant, {"key": written(pair), "type": kind or ""})


def _lacking(resource: Resource) -> Iterator[Report]:
    """Settings without what they need beside them."""
    for variant, (path, value, needed) in _NEEDED.items():
        pair = pair_at(resource.root, *path)
        if pair is None or text_at(resource.definition, *path) != value:
            continue
        if setting(resource.definition, *path[:-1], needed) is None:
            fields = {"value": value, "key": written(pair), "needed": spelt(resource, needed)}
            yield Report(pair.value.span, variant, fields)


_NEEDED = {
    "no-source": (("source", "type"), "NO_SOURCE", "buildspec"),
    "attributes": (("environment", "computeType"), "ATTRIBUTE_BASED_COMPUTE", "computeConfiguration"),
    "no-location": (("cache", "type"), "S3", "location"),
}
