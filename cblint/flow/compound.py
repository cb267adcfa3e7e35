"""Compound commands: groups, conditions, loops, patterns, functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from cblint.flow import arithmetic, patterns
from cblint.flow.conditions import test
from cblint.flow.core import Jumps, Unclear
from cblint.flow.events import Guard
from cblint.flow.kinds import DEFINED
from cblint.flow.labels import together
from cblint.flow.state import NEVER, Ends, Outcome, State, join_outcomes, join_states
from cblint.flow.values import Maybe, Value, is_name, literal, unknown
from cblint.flow.words import Expansion
from cblint.records import NamedTuple
from cblint.shell.commands import (
    ArithmeticCommand,
    ArithmeticFor,
    Case,
    CaseItem,
    Command,
    For,
    Function,
    Group,
    If,
    Test,
    While,
)
from cblint.shell.syntax import Node
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.interpreter import Interpreter

TURNS = 30
"""How often a loop is followed turn by turn."""
ROUNDS = 5
"""After how many more the rest is given up, if nothing settles."""


def run(shell: Interpreter, node: Command, state: State) -> Outcome:
    """A compound command without its redirections. Raises Died, Unclear."""
    if isinstance(node, Group):
        return shell.sequence(node.body, state)
    if isinstance(node, If):
        return _if(shell, node, state)
    if isinstance(node, While):
        return _while(shell, node, state)
    if isinstance(node, For) and not node.select:
        return _for(shell, node, state)
    if isinstance(node, Case):
        return _case(shell, node, state)
    if isinstance(node, Function):
        return _function(shell, node, state)
    if isinstance(node, Test):
        expansion = Expansion(shell, state)
        if shell.shell.is_dash is True:
            return _not_found(expansion, node)
        holds = test(expansion, node)
        return shell.answer(expansion.state, node, holds)
    if isinstance(node, ArithmeticFor):
        return _arithmetic_for(shell, node, state)
    if isinstance(node, ArithmeticCommand):
        return arithmetic_command(shell, node, state)
    raise Unclear


def _not_found(expansion: Expansion, node: Test) -> Outcome:
    """To dash ``[[`` is a command that there is not; what separates commands does so in it as well."""
    if len(node.conditions) > 1 or node.conditions[0].operator in ("<", ">", "=~") or "(" in node.raw:
        raise Unclear
    expansion.fields(node.conditions[0].words)
    return expansion.interpreter.fail(expansion.state, node, 127)


def arithmetic_command(shell: Interpreter, node: ArithmeticCommand, state: State) -> Outcome:
    """``((…))`` succeeds if the number is not 0; a wrong one only fails."""
    if shell.shell.is_dash is not False:
        raise Unclear
    expansion = Expansion(shell, state)
    try:
        number = expansion.arithmetic(node.expression, True).text
    except arithmetic.Wrong:
        return shell.fail(state, node, 1)
    return shell.answer(expansion.state, node, None if number is None else number != "0")


def _function(shell: Interpreter, node: Function, state: State) -> Outcome:
    name = node.name.text
    if name is None or (not is_name(name) and shell.shell.among(False, False, True) is not True):
        raise Unclear
    shell.recorder.note(DEFINED, node, name)
    return shell.succeed(state._replace(functions=state.functions.set(name, node)))


# Conditions


def _asked(shell: Interpreter, run: Callable[[], Outcome], node: Node) -> Outcome:
    outcome = shell.asked(run)
    shell.hide(outcome, "condition", node)
    return outcome


def _if(shell: Interpreter, node: If, state: State) -> Outcome:
    ends = Ends()
    rest: State | None = state
    guards = 0
    for branch in node.branches:
        if rest is None:
            break
        start = rest
        condition = _asked(shell, partial(shell.sequence, branch.condition, start), node)
        sure = condition.ok is None or condition.failed is None
        if condition.ok is not None:
            if not sure:
                shell.recorder.guards.append(Guard(branch.condition, True))
            ends.add(shell.sequence(branch.body, condition.ok))
            if not sure:
                shell.recorder.guards.pop()
        rest = condition.failed
        if not sure:
            shell.recorder.guards.append(Guard(branch.condition, False))
            guards += 1
    if rest is not None:
        otherwise = shell.sequence(node.otherwise, rest) if node.otherwise is not None else shell.succeed(rest)
        ends.add(otherwise)
    del shell.recorder.guards[len(shell.recorder.guards) - guards :]
    return ends.all()


def _case(shell: Interpreter, node: Case, state: State) -> Outcome:
    expansion = Expansion(shell, state)
    subject = expansion.text(node.word)
    if expansion.substituted is not None:
        shell.hide(expansion.substituted, "condition", node)
    ends = Ends()
    rest: State | None = expansion.state
    fallen: State | None = None
    guards = 0
    for item in node.items:
        fits: Maybe = False
        if rest is not None:
            expansion.state = rest
            fits = _any_fits(expansion, item, subject)
            rest = expansion.state
        begins = join_states(fallen, rest if fits is not False else None)
        fallen = None
        if begins is None:
            continue
        if fits is None:
            shell.recorder.guards.append(Guard(item, True))
        outcome = shell.sequence(item.body, begins) if item.body.items else shell.succeed(begins)
        if fits is None:
            shell.recorder.guards[-1] = Guard(item, False)
            guards += 1
        elif fits:
            rest = None
        if item.terminator == ";;&":
            # The patterns that follow are tried as well.
            rest = join_states(rest, outcome.either)
            if item is node.items[-1]:
                ends.add(outcome)
        elif item.terminator == ";&" and item is not node.items[-1]:
            fallen = outcome.either
        else:
            ends.add(outcome)
    if rest is not None:
        ends.add(shell.succeed(rest))
    del shell.recorder.guards[len(shell.recorder.guards) - guards :]
    return ends.all()


def _any_fits(expansion: Expansion, item: CaseItem, subject: Value) -> Maybe:
    answer: Maybe = False
    for word in item.patterns:
        fits = matches(subject, expansion.pattern(word))
        if fits is True:
            return True if answer is False else None
        if fits is None:
            answer = None
    return answer


def matches(subject: Value, pieces: list[patterns.Piece] | None) -> Maybe:
    """Whether a pattern fits a text."""
    if pieces is None:
        return None
    if len(pieces) == 1 and pieces[0] == patterns.Piece("*", False):
        return True
    text = subject.text
    try:
        pattern = patterns.Pattern(pieces)
        if text is None:
            # What begins otherwise than the pattern does never fits it.
            return None if not subject.start.isascii() or pattern.may_begin(subject.start) else False
        return pattern.matches(text) if text.isascii() else None
    except patterns.Unclear:
        return None


# Loops


_Loop = For | While | ArithmeticFor


class _Turn(NamedTuple):
    """A turn of a loop: whether it ends before it, and the state in which the body begins."""

    ends: State | None
    begins: State | None


def _for(shell: Interpreter, node: For, state: State) -> Outcome:
    expansion = Expansion(shell, state)
    name = node.name.text
    if not is_name(name):
        raise Unclear
    if node.words is None:
        positional = state.positional
        values = positional or ()
        exact = positional is not None
    else:
        values, exact, _ = expansion.fields(node.words)
    if expansion.substituted is not None:
        shell.hide(expansion.substituted, "substitution", node)
    begun = expansion.state
    if not exact or len(values) > TURNS:
        any_of_them = unknown(together(value.labels for value in values))
        return _loop(shell, node, begun, lambda start: _for_turn(shell, node, name, start, any_of_them, True))
    left = list(values)

    def next_turn(start: State) -> _Turn:
        return _for_turn(shell, node, name, start, left.pop(0), False) if left else _Turn(start, None)

    return _loop(shell, node, begun, next_turn)


def _for_turn(shell: Interpreter, node: For, name: str, state: State, value: Value, unsure: bool) -> _Turn:
    """A turn with a value; ``unsure``: perhaps there is none, and it is not known which."""
    begun = shell.assign(state, name, value, node, inside=True)
    return _Turn(state if unsure else None, begun)


def _arithmetic_for(shell: Interpreter, node: ArithmeticFor, state: State) -> Outcome:
    """``for ((a; b; c))``: its parts are followed as long as none is wrong."""
    if shell.shell.is_dash is not False:
        raise Unclear
    raw = node.expression.raw
    parts = raw.split(";")
    if len(parts) != 3 or re.search(r"[$`'\"\\]", raw):
        raise Unclear
    begins, goes_on, steps = parts

    def computed(start: State, text: str) -> tuple[State, Maybe]:
        expansion = Expansion(shell, start)
        try:
            number = shell.compute(expansion, literal(text.strip()), node, True).text if text.strip() else "1"
        except arithmetic.Wrong:
            raise Unclear from None
        return expansion.state, None if number is None else number != "0"

    first = True

    def next_turn(start: State) -> _Turn:
        nonlocal first
        start = start if first else computed(start, steps)[0]
        first = False
        after, holds = computed(start, goes_on)
        return _Turn(after if holds is not True else None, after if holds is not False else None)

    return _loop(shell, node, computed(state, begins)[0], next_turn)


def _while(shell: Interpreter, node: While, state: State) -> Outcome:
    turn = 0

    def next_turn(start: State) -> _Turn:
        nonlocal turn
        jumps = shell.jumps[-1]
        jumps.asks = turn
        turn += 1
        outcome = _asked(shell, lambda: shell.sequence(node.condition, start), node)
        jumps.asks = None
        return _Turn(outcome.ok, outcome.failed) if node.until else _Turn(outcome.failed, outcome.ok)

    return _loop(shell, node, state, next_turn)


def _loop(shell: Interpreter, node: _Loop, state: State, next_turn: Callable[[State], _Turn]) -> Outcome:
    """Turn by turn as long as it is sure that there is another one; then until nothing new comes of it."""
    jumps = Jumps(False)
    shell.jumps.append(jumps)
    try:
        return _turns(shell, node, state, next_turn, jumps)
    finally:
        del shell.jumps[shell.jumps.index(jumps) :]


def _turns(shell: Interpreter, node: _Loop, state: State, next_turn: Callable[[State], _Turn], jumps: Jumps) -> Outcome:
    ends = NEVER
    current: State | None = state
    last = Outcome(state, None)
    settled: State | None = None
    unsure = 0
    for number in range(TURNS + ROUNDS + 1):
        if current is None:
            break
        turn = next_turn(current)
        # ``while break``: the condition itself leaves the loop.
        ends = join_outcomes(ends, Outcome(_broken(shell, jumps), None))
        if turn.ends is not None:
            ends = join_outcomes(ends, _ended(shell, turn.ends, last))
        # ``while continue``: the condition begins anew.
        skipped, jumps.continues = jumps.continues, None
        if turn.begins is None and skipped is None:
            break
        if turn.ends is not None or number >= TURNS:
            unsure += 1
            shell.recorder.guards.append(Guard(node, True))
        outcome = shell.sequence(node.body, turn.begins) if turn.begins is not None else NEVER
        if turn.ends is not None or number >= TURNS:
            shell.recorder.guards.pop()
        ends = join_outcomes(ends, Outcome(_broken(shell, jumps), None))
        continued = shell.succeed(jumps.continues) if jumps.continues is not None else NEVER
        jumps.continues = None
        ran = join_outcomes(outcome, continued)
        last = join_outcomes(last, ran) if unsure or skipped is not None else ran
        after = join_states(ran.either, skipped)
        if not unsure:
            current = after
            continue
        current = join_states(current, after)
        if settled is not None and current is not None and _is_same(settled, current):
            break
        if unsure > ROUNDS:
            raise Unclear
        settled = current
    else:
        raise Unclear
    return ends


def _broken(shell: Interpreter, jumps: Jumps) -> State | None:
    broken = shell.succeed(jumps.breaks).ok if jumps.breaks is not None else None
    jumps.breaks = None
    return broken


def _ended(shell: Interpreter, state: State, last: Outcome) -> Outcome:
    """The loop ends with the status of the last command of its body."""
    ok = shell.succeed(state).ok if last.ok is not None else None
    failed = None
    if last.failed is not None:
        failed = state._replace(code=last.failed.code, succeeded=False, cause=last.failed.cause)
    return Outcome(ok, failed)


def _is_same(first: State, second: State) -> bool:
    """Whether two states believe the same, whatever failed on the way."""
    return all(
        a is b or a == b
        for name, a, b in zip(State._fields, first, second, strict=True)
        if name not in ("variables", "functions", "files", "cause", "failures", "printed")
    ) and (
        first.variables.equals(second.variables)
        and first.functions.equals(second.functions)
        and first.files.equals(second.files)
        and first.printed == second.printed
    )
