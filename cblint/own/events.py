"""``reads``, ``sets`` and ``prints-secret``: what a build does with its variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cblint.buildspec.model import Buildspec
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, LOGGED
from cblint.flow.labels import SECRET, of_kind
from cblint.flow.places import assigned_at, name_at
from cblint.flow.steps import steps_of
from cblint.match import Match
from cblint.own.conditions import Condition, Maker, Steps, condition_of
from cblint.own.texts import Known, known_value, phase_test, text_test
from cblint.records import NamedTuple
from cblint.shell.syntax import Parameter, walk
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass

READS, SETS, PRINTS_SECRET = "reads", "sets", "prints-secret"
KINDS = (READS, SETS, PRINTS_SECRET)
FIELDS = frozenset({"variable", "phase", "value"})
"""What a message about a variable can hold."""


class Occasion(NamedTuple):
    """Something that happens to a variable; ``value`` is what it is set to."""

    variable: str
    span: Span
    phase: str
    value: Known = Known("")


class EventFinder:
    """A compiled ``match`` with ``reads``, ``sets`` or ``prints-secret``."""

    __slots__ = ("_condition", "_occasions", "_variable")

    def __init__(self, kind: str, spec: Mapping[str, Any], steps: Steps) -> None:
        self._occasions = _OCCASIONS[kind]
        self._variable = text_test(spec[kind], (*steps, kind))
        self._condition = condition_of({name: spec[name] for name in spec if name != kind}, steps, _makers(kind))

    def find(self, subject: object) -> Iterator[Match]:
        """Where it happens, each place once."""
        seen: set[tuple[Span, str]] = set()
        for each in self._occasions(subject) if isinstance(subject, Buildspec) else ():
            if (each.span, each.variable) in seen:
                continue
            if self._variable(Known(each.variable)) is True and self._condition(each) is True:
                seen.add((each.span, each.variable))
                yield Match(each.span, {"variable": each.variable, "phase": each.phase, "value": each.value.shown}, ())


def _reads(buildspec: Buildspec) -> Iterator[Occasion]:
    """Every expansion that is written, also where it is not seen to run."""
    for step in steps_of(buildspec):
        quoted = [each.node for each in step.item.invocations if each.node.source is not step.item.script.source]
        for root in (step.item.script, *quoted) if step.item.script.problem is None else ():
            for node in walk(root):
                if isinstance(node, Parameter) and node.name:
                    yield Occasion(node.name, node.span, step.phase)


def _sets(buildspec: Buildspec) -> Iterator[Occasion]:
    for run in build_of(buildspec).runs:
        for event in run.events:
            if event.kind == ASSIGNED:
                value = known_value(event.values[0] if event.values else None)
                span = assigned_at(run, event.standing or event.node)
                yield Occasion(event.name, span, run.step.phase, value)


def _prints_secret(buildspec: Buildspec) -> Iterator[Occasion]:
    for run in build_of(buildspec).runs:
        for event in run.events:
            if event.kind == LOGGED:
                span = name_at(run, event.standing or event.node)
                labels = {label.name for value in event.values for label in of_kind(value.labels, SECRET)}
                yield from (Occasion(name, span, run.step.phase) for name in sorted(labels))


_OCCASIONS: dict[str, Callable[[Buildspec], Iterator[Occasion]]] = {
    READS: _reads,
    SETS: _sets,
    PRINTS_SECRET: _prints_secret,
}


def _phase(spec: Any, steps: Steps) -> Condition[Occasion]:
    test = phase_test(spec, steps)
    return lambda occasion: test(Known(occasion.phase))


def _value(spec: Any, steps: Steps) -> Condition[Occasion]:
    test = text_test(spec, steps)
    return lambda occasion: test(occasion.value)


def _makers(kind: str) -> dict[str, Maker[Occasion]]:
    return {"phase": _phase, **({"value": _value} if kind == SETS else {})}
