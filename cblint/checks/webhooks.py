"""What CodeBuild only tells the builds that a webhook has started."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cblint.buildspec.environments import Environment, those
from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.emptiness import asked_for, holds, is_careful, is_empty
from cblint.facts import table
from cblint.finding import Report
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr, Assignment, Branch, Case, CommandList, If, SimpleCommand, Test
from cblint.shell.effects import called, effect_of
from cblint.shell.operands import pieces
from cblint.shell.query import Invocation, fails_always, names_in
from cblint.shell.syntax import CommandSubstitution, Node, Parameter, Word, walk

_PREFIX = "CODEBUILD_WEBHOOK_"
_SHOWING = frozenset({"print", "notify", "control", "query", "condition"})
"""Kinds of commands that do nothing but say that nothing is done."""


def webhook_variable_without_webhook(buildspec: Buildspec) -> Iterator[Report]:
    """A variable of webhooks is used in a project that has none, or where it is not thought of that it may be empty."""
    if not any(_PREFIX in item.value for item in buildspec.shell_items):
        return
    readings = _Readings(buildspec)
    lacking = [each for each in buildspec.environments if _lacks_webhook(each)]
    if lacking:
        where = those(lacking, buildspec.environments)
        for name, nodes in readings.used.items():
            related = tuple(("again", node.span) for node in nodes[1:])
            yield Report(nodes[0].span, "source", {"name": name, "why": _why(lacking[0]), "where": where}, related)
    elif not buildspec.environments or not all(_has_webhook(each) for each in buildspec.environments):
        yield from _decided(buildspec, readings)


def _lacks_webhook(environment: Environment) -> bool:
    """Whether there is none for certain: a source that has none has none, whatever a project says."""
    project = environment.project
    if project is None:
        return False
    return project.webhook is False or _source_type(environment) in table("projects")["without-webhook"]


def _has_webhook(environment: Environment) -> bool:
    return environment.project is not None and environment.project.webhook is True


def _source_type(environment: Environment) -> str | None:
    project = environment.project
    return project.source.type if project is not None and project.source is not None else None


def _why(environment: Environment) -> str:
    kind = _source_type(environment)
    if kind in table("projects")["without-webhook"]:
        return f"there are no webhooks for a source of the type {kind}"
    return "the project has no webhook"


class _Readings:
    """The variables of webhooks that are read without a thought of their being empty, and what is made of them.

    ``used`` are the places where that matters; ``empty`` the variables that are empty then, and that of a webhook which
    each comes from.
    """

    def __init__(self, buildspec: Buildspec) -> None:
        self.assigned: dict[str, list[Node]] = {}
        read: dict[str, list[Node]] = {}
        tests: list[SimpleCommand | Test] = []
        thought_of: set[str] = set()
        for item in buildspec.shell_items:
            shown = _shown(item)
            for node in walk(item.script):
                if isinstance(node, Assignment):
                    self.assigned.setdefault(node.name, []).append(node.value)
                elif isinstance(node, (SimpleCommand, Test)):
                    tests.append(node)
                elif isinstance(node, Parameter) and is_careful(node):
                    # In the default of another it is itself only a second choice.
                    thought_of.update({node.name, *names_in(node)})
                elif isinstance(node, Parameter) and node.name.startswith(_PREFIX) and id(node) not in shown:
                    read.setdefault(node.name, []).append(node)
        self.given = {name for project in buildspec.projects for name, _ in project.variables}
        self.given |= {variable.name for variable in buildspec.variables}
        followed = self._followed(read)
        for test in tests:
            thought_of |= asked_for(test, names_in(test) & followed.keys())
        doubted = {followed[name] for name in thought_of & followed.keys()}
        self.used = {name: nodes for name, nodes in read.items() if name not in doubted}
        self.empty = {name: source for name, source in followed.items() if source not in doubted}

    def _followed(self, read: Collection[str]) -> dict[str, str]:
        """These variables and those that are only made of them."""
        found = {name: name for name in read if name not in self.assigned}
        for name, values in self.assigned.items():
            if name not in self.given and all(_is_empty_with(value, found) for value in values):
                found[name] = next(found[each] for each in names_in(values[0]) if each in found)
        return found


def _is_empty_with(value: Node, names: Collection[str]) -> bool:
    """Whether a value is empty where these variables are: they alone, or what programs for text make of them."""
    if not isinstance(value, Word) or names_in(value).isdisjoint(names):
        return False
    texts = {*table("effects")["filters"], "echo", "printf", "basename"}
    for part in pieces(value):
        if isinstance(part, CommandSubstitution):
            nodes = list(walk(part))
            programs = [node.words[0].text for node in nodes if isinstance(node, SimpleCommand) and node.words]
            if not texts.issuperset(programs) or any(is_careful(node) for node in nodes if isinstance(node, Parameter)):
                return False
        elif not isinstance(part, Parameter) or part.name not in names or is_careful(part):
            return False
    return True


def _shown(item: ShellItem) -> set[int]:
    """The variables that a command only prints into the log."""
    found: set[int] = set()
    for invocation in item.invocations if _PREFIX in item.value else ():
        is_aside = invocation.captured or invocation.piped_into is not None or invocation.redirections
        if invocation.program in ("echo", "printf") and not is_aside:
            found.update(id(node) for word in invocation.node.words for node in walk(word))
    return found


# What is decided


class _Choice(NamedTuple):
    """Branches of which none that asks for the variable is taken where it is empty, and what is done then.

    ``node`` is the place where it is asked for; ``otherwise`` None: nothing is done.
    """

    name: str
    node: Node
    left_out: list[Node]
    otherwise: Node | None


def _decided(buildspec: Buildspec, readings: _Readings) -> Iterator[Report]:
    """A choice by the variable decides what is deployed: each kind is said once."""
    deploying = _Deploying(buildspec)
    found: dict[str, list[tuple[_Choice, str]]] = {}
    for item in buildspec.shell_items:
        # There an empty one ends the command.
        is_strict = any(_stops_at_unset(invocation) for invocation in item.invocations)
        for node in walk(item.script) if item.script.problem is None and not is_strict else ():
            for choice in _choices(node, readings.empty):
                variant, what = deploying.judged(item, choice)
                if variant:
                    found.setdefault(variant, []).append((choice, what))
    for variant, choices in found.items():
        (first, what), *others = choices
        fields = {"name": readings.empty[first.name], "what": what}
        related = tuple(("again", choice.node.span) for choice, _ in others)
        yield Report(first.node.span, variant, fields, related)


def _stops_at_unset(invocation: Invocation) -> bool:
    """``set -u``."""
    return invocation.program == "set" and (
        bool(invocation.flags("-u")) or any(word.text == "nounset" for word in invocation.arguments)
    )


def _choices(node: Node, empty: Collection[str]) -> Iterator[_Choice]:
    if isinstance(node, If):
        yield from _of_if(node, empty)
    elif isinstance(node, Case):
        yield from _of_case(node, empty)
    elif isinstance(node, AndOr) and node.operators and set(node.operators) == {"&&"}:
        asked = _parameter(node.pipelines[0], empty)
        condition = node.pipelines[0]
        if asked is not None and holds(_alone(node), empty) is False:
            yield _Choice(asked.name, asked, [each for each in node.pipelines[1:] if each is not condition], None)


def _alone(node: AndOr) -> CommandList:
    """The first part of a list, as a condition."""
    first = node.pipelines[0]
    return CommandList(
        node.source, first.start, first.end, (AndOr(node.source, first.start, first.end, (first,), (), ""),)
    )


def _of_if(node: If, empty: Collection[str]) -> Iterator[_Choice]:
    left_out: list[Node] = []
    asked: Parameter | None = None
    for branch in node.branches:
        answer = holds(branch.condition, empty)
        if answer is not False:
            return
        asked = asked or _parameter(branch.condition, empty)
        left_out.append(branch.body)
    if asked is not None:
        yield _Choice(asked.name, asked, left_out, node.otherwise)


def _of_case(node: Case, empty: Collection[str]) -> Iterator[_Choice]:
    asked = _parameter(node.word, empty)
    if asked is None or not is_empty(node.word, empty):
        return
    left_out: list[Node] = []
    otherwise: Node | None = None
    for item in node.items:
        texts = [pattern.text for pattern in item.patterns]
        if any(text is None or text == "" for text in texts) or otherwise is not None:
            return
        if any(not (text or "").strip("*") for text in texts):
            otherwise = item.body
        else:
            left_out.append(item.body)
    yield _Choice(asked.name, asked, left_out, otherwise)


def _parameter(node: Node, names: Collection[str]) -> Parameter | None:
    return next((each for each in walk(node) if isinstance(each, Parameter) and each.name in names), None)


class _Deploying:
    """What goes out of the build, and the variables that decide where to or what."""

    def __init__(self, buildspec: Buildspec) -> None:
        self.names: set[str] = set()
        values: list[tuple[str, set[str]]] = []
        conditions: dict[int, Node] = {}
        for item in buildspec.shell_items:
            for invocation in item.invocations:
                if _goes_out(invocation):
                    self.names |= names_in(invocation.node)
                    conditions.update((id(node), node) for node in _conditions(invocation))
            assignments = [node for node in walk(item.script) if isinstance(node, Assignment)]
            values += [(node.name, names_in(node.value)) for node in assignments]
        self.names.update(name for node in conditions.values() for name in names_in(node))
        for name, used in reversed(values):
            if name in self.names:
                self.names |= used

    def judged(self, item: ShellItem, choice: _Choice) -> tuple[str, str]:
        """What is to be said of a choice, and of which command or variable; nothing where it decides nothing."""
        sent = [call for body in choice.left_out for call in _calls(item, body) if _goes_out(call)]
        given = [node.name for body in choice.left_out for node in walk(body) if isinstance(node, Assignment)]
        set_here = [name for name in given if name in self.names]
        if choice.otherwise is None:
            if sent:
                return "skipped", called(sent[0])
            return ("kept", set_here[0]) if set_here else ("", "")
        if _only_says(item, choice.otherwise):
            return "", ""
        calls = [call for call in _calls(item, choice.otherwise) if _goes_out(call)]
        if calls and (sent or set_here):
            return "otherwise", called(calls[0])
        others = [node.name for node in walk(choice.otherwise) if isinstance(node, Assignment)]
        fallen = next((name for name in others if name in set_here), None)
        return ("fallback", fallen) if fallen is not None else ("", "")


def _conditions(invocation: Invocation) -> Iterator[Node]:
    """What decides whether a command runs."""
    for node in invocation.above:
        if isinstance(node, Branch):
            yield node.condition
        elif isinstance(node, Case):
            yield node.word
        elif isinstance(node, AndOr):
            yield node.pipelines[0]


def _calls(item: ShellItem, body: Node) -> Iterator[Invocation]:
    for node in walk(body):
        if isinstance(node, SimpleCommand):
            yield from item.calls(node)


def _goes_out(invocation: Invocation) -> bool:
    effect = effect_of(invocation)
    return effect is not None and effect.outward is True


def _only_says(item: ShellItem, body: Node) -> bool:
    """Whether it fails, or does nothing but to say that nothing is done."""
    if any(fails_always(node) for node in walk(body)):
        return True
    effects = [effect_of(call) for call in _calls(item, body)]
    is_assigned = any(isinstance(node, Assignment) for node in walk(body))
    return not is_assigned and all(effect is not None and effect.does in _SHOWING for effect in effects)
