"""The programs that a build runs, with what the build on paper knows of each: when, where, and with which words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache, reduce

from cblint.buildspec.model import Buildspec
from cblint.facts import table
from cblint.flow import build_of
from cblint.flow.places import values_of
from cblint.flow.steps import SUCCEEDING, Step, is_whole, steps_of
from cblint.flow.values import Maybe, Value, join
from cblint.own.texts import Known, known_value
from cblint.records import NamedTuple
from cblint.shell.operands import beginning, may_hold_options
from cblint.shell.query import Invocation, runs_another
from cblint.shell.syntax import CommandSubstitution, Inserted, Parameter, Word
from cblint.source.tree import Node, reachable
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event

_ASKED_FOR = frozenset({"condition", "negation"})
"""Ways in which a failure is not hidden, but decides something."""


class Ran(NamedTuple):
    """A command on one way through the build; ``place`` is its number in the order of a build in which all goes well.

    ``itself``: the event is that of the command, not of the shell in whose quotes it stands.
    """

    run: StepRun
    event: Event
    place: int | None
    itself: bool


class Call:
    """A program that a command of a phase runs. ``number`` is its place in the order of the phases."""

    def __init__(self, buildspec: Buildspec, step: Step, invocation: Invocation, number: int) -> None:
        self.buildspec = buildspec
        self.step = step
        self.invocation = invocation
        self.number = number

    @cached_property
    def ran(self) -> list[Ran]:
        """What the build on paper says of it; nothing where it is not seen to run."""
        return _on_paper(self.buildspec).ran.get((*self.step[:3], id(self.invocation)), [])

    @property
    def is_unseen(self) -> Maybe:
        """Whether nobody sees it fail, on some way through the build."""
        hidden = _on_paper(self.buildspec).hidden
        return any(id(each.event.node) in hidden(each.run) for each in self.ran) if self.ran else None

    @property
    def place(self) -> int | None:
        """Where it first runs if all goes well."""
        return next((each.place for each in self.ran if each.place is not None), None)

    def known(self, word: Word) -> Known:
        """What is known of a word, or of a part of one: by itself, else by the build on paper."""
        start, complete = beginning(word)
        number = next((at for at, each in enumerate(self.invocation.words) if each is word), None)
        if complete or number is None:
            return Known(start, complete)
        values = [found[number] for found in self._values if found is not None]
        if not values or len(values) < len(self._values):
            return Known(start, False)
        return known_value(reduce(join, values))

    @cached_property
    def _values(self) -> list[tuple[Value, ...] | None]:
        return [values_of(self.invocation, each.event) if each.itself else None for each in self.ran]

    @cached_property
    def operands(self) -> tuple[Word, ...]:
        """What is neither an option nor the value of one."""
        return self.invocation.operands()

    @cached_property
    def may_have_more(self) -> bool:
        """Whether a word can stand for further options: a list of words, or what is not in quotes and not known."""
        return any(may_hold_options(word) or self._may_be_option(word) for word in self.invocation.arguments)

    def _may_be_option(self, word: Word) -> bool:
        known = self.known(word)
        is_bare = any(isinstance(part, (Parameter, CommandSubstitution, Inserted)) for part in word.parts)
        return is_bare and not known.complete and known.start[:1] in ("", "-")

    @cached_property
    def may_run_others(self) -> bool:
        """Whether it runs commands that are not seen: those of a text that is not all known."""
        program = self.invocation.program
        if program == "eval":
            return not all(self.known(word).complete for word in self.invocation.arguments)
        is_shell = program in table("tools")["shells"]
        return is_shell and bool(self.invocation.flags("-c")) and not runs_another(self.invocation)


@lru_cache(maxsize=16)
def calls_of(buildspec: Buildspec) -> list[Call]:
    """The programs that the phases run, in their order; none where no POSIX shell runs them."""
    found = [(step, invocation) for step in steps_of(buildspec) for invocation in step.item.invocations]
    return [Call(buildspec, step, invocation, number) for number, (step, invocation) in enumerate(found)]


@lru_cache(maxsize=16)
def all_seen(buildspec: Buildspec) -> bool:
    """Whether the calls are all the commands that are written: each can be read, and a POSIX shell runs them."""
    return is_whole(buildspec)


@lru_cache(maxsize=16)
def _by_item(buildspec: Buildspec) -> dict[int, list[Call]]:
    """The calls by the identity of the node in which they are written."""
    found: dict[int, list[Call]] = {}
    for call in calls_of(buildspec):
        found.setdefault(id(call.step.item.node), []).append(call)
    return found


class _Paper:
    """The build on paper, by call: ``ran`` has the place of each, by its step, and its identity."""

    def __init__(self, build: Build) -> None:
        from cblint.flow.trace import ran  # with it comes the interpreter

        self.ran: dict[tuple[object, ...], list[Ran]] = {}
        self._hidden: dict[int, frozenset[int]] = {}
        for number, (run, event) in enumerate(ran(build)):
            place = number if run.path == SUCCEEDING else None
            calls = run.step.item.calls(event.node)
            quoted = run.step.item.quoted_calls(calls[0].node) if calls else []
            for each, itself in (*((call, True) for call in calls), *((call, False) for call in quoted)):
                key = (*run.step[:3], id(each))
                self.ran.setdefault(key, []).append(Ran(run, event, place, itself))

    def hidden(self, run: StepRun) -> frozenset[int]:
        """The commands of an item, by identity, whose failure nobody sees."""
        if id(run) not in self._hidden:
            self._hidden[id(run)] = frozenset(id(each.command) for each in run.hidden if each.how not in _ASKED_FOR)
        return self._hidden[id(run)]


@lru_cache(maxsize=16)
def _on_paper(buildspec: Buildspec) -> _Paper:
    return _Paper(build_of(buildspec))


def calls_below(buildspec: Buildspec, node: Node) -> Iterator[Call]:
    """The programs that run in a part of a buildspec."""
    by_item = _by_item(buildspec)
    return (call for each in reachable(node) for call in by_item.get(id(each), ()))
