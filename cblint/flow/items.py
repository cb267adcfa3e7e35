"""Runs an item as CodeBuild does: as a shell of its own, with the lines round it that keep what the next one is given.

Those lines (rules/evidence.md of the project's notes, E14; AWS's own open-source runner): ``cd`` to the directory that
was kept, ``set -a``, source the variables that were kept; after the item keep the status, the exported variables and
the directory, and exit with the status. What an item does that exits on its own is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

from cblint.flow.core import NOWHERE, Exhausted, Given, Limits, Process
from cblint.flow.events import Hidden, Recorder
from cblint.flow.footprint import ruined
from cblint.flow.interpreter import Interpreter
from cblint.flow.layers import Layers
from cblint.flow.paths import SOURCE
from cblint.flow.shells import BASH, BASH_AS_SH, FIXED, OTHERWISE, SH, Shell, effect_in
from cblint.flow.state import (
    ANYTHING,
    NEVER,
    NO_FUNCTION,
    NONE,
    UNHEARD,
    UNKNOWN_FILE,
    UNTOUCHED,
    File,
    Options,
    Outcome,
    State,
    Variable,
    join_outcomes,
    join_variables,
)
from cblint.flow.status import masked
from cblint.flow.values import NONZERO, UNKNOWN, Maybe, Value, both, literal, negated, unknown
from cblint.records import NamedTuple
from cblint.shell.commands import Function
from cblint.shell.dialect import Construct, constructs
from cblint.shell.parser import parse
from cblint.shell.script import Script
from cblint.shell.trees import of_tree
from cblint.source.text import Piece

STATUS = "CODEBUILD_LAST_EXIT"
"""The variable that holds the status of an item until its end."""
_CALLED = ("export", "pwd", "exit")
"""What the lines behind the item call."""
_KEEPS_STATUS = f"\n{STATUS}=$?\n"


class ItemRun:
    """How an item can end, with what is kept for the next one, and what happened in it."""

    def __init__(self, outcome: Outcome, recorder: Recorder) -> None:
        self.outcome = outcome
        self.recorder = recorder

    @cached_property
    def hidden(self) -> list[Hidden]:
        """Commands in it that may fail without the item failing, and what hides them."""
        return masked(self.outcome, self.recorder)


class Beginning(NamedTuple):
    """What the first item finds."""

    root: Value = SOURCE
    input: Value = UNKNOWN


def first_state(given: Given, beginning: Beginning) -> State:
    """The state before the first item."""
    where = {name: Variable(True, beginning.root, True) for name in ("PWD", "OLDPWD")}
    return State(
        given.variables.update(where),
        Layers[object](NO_FUNCTION),  # type: ignore[arg-type]
        Layers(UNTOUCHED),
        beginning.root,
        beginning.root,
        printed=UNHEARD,
        input=beginning.input,
    )


def run_item(
    script: Script, kept: State, shell_name: str, given: Given, beginning: Beginning, limits: Limits
) -> ItemRun:
    """Runs one item from what the ones before have kept."""
    recorder = Recorder()
    found = constructs(script) if shell_name != BASH else ()
    # Where it is not known which shell is /bin/sh, an item that dash cannot run is taken to run in bash.
    in_bash = shell_name == SH and any(construct.dash for construct in found)
    shell = Shell(BASH_AS_SH if in_bash else shell_name)
    interpreter = Interpreter(shell, given, recorder, limits)
    interpreter.traps_errors = shell.is_dash is not True and "ERR" in script.source.value
    outcome = _outcome(interpreter, script, kept, given, beginning, found)
    return ItemRun(Outcome(*(_found_anew(end, beginning, shell) for end in outcome)), recorder)


def _outcome(
    interpreter: Interpreter,
    script: Script,
    kept: State,
    given: Given,
    beginning: Beginning,
    found: Sequence[Construct],
) -> Outcome:
    start = _begun(kept, beginning, interpreter.shell)
    effect = effect_in(script, interpreter.shell, found)
    if effect == "syntax":
        return _refused(interpreter, script, kept, start, found)
    if not effect:
        try:
            outcome = _run(interpreter, script, kept, start, given)
        except Exhausted:
            # No secret is followed from here on, and what is lost may be anything as well: each item costs the same.
            given = given._replace(kept={name: each for name, each in given.kept.items() if not each.value.labels})
            interpreter = Interpreter(interpreter.shell, given, interpreter.recorder, interpreter.limits)
            return _left(interpreter, script, kept, (start, ruined(start, given.kept, True)), given)[0]
        if outcome != NEVER:
            return outcome
    # Not followed, or it seems never to end.
    begun = start if effect != OTHERWISE else ruined(start, given.kept)
    return _anything(interpreter, script, kept, (start, begun), given)


def _anything(
    interpreter: Interpreter, script: Script, kept: State, starts: tuple[State, State], given: Given
) -> Outcome:
    """An item of which only its words are known, or not even these: it begins in the second of two states."""
    return join_outcomes(*_left(interpreter, script, kept, starts, given))


def _left(
    interpreter: Interpreter, script: Script, kept: State, starts: tuple[State, State], given: Given
) -> tuple[Outcome, Outcome]:
    """What such an item leaves, if it is saved and if it is not."""
    start, begun = starts
    wild = interpreter.anything(begun, script)
    interpreter.process = Process()
    saved = (_kept(interpreter, kept, start, end and _with_status(end), given) for end in wild)
    return Outcome(*saved), Outcome(*(_lost(kept, end) for end in wild))


def _entered(kept: State, beginning: Beginning, shell: Shell) -> Value:
    """Where the wrapper's `cd` goes."""
    where = kept.cwd.text
    if where is not None and len(where.split()) > 1:
        # The path is not in quotes in `cd $(cat …)`: bash then stays, dash goes to its first word.
        return beginning.root if shell.is_dash is False else UNKNOWN
    return kept.cwd


def _found_anew(kept: State | None, beginning: Beginning, shell: Shell) -> State | None:
    """What the next item finds: the shell itself sets the variables for directories that were not kept."""
    if kept is None:
        return None
    variables = kept.variables
    before = kept.before
    for name, value in (("PWD", _entered(kept, beginning, shell)), ("OLDPWD", beginning.root)):
        directory = variables.get(name)
        if directory.assigned is True:
            continue
        found = Variable(True, value, True)
        variables = variables.set(name, found if directory.assigned is False else join_variables(directory, found))
        if name == "OLDPWD":
            before = value if directory.assigned is False else UNKNOWN
    return kept if variables is kept.variables else kept._replace(variables=variables, before=before)


def _refused(
    interpreter: Interpreter, script: Script, kept: State, start: State, found: Sequence[Construct]
) -> Outcome:
    """The lines above what the shell cannot read have run; then it ends with status 2, and nothing is kept."""
    interpreter.anything(start, script)
    exits = interpreter.process.exits.all()
    refused = Outcome(None, interpreter.failing(start._replace(files=Layers(UNKNOWN_FILE)), script, 2))
    first = script.body.items[0] if script.body.items else None
    surely = first is not None and any(
        construct.place.start < first.end for construct in found if construct.effect == "syntax"
    )
    ends = refused if surely else join_outcomes(exits, refused)
    return Outcome(*(_lost(kept, end) for end in ends))


def _begun(kept: State, beginning: Beginning, shell: Shell) -> State:
    """The state in which the item itself begins."""
    variables = kept.variables
    fixed = shell.among(False, True, True)
    if fixed is not False and variables.get(FIXED[0]).readonly is not fixed:
        variables = variables.update({name: variables.get(name)._replace(readonly=fixed) for name in FIXED})
    return kept._replace(
        variables=variables,
        functions=Layers(NO_FUNCTION),
        cwd=_entered(kept, beginning, shell),
        options=Options(allexport=True),
        positional=(),
        # That nothing is known can be since what was kept cannot be read: then the item begins with a failure.
        code=0 if kept.variables.default is not ANYTHING else None,
        succeeded=True if kept.variables.default is not ANYTHING else None,
        cause=NONE,
        failures=NONE,
        printed=UNHEARD,
        input=beginning.input,
        exit_trap=None,
        err_trap=None,
        pushed=(),
        shadowed={},
    )


def _run(interpreter: Interpreter, script: Script, kept: State, start: State, given: Given) -> Outcome:
    swallows = False
    goes_on = _goes_on(script)
    if goes_on:
        script, swallows = _with_next_line(script)
    body = interpreter.script(script, start)
    process, interpreter.process = interpreter.process, Process()
    if script.problem is not None:
        # What stands above has run, and the shell ends with status 2; which lines those are is not asked.
        # At the end of the file bash returns the status of what ran last, unless that is 0.
        at_end = script.problem.kind in ("unclosed", "unfinished")
        code = interpreter.shell.among(2, None, None) if at_end else 2
        refused = interpreter.failing(body.either or start, script.problem, code)
        process.exits.add(Outcome(None, refused))
        process.exits.add(Outcome(None, interpreter.failing(start, script.problem, code)))
        body = NEVER
    if swallows:
        process.exits.add(body)
        body = NEVER
    ends = NEVER
    for end in body:
        if end is None:
            continue
        state = end if goes_on else _with_status(end)
        if goes_on and script.body.items:
            interpreter.recorder.hide(end.cause, "open", script.body.items[-1])
        if state.variable(STATUS).readonly is not False:
            # It could be part of an item that made it so, and assigning to it may end the shell.
            process.exits.add(interpreter.either(end, script))
        saved = _kept(interpreter, kept, start, state, given)
        if saved is None:
            continue
        if any(isinstance(state.functions.get(name), Function) for name in _CALLED):
            # A function of the item runs in the wrapper's lines.
            wild = ruined(state, given.kept)
            saved = saved._replace(variables=wild.variables, cwd=UNKNOWN, before=UNKNOWN)
            process.exits.add(interpreter.either(wild, script))
            state = _with_status(wild)._replace(exit_trap=None)
        if state.options.noclobber is not False:
            # Then nothing can be written over what was kept before.
            code = interpreter.shell.among(2, 1, 0)
            lost = (
                interpreter.either(state, script)
                if code is None
                else interpreter.answer(state, script, code == 0, code)
            )
            if code == 0:
                lost = _status(interpreter, state)
            process.exits.add(lost)
            if state.options.noclobber:
                continue
        last = interpreter.ended(_status(interpreter, state))
        ends = join_outcomes(ends, Outcome(*(_again(saved, after) for after in last)))
    interpreter.process = process
    exits = interpreter.ended(NEVER)
    return join_outcomes(ends, Outcome(*(_lost(kept, end) for end in exits)))


def _goes_on(script: Script) -> bool:
    """Whether the wrapper's next line becomes part of the item."""
    body = script.body
    if script.problem is not None:
        return False
    if body.items and body.items[-1].open:
        return True
    if any(document.document is not None and not document.document.terminated for document in script.documents):
        return True
    value = script.source.value
    if not value.endswith("\\"):
        return False
    return not any(comment.end == len(value) for comment in script.comments)


@of_tree
def _with_next_line(script: Script) -> tuple[Script, bool]:
    """The item with the line that follows it; whether a here-document without end swallows all that comes."""
    text = script.source
    end = len(text.value)
    longer = text.derive([Piece(text.value, 0, end), Piece(_KEEPS_STATUS, end, end)], 0)
    parsed = parse(longer)
    swallows = any(document.document is not None and not document.document.terminated for document in parsed.documents)
    return parsed, swallows


def _with_status(end: State) -> State:
    """The status is kept in a variable."""
    value = literal(str(end.code)) if end.code is not None else Value((NONZERO,)) if end.succeeded is False else UNKNOWN
    old = end.variable(STATUS)
    allexport = end.options.allexport
    exported = allexport if old.exported is False else True if old.exported or allexport else None
    if old.readonly is not False:
        return end.with_variable(STATUS, old._replace(assigned=None, value=UNKNOWN))
    return end.with_variable(STATUS, Variable(True, value, exported))


def _status(interpreter: Interpreter, state: State) -> Outcome:
    """``exit $CODEBUILD_LAST_EXIT``"""
    variable = state.variable(STATUS)
    outcome = NEVER
    if variable.assigned is not True:
        # Without an operand `exit` returns the status of `pwd`; under `set -u` it comes to nothing.
        refused = interpreter.shell.among(2, 1, 1)
        outcome = interpreter.answer(state, NOWHERE, negated(state.options.nounset), refused)
    return outcome if variable.assigned is False else join_outcomes(outcome, _status_set(interpreter, state))


def _status_set(interpreter: Interpreter, state: State) -> Outcome:
    variable = state.variable(STATUS)
    text = variable.value.text
    code: Maybe = None if text is None else text != "0"
    if text is None and variable.value.pieces == (NONZERO,):
        code = True
    if code is False:
        return interpreter.succeed(state)
    # The command at fault is known, so it stays the cause.
    failing = state._replace(code=int(text) if text is not None and text.isdigit() else None, succeeded=False)
    return Outcome(interpreter.succeed(state).ok if code is None else None, failing)


def _again(saved: State, after: State | None) -> State | None:
    """What is kept, with how it ended."""
    if after is None:
        return None
    return saved._replace(
        files=after.files, code=after.code, succeeded=after.succeeded, cause=after.cause, failures=after.failures
    )


def _lost(kept: State, end: State | None) -> State | None:
    """Nothing is kept but the files."""
    if end is None:
        return None
    return kept._replace(
        files=end.files, code=end.code, succeeded=end.succeeded, cause=end.cause, failures=end.failures
    )


def _kept(interpreter: Interpreter, kept: State, start: State, end: State | None, given: Given) -> State | None:
    """What ``export -p`` and ``pwd`` keep."""
    if end is None:
        return None
    keeps_attributes = interpreter.shell.among(False, False, True)
    changes: dict[str, Variable] = {}
    default = end.variables.default
    names = end.variables.names() if default != start.variables.default else end.variables.differing(start.variables)
    for name in names:
        if end.variable(name) == start.variable(name) and default == start.variables.default:
            continue
        changes[name] = _exported(end.variable(name), given.variables.get(name), keeps_attributes)
    if keeps_attributes is not False and any(
        variable.integer is not False and variable.value == UNKNOWN for variable in changes.values()
    ):
        # An expression that is none stops the sourcing of all that was kept.
        return kept._replace(
            variables=ruined(end, given.kept).variables, cwd=end.cwd, before=end.before, files=end.files
        )
    variables = end.variables.update(changes)
    if default != start.variables.default:
        attribute = _attribute(None, keeps_attributes)
        variables = Layers(Variable(None, UNKNOWN, True, False, attribute, attribute), (changes,))
    return kept._replace(variables=variables, cwd=end.cwd, before=end.before, files=end.files)


@lru_cache(maxsize=512)
def _exported(variable: Variable, base: Variable, keeps_attributes: Maybe) -> Variable:
    """What the next item finds of a variable, over what the build itself was given."""
    if variable.exported is False:
        return base
    if variable.assigned is False:
        readonly, integer = (_attribute(has, keeps_attributes) for has in (variable.readonly, variable.integer))
        exported = True if variable.exported else both(base.exported, True)
        return base._replace(readonly=readonly, integer=integer, exported=exported)
    array = variable.array
    if array is not False and keeps_attributes is None:
        array = None
    integer = _attribute(variable.integer, keeps_attributes)
    # It is assigned anew, and then taken for an expression.
    is_number = re.fullmatch(r"-?(0|[1-9][0-9]*)", variable.value.text or "") is not None
    after = Variable(
        variable.assigned,
        variable.value if integer is False or is_number else unknown(variable.value.labels),
        True,
        _attribute(variable.readonly, keeps_attributes),
        integer,
        array,
        variable.elements,
        variable.places,
    )
    if variable.assigned is True and variable.exported is True:
        return after
    return join_variables(after, base)


def _attribute(has: Maybe, keeps: Maybe) -> Maybe:
    return False if has is False or keeps is False else None if keeps is None or has is None else True


def unknown_files(_: str) -> File | None:
    """Nothing is known of the files that a build begins with."""
    return None
