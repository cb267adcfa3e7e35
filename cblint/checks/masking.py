"""Failures that nobody sees: what hides them in a command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cblint.buildspec.model import Buildspec, ShellItem, items, scalar
from cblint.checks.edits import left_out
from cblint.checks.hidden import (
    acts,
    invoked,
    is_within,
    is_work,
    makes_anew,
    masked,
    may_fail,
    name_at,
    notes,
    succeeds,
)
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import READ
from cblint.shell.commands import AndOr, Assignment, CommandList, For, If, SimpleCommand, Subshell, While
from cblint.shell.effects import called, called_at, effect_of
from cblint.shell.query import FILE_TESTS, TESTS, Invocation, fails_always, names_in, programs_in
from cblint.shell.script import Script
from cblint.shell.syntax import Node, Parameter, Word, walk
from cblint.shell.trees import of_tree
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.events import Hidden
    from cblint.flow.steps import Step


# Pipelines


def masked_failure_in_pipeline(buildspec: Buildspec) -> Iterator[Report]:
    """A command whose failure matters stands in a pipeline before the last one, whose status counts."""
    if not any(_pipes_work(item.script) for item in buildspec.shell_items if "|" in item.value):
        return
    build = build_of(buildspec)
    used = _used(buildspec, build)
    for step, hidden in masked(build, "pipeline"):
        taken = [one for one in hidden if _takes_nothing(one.witness)]
        found = [
            (one, call)
            for one in taken
            if (call := invoked(step, one, _is_piped_work)) is not None and (is_work(call) or _is_kept(call, used))
        ]
        if not found:
            continue
        worst = [(one, call) for one, call in found if not _only_asks(call)]
        (first, invocation), *others = worst or found
        related = [("counts", name_at(first.witness)), *(("again", called_at(other)) for _, other in others)]
        fields = {"command": called(invocation)}
        variant = "pipeline" if worst else "answer"
        from cblint.checks.pipefail import with_pipefail  # few files hide any

        touched, edits = with_pipefail(buildspec, step.item, [call for _, call in found])
        yield Report(called_at(invocation), variant, fields, tuple(related), edits, touched=touched)


def _is_piped_work(invocation: Invocation) -> bool:
    """Whether it is work, or may be: a script or a target of the project, or a question whose answer is used."""
    effect = effect_of(invocation)
    if effect is None:
        return invocation.is_path
    return effect.does == "run" or is_work(invocation) or _only_asks(invocation)


def _only_asks(invocation: Invocation) -> bool:
    """Whether it asks a service or the repository something, and its complaints are heard."""
    effect = effect_of(invocation)
    if effect is None or effect.does != "query" or not effect.fails or is_work(invocation):
        return False
    silenced = any(each.descriptor == "2" for each in invocation.redirections)
    return not silenced and invocation.program not in table("effects")["local"]


def _may_be_kept(invocation: Invocation, script: Script) -> bool:
    return "tee" in script.source.value or invocation.assignment is not None


def _is_kept(invocation: Invocation, used: set[str]) -> bool:
    """Whether what it prints goes into a file, or into a variable that something reads."""
    pipeline = invocation.pipeline
    last = pipeline.commands[-1] if pipeline is not None else None
    if isinstance(last, SimpleCommand) and last.words and last.words[0].text == "tee":
        return not _only_asks(invocation)
    return invocation.assignment is not None and invocation.assignment.name in used


def _takes_nothing(last: Node) -> bool:
    """Whether the last command of a pipeline does not fail just because the one before has."""
    if isinstance(last, SimpleCommand):
        return bool(last.words) and (last.words[0].text or "").rpartition("/")[2] in table("effects")["filters"]
    return isinstance(last, While)


@of_tree
def _pipes_work(script: Script) -> bool:
    """Whether a command may be found in it: seen without running the build."""
    return any(
        invocation.piped_into is not None
        and _is_piped_work(invocation)
        and _takes_nothing(invocation.pipeline.commands[-1])
        and (is_work(invocation) or _may_be_kept(invocation, script))
        for invocation in programs_in(script)
        if invocation.pipeline is not None
    )


# Blocks


def masked_failure_in_block(buildspec: Buildspec) -> Iterator[Report]:
    """A command stands before others in one item, and its failure does not end it."""
    if not any(_is_block(item) for item in buildspec.shell_items):
        return
    build = build_of(buildspec)
    told = _told_by_item(build)
    for step, hidden in masked(build, "sequence", "open"):
        ends = told.get(id(step.item), [])
        checks = _Checks(step.item, ends)
        taken = [one for one in hidden if not _is_on_purpose(one) and not checks.look_after(one)]
        found = [(one, call) for one in taken if (call := invoked(step, one, _matters)) is not None]
        work = [pair for pair in found if _is_serious(step, pair[0]) and not checks.fail_with(pair[0])]
        if work:
            kept = {id(call) for _, call in work}
            found = [pair for pair in found if id(pair[1]) in kept or _installs(pair[1])]
        if not found or step.key == "finally":
            continue
        (first, invocation), *others = found
        label, witness = _label(first), _called_at(step.item, first.witness)
        again = [span for _, other in others if (span := called_at(other)).start != witness.start]
        related = [(label, witness)] if first.witness is not first.command else []
        related += [("again", span) for span in again]
        variant = _preparing(invocation) if not work else _variant(label, first, invocation, ends)
        # What prepares others is told of in words of its own, but an open end is mended at the end all the same.
        mended = label if label == "open" and variant != "brackets" else variant
        edits = _stopped(step.item, mended, [call for _, call in found])
        yield Report(called_at(invocation), variant, {"command": called(invocation)}, tuple(related), edits)


_MOST_MENDED = 100
"""Commands of one item; who hides more of them has to look at it anyway."""


def _stopped(item: ShellItem, variant: str, found: list[Invocation]) -> tuple[Edit, ...]:
    """What lets the item end with the first failure, if that is all that it changes."""
    from cblint.checks.stopping import first_command, in_braces, is_asked, may_stop  # few files hide any

    if variant == "open":
        last = item.script.body.items[-1]
        return (left_out(last.pipelines[-1].span, last.span),) if last.open and last.operators[-1:] == ("&&",) else ()
    if len(found) > _MOST_MENDED:
        return ()
    if variant == "brackets":
        braces = [in_braces(call) if _leaves_brackets(call) else () for call in found]
        return tuple(edit for edits in braces for edit in edits) if all(braces) else ()
    if not may_stop(item) or any(call.shell or is_asked(call) for call in found):
        return ()
    return first_command(item, "set -e")


def _called_at(item: ShellItem, command: Node) -> Span:
    """The words that people call a command by."""
    calls = item.calls(command) if isinstance(command, SimpleCommand) else []
    return called_at(calls[0]) if calls else name_at(command)


def _variant(label: str, hidden: Hidden, invocation: Invocation, told: list[Node]) -> str:
    if _leaves_brackets(invocation):
        return "brackets"
    if label == "loop" and not any(node is hidden.command for node in told):
        return "block"  # not even the last turn counts
    return "block" if label == "goes-on" else label


def _told_by_item(build: Build) -> dict[int, list[Node]]:
    """The commands whose failure each item's status tells."""
    found: dict[int, list[Node]] = {}
    for run in build.runs:
        found.setdefault(id(run.step.item), []).extend(run.told)
    return found


def _is_block(item: ShellItem) -> bool:
    """Whether a command may stand before another: seen without running the build."""
    value = item.value.rstrip()
    if value.endswith(("&", "|")):
        return True
    several = ";" in value or "\n" in value.replace("\\\n", "")
    if not several or (value.startswith("set -e") and not re.search(_HEEDLESS, value)):
        return False
    return _has_work_before_others(item.script)


@of_tree
def _has_work_before_others(script: Script) -> bool:
    return any(_stands_before_others(invocation) and _matters(invocation) for invocation in programs_in(script))


_HEEDLESS = r"\bif\b|&&|\|\||\bwhile\b|\buntil\b|!|set \+|\(\)"
"""Where there is none of these, ``set -e`` at the beginning minds every failure."""


def _stands_before_others(invocation: Invocation) -> bool:
    """Whether a command, or one round it, is not the last of its list, or is in a loop."""
    inner: Node = invocation.node
    for node in invocation.above:
        if isinstance(node, (For, While)) or (isinstance(node, CommandList) and node.items[-1] is not inner):
            return True
        inner = node
    return False


def _is_on_purpose(hidden: Hidden) -> bool:
    """Whether what follows says that nobody is to see it: ``; true``, ``; exit "$status"`` of something before."""
    return succeeds(hidden.witness) or _leaves(hidden.witness)


def _leaves(node: Node) -> bool:
    return isinstance(node, SimpleCommand) and bool(node.words) and node.words[0].text in ("exit", "return")


@of_tree
def _that_leave(script: Script) -> list[If]:
    return [node for node in walk(script) if isinstance(node, If) and any(map(_leaves, walk(node)))]


class _Checks:
    """What an item asks behind its commands, and what of them its last command needs."""

    def __init__(self, item: ShellItem, told: list[Node]) -> None:
        self._item = item
        self._files = -1
        """Behind what stands before this place in the file, a file is asked for, and the item fails without."""
        self._asked: dict[str, int] = {}
        """The same for variables, by name."""
        for node in _that_leave(item.script):
            self._look_at(node)
        self._answers = self._said_of() if self._asked else {}
        ends = [call for node in told for call in item.calls(node)]
        self._worked_on = {name for call in ends for name in _named_in(call)}
        waits = [call for call in ends if (effect := effect_of(call)) is not None and effect.does == "wait"]
        self._waited_for = {name for call in waits for name in _named_in(call)}

    def _look_at(self, node: If) -> None:
        at = node.span.start
        for part in (part for branch in node.branches for part in walk(branch.condition)):
            if isinstance(part, Word) and part.text in FILE_TESTS:
                self._files = max(self._files, at)
            elif isinstance(part, Parameter):
                self._asked[part.name] = max(self._asked.get(part.name, -1), at)

    def _said_of(self) -> dict[str, dict[str, int]]:
        """By what commands name, the variables that hold what the last of them has said of it, and where it stands."""
        found: dict[str, dict[str, int]] = {}
        for call in self._item.invocations:
            assignment = call.assignment
            if assignment is not None and assignment.name in self._asked:
                for name in _named_in(call):
                    found.setdefault(name, {})[assignment.name] = call.node.span.start
        return found

    def look_after(self, hidden: Hidden) -> bool:
        """Whether the item asks later what has come of a command, and fails: a file, or what a query has said of it.

        ``if [ ! -d dist ]; then exit 1; fi``, or ``STATE=$(aws … "$STACK"); if [ "$STATE" != done ]; then exit 1; fi``.
        """
        if self._files < 0 and not self._answers:
            return False
        at = hidden.command.span.start
        if self._files > at:
            return True
        names = {name for call in self._item.calls(hidden.command) for name in _named_in(call)}
        answers = [pair for name in names for pair in self._answers.get(name, {}).items()]
        return any(said > at and self._asked[variable] > at for variable, said in answers)

    def fail_with(self, hidden: Hidden) -> bool:
        """Whether the last command must fail as well: it waits for what was begun, or works on what was to be made."""
        calls = self._item.calls(hidden.command)
        names = {name for call in calls for name in _named_in(call)}
        if any(makes_anew(call) or notes(call) for call in calls) and names & self._worked_on:
            return True
        return bool(names & self._waited_for)


@lru_cache(maxsize=4096)
def _named_in(invocation: Invocation) -> set[str]:
    """The variables by which a command names what it works on."""
    return {name for word in invocation.arguments for name in names_in(word)} - set(table("variables")["always-set"])


def _label(hidden: Hidden) -> str:
    if hidden.how == "open":
        return "open"
    return "loop" if hidden.witness.span.start <= hidden.command.span.start else "goes-on"


def _is_serious(step: Step, hidden: Hidden) -> bool:
    """Whether its failure should end the build, or what follows takes something away."""
    if invoked(step, hidden, _ends_the_build) is not None:
        return True
    effects = map(effect_of, step.item.calls(hidden.witness))
    return any(effect is not None and effect.does == "destroy" for effect in effects)


def _matters(invocation: Invocation) -> bool:
    return _ends_the_build(invocation) or _prepares(invocation)


def _installs(invocation: Invocation) -> bool:
    effect = effect_of(invocation)
    return effect is not None and effect.does == "install"


def _ends_the_build(invocation: Invocation) -> bool:
    """Whether its failure should: it makes, tests or ships something, or is a script of the project."""
    # A file that is sourced seldom says anything by its status, and sh itself ends where there is none.
    return _leaves_brackets(invocation) or (acts(invocation) and invocation.program not in (".", "source"))


def _leaves_brackets(invocation: Invocation) -> bool:
    """Whether it is ``exit`` with a failure that ends a subshell only: ``make || (echo failed; exit 1)``."""
    return fails_always(invocation.node) and any(isinstance(node, Subshell) for node in invocation.above)


def _prepares(invocation: Invocation) -> bool:
    """Whether what follows depends on it, and will mostly fail as well."""
    if invocation.runs("aws", "ecr", "get-login"):
        return False  # ecr-get-login-removed has more to say of it
    effect = effect_of(invocation)
    return effect is not None and effect.matters and effect.does in ("setup", "install", "fetch", "login", "query")


def _preparing(invocation: Invocation) -> str:
    return "folder" if invocation.program == "cd" else "prepares"


# Declarations


def masked_failure_export(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is declared with a command's output, and the declaration succeeds whatever becomes of the command."""
    if not any(_declares_output(item) for item in buildspec.shell_items):
        return
    build = build_of(buildspec)
    used = _used(buildspec, build)
    for step, hidden in masked(build, "declaration", "substitution"):
        found = [
            (*declared, call)
            for one in hidden
            if (declared := _declared(step, one)) is not None
            and declared[1].name in used
            and not _is_looked_at(step.item, declared[1])
            and (call := invoked(step, one, may_fail)) is not None
        ]
        if not found:
            continue
        worst = [each for each in found if not each[2].runs("git", "rev-parse")]
        (declaration, assignment, invocation), *others = worst or found
        fields = {"command": called(invocation), "name": assignment.name, "declares": declaration.words[0].raw}
        related = (("hides", declaration.words[0].span), *(("again", called_at(other)) for *_, other in others))
        variant = "declaration" if worst else "revision"
        from cblint.checks.stopping import undeclared  # few files hide any

        edits = undeclared(step.item, declaration, assignment) if len(found) == 1 else ()
        yield Report(called_at(invocation), variant, fields, related, edits)


def _declares_output(item: ShellItem) -> bool:
    """Whether an output that may not be there is the value of a declaration: seen without running the build."""
    value = item.value
    if ("$(" not in value and "`" not in value) or not item.holds(_DECLARES):
        return False
    return any(may_fail(each) and each.assignment is not None for each in item.invocations)


_DECLARES = r"\b(export|readonly|local|declare|typeset)\b"


def _is_looked_at(item: ShellItem, assignment: Assignment) -> bool:
    """Whether the item asks for the variable later, or for its file before: ``[ -f id ] && export X=$(cat id)``."""
    commands = [node for node in walk(assignment.value) if isinstance(node, SimpleCommand)]
    files = {word.raw.strip("\"'") for node in commands for word in node.words[1:]}
    for call in item.invocations:
        if call.program in TESTS:
            behind = call.node.span.start > assignment.span.start
            asked = {word.raw.strip("\"'") for word in call.arguments}
            if assignment.name in names_in(call.node) if behind else files & asked:
                return True
    return False


def _used(buildspec: Buildspec, build: Build) -> set[str]:
    """The variables that something is known to read: a command of the build, CodePipeline, the tools of AWS."""
    read = {event.name for run in build.runs for event in run.events if event.kind == READ}
    pair = buildspec.get("env", "exported-variables")
    names = map(scalar, items(pair.value)) if pair is not None else ()
    exported = {name.value for name in names if name is not None}
    return read | exported | set(table("variables")["credentials"])


def _declared(step: Step, hidden: Hidden) -> tuple[SimpleCommand, Assignment] | None:
    """The ``export`` or its kin, and the assignment in it of which the command's output is the value."""
    for invocation in step.item.calls(hidden.command):
        if not _is_excused(invocation):
            around = next((node for node in invocation.above if isinstance(node, SimpleCommand)), invocation.node)
            for argument in around.arguments:
                if isinstance(argument, Assignment) and is_within(hidden.command.span, argument.span):
                    return around, argument
    return None


def _is_excused(invocation: Invocation) -> bool:
    """Whether ``||`` follows, and so somebody has thought of a failure."""
    return any(isinstance(node, AndOr) and "||" in node.operators for node in invocation.above)


# Jobs


def masked_failure_background(buildspec: Buildspec) -> Iterator[Report]:
    """A command runs in the background, and nobody asks how it ended."""
    if not any(_starts_work(item) for item in buildspec.shell_items if "&" in item.value):
        return
    for step, hidden in masked(build_of(buildspec), "background"):
        found = [call for one in hidden if (call := invoked(step, one, is_work)) is not None]
        if found:
            first, *others = found
            related = tuple(("again", called_at(other)) for other in others)
            yield Report(called_at(first), "background", {"command": called(first)}, related)


def _starts_work(item: ShellItem) -> bool:
    return any(invocation.in_background and is_work(invocation) for invocation in item.invocations)
