"""Simple commands: which builtin, function or program runs, with what before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cblint import expressions
from cblint.flow import builtins, outputs, programs, scripts
from cblint.flow.assignments import Assigner
from cblint.flow.core import DEEPEST, NOWHERE, Jumps, Unclear
from cblint.flow.footprint import footprint
from cblint.flow.kinds import PASSED, RAN
from cblint.flow.labels import NO_LABELS, together
from cblint.flow.paths import is_device
from cblint.flow.redirections import LOG, Redirected, redirect
from cblint.flow.shells import effect_in
from cblint.flow.state import (
    ANYTHING,
    NEVER,
    NONE,
    UNHEARD,
    Causes,
    Ends,
    File,
    Outcome,
    State,
    join_causes,
    join_outcomes,
    join_states,
    join_variables,
    laid_bare,
    said,
    stirred,
)
from cblint.flow.values import EMPTY, NONZERO, UNKNOWN, Hole, Value, concat, literal, unknown
from cblint.flow.words import Expansion, Fields
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment, Function, SimpleCommand
from cblint.shell.parser import parse
from cblint.shell.syntax import Inserted, Node, Word
from cblint.source.text import Text

_NO_COMMANDS = ("declare", "typeset")
"""What declares in bash, and is not known to dash."""
_LIKE_ASSIGNMENT = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*=")
CHARACTERS_PER_STEP = 100
"""To read a text takes time as well, whatever it then does."""


class Call(NamedTuple):
    """A builtin or a function about to run: its arguments, in the state after their expansion."""

    node: SimpleCommand
    name: str
    words: tuple[Value, ...]
    exact: bool
    assignments: tuple[Assignment, ...]
    expansion: Expansion
    state: State
    standing: Node | None = None
    """The command of the file that runs the text in which it stands, if it stands in one."""


class SimpleRunner(Assigner):
    """Runs simple commands."""

    # Simple commands

    def simple(self, node: SimpleCommand, state: State) -> Outcome:
        """Assignments, words, redirections."""
        if state.cause is not NONE:
            self.recorder.hide(state.cause, "sequence", node)
        return self.contained(node, state, self._simple)

    def _simple(self, node: SimpleCommand, state: State) -> Outcome:
        expansion = Expansion(self, state)
        fields, assignments = self._arguments(node, expansion)
        before = expansion.state.variables
        redirected = redirect(expansion, node.redirections) if node.redirections else None
        if not fields.values:
            if not fields.exact:
                raise Unclear
            return self._only_assigned(node, expansion, redirected)
        name = fields.values[0].text
        if name is None:
            return self._unnamed(node, expansion, fields)
        if not fields.begins or (name in builtins.DECLARATIONS and self._may_assign(node)):
            raise Unclear
        if expansion.substituted is not None and not self._declares(name):
            self.hide(expansion.substituted, "substitution", node)
        function = expansion.state.functions.get(name)
        special = name in builtins.SPECIAL
        if expansion.state.variables is not before and function is False and builtins.find(name, self.shell) is None:
            # bash opens what a program is given in its own process, and an assignment there is lost.
            raise Unclear
        if function is None and not (special and self.shell.special_builtins_exit):
            from cblint.flow import rehearsal

            # It may be a function of which nothing is known.
            return rehearsal.presumed(self, node, state)
        call = Call(
            node, name, fields.values[1:], fields.exact, assignments, expansion, expansion.state, self.recorder.standing
        )
        if redirected is not None and redirected.fails is not False:
            self._redirection_fails(node, expansion.state, special)
        several = isinstance(function, Function) or name in ("eval", ".", "source", "command")
        run = self._runner(call, function if isinstance(function, Function) else None)
        if redirected is None:
            return run(call.state)
        if redirected.fails:
            return self._missed(node, call.state, special)
        outcome = self.within(redirected, call.state, run, several) if name != "exec" else run(call.state)
        if redirected.fails is False:
            return outcome
        return join_outcomes(outcome, self._missed(node, redirected.lost(call.state), special))

    def _arguments(self, node: SimpleCommand, expansion: Expansion) -> tuple[Fields, tuple[Assignment, ...]]:
        """The words of a command, and the assignments among them that it makes itself."""
        assignments = tuple(argument for argument in node.arguments if isinstance(argument, Assignment))
        first = node.arguments[0] if node.arguments else None
        if not assignments or (isinstance(first, Word) and self._declares(first.text)):
            return expansion.fields(node.words), assignments
        fields = Fields((), True)
        for argument in node.arguments:
            if isinstance(argument, Word):
                more = expansion.fields((argument,))
            elif isinstance(argument.value, Word) and argument.subscript is None:
                text = concat((literal(argument.name + argument.operator), expansion.text(argument.value)))
                more = Fields((text,), True)
            else:
                raise Unclear
            begins = fields.begins and (bool(fields.values) or more.exact)
            fields = Fields(fields.values + more.values, fields.exact and more.exact, begins)
        return fields, ()

    def _declares(self, name: str | None) -> bool:
        """Whether a command is followed by assignments and not by words that look like them."""
        return name in builtins.DECLARATIONS and (name not in _NO_COMMANDS or self.shell.is_dash is not True)

    def _may_assign(self, node: SimpleCommand) -> bool:
        """Whether words of a declaration look like assignments: dash takes them for some, whatever became its name."""
        words = (word for word in node.words[1:] if word.text is None)
        return self.shell.is_dash is not False and any(_LIKE_ASSIGNMENT.match(word.raw) for word in words)

    def _redirection_fails(self, node: SimpleCommand, state: State, special: bool) -> None:
        """A special builtin whose redirection fails takes the shell with it."""
        if special and self.shell.special_builtins_exit is not False:
            self.leave(self.fail(state, node, self.shell.among(2, 1, 1)))

    def _missed(self, node: SimpleCommand, state: State, special: bool) -> Outcome:
        if special and self.shell.special_builtins_exit:
            return NEVER
        return self.fail(state, node, self.shell.among(2, 1, 1))

    def _runner(self, call: Call, function: Function | None) -> Callable[[State], Outcome]:
        """What runs it, with the assignments before it as long as it does."""

        def run(state: State) -> Outcome:
            given = self._assigned_before(call, state)
            begun = call._replace(state=given)
            words = (literal(call.name), *call.words)
            self.recorder.note(RAN, call.node, call.name, words, call.exact, given)
            if given.input.labels or any(word.labels for word in call.words):
                self.recorder.note(PASSED, call.node, call.name, words, call.exact, given)
            names = [assignment.name for assignment in call.node.assignments]
            self.temporary += names
            try:
                if not names or (call.name in builtins.SPECIAL and self.shell.special_builtins_exit is not False):
                    outcome = self._ran(function, begun)
                else:
                    with self.undoing(lambda end: self._without(names, state, end)):
                        outcome = self._ran(function, begun)
            finally:
                del self.temporary[len(self.temporary) - len(names) :]
            return self._undone(call, state, outcome, function is not None)

        return run

    def _ran(self, function: Function | None, call: Call) -> Outcome:
        if function is not None:
            return self._function(function, call)
        builtin = builtins.find(call.name, self.shell)
        return builtin(self, call) if builtin is not None else self.program(call)

    def _assigned_before(self, call: Call, state: State) -> State:
        expansion = call.expansion
        expansion.state = state
        stays = call.name in builtins.SPECIAL and self.shell.special_builtins_exit is True
        if stays and call.node.assignments and state.options.allexport is not True:
            raise Unclear
        if self.shell.is_dash is not True and any(one.name in self.temporary for one in call.node.assignments):
            raise Unclear
        for assignment in call.node.assignments:
            expansion.state = self._assigned_for_now(expansion, assignment, stays)
        return expansion.state

    def _assigned_for_now(self, expansion: Expansion, node: Assignment, stays: bool) -> State:
        """An assignment before a command; what its expansion sets beside it would stay, which is not followed."""
        if stays:
            if expansion.state.variable(node.name).integer is not False:
                raise Unclear
            return self.assignment(expansion, node)
        before = expansion.state.variables
        readonly = expansion.state.variable(node.name).readonly
        if readonly and self.shell.special_builtins_exit is False and expansion.state.options.errexit is False:
            # bash says so, expands nothing and goes on.
            return expansion.state
        if readonly is not False and (not isinstance(node.value, Word) or node.value.text is None):
            raise Unclear
        if not isinstance(node.value, Word) or node.subscript is not None or node.operator != "=":
            if footprint(expansion.state, node.value).names != frozenset():
                raise Unclear
            return self.assignment(expansion, node, temporary=True)
        value = expansion.text(node.value)
        if expansion.state.variables is not before:
            raise Unclear
        return self.assign(expansion.state, node.name, value, node, temporary=True)

    def _undone(self, call: Call, before: State, outcome: Outcome, is_function: bool) -> Outcome:
        """Without the assignments that only the command sees."""
        names = [assignment.name for assignment in call.node.assignments]
        if not names:
            return outcome
        if call.name in builtins.SPECIAL and not is_function:
            stays = self.shell.among(True, True, False)
            if stays is True:
                return outcome
            if stays is None or call.name in (".", "exec"):
                raise Unclear
        return Outcome(*(self._without(names, before, end) for end in outcome))

    def _without(self, names: Iterable[str], before: State, after: State | None) -> State | None:
        if after is None:
            return None
        remembers = self.shell.among(after.options.allexport, False, False)
        restored = {name: laid_bare(before.variable(name), remembers) for name in names}
        if self.shell.is_dash is not True:
            # What `readonly`, `unset` or `A=1 :` make of it within a function, bash keeps: not followed.
            kept = (name for name in names if after.variable(name).assigned is None)
            restored.update((name, ANYTHING._replace(readonly=None)) for name in kept)
        return after._replace(variables=after.variables.update(restored))

    def _only_assigned(self, node: SimpleCommand, expansion: Expansion, redirected: Redirected | None) -> Outcome:
        """Without a command the status is that of the last substitution."""
        fails = redirected.fails if redirected is not None else False
        unassigned = expansion.state
        if redirected is not None and self.shell.is_dash is not False:
            # dash opens the files before it expands what is assigned.
            if self.shell.is_dash is None and redirected.opened:
                raise Unclear
            expansion.state = redirected.emptied(expansion.state)
        for assignment in node.assignments:
            expansion.state = self.assignment(expansion, assignment)
        state = expansion.state
        if redirected is not None:
            state = redirected.emptied(state) if self.shell.is_dash is not True else state
            if redirected.output is not None:
                state = redirected.written(state._replace(printed=EMPTY))._replace(printed=state.printed)
        substituted = expansion.substituted
        outcome = self.succeed(state)
        if substituted is not None:
            failed = substituted.failed
            outcome = Outcome(
                self.succeed(state).ok if substituted.ok is not None else None,
                state._replace(
                    code=failed.code,
                    succeeded=False,
                    cause=failed.cause if failed.cause is not NONE else Causes(node),
                    failures=join_causes(state.failures, failed.failures),
                )
                if failed is not None
                else None,
            )
        if fails is not False:
            after = state if self.shell.is_dash is False else unassigned
            if self.shell.is_dash is None:
                after = join_states(state, unassigned) or state
            missed = self.fail(after, node, self.shell.among(2, 1, 1))
            outcome = missed if fails else join_outcomes(outcome, missed)
        return outcome

    def _unnamed(self, node: SimpleCommand, expansion: Expansion, fields: Fields) -> Outcome:
        """A command whose name is not known: a program if the build was given the name, else who knows."""
        if node.words and isinstance(node.words[0].parts[0], Inserted):
            # It can be whole commands.
            raise Unclear
        name = fields.values[0]
        first = name.pieces[0] if name.pieces else ""
        is_path = any(isinstance(piece, str) and "/" in piece for piece in name.pieces)
        is_program = is_path or name.start.startswith(programs.LOGIN)
        if not is_program and not (isinstance(first, Hole) and first.name and first != NONZERO):
            raise Unclear
        for assignment in node.assignments:
            expansion.text(assignment.value) if isinstance(assignment.value, Word) else None
        call = Call(node, "", fields.values[1:], fields.exact, (), expansion, expansion.state)
        self.recorder.note(RAN, node, name.written, fields.values, fields.exact, expansion.state)
        if node.redirections:
            expansion.state = expansion.state._replace(files=stirred(expansion.state.files))
        return self.unknown_program(call._replace(state=expansion.state))

    # Programs

    def program(self, call: Call) -> Outcome:
        """Something that is no builtin and no function."""
        known = programs.find(call.name)
        if known is not None and programs.is_found(call.state):
            outcome = known(self, call)
            if outcome is not None:
                return outcome
        if "/" not in call.name and programs.is_found(call.state) and self.given.programs(call.name) is False:
            return self.fail(call.state, call.node, 127)
        outcome = scripts.called(self, call)
        if outcome is not None:
            return outcome
        return self.unknown_program(call)

    def unknown_program(self, call: Call) -> Outcome:
        """It may do anything to files, if it is no reader, and nothing to the shell."""
        of_shell = NO_LABELS
        if scripts.is_shell(call.name):
            from cblint.flow import rehearsal

            of_shell = rehearsal.by_a_shell(self, call)
        printed = unknown(of_shell or outputs.printed(call))
        state = outputs.stored(self, call)
        if call.name not in programs.READERS:
            rest = state.input if state.input == EMPTY else unknown(state.input.labels)
            state = state._replace(files=stirred(state.files), input=rest)
        return self.either(self.says(state, printed, call.node), call.node)

    # Functions and texts

    def _function(self, function: Function, call: Call) -> Outcome:
        positional = call.words if call.exact else None
        arguments = NO_LABELS if call.exact else together(word.labels for word in call.words)
        if self.calls >= DEEPEST // 2:
            raise Unclear
        state = call.state
        inner = state._replace(
            positional=positional, arguments=arguments, shadowed={}, err_trap=self.inherited_trap(state)
        )
        jumps = Jumps(True)
        self.jumps.append(jumps)
        self.calls += 1
        self.frames.append(state.shadowed)
        try:
            with self.undoing(lambda end: self._left(state, end)):
                outcome = self.command(function.body, inner)
        finally:
            self.calls -= 1
            self.frames.pop()
            del self.jumps[self.jumps.index(jumps) :]
        outcome = join_outcomes(outcome, jumps.returns)
        return Outcome(*(self._left(state, end) for end in outcome))

    def _left(self, outer: State, inner: State | None) -> State | None:
        """Back from a function: its arguments and local variables are gone."""
        if inner is None:
            return None
        changes = {}
        remembers = self.shell.among(inner.options.allexport, False, False)
        for name, (variable, surely) in inner.shadowed.items():
            bare = laid_bare(variable, remembers)
            changes[name] = bare if surely else join_variables(bare, inner.variables.get(name))
        return inner._replace(
            variables=inner.variables.update(changes),
            positional=outer.positional,
            arguments=outer.arguments,
            shadowed=outer.shadowed,
            err_trap=outer.err_trap if inner.err_trap != UNKNOWN else UNKNOWN,
        )

    def refused_text(self, state: State) -> Outcome:
        """A text that cannot be read as a command ends the shell, but not bash."""
        refused = self.fail(state, self.recorder.current or NOWHERE, 2)
        if self.shell.special_builtins_exit is True:
            self.leave(refused)
            return NEVER
        if self.shell.special_builtins_exit is None:
            raise Unclear
        return refused

    def text(self, text: str, state: State) -> Outcome:
        """A command given as a text, as to ``eval``. Raises Unclear."""
        script = self.texts.get(text)
        if script is None:
            self.limits.take(len(text) // CHARACTERS_PER_STEP)
            script = self.texts[text] = parse(Text.of(text))
        if script.problem is not None and not script.body.items and script.problem.kind != "unclosed":
            return self.refused_text(state)
        if script.problem is not None or (script.body.items and script.body.items[-1].open):
            raise Unclear
        if effect_in(script, self.shell):
            raise Unclear
        asks, self.asks_text = self.asks_text, self.asks_text or self.ignoring
        standing = self.recorder.standing
        self.recorder.standing = standing or self.recorder.current
        aborted = self.process.aborted
        try:
            with self.deeper():
                if self.process.is_inner:
                    # A subshell ends where bash gives up a line.
                    return self.sequence(script.body, state)
                self.process.aborted = None
                outcome = self.lines(script.body, state)
                self.process.aborted = aborted
                return outcome
        finally:
            self.asks_text = asks
            self.recorder.standing = standing

    # Redirected

    def within(
        self, redirected: Redirected, state: State, run: Callable[[State], Outcome], several: bool = False
    ) -> Outcome:
        """Something that reads and prints elsewhere; ``several`` commands can read what some of them have written."""
        start = state
        if redirected.input is not None:
            start = start._replace(input=redirected.input)
        if redirected.output is not None:
            start = start._replace(printed=EMPTY)
        start = redirected.emptied(start)
        start, held = redirected.held(start) if several else (start, None)
        process = self.process
        exits, process.exits = process.exits, Ends()
        errors_away, self.errors_away = self.errors_away, self.errors_away or redirected.errors_away
        try:
            outcome = run(start)
        finally:
            self.errors_away = errors_away
            # Where the shell exits in it, it has printed elsewhere as well.
            inner, process.exits = process.exits.all(), exits
            exits.add(Outcome(*(self._restored(redirected, state, end, held) for end in inner)))
        return Outcome(*(self._restored(redirected, state, end, held) for end in outcome))

    def _restored(self, redirected: Redirected, before: State, after: State | None, held: File | None) -> State | None:
        if after is None:
            return None
        if redirected.input is not None:
            after = after._replace(input=before.input)
        # What fails says so, as does `set -x`.
        quiet = after.failures is before.failures and not any(_may_say_more(each) for each in (before, after))
        if redirected.output is not None:
            self._told_where(redirected, before, after)
            after = redirected.written(after, quiet, held)._replace(printed=before.printed)
        return said(after, UNKNOWN) if redirected.loud and not quiet else after

    def _told_where(self, redirected: Redirected, before: State, after: State) -> None:
        """What was printed goes elsewhere: into a file, or to the log all the same."""
        opened, node = redirected.output, self.recorder.current
        if opened is None or node is None or not after.printed.labels:
            return
        if opened.path in LOG:
            if opened.path == "/dev/stderr" and self.errors_away:
                return
            self.says(before._replace(printed=UNHEARD), after.printed, node)
        elif opened.path is None or not is_device(opened.path):
            self.stores(after, after.printed, opened.path or opened.presumed, node, opened.path is not None)


def _may_say_more(state: State) -> bool:
    """Whether the shell may print the commands that it runs."""
    return state.options.xtrace is not False or state.options.verbose is not False
