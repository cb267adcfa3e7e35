"""Scripts of the repository, and what they leave to the command that runs them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.checks.edits import before
from cblint.checks.variables import reads_unset
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN, READ
from cblint.flow.steps import SUCCEEDING
from cblint.hosts.repository import text_in
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment, SimpleCommand
from cblint.shell.effects import called_at
from cblint.shell.parser import parse
from cblint.shell.query import Invocation
from cblint.shell.syntax import Node, Word, walk
from cblint.source.text import Span, Text
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import StepRun
    from cblint.flow.events import Event

_SHEBANG = r"#!\s*\S*?(env\s+)?(ba|da)?sh\b"
_SCRIPT = r"\.?[\w./-]+"


class _Call(NamedTuple):
    """A script of the repository that a command runs as a program; ``exported`` are the variables that it exports."""

    invocation: Invocation
    path: str
    exported: frozenset[str]


class LeftBehind(NamedTuple):
    """A script of the repository that is run as a program, and the variables that are gone when it ends."""

    path: str
    exported: frozenset[str]
    span: Span


def left_behind(buildspec: Buildspec) -> list[LeftBehind]:
    """Every script of the repository that exports variables in a shell of its own."""
    if buildspec.repository is None or not any(_script(each) for each in buildspec.invocations(r"/|\bsh\b|\bbash\b")):
        return []
    seen: set[str] = set()
    found = []
    for run in build_of(buildspec).on(SUCCEEDING):
        for event in run.events:
            call = _call(buildspec, run, event, seen) if event.kind == RAN else None
            if call is not None:
                found.append(LeftBehind(call.path, call.exported, called_at(call.invocation)))
    return found


def script_exports_lost(buildspec: Buildspec) -> Iterator[Report]:
    """A script exports variables for the commands that follow, but it runs in a shell of its own."""
    if buildspec.repository is None or not any(_script(each) for each in buildspec.invocations(r"/|\bsh\b|\bbash\b")):
        return
    runs = list(build_of(buildspec).on(SUCCEEDING))
    seen: set[str] = set()
    for number, run in enumerate(runs):
        for at, event in enumerate(run.events):
            call = _call(buildspec, run, event, seen) if event.kind == RAN else None
            use = _use(call, run.events[at:], runs[number + 1 :]) if call is not None else None
            if call is not None and use is not None:
                fields = {"name": use.name, "script": call.path}
                yield Report(
                    called_at(call.invocation), "exports", fields, (("read", use.node.span),), _sourced(call.invocation)
                )


def _sourced(invocation: Invocation) -> tuple[Edit, ...]:
    """The script read by the command's own shell, where it is run as a program and without arguments."""
    if len(invocation.words) > 1 or invocation.wrappers or invocation.node.assignments:
        return ()
    return (before(invocation.words[0].span, ". "),)


def _script(invocation: Invocation) -> Word | None:
    """The word that names the script."""
    name = invocation.words[0]
    if invocation.program in table("tools")["shells"]:
        operands = invocation.operands()
        return operands[0] if operands and len(invocation.arguments) == len(operands) else None
    return name if invocation.is_path and not (name.text or "").startswith("/") else None


def _call(buildspec: Buildspec, run: StepRun, event: Event, seen: set[str]) -> _Call | None:
    """The script that a command runs, the first time that one does."""
    for invocation in run.step.item.calls(event.node):
        word = _script(invocation) if not invocation.captured else None
        path = _path(word, run, event) if word is not None else None
        if path is None or path in seen or buildspec.repository is None:
            continue
        seen.add(path)
        text = text_in(buildspec.repository, path)
        if text is not None:
            shells = table("tools")["shells"]
            is_shell = invocation.program in shells or path.endswith(".sh") or re.match(_SHEBANG, text)
            exported = _exported(text) if is_shell else frozenset()
            return _Call(invocation, path, exported) if exported else None
    return None


def _path(word: Word, run: StepRun, event: Event) -> str | None:
    """The path from the root of the repository."""
    from cblint.flow.trace import directory  # with it comes the interpreter

    state = event.state or run.before
    folder = directory(state.cwd)
    text = word.text
    if folder is None or text is None or not re.fullmatch(_SCRIPT, text):
        return None
    path = posixpath.normpath(posixpath.join(folder, text))
    return path if not path.startswith(("/", "..")) else None


def _exported(text: str) -> frozenset[str]:
    """The variables that a script exports to all that it runs, and means to leave behind."""
    script = parse(Text.of(text))
    if script.problem is not None:
        return frozenset()
    names: set[str] = set()
    for node in walk(script):
        if isinstance(node, SimpleCommand) and node.words and node.words[0].text == "export":
            names.update(_names(node.arguments[1:]))
    return frozenset(names)


def _names(arguments: tuple[Node, ...]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, Assignment):
            yield argument.name
        elif isinstance(argument, Word) and argument.text is not None and argument.text.isidentifier():
            yield argument.text


def _use(call: _Call, here: list[Event], later: list[StepRun]) -> Event | None:
    """Where one of the variables is read as if it had been kept."""
    events = [*here, *(event for run in later for event in run.events)]
    return next(
        (event for event in events if event.kind == READ and event.name in call.exported and reads_unset(event)), None
    )
