"""What running a command is made of: how it can end, what ends the shell, what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from cblint.flow.events import Recorder
from cblint.flow.footprint import changed
from cblint.flow.kinds import LOGGED, READ, STORED
from cblint.flow.layers import WORK, Layers
from cblint.flow.shells import Shell
from cblint.flow.state import (
    NEVER,
    NONE,
    UNHEARD,
    Causes,
    Ends,
    File,
    Outcome,
    State,
    Variable,
    join_causes,
    join_outcomes,
    join_states,
    said,
    stirred,
)
from cblint.flow.values import UNKNOWN, Maybe, Value
from cblint.records import NamedTuple
from cblint.shell.commands import Command, CommandList
from cblint.shell.script import Script
from cblint.shell.syntax import Node
from cblint.source.text import Text
from cblint.timing import step
from cblint.typing import TypeVar

N = TypeVar("N", bound=Node)

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
        self._taken = 0

    def take(self, steps: int = 1) -> None:
        """So many steps more, and what has been joined since the last one. Raises Exhausted."""
        step()
        joined = (WORK.names - self._names) // NAMES_PER_STEP
        self._names += joined * NAMES_PER_STEP
        self._taken += steps
        self.steps -= steps + joined
        if self.steps < 0:
            raise Exhausted

    @property
    def exhausted(self) -> bool:
        """Whether there was more to do than is done."""
        return self.steps < 0

    @property
    def spent(self) -> tuple[int, int]:
        """The steps that were taken so far, and the names that were joined."""
        return self._taken, WORK.names

    def can_take(self, steps: int, names: int) -> bool:
        """Whether so much more can be done."""
        return self.steps - steps - (WORK.names + names - self._names) // NAMES_PER_STEP >= 0

    def spend(self, steps: int, names: int) -> None:
        """So much need not be done, but counts as if it were."""
        WORK.names += names
        self.take(steps)


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

    def __init__(
        self, is_inner: bool = False, in_loop: bool = False, in_function: bool = False, forgets_trap: Maybe = False
    ) -> None:
        self.is_inner = is_inner
        """Whether it is a subshell."""
        self.in_loop = in_loop
        """Whether the shell that it comes from is in a loop: ``break`` then ends it."""
        self.in_function = in_function
        self.forgets_trap = forgets_trap
        """Whether it ends without its trap for EXIT."""
        self.trapped: State | None = None
        """The state in which the trap for EXIT begins, as long as it runs."""
        self.aborted: State | None = None
        """Where bash has given up a line, and goes on with the next one: of the text that `eval` was given, say."""
        self.dropped: State | None = None
        """The same, but the next line of the item."""
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
        self.asks: int | None = None
        """Which turn of a loop begins, as long as its condition runs."""
        self.returns = NEVER
        self.breaks: State | None = None
        self.continues: State | None = None


def unminding(state: State | None) -> State | None:
    """The state in which it is not known whether `set -e` still holds."""
    if state is None or not state.options.errexit:
        return state
    return state._replace(options=state.options._replace(errexit=None))


class Core:
    """A shell that runs one item."""

    def __init__(self, shell: Shell, given: Given, recorder: Recorder, limits: Limits) -> None:
        self.shell = shell
        self.given = given
        self.recorder = recorder
        self.limits = limits
        self.process = Process()
        self.jumps: list[Jumps] = []
        self.traps_errors = False
        """Whether what cannot be followed may set a trap for ERR."""
        self.ignoring = False
        """Whether a failure is asked for, so that ``set -e`` does not mind it."""
        self.asks_text = False
        """Whether the status of what runs now as a text is asked for: bash then forgets `set -e` in it."""
        self.depth = 0
        self.calls = 0
        """Functions within functions."""
        self.frames: list[Mapping[str, tuple[Variable, Maybe]]] = []
        """The local variables of the functions that called the one which runs."""
        self.errors_away = False
        """Whether what goes to standard error does not reach the log."""
        self.sourced = 0
        """Files within files."""
        self.texts: dict[str, Script] = {}
        """What texts that were run say: the same nodes each time, so that loops come to an end."""
        self.trappers: dict[str, Node] = {}
        """The command that has set a trap, by what the trap then runs."""
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

    def says(self, state: State, value: Value, node: Node) -> State:
        """The state after a command has printed something; the log is told apart where it matters what that is."""
        if value.labels and state.printed is UNHEARD:
            self.recorder.note(LOGGED, node, "", (value,), state=state)
        return said(state, value)

    def stores(self, state: State, value: Value, path: str | None, node: Node, exact: bool = True) -> None:
        """A text goes into a file; ``exact``: into that one for sure."""
        if value.labels:
            self.recorder.note(STORED, node, path or "", (value,), exact and path is not None, state)

    # How commands end

    def succeed(self, state: State) -> Outcome:
        """It succeeds."""
        if state.succeeded is True and state.code == 0 and state.cause is NONE:
            return Outcome(state, None)
        return Outcome(state._replace(code=0, succeeded=True, cause=NONE), None)

    def failing(self, state: State, node: Node, code: int | None = 1) -> State:
        """The state after a failure."""
        cause = Causes(node)
        return state._replace(code=code, succeeded=False, cause=cause, failures=join_causes(state.failures, cause))

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

    def complains(self, state: State) -> State:
        """The state after something that succeeds, but says why it should not."""
        return state._replace(failures=Causes(None, (state.failures,)))

    def again(self, state: State) -> Outcome:
        """It ends with the status that the command before had."""
        if state.succeeded is None:
            ok = state._replace(code=0, succeeded=True, cause=NONE)
            return Outcome(ok, state._replace(succeeded=False, code=state.code or None))
        return Outcome(state, None) if state.succeeded else Outcome(None, state)

    def leave(self, outcome: Outcome) -> None:
        """The shell may exit like that."""
        if self.asks_text and self.shell.is_dash is not True:
            # Whether a trap then minds failures is not asked.
            outcome = Outcome(*(unminding(end) for end in outcome))
        self.process.exits.add(outcome)

    @contextmanager
    def undoing(self, undo: Callable[[State | None], State | None]) -> Iterator[None]:
        """What is undone behind a command is also undone where bash gives up the line in it."""
        process = self.process
        aborted, dropped = process.aborted, process.dropped
        process.aborted = process.dropped = None
        try:
            yield
        finally:
            process.aborted = join_states(aborted, undo(process.aborted))
            process.dropped = join_states(dropped, undo(process.dropped))

    def dies(self, state: State, surely: bool, code: int | None) -> None:
        """An expansion goes wrong, which ends the shell. Raises Died if that is sure."""
        self._ends(state, code)
        if surely:
            raise Died

    def ends_with_status(self, state: State) -> None:
        """The shell fails with the status from before, unless that is 0."""
        code = 1 if state.succeeded is True else state.code or None
        self._ends(state, code)

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

    def aborts(
        self, state: State, surely: bool, minded: bool = True, everywhere: bool = False, keeps_status: bool = False
    ) -> None:
        """What ends dash, and bash called sh; bash gives up the line and goes on with the next. Raises Died if sure.

        ``minded``: `set -e` then ends bash, and if it ``keeps_status``, with the status from before, unless that is 0.
        ``everywhere``: bash goes on even where it is called sh.
        """
        code = self.shell.among(2, 1, 1)
        failing = self.failing(state, self.recorder.current or NOWHERE, code)
        goes_on = (self.shell.is_dash if everywhere else self.shell.special_builtins_exit) is False
        errexit = self.errexit(state) if minded else False
        if goes_on and errexit is not True:
            self.process.aborted = join_states(self.process.aborted, failing)
        ends = not goes_on or errexit is not False
        if keeps_status and errexit is not False and self.shell.is_dash is False:
            self.ends_with_status(state)
            ends = not goes_on and errexit is None
        if ends:
            self._ends(state, code)
        if surely:
            raise Died

    def errexit(self, state: State) -> Maybe:
        """Whether `set -e` minds what goes wrong in an expansion."""
        errexit = state.options.errexit
        return None if errexit and self.asks_text and self.shell.is_dash is not True else errexit

    def miscounts(self, state: State, surely: bool) -> None:
        """bash is to give a number to a variable, and has none: it gives up the line. Raises Died if that is sure.

        It leaves the status as it was, unless that is 0.
        """
        failing = self.failing(state, self.recorder.current or NOWHERE, 1)
        if state.succeeded is not True:
            failing = failing._replace(code=state.code or None, cause=state.cause)
        self.drops(failing, surely)

    def drops(self, failing: State, surely: bool) -> None:
        """bash gives up the line of the item that it is at, wherever it stands. Raises Died if that is sure."""
        self.process.dropped = join_states(self.process.dropped, failing)
        if surely:
            raise Died

    def anything(self, state: State, node: Node) -> Outcome:
        """After a command of which nothing is known but that it ran, and what its words can change."""
        wild = changed(state, node, self.given.kept)
        if self.traps_errors and wild.functions.default is None:
            wild = wild._replace(err_trap=UNKNOWN)
        outcome = self.either(wild, node)
        if self.shell.is_dash is not True:
            # With its own status and cause, not those of what stood before.
            self.process.aborted = join_states(self.process.aborted, outcome.either)
            self.process.dropped = join_states(self.process.dropped, outcome.either)
        self.leave(outcome)
        for jumps in self.jumps:
            if jumps.is_function:
                jumps.returns = join_outcomes(jumps.returns, outcome)
            else:
                jumps.breaks = join_states(jumps.breaks, wild)
                jumps.continues = join_states(jumps.continues, wild)
        return outcome

    def inherited_trap(self, state: State) -> Value | None:
        """The trap for ERR that functions and subshells have."""
        errtrace = state.options.errtrace
        return state.err_trap if errtrace else None if errtrace is False or state.err_trap is None else UNKNOWN

    def ran_somehow(self, node: Node, state: State) -> Outcome:
        """After something in a subshell of which nothing is known."""
        return self.either(state._replace(files=stirred(state.files), input=UNKNOWN), node)

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

    def contained(self, node: N, state: State, run: Callable[[N, State], Outcome]) -> Outcome:
        """Runs a command; where nobody can say what it does, only what its words can change becomes unknown."""
        recorder = self.recorder
        outer, recorder.current = recorder.current, node
        before = self.depth, self.ignoring, self.process
        jumps, guards = len(self.jumps), len(recorder.guards)
        try:
            return run(node, state)
        except Died:
            return NEVER
        except Unclear:
            self.depth, self.ignoring, self.process = before
            del self.jumps[jumps:]
            del recorder.guards[guards:]
            return self.anything(state, node)
        finally:
            recorder.current = outer

    # What is put together from these, in the modules above

    def sequence(self, node: CommandList, state: State) -> Outcome:
        """Commands one after the other."""
        raise NotImplementedError

    def subshell(self, state: State, run: Callable[[State], Outcome]) -> Outcome:
        """Something in a process of its own: only its files, its output and its status come back."""
        raise NotImplementedError

    def script(self, script: Script, state: State) -> Outcome:
        """All of a script, line by line."""
        raise NotImplementedError

    def lines(self, node: CommandList, state: State) -> Outcome:
        """Commands line by line; bash goes on behind a line that it has given up."""
        raise NotImplementedError

    def command(self, node: Command, state: State) -> Outcome:
        """Any command."""
        raise NotImplementedError

    def substitute(self, body: CommandList, state: State) -> tuple[Value, Outcome]:
        """What ``$(…)`` becomes, and how it ends."""
        raise NotImplementedError
