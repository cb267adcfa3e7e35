"""The questions that are asked about a build on paper: what is believed after each command, what runs when."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.flow.build import SUCCEEDS, Build, StepRun
from cblint.flow.events import Event, Hidden
from cblint.flow.items import STATUS
from cblint.flow.kinds import ASSIGNED, RAN, READ, UNSET
from cblint.flow.paths import SOURCE
from cblint.flow.state import State, Variable
from cblint.flow.status import told
from cblint.flow.steps import EITHER, FAILING, SUCCEEDING, Step
from cblint.flow.values import Maybe, Value
from cblint.records import NamedTuple
from cblint.shell.commands import ArithmeticCommand, SimpleCommand, Test
from cblint.shell.syntax import Node

_TESTS = (Test, ArithmeticCommand)
_OF_THE_WRAPPER = frozenset({STATUS, "PWD", "OLDPWD", SUCCEEDS})


class Belief(NamedTuple):
    """What is believed after a command on the path where all went well so far.

    ``succeeds``: True, False where it fails for sure, or None; ``state`` is the one after it, however it ends.
    ``changed`` are the variables that it may have set; ``hidden`` the commands in it whose failure nobody sees.
    """

    step: Step
    succeeds: Maybe
    state: State
    changed: tuple[str, ...]
    hidden: tuple[Hidden, ...]

    @property
    def directory(self) -> str | None:
        """The working directory, relative to the source root where it is below that; None if it is not known."""
        return directory(self.state.cwd)


def directory(cwd: Value) -> str | None:
    """A working directory as people write it: ``.`` is the source root."""
    if cwd.text is not None:
        return cwd.text
    root, *rest = cwd.pieces
    if (root,) != SOURCE.pieces or not all(isinstance(piece, str) for piece in rest):
        return None
    return "".join(piece for piece in rest if isinstance(piece, str)).lstrip("/") or "."


def beliefs(build: Build) -> Iterator[Belief]:
    """What is believed after each command, in the order of execution."""
    for run in build.on(SUCCEEDING):
        state = run.outcome.either
        if state is not None:
            succeeds = True if run.outcome.failed is None else False if run.outcome.ok is None else None
            yield Belief(run.step, succeeds, run.outcome.ok or state, changed(run), tuple(run.hidden))


def changed(run: StepRun) -> tuple[str, ...]:
    """The variables that a command may have set or removed for those that follow."""
    after = run.outcome.either
    names = dict.fromkeys(event.name for event in run.events if event.kind in (ASSIGNED, UNSET))
    return tuple(
        name
        for name in names
        if name not in _OF_THE_WRAPPER and after is not None and after.variable(name) != run.before.variable(name)
    )


class Known(NamedTuple):
    """A variable as it is shown: ``assigned`` is ``yes``, ``maybe`` or ``no``; ``value`` None if it is not known."""

    assigned: str
    value: str | None
    labels: tuple[str, ...]


def known(variable: Variable) -> Known:
    """What is known of a variable. The text of a secret is not."""
    assigned = "maybe" if variable.assigned is None else "yes" if variable.assigned else "no"
    value = variable.value.text if variable.assigned is not False and not variable.array else None
    labels = tuple(sorted({label.kind for label in variable.value.labels}))
    return Known(assigned, None if "secret" in labels else value, labels)


def ran(build: Build) -> Iterator[tuple[StepRun, Event]]:
    """Every command that runs, on every path on which it does."""
    for run in build.runs:
        for event in run.events:
            if event.kind == RAN:
                yield run, event


def runs_after_failure(build: Build, step: Step) -> Maybe:
    """Whether a command of the buildspec is reached in a build that has already failed: None if that is not sure."""
    paths = {run.path for run in build.runs if run.step == step}
    return True if FAILING in paths else None if EITHER in paths else False


def reached_after_failure(build: Build, node: Node) -> Maybe:
    """Whether a command inside an item runs in a build that has already failed; None if a condition decides it.

    A condition does so as well if all ends where it does not hold, be it in an item before: ``[ … ] || exit 1``.
    """
    answer: Maybe = False
    for path in (FAILING, EITHER):
        place, decided = ("", ""), False
        for run in build.on(path):
            if run.step[:2] != place or run.step.key == "finally":
                place, decided = run.step[:2], False
            for event in run.events:
                if event.kind == RAN and event.node is node:
                    if not event.guards and not decided:
                        return True
                    answer = None
                decided = decided or _decides(event, path)
            decided = decided or _is_test(run)
    return answer


def _decides(event: Event, path: str) -> bool:
    """Whether what follows may depend on a condition, though it is not inside of one."""
    if event.kind == READ:
        # Where the variable's value is not known, it cannot be seen what the commands make of it.
        return path == EITHER and event.name == SUCCEEDS
    return event.kind == RAN and event.name == "exit" and bool(event.guards)


def _is_test(run: StepRun) -> bool:
    """Whether an item can fail by a test, which those that follow then depend on."""
    if run.outcome.failed is None:
        return False
    nodes = told(run.outcome)
    return not nodes or any(isinstance(node, _TESTS) or _called(node) in ("[", "test") for node in nodes)


def _called(node: Node) -> str | None:
    return node.words[0].text if isinstance(node, SimpleCommand) and node.words else None
