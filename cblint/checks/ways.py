"""Where a text with labels is used, and the way that it came there from its source."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from cblint import expressions
from cblint.buildspec.model import VARIABLES
from cblint.facts import table
from cblint.finding import Step
from cblint.flow import may_run_scripts
from cblint.flow.kinds import ASSIGNED, PASSED, READ, STORED
from cblint.flow.labels import Label, of_kind, sounds_secret
from cblint.flow.places import assigned_at, name_at
from cblint.flow.steps import EITHER, FAILING, SUCCEEDING
from cblint.records import NamedTuple
from cblint.shell.commands import Function
from cblint.shell.syntax import Node, Parameter, walk
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event
    from cblint.flow.state import State

LONGEST = 30
"""Longer ways are not followed to their beginning."""
LOOKED_AT = 40
"""So many files, or calls of functions, are looked at to find the one that a text has come by."""
_BY_NUMBER = frozenset("@*")


class Trail:
    """What happens on one path of a build, in order; what has to do with labels can be looked up."""

    def __init__(self, build: Build, path: str) -> None:
        self.events = [(run, event) for run in build.on(path) for event in run.events]
        self.reads: dict[int, list[Event]] = {}
        self.assigned: dict[str, list[int]] = {}
        self.stored: list[int] = []
        self.called: list[int] = []
        self.kinds: dict[str, list[int]] = {}
        for number, (_, event) in enumerate(self.events):
            if event.kind == READ:
                if event.variable is not None and event.variable.value.labels:
                    self.reads.setdefault(id(event.node), []).append(event)
            elif event.kind == ASSIGNED:
                if any(value.labels for value in event.values):
                    self.assigned.setdefault(event.name, []).append(number)
            elif event.kind == STORED:
                self.stored.append(number)
            elif event.kind == PASSED and _is_function(event):
                self.called.append(number)
            self.kinds.setdefault(event.kind, []).append(number)

    def handed_on(
        self, number: int, node: Node, label: Label, within: Node, inherited: Iterable[str] = ()
    ) -> int | None:
        """The last event before that has brought a text into what a command uses, or into a part of it.

        Some variables it only inherits.
        """
        names = dict.fromkeys(each.name for each in walk(within) if isinstance(each, Parameter))
        names.update(dict.fromkeys(inherited))
        found = [self._last(self.assigned.get(name, []), number, label, node) for name in names]
        if any(_is_by_number(name) for name in names):
            found.append(self._last(self.called, number, label, node))
        found.append(self._last(self.stored, number, label, node, within.raw))
        known = [each for each in found if each is not None]
        return max(known) if known else None

    def _last(self, numbers: list[int], before: int, label: Label, node: Node, raw: str | None = None) -> int | None:
        end = bisect_left(numbers, before)
        for number in reversed(numbers[max(end - LOOKED_AT, 0) : end]):
            event = self.events[number][1]
            if raw is not None and (not event.name or event.name.rpartition("/")[2] not in raw):
                continue
            if event.node is not node and event.standing is not node and _has(event, label):
                return number
        return None


class Use(NamedTuple):
    """A text with labels goes somewhere, as ``event`` tells, which is the one of that ``number`` on the trail.

    ``inherited`` are variables that a program takes from its environment, and not from its words.
    """

    run: StepRun
    event: Event
    trail: Trail
    number: int
    inherited: tuple[str, ...] = ()

    @property
    def node(self) -> Node:
        """The command of the file that does it."""
        return self.event.standing or self.event.node

    @property
    def at(self) -> Span:
        """The place that stands for it on a way: the variable that is set, the command that writes or is called."""
        return _step(self.run, self.event).span

    @property
    def line_within(self) -> int | None:
        """The line of the script, or of another text of several lines, that the command runs and that does it."""
        node = self.event.node
        if self.event.standing is None or "\n" not in node.source.value.strip("\n"):
            return None
        return node.source.value.count("\n", 0, node.start) + 1

    def labels(self, kind: str) -> list[Label]:
        """The sources of one kind of all that goes there."""
        values = list(self.event.values)
        if self.event.kind == PASSED and self.event.state is not None:
            values.append(self.event.state.input)
        return list(dict.fromkeys(label for value in values for label in of_kind(value.labels, kind)))

    def place(self, label: Label, within: Node | None = None) -> Span:
        """What to point at: the parameter that brings the text into a node of the command, else the command's name."""
        inside = [node for node in walk(within or self.node) if isinstance(node, Parameter)]
        for node in inside:
            if any(_has(event, label) for event in self.trail.reads.get(id(node), ())):
                return node.span
        for node in inside:
            if _is_by_number(node.name):
                return node.span
        return name_at(self.run, self.node) if within is None else within.span

    def names(self, label: Label) -> list[str]:
        """The variables that bring it into the command."""
        inside = [node for node in walk(self.node) if isinstance(node, Parameter)]
        return [node.name for node in inside if any(_has(event, label) for event in self.trail.reads.get(id(node), ()))]

    def has_secret_name(self, label: Label) -> bool:
        """Whether the name of a variable that it comes by says that it is a secret."""
        return any(event.kind == ASSIGNED and sounds_secret(event.name) for _, event in self.way(label))

    def steps(
        self, label: Label, last: str, place: Span, within: Node | None = None, variable: str = ""
    ) -> tuple[Step, ...]:
        """The way of the text from its source to there; ``last`` is the label of the rule's entry for the end.

        ``within`` is the part of the command that the text has come into, where that is known; ``variable`` holds it
        there, where the command names none.
        """
        return (*self._steps_before(label, within, variable), Step(last, place))

    def steps_beyond(self, label: Label, last: str, place: Span) -> tuple[Step, ...]:
        """The same to where it comes later, as this has handed it on."""
        return (*self._steps_before(label), _step(self.run, self.event), Step(last, place))

    def _steps_before(self, label: Label, within: Node | None = None, variable: str = "") -> list[Step]:
        found = [_step(run, event) for run, event in self.way(label, within, variable)]
        if label.place is not None:
            found.append(Step("given" if label.is_variable else "fetched", label.place, {"name": label.name}))
        return found[::-1]

    def way(self, label: Label, within: Node | None = None, variable: str = "") -> Iterator[tuple[StepRun, Event]]:
        """What has handed the text on, from the end; ``within`` and ``variable`` as for the steps."""
        node, number = self.node, self.number
        inherited: Iterable[str] = (*self.inherited, variable) if variable else self.inherited
        for _ in range(LONGEST):
            found = self.trail.handed_on(number, node, label, within or node, inherited)
            if found is None:
                return
            number, inherited = found, ()
            run, event = self.trail.events[number]
            yield run, event
            node, within = event.standing or event.node, None


class _Same:
    """A build, which is the same only as itself: to compare two would take longer than what is kept of one saves."""

    def __init__(self, build: Build) -> None:
        self.build = build

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.build is self.build

    def __hash__(self) -> int:
        return id(self.build)


@lru_cache(maxsize=3)
def _trail(same: _Same, path: str) -> Trail:
    return Trail(same.build, path)


def trail_of(build: Build, path: str) -> Trail:
    """What happens on one path, put together once for all rules that ask."""
    return _trail(_Same(build), path)


def uses(build: Build, *kinds: str) -> Iterator[Use]:
    """Where texts with labels go, each command once: on the path where all went well, if it is reached there."""
    seen: set[tuple[str, int, str]] = set()
    for path in (SUCCEEDING, FAILING, EITHER):
        trail = trail_of(build, path)
        for number in sorted(number for kind in kinds for number in trail.kinds.get(kind, ())):
            run, event = trail.events[number]
            key = event.kind, id(event.standing or event.node), event.name
            if key not in seen:
                seen.add(key)
                yield Use(run, event, trail, number)


def may_have_secrets(buildspec: Buildspec) -> bool:
    """Whether it is worth running the build to look for secrets: seen in the text."""
    if any(is_secret for project in buildspec.projects for _, is_secret in project.variables):
        return True
    if any(variable.section != VARIABLES for variable in buildspec.variables):
        return True
    # What a script says is known only when it is run.
    return may_run_scripts(buildspec) or any(_may_tell_secrets(item.value) for item in buildspec.shell_items)


@expressions.remembered
def _may_tell_secrets(command: str) -> bool:
    """Whether a command fetches a secret, or names a variable that holds one: seen in the text."""
    if _fetching().search(command) is not None or any(sounds_secret(name) for name in set(_NAMES.findall(command))):
        return True
    # A shell takes a word together whose parts are quoted, or stand on two lines.
    return _BROKEN.search(command) is not None and _may_tell_secrets(_QUOTES.sub("", command))


@cache
def _fetching() -> re.Pattern[str]:
    return re.compile(table("flows")["fetching"])


_NAMES = expressions.lazy(r"(?a)\w+")
"""What may be the name of a variable, also where it stands for itself, as in ``docker run -e NAME``."""
_QUOTES = expressions.lazy(r"\\\n|[\"'\\]")
"""What goes when a shell puts a word together."""
_BROKEN = expressions.lazy(r"[\w-](?:\\\n|[\"'\\])+[\w-]")


def end_of(build: Build) -> State | None:
    """What is believed when all has gone well; None if that is not known to happen."""
    runs = list(build.on(SUCCEEDING))
    if not runs:
        return None
    last = runs[-1]
    return last.outcome.either if last.step.key == "finally" else last.outcome.ok


def _is_function(event: Event) -> bool:
    return event.state is not None and isinstance(event.state.functions.get(event.name), Function)


def _is_by_number(name: str) -> bool:
    return name.isdigit() or name in _BY_NUMBER


def _has(event: Event, label: Label) -> bool:
    values = list(event.values)
    if event.variable is not None:
        values.append(event.variable.value)
    return any(each.is_same_source(label) for value in values for each in value.labels)


def _step(run: StepRun, event: Event) -> Step:
    node = event.standing or event.node
    if event.kind == ASSIGNED:
        return Step("taken", assigned_at(run, node), {"name": event.name})
    if event.kind == STORED:
        return Step("written", name_at(run, node), {"name": event.name.rpartition("/")[2]})
    return Step("handed", name_at(run, node), {"name": event.name})
