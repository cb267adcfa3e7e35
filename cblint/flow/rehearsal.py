"""Runs a text that is known only in part, to see where what has labels goes in it; nothing else is believed of that."""

from __future__ import annotations

from itertools import takewhile

from cblint.flow.core import DEEPEST, Died, Process, Unclear
from cblint.flow.events import Recorder
from cblint.flow.labels import NO_LABELS, Labels
from cblint.flow.layers import Layers
from cblint.flow.state import ANYTHING, NO_FUNCTION, Options, Outcome, State, Variable
from cblint.flow.values import Value, unknown
from cblint.records import NamedTuple
from cblint.shell.commands import SimpleCommand
from cblint.shell.parser import parse
from cblint.source.text import Text
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

LONGEST = 20_000
STEPS, CHARACTERS_PER_STEP = 10, 100
"""What it takes to begin: a text can hold itself, twice."""
_PART = "_cblint_"
"""With this begin the names of what stands for the parts that are not known."""


class Rehearsed(NamedTuple):
    """Where labels have gone: what was printed, and into which variables."""

    printed: Labels
    variables: dict[str, Labels]


def evaluated(shell: SimpleRunner, call: Call, text: Value) -> Outcome:
    """How ``eval`` of a text ends that is not all known, or ``.`` of such a file: anyhow."""
    found = _rehearsed(shell, call, text, call.state) if text.labels else None
    return anything_from(shell, call.node, call.state, found.variables if found is not None else {})


def presumed(shell: SimpleRunner, node: SimpleCommand, state: State) -> Outcome:
    """How a command ends that may be a function of which nothing is known: anyhow. Most often it is none."""
    recorder = Recorder()
    begun = state._replace(functions=Layers(NO_FUNCTION))
    outer = shell.recorder, shell.process, shell.jumps, shell.ignoring
    recorder.standing = outer[0].standing
    shell.recorder, shell.process, shell.jumps, shell.ignoring = recorder, Process(True), [], False
    try:
        end = shell.simple(node, begun).either
    finally:
        shell.recorder, shell.process, shell.jumps, shell.ignoring = outer
    shell.recorder.overhear(recorder)
    return anything_from(shell, node, state, _changed(begun, end) if end is not None else {})


def anything_from(shell: SimpleRunner, node: SimpleCommand, state: State, variables: dict[str, Labels]) -> Outcome:
    """It ends anyhow; where these variables get what they then have is known."""
    outcome = shell.anything(state, node)
    if not variables:
        return outcome
    changes = {name: ANYTHING._replace(value=unknown(labels), places=(node,)) for name, labels in variables.items()}
    return Outcome(
        *(end._replace(variables=end.variables.update(changes)) if end is not None else None for end in outcome)
    )


def by_a_shell(shell: SimpleRunner, call: Call) -> Labels:
    """Where what a shell prints comes from that is given a text: behind ``-c``, or on standard input."""
    text, arguments = _given(call)
    if text is None or not any(isinstance(piece, str) for piece in text.pieces):
        return NO_LABELS
    begun = call.state._replace(options=Options(xtrace=_is_traced(call)), positional=arguments, shadowed={})
    found = _rehearsed(shell, call, text, begun)
    return found.printed if found is not None else NO_LABELS


def _is_traced(call: Call) -> bool:
    """Whether the shell is to print each command: ``sh -xc``."""
    options = takewhile(lambda word: word.start.startswith("-") and word.text is not None, call.words)
    return any("x" in (word.text or "") and not word.start.startswith("--") for word in options)


def _given(call: Call) -> tuple[Value | None, tuple[Value, ...]]:
    """The commands for a shell, and their arguments."""
    words = call.words
    for number, word in enumerate(words):
        if word.start.startswith("-") and word.text is not None:
            if "c" in word.text and not word.text.startswith("--"):
                return (words[number + 1] if number + 1 < len(words) else None), words[number + 3 :]
            continue
        return None, ()
    return call.state.input, ()


def _rehearsed(shell: SimpleRunner, call: Call, value: Value, state: State) -> Rehearsed | None:
    text, begun = _spelled(value, state)
    if len(text) > LONGEST or shell.calls >= DEEPEST // 2:
        return None
    shell.limits.take(STEPS + len(text) // CHARACTERS_PER_STEP)
    script = parse(Text.of(text))
    if script.problem is not None:
        return None
    recorder = Recorder()
    outer = shell.recorder, shell.process, shell.jumps, shell.ignoring
    shell.recorder, shell.process, shell.jumps, shell.ignoring = recorder, Process(True), [], False
    recorder.current = recorder.standing = call.standing or call.node
    shell.calls += 1
    try:
        with shell.deeper():
            end = shell.lines(script.body, begun).either
    except (Unclear, Died):
        return None
    finally:
        shell.calls -= 1
        shell.recorder, shell.process, shell.jumps, shell.ignoring = outer
    shell.recorder.overhear(recorder, call.standing or call.node)
    return Rehearsed(end.printed.labels, _changed(begun, end)) if end is not None else None


def _changed(before: State, after: State) -> dict[str, Labels]:
    """The variables that have got labels."""
    return {
        name: variable.value.labels
        for name in after.variables.differing(before.variables)
        if (variable := after.variables.get(name)).value.labels and not name.startswith(_PART)
    }


def _spelled(value: Value, state: State) -> tuple[str, State]:
    """The text with a variable for each part that is not known, quoted as what stands there is."""
    parts: list[str] = []
    quote = ""
    for number, piece in enumerate(value.pieces):
        if isinstance(piece, str):
            parts.append(piece)
            quote = _quote_after(piece, quote)
            continue
        name = f"{_PART}{number}"
        state = state.with_variable(name, Variable(True, Value((piece,), value.labels), True))
        parts.append(f"'\"${{{name}}}\"'" if quote == "'" else f"${{{name}}}")
    return "".join(parts), state


def _quote_after(text: str, quote: str) -> str:
    """In which quotes stands what follows a text that itself begins within ``quote``."""
    skip = False
    for char in text:
        if skip:
            skip = False
        elif char == "\\" and quote != "'":
            skip = True
        elif char in "'\"" and quote in ("", char):
            quote = "" if quote else char
    return quote
