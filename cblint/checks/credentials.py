"""Credentials for AWS that a build handles itself, though its service role has some."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from cblint import expressions
from cblint.buildspec.model import VARIABLES, Buildspec, ShellItem
from cblint.checks.files import value_of
from cblint.checks.origins import ASSUMED, CONTAINER, GIVEN, STORED, UNKNOWN, Origins, fetches_container, gives_role
from cblint.checks.printed import output_of
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, RAN
from cblint.flow.steps import SUCCEEDING, Step
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment, SimpleCommand
from cblint.shell.effects import called, called_at
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node, Parameter, walk
from cblint.source.text import HOLE, Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.events import Event
    from cblint.flow.state import State
    from cblint.flow.values import Value


class _Set(NamedTuple):
    """A place where credentials are set: by ``what``, from ``source``; ``kind`` is where they come from.

    ``key`` is the variable or setting, ``step`` the command in which it happens, ``node`` what does it.
    """

    kind: str
    key: str
    what: str
    source: str
    span: Span
    step: Step
    node: Node


def aws_credentials_handled_by_hand(buildspec: Buildspec) -> Iterator[Report]:
    """Keys are put into variables or files, the service role's are copied or printed, or a role's are kept."""
    yield from _printed(buildspec)
    if not any(_speaks(item.value) for item in buildspec.shell_items):
        return
    found = _found(buildspec)
    yield from _long_lived(buildspec, found)
    yield from _report("copied", [each for each in found if each.kind == CONTAINER])
    if not _gives_up(buildspec):
        yield from _report("assumed", [each for each in _kept(buildspec, found) if each.kind == ASSUMED])


def _speaks(text: str) -> bool:
    facts = table("credentials")
    return any(name in text for name in (*facts["keys"], *facts["settings"], "export-credentials"))


def _report(variant: str, found: list[_Set]) -> Iterator[Report]:
    if found:
        first, *others = found
        fields = {"key": first.key, "what": first.what, "source": first.source}
        yield Report(first.span, variant, fields, tuple(("again", each.span) for each in others))


def _printed(buildspec: Buildspec) -> Iterator[Report]:
    """The credentials of the service role stand in the log."""
    for item in buildspec.shell_items:
        for invocation in item.invocations if "CREDENTIALS_" in item.value or "169.254.170.2" in item.value else ():
            if fetches_container(invocation) and output_of(invocation).in_log and not _saves(invocation):
                yield Report(called_at(invocation), "printed", {"command": called(invocation)})


def _saves(invocation: Invocation) -> bool:
    """Whether a download goes to a file: that of wget does, where nothing else is said."""
    if invocation.program == "wget":
        return not any(word.text in ("-O-", "-qO-", "-O", "-qO", "--output-document=-") for word in invocation.words)
    return bool(invocation.flags("-o", "--output", "-O", "--remote-name", "-I", "--head"))


# Long-lived keys


def _long_lived(buildspec: Buildspec, found: list[_Set]) -> Iterator[Report]:
    """Keys without a session token, which only temporary ones have, for what a role could open as well."""
    facts = table("credentials")
    source = buildspec.source
    lasting = [each for each in found if each.kind in (GIVEN, STORED)]
    session = [each for each in found if each.key.upper() == facts["session"] and each.kind not in (ASSUMED, CONTAINER)]
    if session or any(text in source for text in facts["elsewhere"]):
        return
    for variant in ("exported", "configured"):
        is_variable = variant == "exported"
        yield from _report(variant, [each for each in lasting if (each.key in facts["keys"]) == is_variable])


# Where credentials are set


def _found(buildspec: Buildspec) -> list[_Set]:
    """Every place at which the build on paper sets credentials, and that tells where they come from."""
    build = build_of(buildspec)
    reader = _Reader(buildspec)
    found: dict[int, _Set] = {}
    for run in build.on(SUCCEEDING):
        for event in run.events:
            for each in reader.read(run.step, event):
                found.setdefault(id(each.node), each)
    return list(found.values())


class _Reader:
    def __init__(self, buildspec: Buildspec) -> None:
        self.origins = Origins(buildspec)
        self.given = {variable.name: variable.section for variable in buildspec.variables}
        self.temporary = {id(node) for item in buildspec.shell_items for node in _temporary(item)}
        self.keys = frozenset(table("credentials")["keys"])

    def read(self, step: Step, event: Event) -> Iterator[_Set]:
        node = event.node
        if event.kind == ASSIGNED and event.name in self.keys and isinstance(node, Assignment):
            kind = self.kind(step.item, node.value, event.values[0])
            is_another = _hole(event.values[0]) not in self.keys
            if kind is not None and is_another and id(node) not in self.temporary:
                span = node.part(0, len(node.name))
                yield _Set(kind, node.name, "", _shown(node.value), span, step, node)
        elif event.kind == RAN and event.state is not None:
            for invocation in step.item.calls(node):
                yield from self._in_file(step, invocation, event.state)
                yield from self._all_at_once(step, invocation)

    def kind(self, item: ShellItem, node: Node, value: Value) -> str | None:
        """Where a value comes from; None if it is known, or a variable of the buildspec that others speak of."""
        name = _hole(value)
        if HOLE in node.raw:
            return None
        if name is None:
            return (self.origins.of(item, node) or UNKNOWN) if value.text is None else None
        section = self.given.get(name)
        if section is None:
            return GIVEN
        return STORED if section != VARIABLES and name not in self.keys else None

    def _in_file(self, step: Step, invocation: Invocation, state: State) -> Iterator[_Set]:
        """``aws configure set``, and a text that is written to a file of the AWS tools."""
        operands = invocation.runs("aws", "configure", "set")
        if len(operands) > 2:
            setting = (operands[1].text or "").rpartition(".")[2]
            kind = self.kind(step.item, operands[2], value_of(operands[2], state))
            if setting in table("credentials")["settings"] and kind is not None:
                shown, span = _shown(operands[2]), called_at(invocation)
                yield _Set(kind, setting, called(invocation), shown, span, step, invocation.node)
            return
        if not any(
            name in each.target.raw for each in invocation.redirections for name in table("credentials")["files"]
        ):
            return
        for node in walk(invocation.node):
            if isinstance(node, Parameter) and (before := _setting_before(node)) is not None:
                kind = self.kind(step.item, node, state.variable(node.name).value)
                if kind is not None:
                    yield _Set(kind, before, called(invocation), node.raw, node.span, step, node)

    def _all_at_once(self, step: Step, invocation: Invocation) -> Iterator[_Set]:
        """``export $(…)`` and ``eval "$(…)"``, which set all of them."""
        if invocation.program not in ("export", "eval") or not _speaks(invocation.node.raw):
            return
        inside = [call for node in walk(invocation.node) for call in step.item.calls(node)]
        for call in inside:
            if (gives_role(call) or fetches_container(call)) and call.assignment is None:
                kind = ASSUMED if gives_role(call) else CONTAINER
                span = invocation.words[0].span
                yield _Set(kind, "AWS_ACCESS_KEY_ID", invocation.program, called(call), span, step, invocation.node)
                return


def _hole(value: Value) -> str | None:
    """The name of the variable that the build was given with just this value."""
    from cblint.flow.values import Hole, is_name

    piece = value.pieces[0] if len(value.pieces) == 1 else None
    return piece.name if isinstance(piece, Hole) and is_name(piece.name) else None


def _shown(node: Node) -> str:
    """The variable or the command that gives a value."""
    nodes = list(walk(node))
    variable = next((each.raw for each in nodes if isinstance(each, Parameter)), None)
    if variable is not None:
        return variable
    command = next((each for each in nodes if isinstance(each, SimpleCommand) and each.words), None)
    words = command.words if isinstance(command, SimpleCommand) else ()
    return " ".join(word.raw for word in takewhile(lambda word: not word.raw.startswith("-"), words[:_NAMED]))


def _temporary(item: ShellItem) -> Iterator[Node]:
    """The assignments that only hold for one command."""
    for node in walk(item.script) if _speaks(item.value) else ():
        if isinstance(node, SimpleCommand) and node.words:
            yield from node.assignments


_SETTING = expressions.lazy(r"(?i)(?:\b|\\n)(aws_[a-z_]{1,20})\s{0,4}=\s{0,4}[\"'\\]{0,2}$")
_LONGEST_SETTING = 40
_NAMED = 3
"""With so many words a command is named."""


def _setting_before(node: Parameter) -> str | None:
    """The setting of which a variable is the value."""
    text = node.source.value[max(node.start - _LONGEST_SETTING, 0) : node.start]
    match = _SETTING.search(text)
    name = match[1].lower() if match is not None else None
    return name if name in table("credentials")["settings"] else None


# Credentials of a role that are kept


def _kept(buildspec: Buildspec, found: list[_Set]) -> Iterator[_Set]:
    """The variables that still hold in the last command what they were given in one before."""
    if not found:  # it may be that nothing runs
        return
    last = list(build_of(buildspec).on(SUCCEEDING))[-1]
    for each in found:
        if each.key not in table("credentials")["keys"] or each.step.item is last.step.item:
            continue
        variable = last.before.variable(each.key)
        # What `eval` runs may have set them all.
        is_set_here = variable.assigned is True and any(place is each.node for place in variable.places)
        if is_set_here or (each.what == "eval" and variable.assigned is None):
            yield each


def _gives_up(buildspec: Buildspec) -> bool:
    """Whether a command takes one of the variables away, or gives it to nobody else."""
    keys = table("credentials")["keys"]
    for item in buildspec.shell_items:
        for invocation in item.invocations if "unset" in item.value else ():
            if invocation.program == "unset" and any(word.text in keys for word in invocation.arguments):
                return True
    return False
