"""Keys that are too much, in the wrong place, or missing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from cblint.buildspec.batch import is_dependency_key, tasks
from cblint.buildspec.model import VARIABLES, Buildspec, items, mapping, scalar
from cblint.buildspec.shape import Fault, Schema, Steps, path_of
from cblint.checks.edits import key_before, respelt
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Pair, Scalar, walk
from cblint.spelling import alike, closest
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.checks.edits import Change
    from cblint.hosts.graph import Resource

TOO_MUCH = ("additionalProperties", "false")
"""The keywords of the schema that a key breaks by being there."""

# Keys that are too much


def unknown_key(subject: Buildspec | Resource) -> Iterator[Report]:
    """A key that CodeBuild does not document at its place, nor anywhere else: of a buildspec, or of a project."""
    if isinstance(subject, Buildspec):
        yield from _of_buildspec(subject)
    else:
        from cblint.checks.project_keys import unknown_keys  # few files hold projects

        yield from unknown_keys(subject)


def _of_buildspec(buildspec: Buildspec) -> Iterator[Report]:
    for fault in _unknown_keys(buildspec):
        name = str(fault.steps[-1])
        fields = {"key": name, "place": _in(fault.steps[:-1]), "known": _known(fault), "suggestion": ""}
        meant = _meant(fault)
        if fault.keyword == "false" or (meant is not None and _renamed(fault, meant)):
            variant = "old-artifact-type" if fault.steps == ("artifacts", "type") else "old-name"
            yield Report(fault.span, variant, fields)
        elif meant is not None:
            fields["suggestion"] = f' Did you mean "{meant}"?'
            yield Report(fault.span, "near", fields, edits=_rename(buildspec, fault, meant))
        elif _home(fault) is None and not _is_variable(fault):
            yield Report(fault.span, "unknown", fields)


def misplaced_key(buildspec: Buildspec) -> Iterator[Report]:
    """A key that CodeBuild knows, but elsewhere; or a variable right below ``env``."""
    made: set[tuple[str, ...]] = set()
    for fault in _unknown_keys(buildspec):
        if fault.keyword == "false" or _meant(fault) is not None:
            continue
        name, home = str(fault.steps[-1]), _home(fault)
        fields = {"key": name, "place": _in(fault.steps[:-1])}
        if home is not None:
            variant = "of-a-task" if home.endswith("batch task") else "elsewhere"
            touched, edits = _moved(buildspec, fault, _nearest_home(fault) or (), made)
            yield Report(fault.span, variant, {**fields, "home": home}, edits=edits, touched=touched)
        elif _is_variable(fault):
            touched, edits = _moved(buildspec, fault, ("env", VARIABLES), made)
            yield Report(fault.span, "variable", fields, edits=edits, touched=touched)


def _moved(buildspec: Buildspec, fault: Fault, home: tuple[str, ...], made: set[tuple[str, ...]]) -> Change:
    """The key moved to its home, if that is one place; ``made`` are homes that earlier fixes make, each only once."""
    from cblint.checks.edits import NOTHING
    from cblint.checks.relocating import relocated  # few keys are misplaced

    holder = mapping(_at(buildspec.root, fault.steps[:-1]))
    if "*" in home or holder is None or fault.pair is None or (home and home in made):
        return NOTHING
    if buildspec.get(*home) is None:
        made.add(home)
    return relocated(buildspec, holder, fault.pair, home)


def _unknown_keys(buildspec: Buildspec) -> Iterator[Fault]:
    """The keys that are too much and that no rule of their own speaks of."""
    for fault in buildspec.faults:
        if fault.keyword not in TOO_MUCH or fault.pair is None or _is_another_rules(fault.steps):
            continue
        if fault.pair.name is not None and not fault.pair.value.open and not holds_anchor(fault.pair):
            yield fault


def _is_another_rules(steps: Steps) -> bool:
    """Whether unknown-phase, batch-dependency-key or batch-unknown-env-key speaks of the key."""
    if steps[:-1] == ("phases",):
        return True
    return steps[0] == "batch" and ("env" in steps[:-1] or is_dependency_key(str(steps[-1])))


def holds_anchor(pair: Pair) -> bool:
    """Whether the key is there to hold what aliases use elsewhere."""
    return any(node.anchor is not None for node in walk(pair.value))


def _meant(fault: Fault) -> str | None:
    """The key of this place that was probably meant."""
    return _closest(str(fault.steps[-1]), tuple(fault.schema.get("properties", ())))


_closest = lru_cache(maxsize=1024)(closest)


def _renamed(fault: Fault, meant: str) -> bool:
    """Whether it is a key of version 0.1 only that was meant."""
    return len(fault.steps) == 1 and meant == "environment_variables"


def _known(fault: Fault) -> str:
    return ", ".join(fault.schema.get("properties", ()))


def _in(steps: Steps) -> str:
    return f"in {path_of(steps)}" if steps else "at the top level"


def _is_variable(fault: Fault) -> bool:
    """Whether the key stands for a variable: below ``env``, with a value, and called nothing that CodeBuild knows."""
    name = str(fault.steps[-1])
    return fault.steps[:-1] == ("env",) and scalar(fault.node) is not None and name.isidentifier() and name.isascii()


def _rename(buildspec: Buildspec, fault: Fault, meant: str) -> tuple[Edit, ...]:
    """The edit that spells the key right, unless it stands there too."""
    key = fault.pair.key if fault.pair is not None else None
    return () if _sibling(buildspec, fault.steps, meant) else respelt(key, meant)


def _sibling(buildspec: Buildspec, steps: Steps, name: str) -> bool:
    holder = mapping(_at(buildspec.root, steps[:-1]))
    return holder is not None and holder.get(name) is not None


def _at(node: Node | None, steps: Steps) -> Node | None:
    for step in steps:
        if isinstance(step, int):
            node = items(node)[step] if node is not None else None
        else:
            holder = mapping(node)
            pair = holder.get(step) if holder is not None else None
            node = pair.value if pair is not None else None
    return node


# Where keys belong

_ANYWHERE = frozenset(
    {"name", "type", "key", "action", "logs", "image", "static", "dynamic", "buildspec", "paths", "run-as"}
)
"""Words too common to say where their author wanted them."""


def _home(fault: Fault) -> str | None:
    """Where a key belongs that CodeBuild knows elsewhere, in words."""
    nearest = _nearest_home(fault)
    return _phrase(nearest) if nearest is not None else None


def _nearest_home(fault: Fault) -> tuple[str, ...] | None:
    """The place of the mapping that a key belongs in: of several the nearest; ``*`` stands for any name."""
    name = str(fault.steps[-1])
    found = [place for known, place in _homes() if alike(known, name) and known not in _ANYWHERE]
    here = tuple("*" if isinstance(step, int) else str(step) for step in fault.steps[:-1])
    return max(found, key=lambda place: _shared(place, here), default=None)


def _shared(place: tuple[str, ...], here: tuple[str, ...]) -> int:
    """How many steps two places have in common from the top."""
    number = 0
    for left, right in zip(place, here, strict=False):
        if left != right:
            break
        number += 1
    return number


def _phrase(place: tuple[str, ...]) -> str:
    if not place:
        return "at the top level"
    if place[0] == "phases" and len(place) > 1:
        return "in phases.install" if place[1:] == ("install",) else "in a phase"
    if place[0] == "batch" and "*" in place:
        return "in the env of a batch task" if place[-1] == "env" else "in a batch task"
    if place[0] == "reports" and len(place) > 1:
        return "in a report group"
    return f"in {'.'.join(place)}"


@cache
def _homes() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every key of the schema with each place that it has; ``*`` stands for any item or name."""
    schema = table("buildspec")
    found: dict[tuple[str, tuple[str, ...]], None] = {}

    def collect(part: Schema, place: tuple[str, ...]) -> None:
        if isinstance(part, bool):
            return
        if "$ref" in part:
            collect(schema["definitions"][part["$ref"].rpartition("/")[2]], place)
            return
        for name, below in part.get("properties", {}).items():
            # What the phases share is said of each: the word for it is "a phase".
            shared = place[:1] == ("phases",) and name != "runtime-versions" and len(place) > 1
            found[name, ("phases", "*") if shared else place] = None
            collect(below, (*place, name))
        for below in (part.get("items"), part.get("additionalProperties")):
            if isinstance(below, dict):
                collect(below, (*place, "*"))

    collect(schema, ())
    return tuple(found)


# Keys that are missing


def missing_required_key(buildspec: Buildspec) -> Iterator[Report]:
    """A key without which CodeBuild cannot do what the place is for."""
    surplus: dict[Steps, list[Fault]] = {}
    for fault in buildspec.faults:
        if fault.keyword == "additionalProperties":
            surplus.setdefault(fault.steps[:-1], []).append(fault)
    for fault in buildspec.faults:
        if fault.keyword == "required" and not _misspelt(buildspec, fault, surplus.get(fault.steps, [])):
            yield from _missing(buildspec, fault)
    cut_short = buildspec.stream.problem is not None
    if buildspec.get("batch") is not None and buildspec.get("phases") is None and not cut_short:
        yield from _batch_without_phases(buildspec)


def _missing(buildspec: Buildspec, fault: Fault) -> Iterator[Report]:
    missing, steps = fault.missing, fault.steps
    fields = {"key": missing, "place": path_of(steps), "name": str(steps[-1]) if steps else ""}
    if missing == "version":
        only_batch = buildspec.get("batch") is not None and buildspec.get("phases") is None
        variant = "version-of-batch" if only_batch else missing
        yield Report(_head(fault), variant, fields, edits=_version_on_top(fault.node), about=fault.node)
    elif missing in ("phases", "commands", "files", "identifier"):
        variant = "report-files" if steps[0:1] == ("reports",) else missing
        if missing == "files" and buildspec.get(*map(str, steps), "secondary-artifacts") is not None:
            variant = "files-but-secondary"
        if missing == "phases" and buildspec.get("artifacts") is not None:
            variant = "phases-but-artifacts"
        yield Report(_head(fault), variant, fields, about=fault.node if missing == "phases" else None)
    elif missing == "parallelism":
        yield Report(_head(fault), missing, fields)


def _misspelt(buildspec: Buildspec, fault: Fault, surplus: list[Fault]) -> bool:
    """Whether the key is there, but under another name or at another place, of which another rule speaks."""
    inside = buildspec.get("phases", fault.missing)
    if fault.missing == "version" and inside is not None and scalar(inside.value) is not None:
        return True
    return any(
        _meant(other) == fault.missing or (_home(other) is not None and fault.missing == "commands")
        for other in surplus
    )


def _head(fault: Fault) -> Span:
    """The key of the mapping that lacks something, or its own first key."""
    if fault.pair is not None:
        return fault.pair.key.span
    return _first_key(fault.node)


def _first_key(node: Node) -> Span:
    target = node.resolved
    if isinstance(target, Mapping) and target.pairs:
        return target.pairs[0].key.span
    return node.first_character


def _version_on_top(node: Node) -> tuple[Edit, ...]:
    """``version: 0.2`` before the first key."""
    target = node.resolved
    if not isinstance(target, Mapping) or not target.pairs:
        return ()
    return key_before(target, target.pairs[0], "version", "0.2")


def _batch_without_phases(buildspec: Buildspec) -> Iterator[Report]:
    """A batch may do without phases only if each of its tasks has a buildspec of its own."""
    without = [task.identifier or task.node for task in tasks(buildspec) if task.mapping.get("buildspec") is None]
    fanout = buildspec.get("batch", "build-fanout")
    if fanout is not None and not without:
        without = [fanout.key]
    for node in without[:1]:
        yield Report(node.span if isinstance(node, Scalar) else _first_key(node), "phases-of-task")
