"""Values that cannot stand where they do."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.batch import DEPENDENCIES
from cblint.buildspec.model import Buildspec, items, mapping, scalar
from cblint.buildspec.shape import Fault, Steps, path_of, type_of
from cblint.checks.edits import item_alone, listed, put_below, respelt
from cblint.checks.keys import TOO_MUCH
from cblint.finding import Edit, Report
from cblint.match import pairs_of, parse_path, places
from cblint.source.foreign import Given, is_known
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Pair, Scalar
from cblint.spelling import alike, closest, distance

_NOUNS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


def invalid_value(buildspec: Buildspec) -> Iterator[Report]:
    """A value of the wrong kind, or none of those that CodeBuild knows."""
    root = buildspec.root
    if root is not None and not is_known(root):
        return
    if not isinstance(root, Mapping):
        if buildspec.stream.problem is None and buildspec.number == 0:
            kind = "empty" if root is None or type_of(root) == "null" else _NOUNS[type_of(root)]
            yield Report(root.span if root is not None else Span(0, 0), "no-mapping", {"kind": kind}, about=root)
        return
    for fault in buildspec.faults:
        is_no_value = fault.keyword == "required" or fault.keyword in TOO_MUCH
        if is_no_value or _is_another_rules_value(fault.steps, fault.keyword):
            continue
        report = _invalid(fault)
        if report is not None:
            yield report


def _is_another_rules_value(steps: Steps, keyword: str) -> bool:
    """Whether a rule of its own speaks of the value."""
    last = next((str(step) for step in reversed(steps) if isinstance(step, str)), "")
    if steps == ("version",):
        return True
    if steps[0] == "phases" and last in ("commands", "finally") and isinstance(steps[-1], int):
        return True
    if steps[0] == "reports" and last == "file-format":
        return True
    if steps[0] == "batch" and last in ("identifier", DEPENDENCIES):
        return True
    return steps[:3] == ("batch", "build-matrix", "dynamic") and keyword == "type" and steps[-1] != "dynamic"


def _invalid(fault: Fault) -> Report | None:
    node, keyword = fault.node, fault.keyword
    key = path_of(fault.steps)
    kind = type_of(node)
    fields = {"key": key, "kind": _NOUNS[kind], "name": str(fault.steps[-1]) if fault.steps else ""}
    if keyword == "type":
        return _wrong_kind(fault, kind, fields)
    if keyword in ("minItems", "minProperties"):
        return Report(_key_or_value(fault), "empty", fields)
    if keyword in ("maxItems", "maxProperties"):
        return _too_many(fault, fields)
    if keyword == "dependencies":
        pair = _pair_of(node, "fallback-keys")
        return Report(pair.key.span, "fallback-keys-without-key", fields) if pair is not None else None
    value = node.resolved.value if isinstance(node.resolved, Scalar) else ""
    if "$" in value:
        return None  # what CodeBuild makes of a variable there is not documented
    return _not_among(fault, value, fields)


def _wrong_kind(fault: Fault, kind: str, fields: dict[str, str]) -> Report | None:
    expected = fault.schema["type"]
    wanted = expected[0] if isinstance(expected, list) else expected
    fields["expected"] = {"object": "a mapping", "array": "a list", "integer": "a whole number"}.get(wanted, "text")
    steps = fault.steps
    if kind == "null":
        if steps == ("phases",):
            return Report(_key_or_value(fault), "no-phases", fields)
        phase = len(steps) == 2 and steps[0] == "phases"
        return Report(_key_or_value(fault), "empty", fields) if phase or steps[-1] == "files" else None
    if wanted == "array" and kind not in ("object", "array"):
        if steps[-1] == "files":
            return Report(fault.span, "one-file", fields, edits=listed(fault.node))
        edits = item_alone(fault.pair) if fault.pair is not None and steps[-1] in ("commands", "finally") else ()
        return Report(fault.span, "one-text", fields, edits=edits, safe=False)
    if len(steps) == 2 and steps[0] == "phases":
        return _phase_of_wrong_kind(fault, kind, fields)
    return Report(fault.span if kind not in ("object", "array") else _key_or_value(fault), "wrong-kind", fields)


def _phase_of_wrong_kind(fault: Fault, kind: str, fields: dict[str, str]) -> Report:
    if kind == "array":
        edits = put_below(fault.pair, "commands") if fault.pair is not None else ()
        return Report(_key_or_value(fault), "phase-list", fields, edits=edits, safe=False, about=fault.node)
    value = scalar(fault.node)
    name, colon, _ = value.value.partition(":") if value is not None else ("", "", "")
    if (
        value is not None
        and colon
        and name.strip() in ("commands", "finally", "on-failure", "run-as", "runtime-versions")
    ):
        return Report(fault.span, "colon-without-space", {**fields, "written": name.strip()})
    return Report(fault.span, "wrong-kind", fields)


def _key_or_value(fault: Fault) -> Span:
    """The key, as what stands below it is long or nothing."""
    return fault.pair.key.span if fault.pair is not None else fault.node.first_character


def _too_many(fault: Fault, fields: dict[str, str]) -> Report:
    node = fault.node.resolved
    limit: int = fault.schema["maxItems" if fault.keyword == "maxItems" else "maxProperties"]
    if isinstance(node, Mapping):
        count, first = len(node.effective()), pairs_of(node)[limit].key.span
    else:
        count, first = len(items(node)), items(node)[limit].span
    return Report(first, "too-many", {**fields, "limit": str(limit), "count": str(count)})


def _pair_of(node: Node, name: str) -> Pair | None:
    holder = mapping(node)
    return holder.get(name) if holder is not None else None


_SHELLS = {
    "/bin/bash": "bash",
    "/usr/bin/bash": "bash",
    "sh": "/bin/sh",
    "/usr/bin/sh": "/bin/sh",
    "powershell": "powershell.exe",
    "cmd": "cmd.exe",
}
"""What is written for a shell, and what CodeBuild documents for it."""
_SWITCH = "yes"


def _not_among(fault: Fault, value: str, fields: dict[str, str]) -> Report | None:
    """A scalar that is none of the values, or does not have their form."""
    steps, allowed = fault.steps, [str(one) for one in fault.schema.get("enum", ())]
    fields = {**fields, "value": value, "allowed": ", ".join(allowed), "suggestion": ""}
    if steps == ("env", "shell"):
        return _suggesting(fault, "shell", fields, _SHELLS.get(value) or closest(value, allowed))
    if steps[-1] == "on-failure":
        return _suggesting(fault, "on-failure", fields, closest(value, ("ABORT", "CONTINUE", "RETRY")))
    if "env" in steps and ({"compute-type", "type"} & set(steps[-2:])):
        return _suggesting(fault, "environment", fields, closest(value, allowed))
    if _SWITCH in allowed:
        return Report(fault.span, "switch", fields)
    if fault.keyword == "minimum":
        return Report(fault.span, "minimum", {**fields, "limit": str(fault.schema["minimum"])})
    return _suggesting(fault, "other-value", fields, closest(value, allowed))


def _suggesting(fault: Fault, variant: str, fields: dict[str, str], meant: str | None) -> Report:
    node = fault.node
    edits: tuple[Edit, ...] = ()
    if meant is not None:
        fields["suggestion"] = f' Did you mean "{meant}"?'
        value = fields["value"]
        near = meant == _SHELLS.get(value) or distance(value, meant) <= 1 or alike(value, meant)
        edits = respelt(node, meant) if near else ()
    return Report(fault.span, variant, fields, edits=edits)


# The version, and versions


def version_not_number(buildspec: Buildspec) -> Iterator[Report]:
    """``version`` is quoted, or none of the two that there are."""
    pair = buildspec.version
    value = pair.value.resolved if pair is not None else None
    if pair is None or value is None or value.open or not is_known(value):
        return
    if not isinstance(value, Scalar):
        yield Report(_key_span(pair), "no-version", {"value": _NOUNS[type_of(value)]})
    elif type_of(value) == "number" and float(value.value) in (0.1, 0.2):
        return
    elif value.style in ("'", '"') and value.value in ("0.1", "0.2") and value.tag is None:
        variant = "quoted-in-batch" if buildspec.get("batch") is not None else "quoted"
        if isinstance(value, Given) and variant == "quoted":
            return  # what a program writes as JSON
        edits = (Edit(value.span, value.value),) if pair.value is value else ()
        yield Report(pair.value.span, variant, {"value": value.value}, edits=edits)
    elif value.empty:
        yield Report(_key_span(pair), "no-version", {"value": "empty"})
    else:
        yield Report(pair.value.span, "no-version", {"value": value.value})


def _key_span(pair: Pair) -> Span:
    return pair.key.span


_RUNTIMES = parse_path("phases.install.runtime-versions.*")


def lossy_runtime_version(buildspec: Buildspec) -> Iterator[Report]:
    """An unquoted version that loses its last zero when a tool takes it for a number."""
    for place in places(buildspec.root, _RUNTIMES):
        value = place.node.resolved
        if isinstance(value, Scalar) and type_of(value) == "number" and not value.open:
            kept = f"{float(value.value):g}"
            if "." in value.value and value.value.endswith("0") and kept != value.value:
                fields = {"value": value.value, "lost": kept, "runtime": (place.pair.name or "") if place.pair else ""}
                edits = (Edit(value.span, f'"{value.value}"'),) if place.node is value else ()
                yield Report(place.node.span, "zero", fields, edits=edits)
