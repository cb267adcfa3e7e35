"""Gates, which are to stop a build: that they stand before what they guard, and are shut where nothing is known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.hidden import unsure_assignments
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.steps import SUCCEEDING, Step, steps_of
from cblint.records import NamedTuple
from cblint.shell.commands import ArithmeticCommand, CommandList, If, Pipeline, SimpleCommand
from cblint.shell.effects import Effect, called, called_at, effect_of
from cblint.shell.query import FILE_TESTS, TESTS, Invocation, fails_always
from cblint.shell.script import Script
from cblint.shell.syntax import Node, Parameter, walk
from cblint.shell.trees import of_tree
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build

_GATES = frozenset({"test", "check", "scan"})
_OF_WHAT_RUNS = (
    r"(?i)e2e|end.to.end|integration|smoke|load|accept|perf|cypress|playwright|newman|postman|artillery|locust|k6|zap"
    r"|selenium|health|synthetic|canary|verify|post|deploy|live|stag|prod|url|https?:"
)
"""Words of tests for which a thing must have been published or deployed."""


# What is published first


class _Done(NamedTuple):
    """A command that runs on the way of a build in which all goes well."""

    invocation: Invocation
    effect: Effect
    decides: bool
    """Whether the build fails with it."""


def publish_before_gate(buildspec: Buildspec) -> Iterator[Report]:
    """Something is published before the test or scan that was to say whether it may be."""
    if not _may_be_late(buildspec):
        return
    done = list(_done(build_of(buildspec)))
    published = [each for each in done if each.effect.does == "publish" and each.effect.outward]
    if not published:
        return
    last = done.index(published[-1])
    gates = [each for each in done[last + 1 :] if each.decides and _is_gate(each)]
    before = {called(each.invocation) for each in done[:last]} if gates else set()
    for gate in gates:
        publication = published[-1].invocation
        if called(gate.invocation) not in before and _of_one_language(publication, gate.invocation):
            fields = {"command": called(publication), "gate": called(gate.invocation)}
            yield Report(called_at(publication), "published", fields, (("gate", called_at(gate.invocation)),))
            return


def _of_one_language(first: Invocation, second: Invocation) -> bool:
    """Whether one can say something of what the other made; what is in no list goes with all."""
    languages = table("effects")["languages"]
    a, b = ([each.program in programs for programs in languages] for each in (first, second))
    return a == b or not any(a) or not any(b)


def _may_be_late(buildspec: Buildspec) -> bool:
    """Whether a test stands behind a publication: seen without running the build."""
    published = False
    steps = steps_of(buildspec)
    first = next((number for number, step in enumerate(steps) if step.item.holds(_PUBLISHES)), len(steps))
    for step in steps[first:]:
        for invocation in step.item.invocations:
            effect = effect_of(invocation)
            if effect is not None and effect.does == "publish":
                published = True
            if published and effect is not None and effect.does in _GATES:
                return True
    return False


_PUBLISHES = r"push|publish|upload|deploy|s3"


def _done(build: Build) -> Iterator[_Done]:
    for run in build.on(SUCCEEDING):
        hidden = {id(each.command) for each in run.hidden}
        for event in run.events:
            for invocation in run.step.item.calls(event.node) if event.kind == RAN else ():
                effect = effect_of(invocation)
                if effect is not None:
                    decides = run.step.key == "commands" and id(event.node) not in hidden
                    yield _Done(invocation, effect, decides)


def _is_gate(gate: _Done) -> bool:
    if gate.effect.does not in _GATES or gate.effect.gates is not True:
        return False
    return re.search(_OF_WHAT_RUNS, gate.invocation.node.raw) is None


# What lets everything through


def gate_fails_open(buildspec: Buildspec) -> Iterator[Report]:
    """A condition that is to stop the build does not hold either where it cannot be told."""
    if any(_has_gate(item) for item in buildspec.shell_items if "if" in item.value):
        build = build_of(buildspec)
        unsure = _unsure_files(build)
        empty = {assignment.name: command for assignment, command in unsure_assignments(build)}
        for step in dict.fromkeys(run.step for run in build.on(SUCCEEDING)):
            conditions = _gates_of(step.item.script)
            tested = _tested(step) if conditions and unsure else {}
            for condition in conditions:
                yield from _of_file(step, condition, unsure, tested)
                yield from _of_number(condition, empty)
    yield from _claims(buildspec)


def _has_gate(item: ShellItem) -> bool:
    return item.holds(_ASKS) and bool(_gates_of(item.script))


_ASKS = r"grep|\bjq\b|\bbc\b|-(lt|le|gt|ge|eq|ne)\b"


@of_tree
def _gates_of(script: Script) -> list[Node]:
    """The conditions under which an item ends with a failure, and which do nothing where they do not hold."""
    found: list[Node] = []
    for node in walk(script):
        if isinstance(node, If) and node.otherwise is None and len(node.branches) == 1:
            (branch,) = node.branches
            pipeline = _only(branch.condition)
            if pipeline is not None and not pipeline.negated and any(map(fails_always, walk(branch.body))):
                found.append(pipeline.commands[0])
    return found


def _only(body: CommandList) -> Pipeline | None:
    """The one command of a list."""
    pipelines = body.items[0].pipelines if len(body.items) == 1 else ()
    return pipelines[0] if len(pipelines) == 1 and len(pipelines[0].commands) == 1 else None


def _of_file(step: Step, condition: Node, unsure: dict[str, Span], tested: dict[str, int]) -> Iterator[Report]:
    """The condition reads a file, and whether the command that was to write it has failed, nobody has seen."""
    for invocation in step.item.calls(condition):
        if invocation.program not in ("grep", "egrep", "fgrep", "jq"):
            continue
        if invocation.program == "jq" and not invocation.flags("-e", "--exit-status"):
            continue
        for word in invocation.operands()[1:]:
            if word.raw.strip("\"'") in unsure and tested.get(word.raw, condition.start) >= condition.start:
                fields = {"command": invocation.program, "file": word.raw.strip("\"'")}
                related = (("written", unsure[fields["file"]]),)
                yield Report(invocation.words[0].span.to(word.span), "file", fields, related)
                return


def _tested(step: Step) -> dict[str, int]:
    """The files that a command asks for, as they are written, with where it first does."""
    found: dict[str, int] = {}
    for invocation in step.item.invocations:
        if invocation.program in TESTS and any(word.text in FILE_TESTS for word in invocation.arguments):
            for word in invocation.arguments:
                found.setdefault(word.raw, invocation.node.start)
    return found


def _unsure_files(build: Build) -> dict[str, Span]:
    """The files that commands were to write whose failure is not seen, with those commands."""
    found: dict[str, Span] = {}
    for run in build.on(SUCCEEDING):
        for invocation in (call for each in run.hidden for call in run.step.item.calls(each.command)):
            effect = effect_of(invocation)
            if effect is None or not effect.matters:
                continue
            files = [each if isinstance(each, str) else each.raw for each in effect.writes]
            files += [each.target.raw for each in invocation.redirections if each.operator in (">", ">>")]
            found.update((file.strip("\"'"), called_at(invocation)) for file in files)
    return found


_COMPARED = r"-(lt|le|gt|ge|eq|ne)"


def _of_number(condition: Node, empty: dict[str, Span]) -> Iterator[Report]:
    """The condition compares a number that may be none."""
    if isinstance(condition, SimpleCommand):
        texts = [word.text or "" for word in condition.words]
        if not texts or texts[0] not in TESTS or not any(re.fullmatch(_COMPARED, text) for text in texts):
            return
    elif not isinstance(condition, ArithmeticCommand) or "bc" not in condition.raw:
        return
    for node in walk(condition):
        if isinstance(node, Parameter) and node.name in empty and not node.operator:
            yield Report(condition.span, "number", {"name": node.name}, (("assigned", empty[node.name]),))
            return


# What claims that all is well


_CLAIM = (
    r"""(?i)(?<![\w"'])["']?\w{0,60}?(passed|succeeded|success|successful|healthy)["']?\s*[:=]\s*"""
    r"""["']?(true|yes)\b"""
)


def _claims(buildspec: Buildspec) -> Iterator[Report]:
    """A file that is written after a failure as well says that everything has passed."""
    found = [(step, *claim) for step in steps_of(buildspec) for claim in _claimed(step)]
    if not found:
        return
    from cblint.flow.trace import reached_after_failure  # with it comes the interpreter

    build = build_of(buildspec)
    for step, invocation, spans in found:
        if step.phase == "post_build" and reached_after_failure(build, invocation.node) is True:
            first, *others = spans
            yield Report(first, "claim", {}, tuple(("again", other) for other in others))


def _claimed(step: Step) -> Iterator[tuple[Invocation, list[Span]]]:
    if not step.item.holds(_CLAIM):
        return
    for invocation in step.item.invocations:
        files = [each for each in invocation.node.redirections if each.operator in (">", ">>")]
        words = [each.document.body for each in invocation.node.redirections if each.document is not None]
        words += invocation.arguments if invocation.program in ("echo", "printf") else ()
        if files or invocation.program == "tee":
            spans = [word.part(*match.span()) for word in words for match in re.finditer(_CLAIM, word.raw)]
            if spans:
                yield invocation, spans
