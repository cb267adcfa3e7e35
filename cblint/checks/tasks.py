"""The builds of a batch: which commands run in which of its tasks, as far as the tasks' own variables tell."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

from cblint.buildspec.batch import Task, tasks
from cblint.buildspec.model import Buildspec, mapping, scalar
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, RAN
from cblint.flow.steps import SUCCEEDING, steps_of
from cblint.hosts.repository import text_in
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr, Case, CaseItem, CommandList, Pipeline, SimpleCommand, Test
from cblint.shell.query import TESTS, Invocation
from cblint.shell.syntax import DoubleQuoted, Literal, Node, Parameter, SingleQuoted, Word, walk
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.state import State
    from cblint.flow.values import Value

_IDENTIFIER = "CODEBUILD_BATCH_BUILD_IDENTIFIER"
_MOST = 400_000
"""So many conditions are looked at, of all commands in all tasks: a batch of more is given up."""

Maybe = bool | None


class Member(NamedTuple):
    """A task, and what is known of its variables: those that only others have are empty."""

    task: Task
    name: str
    values: dict[str, str]


class Command(NamedTuple):
    """A command that may run: where it stands, and the conditions that it depends on, each with its outcome."""

    invocation: Invocation
    values: dict[int, Value]
    state: State
    conditions: tuple[tuple[Node, bool], ...]

    def value(self, word: Word) -> Value | None:
        """What is known of one of its words."""
        return self.values.get(id(word))


class Program(NamedTuple):
    """A buildspec that some tasks run; ``path`` is that of another file, which stands at ``place`` of the first."""

    buildspec: Buildspec
    path: str
    place: Scalar | None
    members: list[Member]
    build: Build

    def commands(self) -> Iterator[Command]:
        """Its commands in the order in which they run, if all goes well."""
        for run in self.build.on(SUCCEEDING):
            left: tuple[tuple[Node, bool], ...] = ()
            for event in run.events:
                if event.kind != RAN:
                    continue
                conditions = tuple((guard.condition, guard.succeeds) for guard in event.guards)
                if event.name in ("exit", "return") and conditions:
                    # What follows runs where this does not.
                    only = (conditions[0][0], not conditions[0][1]) if len(conditions) == 1 else (event.node, True)
                    left = (*left, only)[-_EXITS:]
                calls = run.step.item.calls(event.node)
                if calls:
                    node = calls[-1].node
                    words = zip(node.words, event.values, strict=False) if len(node.words) == len(event.values) else ()
                    values = {id(word): value for word, value in words}
                    yield Command(calls[-1], values, event.state or run.before, conditions + left)


_EXITS = 20
"""How many exits before a command count."""


def programs_of(buildspec: Buildspec, matters: Callable[[Buildspec], bool]) -> list[Program]:
    """The buildspecs that the tasks of a batch run, with the tasks: those at hand in which something matters."""
    found: dict[str, tuple[Buildspec, Scalar | None, list[Member]] | None] = {}
    for task in tasks(buildspec):
        pair = task.mapping.get("buildspec")
        place = scalar(pair.value) if pair is not None else None
        if pair is not None and place is None:
            continue
        path = place.value if place is not None else ""
        if path not in found:
            other = _read(buildspec, path) if path else buildspec
            found[path] = (other, place, []) if other is not None and matters(other) else None
        program = found[path]
        if program is not None:
            program[2].append(Member(task, _name(task), {}))
    return [
        Program(other, path, place, _with_values(other, members), build_of(other) if not path else _run(other))
        for path, program in found.items()
        if program is not None
        for other, place, members in [program]
    ]


def _run(buildspec: Buildspec) -> Build:
    from cblint.flow.build import run_build  # with it comes the interpreter

    return run_build(buildspec)


def _read(buildspec: Buildspec, path: str) -> Buildspec | None:
    """Another buildspec of the repository."""
    text = text_in(buildspec.repository, path) if buildspec.repository is not None and "$" not in path else None
    try:
        stream = load(Text.of(text)) if text is not None else None
    except TooComplex:
        return None
    if stream is None or stream.problem is not None or len(stream.documents) != 1:
        return None
    return Buildspec(stream, stream.documents[0], posixpath.normpath(path), buildspec.projects, buildspec.repository)


def _name(task: Task) -> str:
    identifier = task.identifier
    return identifier.value if identifier is not None else f"number {task.number + 1}"


def _with_values(buildspec: Buildspec, members: list[Member]) -> list[Member]:
    own = [_variables(member.task) for member in members]
    batch = buildspec.get("batch")
    inside = range(batch.value.start, batch.value.end) if batch is not None else range(0)
    given = {variable.name for variable in buildspec.variables if variable.key.start not in inside}
    common = {name: "" for values in own for name in values if name not in given}
    return [
        member._replace(
            values={
                # A name that only other tasks have; but what this one says of it may be no text.
                **{name: "" for name in common if name not in values},
                **{name: value for name, value in values.items() if value is not None},
                **({_IDENTIFIER: member.name} if member.task.identifier is not None else {}),
            }
        )
        for member, values in zip(members, own, strict=True)
    ]


def _variables(task: Task) -> dict[str, str | None]:
    """The variables of a task, None where the value is no text."""
    env = task.mapping.get("env")
    inner = mapping(env.value) if env is not None else None
    pair = inner.get("variables") if inner is not None else None
    variables = mapping(pair.value) if pair is not None else None
    if variables is None:
        return {}
    values = {name: scalar(each.value) for name, each in variables.effective().items()}
    return {name: value.value if value is not None else None for name, value in values.items()}


class Runs:
    """In which tasks of a program its commands run: answers for all tasks, remembered by the conditions."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.left = _MOST
        self._known: dict[tuple[tuple[int, bool], ...], list[Maybe]] = {}
        self._case: dict[int, Case] = {}
        self._chosen: dict[tuple[int, int], CaseItem | bool | None] = {}
        for step in steps_of(program.buildspec):
            if "case" in step.item.value:
                cases = (node for node in walk(step.item.script) if isinstance(node, Case))
                self._case.update((id(item), case) for case in cases for item in case.items)
        runs = program.build.on(SUCCEEDING)
        self._changed = {event.name for run in runs for event in run.events if event.kind == ASSIGNED}

    def of(self, command: Command) -> list[Maybe]:
        """Whether it runs in each of the tasks: True or False for sure, None if that is not known."""
        key = tuple((id(condition), succeeds) for condition, succeeds in command.conditions)
        if key not in self._known:
            self.left -= len(self.program.members) * (1 + len(command.conditions))
            if self.left < 0:
                return [None] * len(self.program.members)
            self._known[key] = [self._runs(command, member) for member in self.program.members]
        return self._known[key]

    def _runs(self, command: Command, member: Member) -> Maybe:
        values = {name: value for name, value in member.values.items() if name not in self._changed}
        answer: Maybe = True
        for condition, succeeds in command.conditions:
            if isinstance(condition, CaseItem):
                holds = self._is_chosen(condition, member, values)
            else:
                holds = True if succeeds and _is_step(condition) else self._holds(condition, values)
            if holds is not None and holds is not succeeds:
                return False
            answer = None if holds is None else answer
        return answer

    def _is_chosen(self, item: CaseItem, member: Member, values: Mapping[str, str]) -> Maybe:
        """Whether a case takes this of its items in a task: asked once for all of them."""
        case = self._case.get(id(item))
        key = (id(case), id(member.task.node))
        if key not in self._chosen:
            self._chosen[key] = _chosen(case, values)
        chosen = self._chosen[key]
        return None if chosen is None else chosen is item

    def _holds(self, node: Node, values: Mapping[str, str]) -> Maybe:
        """Whether a condition holds with these variables."""
        if isinstance(node, CommandList):
            return self._holds(node.children()[0], values) if len(node.children()) == 1 else None
        if isinstance(node, AndOr):
            return self._all_or_any(node, values)
        if isinstance(node, Pipeline):
            if len(node.commands) != 1:
                return None
            answer = self._holds(node.commands[0], values)
            return answer if answer is None or not node.negated else not answer
        if isinstance(node, Test):
            (one, *others) = node.conditions or (None,)
            if one is None or others or "!" in node.raw.replace("!=", ""):
                return None
            return _compared(one.operator, [_text(word, values) for word in one.words], patterns=True)
        if isinstance(node, SimpleCommand) and node.words and node.words[0].text in TESTS:
            return _tested([_text(word, values) for word in node.words[1:] if word.text != "]"])
        return None

    def _all_or_any(self, node: AndOr, values: Mapping[str, str]) -> Maybe:
        answer = self._holds(node.pipelines[0], values)
        for operator, pipeline in zip(node.operators, node.pipelines[1:], strict=False):
            decided = operator == "||"
            if answer is decided:
                continue
            other = self._holds(pipeline, values)
            if answer is None:
                answer = decided if other is decided else None
            else:
                answer = other
        return answer


_STEPS = frozenset({"cd", "echo", "export", "set", "mkdir", "docker", "podman", "buildah"})
"""Commands before ``&&`` that are to succeed, and ask nothing."""


def _is_step(condition: Node) -> bool:
    """Whether it is a command before ``&&`` that succeeds where all goes well."""
    if not isinstance(condition, Pipeline) or len(condition.commands) != 1 or condition.negated:
        return False
    command = condition.commands[0]
    return isinstance(command, SimpleCommand) and bool(command.words) and command.words[0].text in _STEPS


def _tested(words: list[str | None]) -> Maybe:
    """What ``[`` answers."""
    if len(words) == 2 and words[0] in ("-n", "-z"):
        return _compared(words[0] or "", words[1:], patterns=False)
    if len(words) == 3:
        return _compared(words[1] or "", [words[0], words[2]], patterns=False)
    return None


def _compared(operator: str, words: list[str | None], patterns: bool) -> Maybe:
    first, *others = words
    if first is None or None in others:
        return None
    if operator in ("-n", "-z") and not others:
        return (first == "") is (operator == "-z")
    if operator in ("=", "==", "!=") and len(others) == 1:
        other = others[0] or ""
        same = fnmatchcase(first, other) if patterns else first == other
        return same is (operator != "!=")
    return None


def _chosen(case: Case | None, values: Mapping[str, str]) -> CaseItem | bool | None:
    """The first of the items whose pattern fits; False where none does, None where that is not known."""
    text = _text(case.word, values) if case is not None else None
    if case is None or text is None:
        return None
    for each in case.items:
        patterns = [_text(pattern, values) for pattern in each.patterns]
        if any(pattern is not None and fnmatchcase(text, pattern) for pattern in patterns):
            return each
        if None in patterns:
            return None
    return False


def _text(word: Word, values: Mapping[str, str]) -> str | None:
    """A word with these variables; None if it holds something else that is not known."""
    found = ""
    for part in word.parts:
        for piece in part.parts if isinstance(part, DoubleQuoted) else (part,):
            if isinstance(piece, (Literal, SingleQuoted)):
                found += piece.value
            elif isinstance(piece, Parameter) and not piece.prefix and piece.subscript is None:
                text = values.get(piece.name)
                if piece.operator in (":-", "-") and piece.argument is not None and text == "":
                    text = _text(piece.argument, values)
                elif piece.operator not in ("", ":-", "-"):
                    text = None
                if text is None:
                    return None
                found += text
            else:
                return None
    return found
