"""What goes out of a build that has failed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import PHASES, Buildspec
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, RAN
from cblint.flow.steps import EITHER, FAILING, Step, phases_of, steps_of
from cblint.records import NamedTuple
from cblint.shell.commands import Condition, SimpleCommand
from cblint.shell.effects import Effect, called, called_at, effect_of, presumed_of
from cblint.shell.operands import option_values
from cblint.shell.query import FILE_TESTS, Invocation
from cblint.shell.syntax import Parameter, Word, walk
from cblint.source.text import Span
from cblint.source.tree import Sequence
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.checks.edits import Change
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Guard

_GOES_OUT = frozenset({"publish", "deploy"})
_TELLS_NOTHING = frozenset({"[", "test", "true", "false", ":", "echo", "printf"})
_CANNOT_MISS = frozenset({"print", "query", "setup", "cleanup", "notify", "condition", "transform", "login", "wrap"})
"""Kinds of commands of which nothing is published."""


class _Publication(NamedTuple):
    """A command that changes something outside, in a build that has failed.

    ``presumed``: only the name of a script or target says so.
    """

    run: StepRun
    invocation: Invocation
    presumed: bool

    @property
    def span(self) -> Span:
        return called_at(self.invocation)

    @property
    def name(self) -> str:
        return called(self.invocation)


class _Fallible(NamedTuple):
    """A command of build that makes something and may fail."""

    step: Step
    invocation: Invocation
    effect: Effect | None


def publish_after_failed_build(buildspec: Buildspec) -> Iterator[Report]:
    """Something is published or deployed in post_build although build may have failed."""
    if not any(_goes_out(step) for step in steps_of(buildspec) if step.phase == "post_build"):
        return
    build = build_of(buildspec)
    found = [each for each in _publications(build, FAILING) if each.run.step.phase == "post_build"]
    failing = _that_may_fail(build, "build")
    if not found or not failing:
        return
    sure = [each for each in found if not each.presumed]
    first, *others = sorted(sure or found, key=lambda publication: publication.span)
    # Where a step before has failed, what is published is not made.
    cause = next(iter(_after_making(build, first.invocation, failing) or ()), failing[0])
    related = [("cause", cause.invocation.words[0].span), *(("again", other.span) for other in others)]
    # Where the first one fails, the phase ends.
    reached = [one for one in sure if one.run.step == first.run.step]
    harmless = all(_fails_by_itself(build, one, failing) for one in reached)
    fields = {"command": first.name, "where": cause.step.where}
    variant = "presumed" if not sure else "fails-anyway" if harmless else "published"
    touched, edits = _guarded(buildspec, [publication.run.step for publication in found])
    yield Report(first.span, variant, fields, tuple(related), edits, touched=touched)


_GUARD = 'if [ "$CODEBUILD_BUILD_SUCCEEDING" != 1 ]; then exit 1; fi'


def _guarded(buildspec: Buildspec, steps: list[Step]) -> Change:
    """Whether the build has gone well is asked before the first of some commands of post_build and what leads to it.

    Nothing where one of them would run all the same, or a command behind it may be there for a build that has failed.
    """
    from cblint.checks.edits import NOTHING
    from cblint.checks.structure import item_before  # few files publish too much

    pair = buildspec.get("phases", "post_build", "commands")
    commands = pair.value.resolved if pair is not None else None
    if not isinstance(commands, Sequence) or any(step.key != "commands" for step in steps):
        return NOTHING
    number = min(step.number for step in steps)
    known = {step.number: step for step in steps_of(buildspec) if step.phase == "post_build" and step.key == "commands"}
    while number and number - 1 in known and _leads_to_it(known[number - 1]):
        number -= 1
    if any(re.search(_OF_FAILURES, step.item.value) for step in known.values() if step.number >= number):
        return NOTHING
    return (commands,), item_before(commands, number, _GUARD)


_OF_FAILURES = r"(?i)BUILD_SUCCEEDING|fail(ed|ure)|_STATUS\b"
"""In a command that may be there to tell of them."""
_LEADS = frozenset({"print", "login", "setup", "query", "transform", "build", "package", "destroy"})


def _leads_to_it(step: Step) -> bool:
    """Whether a command is there for what follows only: it says that it begins, or prepares it."""
    if re.search(_OF_FAILURES, step.item.value) or step.item.script.problem is not None:
        return False
    effects = map(effect_of, step.item.invocations)
    return all(effect is not None and effect.does in _LEADS for effect in effects)


def on_failure_continue_hides_failure(buildspec: Buildspec) -> Iterator[Report]:
    """A phase may fail and the build goes on, and a later phase publishes or deploys without asking."""
    phases = phases_of(buildspec)
    names = [phase.name for phase in phases if phase.on_failure == "CONTINUE" and phase.commands]
    if not names or not any(_goes_out(step) for step in steps_of(buildspec) if step.phase != phases[0].name):
        return
    from cblint.flow.trace import reached_after_failure  # with it comes the interpreter

    build = build_of(buildspec)
    for publication in _publications(build, EITHER):
        run = publication.run
        if publication.presumed:
            continue
        causes = [name for name in names if PHASES.index(name) < PHASES.index(run.step.phase)]
        failing = [one for name in causes for one in _that_may_fail(build, name)]
        if not failing or reached_after_failure(build, publication.invocation.node) is not True:
            continue
        keys = [section.get("on-failure") for section in buildspec.phases() if section.name == failing[0].step.phase]
        related = [("continues", pair.value.span) for pair in keys if pair is not None]
        related.append(("cause", failing[0].invocation.words[0].span))
        fields = {"command": publication.name, "phase": failing[0].step.phase, "where": failing[0].step.where}
        yield Report(publication.span, "continues", fields, tuple(related))
        return


def _goes_out(step: Step) -> bool:
    """Whether anything in a command publishes or deploys: seen without running the build."""
    return any(_sends(invocation) is not None for invocation in step.item.invocations)


def _sends(invocation: Invocation) -> bool | None:
    """Whether a command publishes or deploys: True for sure, False if only a name says so, None if it does not."""
    effect = effect_of(invocation)
    if effect is not None and effect.does in _GOES_OUT:
        return not effect.presumed if effect.outward else None
    is_script = effect is None or effect.does == "run"
    return False if is_script and presumed_of(invocation) in _GOES_OUT else None


def _publications(build: Build, path: str) -> Iterator[_Publication]:
    """What goes out on the path of a build that has failed, or may have, each command once."""
    seen: set[int] = set()
    set_by_build = {
        event.name for run in build.runs if run.step.phase == "build" for event in run.events if event.kind == ASSIGNED
    }
    for run in build.on(path):
        for event in run.events:
            if (
                event.kind != RAN
                or id(event.node) in seen
                or any(_may_tell(guard, set_by_build) for guard in event.guards)
            ):
                continue
            sent = [(each, sure) for each in run.step.item.calls(event.node) if (sure := _sends(each)) is not None]
            if sent:
                seen.add(id(event.node))
                invocation, sure = sent[0]
                yield _Publication(run, invocation, not sure)


def _may_tell(guard: Guard, set_by_build: set[str]) -> bool:
    """Whether a condition may know that the build has failed: from a file, a variable of build, or a program."""
    for node in walk(guard.condition):
        if isinstance(node, Parameter) and node.name in set_by_build:
            return True
        if isinstance(node, Condition) and node.operator in FILE_TESTS:
            return True
        if isinstance(node, SimpleCommand) and node.words:
            name, *words = (word.text for word in node.words)
            if name not in _TELLS_NOTHING or not FILE_TESTS.isdisjoint(words):
                return True
    return False


def _that_may_fail(build: Build, phase: str) -> list[_Fallible]:
    """The commands of a phase that make something and may fail, in order."""
    found = []
    for step in _steps(build, phase):
        for invocation in step.item.invocations:
            effect = effect_of(invocation)
            if _makes_something(invocation, effect):
                found.append(_Fallible(step, invocation, effect))
    return found


def _makes_something(invocation: Invocation, effect: Effect | None) -> bool:
    if effect is None:
        return invocation.program not in _OF_THE_SHELL
    return effect.fails and effect.does not in _CANNOT_MISS


_OF_THE_SHELL = frozenset({"", "cd", "exit", "set", "export"})


def _is_of_images(invocation: Invocation) -> bool:
    return invocation.program in table("effects")["image-builders"]


def _fails_by_itself(build: Build, publication: _Publication, failing: list[_Fallible]) -> bool:
    """Whether what is pushed is not there if build has failed: an image that its last step but the tags has made."""
    if not _is_of_images(publication.invocation):
        return _is_of_file(build, publication.invocation, failing)
    if _pulled(build) & {word.raw for word in publication.invocation.operands()}:
        # What was pulled as a cache, say, goes out again under its own name.
        return False
    steps = [one for one in failing if not _is_tag(one.invocation)]
    made = _maker(build, publication.invocation)
    if made is not None:
        return not _after_making(build, publication.invocation, failing) and not _fails_later(build, made[0], failing)
    images = [one for one in steps if _is_of_images(one.invocation) and one.effect and one.effect.does == "build"]
    return len(images) == 1 and steps[-1] == images[0] and not _fails_later(build, images[0].step, failing)


def _is_tag(invocation: Invocation) -> bool:
    return bool(invocation.runs(invocation.program, "tag"))


def _maker(build: Build, publication: Invocation) -> tuple[Step, Invocation] | None:
    """The last command of build that makes an image by the name under which it goes out, as it is written."""
    names = {word.raw for word in publication.operands()[1:]} if _is_of_images(publication) else set()
    found = None
    for step in _steps(build, "build") if names else ():
        for invocation in step.item.invocations:
            if _is_of_images(invocation) and names & {word.raw for word in _made(invocation)}:
                found = step, invocation
    return found


def _made(invocation: Invocation) -> tuple[Word, ...]:
    """The names that a command gives an image."""
    operands = invocation.operands()
    verb = operands[0].text if operands else None
    if verb in ("tag", "manifest"):
        return operands[2:3]
    effect = effect_of(invocation)
    built = effect is not None and effect.does == "build"
    return tuple(option_values(invocation.arguments, ("-t", "--tag"))) if built else ()


def _after_making(build: Build, publication: Invocation, failing: list[_Fallible]) -> list[_Fallible] | None:
    """What may fail behind the command that makes the image which goes out; None where none is seen to."""
    made = _maker(build, publication)
    if made is None:
        return None
    (step, maker) = made
    place = (step.number, maker.node.start)
    return [
        one for one in failing if (one.step.number, one.invocation.node.start) > place and not _is_tag(one.invocation)
    ]


def _steps(build: Build, phase: str) -> dict[Step, None]:
    """The commands of a phase, each once."""
    return dict.fromkeys(run.step for run in build.runs if run.step.phase == phase and run.step.key == "commands")


def _is_of_file(build: Build, publication: Invocation, failing: list[_Fallible]) -> bool:
    """Whether a program is given what it was to write in build, as a plan of terraform, and nothing else can fail."""
    if any(one.invocation.program != publication.program for one in failing):
        return False
    items = dict.fromkeys(run.step.item for run in build.runs if run.step.phase == "build")
    effects = [effect_of(each) for item in items for each in item.invocations if each.program == publication.program]
    written = {_raw(file) for effect in effects if effect is not None for file in effect.writes}
    effect = effect_of(publication)
    return effect is not None and any(_raw(file) in written for file in effect.reads)


def _raw(file: Word | str) -> str:
    return file if isinstance(file, str) else file.raw


def _fails_later(build: Build, step: Step, failing: list[_Fallible]) -> bool:
    """Whether a command after this one can fail, unless it only tags the image."""
    tags = {id(one.step.item) for one in failing if one.invocation.runs(one.invocation.program, "tag")}
    runs = [run for run in build.runs if run.step.phase == "build" and run.step.key == "commands"]
    behind = [run for run in runs if run.step.number > step.number and id(run.step.item) not in tags]
    return any(_is_to_fail(run) for run in behind)


def _is_to_fail(run: StepRun) -> bool:
    """Whether it is more than a print or a file that fails: a command that makes or tests something, or ``exit``."""
    nodes = {id(node) for node in run.told}
    for invocation in run.step.item.invocations:
        if id(invocation.node) in nodes:
            effect = effect_of(invocation)
            if invocation.program in ("exit", "false", "return") or _makes_something(invocation, effect):
                return True
    return False


def _pulled(build: Build) -> set[str]:
    """The images that the build pulls, as they are written."""
    items = dict.fromkeys(run.step.item for run in build.runs)
    return {
        word.raw
        for item in items
        for invocation in item.invocations
        if _is_of_images(invocation)
        for word in invocation.runs(invocation.program, "pull")[1:]
    }
