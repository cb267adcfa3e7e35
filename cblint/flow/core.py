"""What running a command is made of: how it can end, what ends the shell, what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from cblint.flow.events import READ, Recorder
from cblint.flow.footprint import changed
from cblint.flow.layers import WORK, Layers
from cblint.flow.shells import Shell
from cblint.flow.state import (
    NEVER,
    NONE,
    Causes,
    Ends,
    File,
    Outcome,
    State,
    Variable,
    join_causes,
    join_outcomes,
    join_states,
)
from cblint.flow.values import Maybe, Value
from cblint.shell.commands import Command, CommandList
from cblint.shell.syntax import Node
from cblint.source.text import Text

DEEPEST = 40
"""Commands within commands, calls within calls."""


NOWHERE = Node(Text.of(""), 0, 0)
"""Stands for the command at fault where there is none."""


class Unclear(Exception):
    """What happens now cannot be said: anything may be changed by it."""


class Died(Exception):
    """The shell ends here for sure; that is already noted."""


class Exhausted(Exception):
    """No more is done on paper: the item may do anything, and so may those that follow."""


NAMES_PER_STEP = 10
"""So many names are joined in the time of a step."""


class Limits:
    """How much is still done on paper before the rest is given up: the same for every run of the same build."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self._names = WORK.names

    def take(self, steps: int = 1) -> None:
        """So many steps more, and what has been joined since the last one. Raises Exhausted."""
        joined = (WORK.names - self._names) // NAMES_PER_STEP
        self._names += joined * NAMES_PER_STEP
        self.steps -= steps + joined
        if self.steps < 0:
            raise Exhausted


def nobody_knows(_: str) -> Maybe:
    """Whether a program is in the image: not known."""
    return None


class Given(NamedTuple):
    """What a build is given: the variables that it may have (others by the same rule), and what may stand at a path."""

    variables: Layers[Variable]
    files: Callable[[str], File | None]
    programs: Callable[[str], Maybe] = nobody_knows
    """Whether there is a program of a name."""
    kept: Mapping[str, Variable] = {}
    """What no script changes, not even one that we do not see."""


class Process:
    """A shell or one of its subshells: how it ends before its last command."""

    def __init__(self, in_loop: bool = False, in_function: bool = False) -> None:
        self.in_loop = in_loop
        """Whether the shell that it comes from is in a loop: ``break`` then ends it."""
        self.in_function = in_function
        self.trapped: State | None = None
        """The state in which the trap for EXIT begins, as long as it runs."""
        self.aborted: State | None = None
        """Where bash has given up a line, and goes on with the next one."""
        self.exits = Ends()
        """By ``exit``, ``set -e`` and errors; the trap for EXIT is still to run."""
        self.replaced = NEVER
        """By ``exec``."""


class Jumps:
    """Where a function, a sourced file or a loop is left early."""

    def __init__(self, is_function: bool, passes_loops: bool = False) -> None:
        self.is_function = is_function
        self.passes_loops = passes_loops
        """Whether ``break`` in it leaves loops round it, as in a sourced file."""
        self.returns = NEVER
        self.breaks: State | None = None
        self.continues: State | None = None


class Core:
    """A shell that runs one item."""

    def __init__(self, shell: Shell, given: Given, recorder: Recorder, limits: Limits) -> None:
        self.shell = shell
        self.given = given
        self.recorder = recorder
        self.limits = limits
        self.process = Process()
        self.jumps: list[Jumps] = []
        self.ignoring = False
        """Whether a failure is asked for, so that ``set -e`` does not mind it."""
        self.depth = 0
        self.calls = 0
        """Functions within functions."""
        self.sourced = 0
        """Files within files."""
        self.given_up: State | None = None
        """Where bash has given up a line of the text that ran last."""
        self.temporary: list[str] = []
        """The variables that are set only as long as the command runs which we are in."""

    # What is told

    def hide(self, outcome: Outcome, how: str, witness: Node) -> None:
        """The failures in it are seen by nobody from here on."""
        if outcome.failed is not None:
            self.recorder.hide(outcome.failed.cause, how, witness)

    def checked(self, causes: Causes) -> None:
        """Somebody asks for the status."""
        self.recorder.check(causes)

    def read(self, node: Node, name: str, variable: Variable) -> None:
        """A variable is read."""
        self.recorder.note(READ, node, name, variable=variable)

    # How commands end

    def succeed(self, state: State) -> Outcome:
        """It succeeds."""
        if state.succeeded is True and state.code == 0 and state.cause is NONE and state.excused is False:
            return Outcome(state, None)
        return Outcome(state._replace(code=0, succeeded=True, cause=NONE, excused=False), None)

    def failing(self, state: State, node: Node, code: int | None = 1) -> State:
        """The state after a failure."""
        cause = Causes(node)
        return state._replace(
            code=code, succeeded=False, cause=cause, failures=join_causes(state.failures, cause), excused=False
        )

    def fail(self, state: State, node: Node, code: int | None = 1) -> Outcome:
        """It fails."""
        return Outcome(None, self.failing(state, node, code))

    def either(self, state: State, node: Node, code: int | None = None) -> Outcome:
        """It succeeds or fails."""
        return Outcome(self.succeed(state).ok, self.failing(state, node, code))

    def answer(self, state: State, node: Node, holds: Maybe, code: int | None = 1) -> Outcome:
        """It succeeds if something holds."""
        if holds is None:
            return self.either(state, node, code)
        return self.succeed(state) if holds else self.fail(state, node, code)

    def again(self, state: State) -> Outcome:
        """It ends with the status that the command before had."""
        if state.succeeded is None:
            ok = state._replace(code=0, succeeded=True, cause=NONE)
            return Outcome(ok, state._replace(succeeded=False, code=state.code or None))
        return Outcome(state, None) if state.succeeded else Outcome(None, state)

    def leave(self, outcome: Outcome) -> None:
        """The shell may exit like that."""
        self.process.exits.add(outcome)

    def dies(self, state: State, surely: bool, code: int | None) -> None:
        """An expansion goes wrong, which ends the shell. Raises Died if that is sure."""
        self._ends(state, code)
        if surely:
            raise Died

    def _ends(self, state: State, code: int | None) -> None:
        node = self.recorder.current or NOWHERE
        # Which status an error in a trap leaves is not the same everywhere.
        in_trap = self.process.trapped is not None
        self.leave(self.either(state, node) if in_trap else self.fail(state, node, code))

    def gives_up(self, state: State) -> None:
        """The rest of the line is not run. Raises Died."""
        failing = self.failing(state, self.recorder.current or NOWHERE, 1)
        self.process.aborted = join_states(self.process.aborted, failing)
        raise Died

    def aborts(self, state: State, surely: bool, minded: bool = True) -> None:
        """What ends dash, and bash called sh; bash gives up the line and goes on with the next. Raises Died if sure.

        ``minded``: `set -e` then ends bash.
        """
        code = self.shell.among(2, 1, 1)
        failing = self.failing(state, self.recorder.current or NOWHERE, code)
        goes_on = self.shell.special_builtins_exit is False
        errexit = state.options.errexit if minded else False
        if goes_on and errexit is not True:
            self.process.aborted = join_states(self.process.aborted, failing)
        if not goes_on or errexit is not False:
            self._ends(state, code)
        if surely:
            raise Died

    def miscounts(self, state: State, surely: bool) -> None:
        """bash is to give a number to a variable, and has none: it gives up the line. Raises Died if that is sure.

        It leaves the status as it was, unless that is 0.
        """
        failing = self.failing(state, self.recorder.current or NOWHERE, 1)
        if state.succeeded is not True:
            failing = failing._replace(code=state.code or None, cause=state.cause)
        self.process.aborted = join_states(self.process.aborted, failing)
        if surely:
            raise Died

    def anything(self, state: State, node: Node) -> Outcome:
        """After a command of which nothing is known but that it ran, and what its words can change."""
        wild = changed(state, node, self.given.kept)
        outcome = self.either(wild, node)
        if self.shell.is_dash is not True:
            self.process.aborted = join_states(self.process.aborted, wild)
        self.leave(outcome)
        for jumps in self.jumps:
            if jumps.is_function:
                jumps.returns = join_outcomes(jumps.returns, outcome)
            else:
                jumps.breaks = join_states(jumps.breaks, wild)
                jumps.continues = join_states(jumps.continues, wild)
        return outcome

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """As long as it lasts, one command more is inside another. Raises Unclear where that is too deep."""
        if self.depth >= DEEPEST:
            raise Unclear
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    # What is put together from these, in the modules above

    def sequence(self, node: CommandList, state: State) -> Outcome:
        """Commands one after the other."""
        raise NotImplementedError

    def command(self, node: Command, state: State) -> Outcome:
        """Any command."""
        raise NotImplementedError

    def substitute(self, body: CommandList, state: State) -> tuple[Value, Outcome]:
        """What ``$(…)`` becomes, and how it ends."""
        raise NotImplementedError
