"""The builtins that end the shell, a function or a loop, and ``trap``."""

from __future__ import annotations

import re

from cblint.flow.core import Died, Jumps, Unclear
from cblint.flow.declarations import no_option
from cblint.flow.state import NEVER, Outcome, join_outcomes, join_states, said, with_status_of
from cblint.flow.values import NONZERO, UNKNOWN
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

_SIGNALS = frozenset({"HUP", "INT", "QUIT", "PIPE", "TERM", "USR1", "USR2", "1", "2", "3", "13", "15"})


def exit_shell(shell: SimpleRunner, call: Call) -> Outcome:
    """``exit``."""
    shell.leave(_status_given(shell, call))
    return NEVER


def _status_given(shell: SimpleRunner, call: Call) -> Outcome:
    """The status that ``exit`` and ``return`` are given, else the last one."""
    if not call.words and call.exact:
        # In a trap it is the status with which the shell was about to end.
        entered = shell.process.trapped if call.name == "exit" else None
        return shell.again(call.state if entered is None else with_status_of(call.state, entered))
    if not call.exact:
        raise Unclear
    word, *others = call.words
    text = word.text
    if others:
        if shell.shell.is_dash is None or text is None:
            raise Unclear
        if shell.shell.is_dash is False and _number(text) is not None:
            shell.drops(shell.failing(call.state, call.node, 1), True)
        # dash takes the first.
    if text is not None:
        code = _number(text)
        if code is None or (code < 0 and shell.shell.is_dash is not False):
            return _no_status(shell, call, text)
        if code > 255 and call.name == "return" and shell.shell.is_dash is not False:
            raise Unclear
        return shell.succeed(call.state) if code % 256 == 0 else shell.fail(call.state, call.node, code % 256)
    if word.pieces == (NONZERO,):
        return shell.fail(call.state, call.node, None)
    return shell.either(call.state, call.node)


def _no_status(shell: SimpleRunner, call: Call, text: str) -> Outcome:
    """What is no number is refused with status 2, and dash then ends."""
    if re.search(r"[0-9]{10}", text) or (shell.shell.is_dash is None and _number(text) is not None):
        raise Unclear
    refused = shell.fail(call.state, call.node, 2)
    if call.name == "exit" or shell.shell.is_dash is False:
        return refused
    shell.leave(refused)
    if shell.shell.is_dash is None:
        return refused
    raise Died


def _number(text: str) -> int | None:
    """What the shells take for a number, dash without a minus."""
    return int(text) if re.fullmatch(r"[ \t]*[-+]?[0-9]{1,9}[ \t]*", text) else None


def return_from(shell: SimpleRunner, call: Call) -> Outcome:
    """``return``."""
    for jumps in reversed(shell.jumps):
        if jumps.is_function:
            outcome = _status_returned(shell, call)
            if jumps.passes_loops and shell.shell.is_dash is not False:
                outcome = _minded(shell, outcome)
            jumps.returns = join_outcomes(jumps.returns, outcome)
            return NEVER
    if shell.process.in_function or shell.shell.is_dash is True:
        shell.leave(_status_returned(shell, call))
        return NEVER
    if shell.shell.is_dash is not False:
        raise Unclear
    if len(call.words) > 1:
        _status_given(shell, call)
    if shell.shell.special_builtins_exit is True:
        return no_option(shell, call, call.state)
    return shell.fail(call.state, call.node, 2)


def _status_returned(shell: SimpleRunner, call: Call) -> Outcome:
    """The status with which ``return`` goes back."""
    outcome = _status_given(shell, call)
    if call.words or shell.shell.is_dash is False:
        return outcome
    for jumps in reversed(shell.jumps):
        if jumps.is_function:
            break
        if jumps.asks is not None:
            # In the condition of a loop, dash returns the status of the turn before.
            if jumps.asks or shell.shell.is_dash is None:
                raise Unclear
            return shell.succeed(call.state)
    return outcome


def _minded(shell: SimpleRunner, outcome: Outcome) -> Outcome:
    """For dash ``return`` in a file is a command that fails, as any other."""
    failed = outcome.failed
    if failed is None or shell.ignoring or failed.options.errexit is False:
        return outcome
    shell.leave(Outcome(None, failed))
    return Outcome(outcome.ok, None) if failed.options.errexit else outcome


def leave_loop(shell: SimpleRunner, call: Call) -> Outcome:
    """``break`` and ``continue``."""
    text = call.words[0].text if call.words else "1"
    if not call.exact or len(call.words) > 1 or text is None or not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise Unclear
    loops: list[Jumps] = []
    for jumps in reversed(shell.jumps):
        if jumps.is_function and not jumps.passes_loops:
            break
        if not jumps.is_function:
            loops.append(jumps)
    state = shell.succeed(call.state).ok
    if not loops:
        if shell.process.in_loop:
            shell.leave(Outcome(state, None))
            return NEVER
        return shell.succeed(shell.complains(call.state))
    if len(loops) < int(text) and shell.process.in_loop:
        raise Unclear
    target = loops[min(int(text), len(loops)) - 1]
    if call.name == "break":
        target.breaks = join_states(target.breaks, state)
    else:
        target.continues = join_states(target.continues, state)
    return NEVER


def execute(shell: SimpleRunner, call: Call) -> Outcome:
    """``exec``."""
    if not call.words and call.exact:
        for redirection in call.node.redirections:
            if redirection.descriptor in ("", "0", "1") or redirection.operator.startswith("&"):
                raise Unclear
        return shell.succeed(call.state)
    outcome = shell.unknown_program(call)
    shell.process.replaced = join_outcomes(shell.process.replaced, outcome)
    if not call.words or call.words[0].text is None or call.words[0].start.startswith("-"):
        raise Unclear
    return NEVER


def trap(shell: SimpleRunner, call: Call) -> Outcome:
    """``trap``."""
    state = call.state
    if not call.exact:
        raise Unclear
    words = [word.text for word in call.words]
    if words and words[0] == "--":
        words, values = words[1:], call.words[1:]
    else:
        values = call.words
    if not words:
        return shell.succeed(said(state, UNKNOWN))
    signals = words[1:]
    if words[0] is not None:
        shell.trappers[words[0]] = call.standing or call.node
    if not signals or (words[0] is not None and words[0].startswith("-") and words[0] != "-"):
        raise Unclear
    for signal in signals:
        if signal in ("EXIT", "0"):
            action = values[0]
            state = state._replace(exit_trap=None if words[0] in ("-", "") else action)
        elif signal in ("ERR", "DEBUG", "RETURN") and shell.shell.is_dash is True:
            return shell.fail(state, call.node, 1)
        elif signal == "ERR" and shell.shell.is_dash is False and not shell.calls:
            state = state._replace(err_trap=None if words[0] in ("-", "") else values[0])
        elif signal is None or signal.removeprefix("SIG") not in _SIGNALS:
            raise Unclear
    return shell.succeed(state)
