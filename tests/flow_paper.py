"""A shell on paper that begins with what a test says, for tests of its parts."""

from __future__ import annotations

from collections.abc import Mapping

from cblint.flow.core import Given, Limits
from cblint.flow.events import Recorder
from cblint.flow.interpreter import Interpreter
from cblint.flow.layers import Layers
from cblint.flow.shells import Shell
from cblint.flow.state import ABSENT, GIVEN, NO_FUNCTION, UNSET, UNTOUCHED, Outcome, State, Variable
from cblint.flow.values import EMPTY, literal
from cblint.shell.commands import Function
from cblint.shell.parser import parse
from cblint.source.text import Text

STEPS = 10_000


def interpreter(shell: str) -> Interpreter:
    """A shell that finds no file and is given nothing."""
    return Interpreter(Shell(shell), Given(Layers(UNSET), lambda _: ABSENT), Recorder(), Limits(STEPS))


def state(variables: Mapping[str, str], positional: tuple[str, ...] = (), cwd: str = "/", given: bool = False) -> State:
    """What is believed in a shell with these variables and no others; or, if it is ``given``, with any others."""
    known = {name: Variable(True, literal(value)) for name, value in variables.items()}
    return State(
        Layers(GIVEN if given else UNSET, (known,)),
        Layers[Function | bool | None](NO_FUNCTION),
        Layers(UNTOUCHED),
        literal(cwd),
        literal(cwd),
        positional=tuple(map(literal, positional)),
        input=EMPTY,
    )


def run(script: str, shell: str, start: State) -> Outcome:
    """How a script ends, if it does not leave the shell."""
    return interpreter(shell).script(parse(Text.of(script)), start)
