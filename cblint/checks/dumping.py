"""The whole environment in the log of the build."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cblint.buildspec.model import PARAMETER_STORE, Buildspec
from cblint.checks.removing import list_item, number_of, statement
from cblint.checks.ways import Use, uses
from cblint.finding import Edit, Report
from cblint.flow import build_with_scripts, may_run_scripts
from cblint.flow.dumps import ENVIRONMENT, LOOKED_AT
from cblint.flow.kinds import LOGGED, READ
from cblint.flow.labels import SECRET, Label, sounds_secret
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr, SimpleCommand
from cblint.shell.effects import line_in
from cblint.shell.query import unwrapped
from cblint.source.tree import Node
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build

_WORST_FIRST = ("fetched", "changed", "masked", "named")
_FETCHED = "fetched "


class _Within(NamedTuple):
    """A secret that is printed with the rest; ``variable`` is what it is then called."""

    variant: str
    label: Label
    variable: str


_DUMPS = (
    r"printenv|environ|\benv\b|\b(?:set|export|readonly|declare|typeset)\b[ \t]*(?:-\w+[ \t]*)?(?:$|[|;&<>)`'\"#}\n\r])"
)
"""In a command that prints all variables. (Scripts of the repository may do so as well.)"""


def environment_dumped(buildspec: Buildspec) -> Iterator[Report]:
    """All variables are printed into the log."""
    if buildspec.powershell_items:
        from cblint.checks import powershell_dumps  # few buildspecs are for Windows

        yield from powershell_dumps.dumped(buildspec)
    if not any(item.holds(_DUMPS) for item in buildspec.shell_items) and not may_run_scripts(buildspec):
        return
    build = build_with_scripts(buildspec)
    for use in uses(build, LOGGED):
        labels = use.labels(SECRET)
        dump = next((label for label in labels if label.source == ENVIRONMENT), None)
        if dump is None or dump.place is None:
            continue
        passed_on = any(True for _ in use.way(dump))
        place = use.place(dump) if passed_on else dump.place
        found = _worst(use, labels) or _read_somewhere(build)
        touched, edits = ((), ()) if passed_on else _removed(buildspec, use)
        if found is None:
            steps = use.steps(dump._replace(place=None), "printed", place)
            yield Report(place, "unknown", edits=edits, touched=touched, steps=steps)
        else:
            steps = use.steps(found.label, "printed", place, variable=found.variable)
            yield Report(place, found.variant, {"name": found.label.name}, (), edits, touched=touched, steps=steps)


# What is in it


def _worst(use: Use, labels: list[Label]) -> _Within | None:
    found = [each for label in labels if (each := _within(use, label)) is not None]
    return min(found, key=lambda each: _WORST_FIRST.index(each.variant), default=None)


def _within(use: Use, label: Label) -> _Within | None:
    """What there is to say of something that may be a secret; nothing of a setting."""
    if label.source == ENVIRONMENT:
        return None
    variable = next((name for name in _held(use, label) if sounds_secret(name)), "")
    if label.source == "named":
        return _Within("named", label, "")
    if PARAMETER_STORE in label.source and not variable and not (label.is_variable and sounds_secret(label.name)):
        return None
    if label.source.startswith(_FETCHED):
        return _Within("fetched", label, variable or next(_held(use, label), ""))
    if label.masked is not False:
        return _Within("masked", label, "")
    return _Within("changed", label, variable or next(_held(use, label), ""))


def _held(use: Use, label: Label) -> Iterator[str]:
    """The variables that hold it."""
    if use.event.state is None:
        return
    variables = use.event.state.variables
    for name in islice(variables.names(), LOOKED_AT):
        if label in variables.get(name).value.labels:
            yield name


def _read_somewhere(build: Build) -> _Within | None:
    """A variable that the build must be given, and whose name says that it is a secret."""
    for run in build.runs:
        for event in run.events:
            if event.kind == READ and event.variable is not None:
                for label in event.variable.value.labels:
                    if label.source == "named":
                        return _Within("named", label, "")
    return None


# The fix


def _removed(buildspec: Buildspec, use: Use) -> tuple[tuple[Node, ...], tuple[Edit, ...]]:
    """The command taken out of the file, with what else the edit changes; nothing where it does anything more."""
    item = use.run.step.item
    if use.event.standing is not None or item.script.problem is not None:
        return (), ()
    statements = item.script.body.items
    number = number_of(statements, use.node.start) if use.node.source is item.script.source else -1
    if number < 0 or not _shows_only(statements[number], use):
        return (), ()
    if len(statements) > 1:
        return (), statement(item, statements, number)
    return list_item(buildspec, item)


def _shows_only(node: AndOr, use: Use) -> bool:
    """Whether a statement consists of the dump, and of filters that it goes through."""
    if len(node.pipelines) != 1 or node.terminator == "&" or node.pipelines[0].negated:
        return False
    (pipeline,) = node.pipelines
    commands = pipeline.commands
    if all(each.span != use.node.span for each in (pipeline, *commands)):
        return False
    return all(isinstance(each, SimpleCommand) and _changes_nothing(each) for each in commands)


def _changes_nothing(command: SimpleCommand) -> bool:
    if command.redirections or command.assignments or not _is_plain(command):
        return False
    if command.words[0].text in _BUILTINS:
        return True
    lines = [line_in("flows", invocation) for invocation in unwrapped(command)]
    return len(lines) == 1 and lines[0] is not None and "stores" not in lines[0].says


_BUILTINS = frozenset({"set", "export", "declare", "typeset"})
"""They do nothing but show, as they stand for a dump here."""


def _is_plain(command: SimpleCommand) -> bool:
    return bool(command.words) and all(word.text is not None for word in command.words)
