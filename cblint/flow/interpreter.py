"""Runs a command on paper: from a state to the states in which it can end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cblint import expressions
from cblint.flow.core import NOWHERE, Process, Unclear, unminding
from cblint.flow.events import Guard
from cblint.flow.footprint import footprint, ruined
from cblint.flow.redirections import redirect
from cblint.flow.simple import SimpleRunner
from cblint.flow.state import (
    NEVER,
    NONE,
    Causes,
    Outcome,
    State,
    join_causes,
    join_outcomes,
    join_states,
    said,
    stirred,
    with_status_of,
)
from cblint.flow.values import EMPTY, UNKNOWN, Maybe, Value, literal, unknown
from cblint.flow.words import Expansion
from cblint.shell.commands import (
    AndOr,
    ArithmeticCommand,
    Case,
    Command,
    CommandList,
    For,
    Function,
    Group,
    Pipeline,
    SimpleCommand,
    Subshell,
    Test,
)
from cblint.shell.script import Script

_LEAVES = expressions.lazy(r"\b(?:return|break|continue|trap)\b")
"""Commands of which it is another matter in a trap for ERR what they do."""


_OVERWRITES = (ArithmeticCommand, Case, For, Function, Test)
"""Compound commands that have a status of their own, not only those of the commands in them."""


class Interpreter(SimpleRunner):
    """Runs the commands of one item."""

    # Lists

    def script(self, script: Script, state: State) -> Outcome:
        """All of a script, line by line."""
        return self._lines(script.body, state, True)

    def lines(self, node: CommandList, state: State) -> Outcome:
        """Commands line by line; bash goes on behind a line that it has given up."""
        return self._lines(node, state, False)

    def _lines(self, node: CommandList, state: State, is_item: bool) -> Outcome:
        items = node.items
        outcome = self.again(state)
        for number, item in enumerate(items):
            if number and self._next_line(items[number - 1], item):
                outcome = join_outcomes(outcome, self._resumed(is_item))
            before = outcome.either
            if before is not None:
                outcome = self.and_or(item, before)
            elif self.process.aborted is None and self.process.dropped is None:
                return outcome
        return join_outcomes(outcome, self._resumed(is_item))

    def _resumed(self, is_item: bool) -> Outcome:
        """Where bash goes on behind a line that it has given up."""
        given_up, self.process.aborted = self.process.aborted, None
        if is_item:
            given_up = join_states(given_up, self.process.dropped)
            self.process.dropped = None
        return self.again(given_up) if given_up is not None else NEVER

    def _next_line(self, before: AndOr, after: AndOr) -> bool:
        return "\n" in before.source.value[before.end : after.start]

    def sequence(self, node: CommandList, state: State) -> Outcome:
        """Commands one after the other."""
        outcome = self.again(state)
        if not node.items:
            return outcome
        for item in node.items:
            before = outcome.either
            if before is None:
                return outcome
            outcome = self.and_or(item, before)
        return outcome

    def and_or(self, node: AndOr, state: State) -> Outcome:
        """``a && b || c``, in the background if it ends in ``&``."""
        if node.terminator == "&":
            outcome = self.background(node, state)
            self.hide(outcome, "background", node)
            after = outcome.either
            if after is None or after.files is not state.files:
                # When it changes files is not known.
                state = state._replace(files=stirred((after or state).files))
            return self.succeed(state)
        return self._and_or(node, state)

    def _and_or(self, node: AndOr, state: State) -> Outcome:
        last = len(node.pipelines) - 1
        outcome = self._link(node.pipelines[0], state, last > 0 or node.open)
        guards = 0
        for number, operator in enumerate(node.operators[:last], 1):
            pipeline = node.pipelines[number]
            goes_on = outcome.ok if operator == "&&" else outcome.failed
            if operator == "||":
                self.hide(outcome, "or", pipeline)
            if goes_on is None:
                continue
            stays = outcome.failed if operator == "&&" else outcome.ok
            if stays is not None:
                self.recorder.guards.append(Guard(node.pipelines[number - 1], operator == "&&"))
                guards += 1
            after = self._link(pipeline, goes_on, number < last or node.open)
            outcome = Outcome(
                join_states(after.ok, stays if operator == "||" else None),
                join_states(after.failed, stays if operator == "&&" else None),
            )
        del self.recorder.guards[len(self.recorder.guards) - guards :]
        return outcome

    def _link(self, node: Pipeline, state: State, ignoring: bool) -> Outcome:
        """A pipeline of a list; ``set -e`` does not mind if any but the last one fails."""
        if not ignoring:
            return self.pipeline(node, state)
        return self.asked(lambda: self.pipeline(node, state))

    def asked(self, run: Callable[[], Outcome]) -> Outcome:
        """Something whose status is asked for."""
        before = self.ignoring
        self.ignoring = True
        try:
            return run()
        finally:
            self.ignoring = before

    def background(self, node: AndOr, state: State) -> Outcome:
        """What a job comes to."""
        first = node.pipelines[0].commands
        forgets = len(node.pipelines) > 1 or (len(first) == 1 and _forgets_trap(first[0]))
        return self.subshell(state, lambda inner: self._and_or(node, inner), self._in_bash(forgets))

    def _in_bash(self, holds: bool) -> Maybe:
        return self.shell.among(False, True, True) if holds else False

    # Pipelines

    def pipeline(self, node: Pipeline, state: State) -> Outcome:
        """One command or several, ``!`` before them."""
        if node.negated:
            outcome = self.asked(lambda: self._commands(node, state))
            self.hide(outcome, "negation", node)
            ok = self.succeed(outcome.failed).ok if outcome.failed is not None else None
            failed = outcome.ok
            if failed is not None:
                # Not a failure of the command, which did succeed: nothing that could be hidden.
                failed = failed._replace(code=1, succeeded=False, cause=NONE)
            if outcome.failed is not None and self.shell.is_dash is not True and _is_redirected_group(node):
                # If it is a redirection that fails, bash does not turn the status round.
                failed = join_states(failed, outcome.failed)
            return Outcome(ok, failed)
        return self._commands(node, state)

    def _commands(self, node: Pipeline, state: State) -> Outcome:
        if len(node.commands) > 1:
            return self.mind(self._stages(node, state), state)
        if not node.commands:
            return self.succeed(state)
        (command,) = node.commands
        outcome = self.command(command, state)
        if _minds(command):
            return self.mind(outcome, state)
        if outcome.failed is not None and command.redirections:
            # Whether a redirected group counts as a command for set -e differs.
            return self.mind(outcome, state, surely=False)
        return outcome

    def mind(self, outcome: Outcome, before: State, surely: bool = True) -> Outcome:
        """What ``set -e`` and the trap for ERR make of the failure of a command; it has to be set ``before``."""
        failed = outcome.failed
        if failed is None or self.ignoring:
            return outcome
        if failed.err_trap is not None is not before.err_trap:
            told = self._told_of(failed)
            failed = told if surely else join_states(failed, told)
            outcome = Outcome(outcome.ok, failed)
        if failed is None or failed.options.errexit is False:
            return outcome
        self.leave(Outcome(None, failed))
        return Outcome(outcome.ok, None) if surely and failed.options.errexit else outcome

    def _told_of(self, failed: State) -> State | None:
        """The state after the trap for ERR, which leaves the status as it was."""
        action = failed.err_trap
        text = action.text if action is not None else None
        start = failed._replace(err_trap=None)
        try:
            if text is None or _LEAVES.search(text):
                raise Unclear
            after = self._action(text, start).either
        except Unclear:
            wild = ruined(start, self.given.kept)
            after = self.anything(wild, self.recorder.current or NOWHERE).either
        if after is None:
            return None
        return with_status_of(after, failed)._replace(err_trap=action)

    def _action(self, text: str, state: State) -> Outcome:
        """What a trap runs: it stands in the command that has set the trap."""
        current, self.recorder.current = self.recorder.current, self.trappers.get(text, self.recorder.current)
        try:
            return self.text(text, state)
        finally:
            self.recorder.current = current

    def _stages(self, node: Pipeline, state: State) -> Outcome:
        """Each in a subshell of its own; the status is the last one's, or with pipefail the last that fails."""
        before = state
        outcome = NEVER
        minded: list[Outcome] = []
        flowing = state.input
        for number, command in enumerate(node.commands):
            inner = before._replace(input=flowing, printed=EMPTY)
            outcome = self.subshell(inner, partial(self._stage, command), self._in_bash(_forgets_trap(command)))
            after = outcome.either
            if after is None:
                return NEVER
            minded.append(outcome)
            flowing = after.printed
            before = before._replace(files=after.files, failures=join_causes(before.failures, after.failures))
            if number < len(node.commands) - 1 and state.options.pipefail is not True:
                self.hide(outcome, "pipeline", node.commands[-1])
        printed = flowing if all(stage.either for stage in minded) else unknown(flowing.labels)
        ok, failed = self._piped(minded, state.options.pipefail)
        end = self.says(before._replace(printed=state.printed), printed, node)
        end = end._replace(input=UNKNOWN if flowing else state.input)
        return Outcome(
            self.succeed(end).ok if ok else None,
            end._replace(
                code=failed[1],
                succeeded=False,
                cause=failed[0],
                failures=join_causes(end.failures, failed[0]),
            )
            if failed is not None
            else None,
        )

    def _piped(self, stages: list[Outcome], pipefail: Maybe) -> tuple[bool, tuple[Causes, int | None] | None]:
        """Whether a pipeline can succeed, and who makes it fail, with which status."""
        last = stages[-1]
        counted = [last] if pipefail is False else stages
        causes = NONE
        codes: set[int | None] = set()
        for outcome in counted:
            if outcome.failed is not None:
                causes = join_causes(causes, outcome.failed.cause)
                codes.add(outcome.failed.code)
        sure = [outcome for outcome in ([last] if pipefail is not True else stages) if outcome.ok is None]
        code = None
        if pipefail is False or len(codes) == 1:
            code = next(iter(codes), None)
        elif pipefail is True and last.ok is None and last.failed is not None:
            code = last.failed.code
        return not sure, (causes, code) if codes else None

    def _stage(self, command: Command, state: State) -> Outcome:
        outcome = self.command(command, state)
        return self.mind(outcome, state) if _minds(command) else outcome

    def subshell(self, state: State, run: Callable[[State], Outcome], forgets_trap: Maybe = False) -> Outcome:
        """Something in a process of its own: only its files, its output and its status come back."""
        process, jumps = self.process, self.jumps
        self.process = Process(
            True,
            process.in_loop or any(not jump.is_function for jump in jumps),
            process.in_function or any(jump.is_function for jump in jumps),
            forgets_trap,
        )
        self.jumps = []
        try:
            with self.deeper():
                outcome = self.ended(run(state._replace(exit_trap=None, err_trap=self.inherited_trap(state))))
        finally:
            self.process, self.jumps = process, jumps
        return Outcome(*(self._returned(state, inner) for inner in outcome))

    def _returned(self, outer: State, inner: State | None) -> State | None:
        if inner is None:
            return None
        return outer._replace(
            files=inner.files,
            printed=inner.printed,
            input=inner.input,
            code=inner.code,
            succeeded=inner.succeeded,
            cause=inner.cause,
            failures=inner.failures,
        )

    def ended(self, outcome: Outcome) -> Outcome:
        """How the process ends in all, with what its trap for EXIT does."""
        ends = join_outcomes(outcome, self.process.exits.taken())
        ends = join_outcomes(ends, self._resumed(True))
        if all(end is None or end.exit_trap is None for end in ends):
            return join_outcomes(ends, self.process.replaced)
        for _ in range(2):
            ends = join_outcomes(*(self._trapped(state, bool(number)) for number, state in enumerate(ends)))
            if not self.process.exits:
                break
            ends = join_outcomes(ends, self.process.exits.taken())
        return join_outcomes(ends, self.process.replaced)

    def _trapped(self, state: State | None, failed: bool) -> Outcome:
        if state is None:
            return NEVER
        end = Outcome(None, state) if failed else Outcome(state, None)
        action = state.exit_trap
        if action is None or self.process.forgets_trap:
            return end
        start = state._replace(exit_trap=None)
        self.process.trapped = state
        if action.text is None or self.process.forgets_trap is None:
            return self.anything(start, self.recorder.current or NOWHERE)
        # In a trap nobody asks any more; bash may have forgotten `set -e` until then.
        ignoring, self.ignoring = self.ignoring, False
        if ignoring and self.shell.is_dash is not True:
            start = unminding(start) or start
        try:
            after = self._action(action.text, start).either
            if self.process.dropped is not None:
                raise Unclear
        except Unclear:
            return self.anything(start, self.recorder.current or NOWHERE)
        finally:
            self.process.trapped = None
            self.ignoring = ignoring
        if after is None:
            return NEVER
        # Unless it exits itself, the status is the one from before.
        back = with_status_of(after, state)
        return Outcome(None, back) if failed else Outcome(back, None)

    def substitute(self, body: CommandList, state: State) -> tuple[Value, Outcome]:
        """What ``$(…)`` becomes, and how it ends; the state after it is otherwise the one before."""
        reads = _only_reads(body) if self.shell.is_dash is not True else None
        if reads is not None and self.shell.is_dash is None:
            raise Unclear
        ignoring = self.ignoring
        inherits = self.shell.among(False, True, True)
        options = state.options
        inner = state._replace(printed=EMPTY, code=state.code)
        if options.errexit is not False:
            keeps = self.shell.among(True, True, False)
            if keeps is not True:
                inner = inner._replace(options=options._replace(errexit=False if keeps is False else None))
            if ignoring and inherits is None:
                inner = inner._replace(options=options._replace(errexit=None))
                self.ignoring = False
        elif ignoring and inherits is None and footprint(state, body).options:
            raise Unclear
        if inherits is False:
            # Also what `set -e` within it says.
            self.ignoring = False
        try:
            outcome = self.subshell(
                inner, lambda start: self.sequence(body, start) if reads is None else self._content(reads, start)
            )
        finally:
            self.ignoring = ignoring
        after = outcome.either
        if after is None:
            return UNKNOWN, NEVER
        printed = after.printed
        text = printed.text
        value = literal(text.rstrip("\n")) if text is not None else _without_newlines(printed)
        if text is not None and "\0" in text:
            value = UNKNOWN
        return value, Outcome(
            *(end._replace(printed=state.printed, options=options) if end is not None else None for end in outcome)
        )

    def _content(self, node: SimpleCommand, state: State) -> Outcome:
        """For bash ``$(< file)`` is what stands in the file."""
        if len(node.redirections) != 1 or node.redirections[0].operator != "<":
            raise Unclear
        expansion = Expansion(self, state)
        redirected = redirect(expansion, node.redirections)
        content = redirected.input
        if content is None:
            raise Unclear
        outcome = self.succeed(said(expansion.state, content))
        missed = self.fail(expansion.state, node, 1)
        if redirected.fails is None:
            return join_outcomes(outcome, missed)
        return missed if redirected.fails else outcome

    # Commands

    def command(self, node: Command, state: State) -> Outcome:
        """Any command."""
        self.limits.take()
        if isinstance(node, SimpleCommand):
            return self.simple(node, state)
        return self.contained(node, state, self._run_compound)

    def _run_compound(self, node: Command, state: State) -> Outcome:
        if state.cause is not NONE and isinstance(node, _OVERWRITES):
            self.recorder.hide(state.cause, "sequence", node)
        with self.deeper():
            if not node.redirections or isinstance(node, Function):
                return self._compound(node, state)
            return self._redirected(node, state)

    def _compound(self, node: Command, state: State) -> Outcome:
        if isinstance(node, Subshell):
            return self.subshell(state, lambda inner: self.sequence(node.body, inner))
        from cblint.flow import compound  # many builds have none

        return compound.run(self, node, state)

    def _redirected(self, node: Command, state: State) -> Outcome:
        expansion = Expansion(self, state)
        redirected = redirect(expansion, node.redirections)
        outcome = self.within(redirected, expansion.state, lambda start: self._compound(node, start), True)
        if redirected.fails is not False:
            missed = self.fail(expansion.state, node, self.shell.among(2, 1, 1))
            outcome = missed if redirected.fails else join_outcomes(outcome, missed)
        return outcome


def _is_redirected_group(node: Pipeline) -> bool:
    (command,) = node.commands if len(node.commands) == 1 else (None,)
    return command is not None and not isinstance(command, SimpleCommand) and bool(command.redirections)


def _only_reads(body: CommandList) -> SimpleCommand | None:
    """The command, if it is nothing but ``< file``."""
    if len(body.items) != 1 or len(body.items[0].pipelines) != 1 or len(body.items[0].pipelines[0].commands) != 1:
        return None
    (command,) = body.items[0].pipelines[0].commands
    if not isinstance(command, SimpleCommand) or command.arguments or command.assignments:
        return None
    return command if command.redirections else None


def _without_newlines(value: Value) -> Value:
    """What ``$(…)`` takes from the end of a text."""
    last = value.pieces[-1] if value.pieces else ""
    if not isinstance(last, str):
        return value
    text = last.rstrip("\n")
    if text:
        return Value((*value.pieces[:-1], text), value.labels)
    # What stands before is not known, and may end in line ends as well.
    return Value(value.pieces[:-1], value.labels)


def _minds(node: Command) -> bool:
    """Whether ``set -e`` minds its failure; of the others it minds that of the commands in them."""
    return isinstance(node, (SimpleCommand, Subshell, ArithmeticCommand, Test))


def _forgets_trap(node: Command) -> bool:
    """Whether bash ends without its trap for EXIT if that is all that a process runs."""
    return not isinstance(node, (SimpleCommand, Subshell, Group))
