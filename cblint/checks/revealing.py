"""Secrets that a build hands to the actions of a pipeline that follow."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import SECRETS_MANAGER, VARIABLES, Buildspec, items, scalar
from cblint.checks.edits import without_items
from cblint.checks.ways import Trail, Use, end_of, trail_of
from cblint.finding import Edit, Report, Step
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED
from cblint.flow.labels import FETCHED, NAMED, SECRET, Label, of_kind, sounds_plain, sounds_secret
from cblint.flow.steps import SUCCEEDING
from cblint.records import NamedTuple
from cblint.source.tree import Scalar, Sequence
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.state import Variable

LISTED = 100
"""So many names of the list are looked at."""
_OF_SECRETS = frozenset({"project", SECRETS_MANAGER, f"{FETCHED}{SECRETS_MANAGER}"})
"""Sources that are there for secrets."""
_RESERVED = "AWS_"
_SURE = frozenset({"reserved", "refused", "declared", "derived"})
"""Variants of which nobody can want the variable to be handed on."""


class _Found(NamedTuple):
    """What is wrong with exporting a variable; the label is that of the secret in it, None where a name is all."""

    variant: str
    label: Label | None = None
    use: Use | None = None


def secret_in_exported_variable(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is handed on that holds a secret, or that CodeBuild does not hand on."""
    pair = buildspec.get("env", "exported-variables")
    sequence = pair.value.resolved if pair is not None else None
    if not isinstance(sequence, Sequence):
        return
    found = _all(buildspec, [scalar(item) for item in items(sequence)[:LISTED]])
    edits = without_items(sequence, set(found)) if pair is not None and pair.value is sequence else {}
    for number, (node, each) in found.items():
        yield _report(node, each, sequence, edits.get(number, ()))


def exported_secrets(buildspec: Buildspec) -> set[str]:
    """The exported variables of which the rule has something to say: no other has to."""
    return {report.fields["name"] for report in secret_in_exported_variable(buildspec)}


def _all(buildspec: Buildspec, listed: list[Scalar | None]) -> dict[int, tuple[Scalar, _Found]]:
    found: dict[int, tuple[Scalar, _Found]] = {}
    judge = _Judge(buildspec)
    for number, node in enumerate(listed):
        answer = judge.of(node.value) if node is not None else None
        if node is not None and answer is not None:
            found[number] = node, answer
    return found


def _report(node: Scalar, found: _Found, sequence: Sequence, edits: tuple[Edit, ...]) -> Report:
    label, use = found.label, found.use
    steps: tuple[Step, ...] = ()
    if label is not None and use is not None:
        steps = use.steps_beyond(label, "exported", node.span)
    elif label is not None and label.place is not None:
        steps = Step("given", label.place, {"name": label.name}), Step("exported", node.span)
    fields = {"name": node.value, "secret": label.name if label is not None else node.value}
    safe = found.variant in _SURE
    return Report(node.span, found.variant, fields, edits=edits, safe=safe, steps=steps, about=sequence)


class _Judge:
    """What there is to say of the variables of a build when it has ended well."""

    def __init__(self, buildspec: Buildspec) -> None:
        self.build: Build = build_of(buildspec)
        self.plain = {each.name for each in buildspec.variables if each.section == VARIABLES}
        self.plain |= {name for project in buildspec.projects for name, secret in project.variables if not secret}
        self.end = end_of(self.build)
        self._trail: Trail | None = None

    def of(self, name: str) -> _Found | None:
        """What there is to say of one."""
        if name.startswith(_RESERVED):
            return _Found("reserved")
        if self.end is None:
            return None
        variable = self.end.variable(name)
        labels = of_kind(variable.value.labels, SECRET) if variable.assigned is not False else []
        for label in labels:
            use = self._use(name, label)
            variant = _variant(name, label, use is None)
            if variant and (label.source != NAMED or name not in self.plain):
                return _Found(variant, label, use)
        return _Found("named") if sounds_secret(name) and not labels and self._is_computed(name, variable) else None

    def _is_computed(self, name: str, variable: Variable) -> bool:
        """Whether a command has given it a text that is not known."""
        return bool(variable.places) and variable.value.text is None and name not in self.plain

    def _use(self, name: str, label: Label) -> Use | None:
        """The last command that has put the secret into the variable."""
        if self._trail is None:
            self._trail = trail_of(self.build, SUCCEEDING)
        trail = self._trail
        for number in reversed(trail.assigned.get(name, ())):
            run, event = trail.events[number]
            if event.kind == ASSIGNED and any(each.is_same_source(label) for v in event.values for each in v.labels):
                return Use(run, event, trail, number)
        return None


def _variant(name: str, label: Label, is_kept: bool) -> str:
    """What a label says of a variable of that name, which the build has been given if it is kept as it was.

    Nothing where it may well be no secret.
    """
    if label.source == NAMED:
        return "named"
    if label.source == "project" and is_kept:
        return "refused"
    if label.source in _OF_SECRETS:
        if sounds_plain(name):
            return "plain"
        is_secret = label.masked is True or sounds_secret(name)
    else:
        is_secret = sounds_secret(name) or (label.masked is True and sounds_secret(label.name))
        if not is_secret:
            return ""
    return "declared" if is_kept else "derived" if is_secret else "part"
