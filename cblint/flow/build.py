"""Runs a build on paper: its phases in CodeBuild's order, on the paths where all went well and where something failed.

What happens after a failure is documented only in part; rules/README.md and docs/decisions/flow.md say what is taken
for sure. A phase that fails in ``install`` or ``pre_build`` ends the build; after one that fails in ``build``,
``post_build`` still runs, unless ``on-failure: ABORT`` says otherwise; ``CONTINUE`` goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from cblint.buildspec import model
from cblint.buildspec.model import VARIABLES, Buildspec, scalar
from cblint.buildspec.shells import POSIX
from cblint.facts import table
from cblint.flow.core import Given, Limits
from cblint.flow.events import Event, Hidden
from cblint.flow.items import STATUS, Beginning, ItemRun, first_state
from cblint.flow.labels import NO_LABELS, SECRET, Label, Labels
from cblint.flow.layers import Layers
from cblint.flow.paths import SOURCE
from cblint.flow.remembered import run_again
from cblint.flow.state import ANYTHING, GIVEN, UNSET, Ends, File, Outcome, State, Variable, join_states
from cblint.flow.status import told
from cblint.flow.steps import EITHER, FAILING, SUCCEEDING, UNTOLD, Phase, Step, phases_of
from cblint.flow.values import UNKNOWN, Value, initial, literal, unknown
from cblint.records import NamedTuple
from cblint.shell import syntax
from cblint.source.text import HOLE
from cblint.source.tree import Node

SUCCEEDS = "CODEBUILD_BUILD_SUCCEEDING"
"""The variable that says so to the commands."""

STEPS = 12_000
STEPS_PER_ITEM = 20
CHARACTERS_PER_STEP = 4
"""How many commands are followed in all: a build of loops within loops is given up, a long one is not.

Of the buildspecs that we know none takes a thousand.
"""


class StepRun(NamedTuple):
    """A step on one of the paths on which it can run: what is believed before and after, and what happens."""

    step: Step
    path: str
    before: State
    run: ItemRun

    @property
    def outcome(self) -> Outcome:
        """The states after it, where it succeeds and where it fails."""
        return self.run.outcome

    @property
    def events(self) -> list[Event]:
        """What happens in it, in order."""
        return self.run.recorder.events

    @property
    def hidden(self) -> list[Hidden]:
        """Commands in it that may fail without the item failing, and what hides them.

        None where the item may begin with ``set -e``, for all that is known of it.
        """
        if HOLE in self.step.item.value and self.step.item.may_be_another:
            return []
        return self.run.hidden

    @property
    def told(self) -> list[syntax.Node]:
        """The commands in it whose failure can be the item's own."""
        return told(self.run.outcome)


class Build(NamedTuple):
    """A build on paper. ``runs`` are in the order of execution, paths of one step next to each other."""

    runs: tuple[StepRun, ...]

    def on(self, path: str) -> Iterator[StepRun]:
        """The runs on one path."""
        return (run for run in self.runs if run.path == path)


Read = Callable[[str], "str | None"]
"""The text of a file of the repository by its path from the root; None if it is not at hand."""


def nothing_at_hand(_: str) -> str | None:
    """No file of the repository is known."""
    return None


def run_build(buildspec: Buildspec, read: Read = nothing_at_hand) -> Build:
    """Runs the commands of a buildspec, if a shell runs them that cblint reads."""
    shell = buildspec.runs_in
    if shell not in POSIX:
        return Build(())
    return _Builder(buildspec, shell, read).build()


class _PhaseEnds(NamedTuple):
    """How a phase ends: the states on each path."""

    ok: State | None
    failed: State | None


class _Builder:
    def __init__(self, buildspec: Buildspec, shell: str, read: Read) -> None:
        self.buildspec = buildspec
        self.shell = shell
        # Of two phases of one name the last one counts, as for any loader.
        self.phases = list({phase.name: phase for phase in phases_of(buildspec)}.values())
        variables = Layers(GIVEN, (_given_variables(buildspec),))
        self.given = Given(variables, partial(_file, read), kept=_kept_variables(buildspec))
        self.beginning = Beginning(SOURCE, UNKNOWN)
        steps = [step for phase in self.phases for step in (*phase.commands, *phase.final)]
        # As long as it is written: aliases to one long command would ask for work without end.
        length = sum({id(step.item.node): len(step.item.value) for step in steps}.values())
        self.limits = Limits(STEPS + STEPS_PER_ITEM * len(steps) + length // CHARACTERS_PER_STEP)
        self.runs: list[StepRun] = []
        version = buildspec.version
        value = scalar(version.value) if version is not None else None
        self.keeps = value is None or value.value.strip() not in ("0.1", ".1")
        """Whether anything survives from one command to the next: not in version 0.1."""

    def build(self) -> Build:
        start = first_state(self.given, self.beginning)
        paths: dict[str, State] = {SUCCEEDING: start}
        user: str | None = None
        for phase in self.phases:
            if user is not None and (phase.user != user or HOLE in user):
                paths = {path: self._another_user(state) for path, state in paths.items()}
            user = phase.user
            after: dict[str, State] = {}
            for path, state in paths.items():
                self._add(after, phase, path, self._run_phase(phase, path, state))
            paths = after
        return Build(tuple(self.runs))

    def _add(self, after: dict[str, State], phase: Phase, path: str, ends: _PhaseEnds) -> None:
        """The paths that lead on from a phase."""
        if ends.ok is not None:
            _put(after, path, ends.ok)
        if ends.failed is None:
            return
        if phase.on_failure == "CONTINUE":
            # Whether the build counts as failed then is not documented.
            _put(after, EITHER, ends.failed)
        elif phase.name == "build" and phase.on_failure not in ("ABORT", UNTOLD):
            # Where nobody knows, the fewest phases are said to run after a failure.
            _put(after, FAILING, ends.failed)

    def _run_phase(self, phase: Phase, path: str, state: State) -> _PhaseEnds:
        ok, failed = self._run_steps(phase.commands, path, _with_flag(state, path), stops=True)
        if not phase.final:
            return _PhaseEnds(ok, failed)
        ends = _PhaseEnds(None, None)
        for begun, is_failed in ((ok, False), (failed, True)):
            if begun is None:
                continue
            on = FAILING if is_failed else path
            # What the variable says to `finally` after a failure in its own phase is not documented.
            known = not is_failed or path == FAILING
            start = _with_flag(begun, on) if known else begun.with_variable(SUCCEEDS, _flag(UNKNOWN))
            fine, wrong = self._run_steps(phase.final, on, start, stops=False)
            if is_failed:
                ends = _PhaseEnds(ends.ok, join_states(ends.failed, join_states(fine, wrong)))
            else:
                ends = _PhaseEnds(join_states(ends.ok, fine), join_states(ends.failed, wrong))
        return ends

    def _run_steps(self, steps: list[Step], path: str, state: State, stops: bool) -> _PhaseEnds:
        """The states after all of them, and where one has failed: then ``commands`` stop.

        Whether ``finally`` stops as well is not documented: it is taken to go on.
        """
        current: State | None = state
        # What is not seen is trusted to leave alone what CodeBuild says of the build, as other variables of its own.
        given = self.given._replace(kept={**self.given.kept, SUCCEEDS: state.variable(SUCCEEDS)})
        failures = Ends()
        fails = False
        for step in steps:
            if current is None:
                break
            before = current if self.keeps else self._fresh(current)
            run = run_again(step.item.script, before, self.shell, given, self.beginning, self.limits)
            self.runs.append(StepRun(step, path, before, run))
            failures.add(Outcome(None, run.outcome.failed))
            fails = fails or run.outcome.ok is None
            current = run.outcome.ok if stops else run.outcome.either
        failed = failures.all().failed
        if not stops and failed is not None:
            # On the path where nothing failed all went well; on the other something did, whatever came after it.
            return _PhaseEnds(None if fails else current, join_states(failed, current))
        return _PhaseEnds(current, failed)

    def _fresh(self, state: State) -> State:
        """What a command of version 0.1 finds: the files, and nothing else of what the ones before have done."""
        flag = state.variable(SUCCEEDS)
        return first_state(self.given, self.beginning)._replace(files=state.files).with_variable(SUCCEEDS, flag)

    def _another_user(self, state: State) -> State:
        """Whether the variables and the directory reach a shell of another user is not known.

        What the build itself is given, it finds; and nobody makes a secret anything else.
        """
        given = dict(self.given.kept)
        return state._replace(variables=Layers(ANYTHING, (given,)), cwd=UNKNOWN, before=UNKNOWN)


def _file(read: Read, name: str) -> File | None:
    """What is at a path of a build, if it is a file of the repository."""
    below = SOURCE.written + "/"
    path = name.removeprefix(below)
    text = read(path) if path != name and path.partition("/")[0] != ".." else None
    return File("file", literal(text)) if text is not None else None


def _put(paths: dict[str, State], path: str, state: State) -> None:
    paths[path] = join_states(paths.get(path), state) or state


def _with_flag(state: State, path: str) -> State:
    value = {SUCCEEDING: literal("1"), FAILING: literal("0")}.get(path, UNKNOWN)
    return state.with_variable(SUCCEEDS, _flag(value))


def _flag(value: Value) -> Variable:
    return Variable(True, value, True)


def _given_variables(buildspec: Buildspec) -> dict[str, Variable]:
    """The variables of which it is known that a build has them. Their values can be set anew for each build."""
    variables = {name: Variable(True, initial(name), True) for name in table("variables")["always-set"]}
    variables["CODEBUILD_SRC_DIR"] = Variable(True, SOURCE, True)
    for name, is_secret in (each for project in buildspec.projects for each in project.variables):
        if is_secret:
            labels = frozenset({Label(SECRET, "project", name, None, True)})
            variables[name] = Variable(None, initial(name, labels), True)
    for given in buildspec.variables:
        labels = _labels(given)
        if _is_of_a_task(buildspec, given.key):
            # Only that task of a batch has it; but a name that all have stays one that is set.
            variables.setdefault(given.name, Variable(None, initial(given.name), True))
        else:
            variables[given.name] = Variable(True, initial(given.name, labels), True)
    variables[STATUS] = UNSET
    variables["IFS"] = Variable(True, literal(" \t\n"))
    return variables


def _is_of_a_task(buildspec: Buildspec, key: Node) -> bool:
    batch = buildspec.get("batch")
    if batch is None:
        return False
    tasks = batch.value.resolved
    return tasks.start <= key.start < tasks.end


def _kept_variables(buildspec: Buildspec) -> dict[str, Variable]:
    """What even a script that we do not see is trusted to leave alone."""
    facts = table("variables")
    names = [*facts["codebuild"], *facts["always-set"]]
    kept = {name: Variable(None, initial(name), True) for name in names if name.startswith("CODEBUILD_")}
    kept["CODEBUILD_SRC_DIR"] = Variable(True, SOURCE, True)
    for given in buildspec.variables:
        if given.section != VARIABLES:
            kept[given.name] = Variable(None, unknown(_labels(given)), None)
    return kept


def _labels(given: model.Variable) -> Labels:
    """A secret is what Parameter Store and Secrets Manager give."""
    if given.section == VARIABLES:
        return NO_LABELS
    return frozenset({Label(SECRET, given.section, given.name, given.key.span, True)})
