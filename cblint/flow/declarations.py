"""The builtins that make variables what they are, from ``export`` to ``unset``, and ``set``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.flow.core import Unclear
from cblint.flow.footprint import footprint
from cblint.flow.kinds import ASSIGNED
from cblint.flow.kinds import UNSET as UNSET_EVENT
from cblint.flow.outputs import dumped
from cblint.flow.state import NEVER, UNSET, Options, Outcome, State, Variable, join_outcomes
from cblint.flow.values import EMPTY, UNKNOWN, Value
from cblint.shell.commands import ArrayLiteral, Assignment
from cblint.shell.syntax import Word
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

_ELEMENT = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*\[.*\]", re.DOTALL)
_NAME = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*")
_OPTION_NAMES = frozenset({"errexit", "nounset", "allexport", "noglob", "noclobber", "xtrace"})
_SWITCHES = {"e": "errexit", "u": "nounset", "a": "allexport", "f": "noglob", "C": "noclobber", "x": "xtrace"}
_HARMLESS = frozenset("bm")
_HARMLESS_IN_BASH = "hBHPT"
_LETTERS = frozenset("abCeEfhkmnoptuvxBHPTI")
_HARMLESS_NAMES = frozenset({"notify", "monitor", "ignoreeof", "nolog", "vi", "emacs"})


class _Named:
    """A variable that a declaration names: its value if one is given."""

    __slots__ = ("assignment", "name", "value")

    def __init__(self, name: str, value: Value | None, assignment: Assignment | None) -> None:
        self.name = name
        self.value = value
        self.assignment = assignment


def _named(call: Call) -> tuple[list[str], Iterator[_Named]]:
    """The options of a declaration, and what it names, each evaluated when it is asked for. Raises Unclear."""
    if not call.exact:
        raise Unclear
    words = [word.text for word in call.words]
    options: list[str] = []
    for text in words:
        if text is None or not text.startswith(("-", "+")) or len(text) < 2:
            break
        options.append(text)
        if text == "--":
            break
    return options, _each(call, len(options))


def _each(call: Call, skipped: int) -> Iterator[_Named]:
    values = iter(call.words[skipped:])
    arguments = call.node.arguments[1:]
    exact = len([argument for argument in arguments if isinstance(argument, Word)]) == len(call.words)
    if not exact and call.assignments:
        raise Unclear
    if not call.assignments:
        for value in values:
            yield _from_word(value)
        return
    words_seen = 0
    for argument in arguments:
        if isinstance(argument, Assignment):
            yield _Named(argument.name, None, argument)
            continue
        words_seen += 1
        if words_seen > skipped:
            yield _from_word(next(values))


def _from_word(value: Value) -> _Named:
    first = value.pieces[0] if value.pieces else ""
    if not isinstance(first, str):
        raise Unclear
    name, equals, rest = first.partition("=")
    if not equals and len(value.pieces) > 1:
        raise Unclear
    if not _NAME.fullmatch(name):
        return _Named("", None, None)
    if not equals:
        return _Named(name, None, None)
    pieces = ((rest,) if rest else ()) + value.pieces[1:]
    return _Named(name, Value(pieces, value.labels), None)


def declare(shell: SimpleRunner, call: Call) -> Outcome:
    """``export``, ``readonly``, ``local``, ``declare``, ``typeset``."""
    shown = _shown(call)
    if shown is not None:
        state = shell.says(call.state, shown, call.node)
        # What dash has for `declare` is not known: most often nothing.
        return (
            shell.succeed(state)
            if call.name == "export" or shell.shell.is_dash is False
            else shell.either(state, call.node)
        )
    if call.name in ("declare", "typeset") and shell.shell.is_dash is not False:
        raise Unclear
    if call.name in ("declare", "typeset") and call.words and call.words[0].text == "-A":
        return _map(shell, call)
    options, named = _named(call)
    flags = "".join(option[1:] for option in options if option != "--")
    if call.name in ("export", "readonly") and shell.shell.is_dash is True and set(flags) - {"p"}:
        return no_option(shell, call, call.state)
    if call.name == "local" and not shell.calls:
        return _not_in_function(shell, call)
    if any(option.startswith("+") for option in options) or set(flags) - set(_ALLOWED.get(call.name, "")):
        raise Unclear
    state = call.expansion.state = call.state
    if call.expansion.substituted is not None:
        shell.hide(call.expansion.substituted, "substitution", call.node)
        call.expansion.substituted = None
    local = call.name == "local" or (call.name in ("declare", "typeset") and shell.calls > 0 and "g" not in flags)
    if "p" in flags and (len(call.words) > len(options) or call.assignments):
        raise Unclear
    if "p" in flags or (not call.words and not call.assignments):
        return shell.succeed(shell.says(state, UNKNOWN, call.node))
    refused = False
    for one in _expanded(call, named):
        if not one.name:
            # No name of a variable: bash says so and goes on, dash ends.
            if shell.shell.is_dash is not False:
                _refuse(shell, call, call.expansion.state)
                return NEVER
            refused = True
            continue
        if call.expansion.state.variable(one.name).readonly is True and (one.value or one.assignment):
            # bash says so and goes on; the others end, and so does bash if it is to stop at failures.
            special = call.name in ("export", "readonly")
            exits = shell.shell.special_builtins_exit if special else shell.shell.is_dash
            if exits is False and special:
                errexit = shell.errexit(call.expansion.state)
                if errexit is None:
                    raise Unclear
                if errexit:
                    shell.leave(shell.fail(call.expansion.state, call.node, 1))
                    return NEVER
            if exits is not False:
                shell.aborts(call.expansion.state, True)
            refused = True
            continue
        state = _declare_one(shell, call, call.expansion.state, one, flags, local)
        call.expansion.state = state
    if call.expansion.substituted is not None:
        shell.hide(call.expansion.substituted, "declaration", call.node)
    if refused:
        return shell.fail(call.expansion.state, call.node, 1)
    return shell.succeed(call.expansion.state)


def _shown(call: Call) -> Value | None:
    """What is printed where all variables are shown and nothing is declared; else None."""
    flags = "".join(word.text or "?" for word in call.words)
    if not call.exact or call.assignments or set(flags) - set("-px"):
        return None
    if call.name == "export":
        return dumped(call) if "x" not in flags else None
    return dumped(call, "x" not in flags) if call.name in ("declare", "typeset") else None


def _expanded(call: Call, named: Iterator[_Named]) -> list[_Named]:
    """What a declaration names, with the values: all of them are expanded before the first is assigned."""
    found = list(named)
    arrays = [one for one in found if one.assignment is not None and isinstance(one.assignment.value, ArrayLiteral)]
    if arrays and len(found) > 1:
        raise Unclear
    for one in found:
        node = one.assignment
        if node is not None and isinstance(node.value, Word) and node.operator == "=" and node.subscript is None:
            one.value = call.expansion.text(node.value)
    return found


def _map(shell: SimpleRunner, call: Call) -> Outcome:
    """``declare -A``, of which it is not followed what the elements are."""
    (argument,) = call.node.arguments[2:] if len(call.node.arguments) == 3 else (None,)
    name = argument.name if isinstance(argument, Assignment) else argument.text if isinstance(argument, Word) else None
    state = call.state
    if shell.calls or name is None or not _NAME.fullmatch(name):
        raise Unclear
    if state.variable(name).assigned or state.variable(name).places:
        raise Unclear
    if isinstance(argument, Assignment):
        if footprint(state, argument).names != frozenset({name}):
            raise Unclear
        if not isinstance(argument.value, ArrayLiteral) or argument.operator != "=":
            raise Unclear
    old = state.variable(name)
    if old.readonly is not False or old.integer is not False:
        raise Unclear
    made = Variable(None, UNKNOWN, old.exported, False, False, True, None, (call.node,))
    shell.recorder.note(ASSIGNED, argument or call.node, name, (UNKNOWN,), variable=made)
    return shell.succeed(state.with_variable(name, made))


def _refuse(shell: SimpleRunner, call: Call, state: State) -> None:
    if shell.shell.is_dash is None:
        raise Unclear
    shell.leave(shell.fail(state, call.node, 2))


_ALLOWED = {"export": "pn", "readonly": "p", "local": "", "declare": "aixrgp", "typeset": "aixrgp"}


def _not_in_function(shell: SimpleRunner, call: Call) -> Outcome:
    call.expansion.state = call.state
    for assignment in call.assignments:
        if not isinstance(assignment.value, Word):
            raise Unclear
        call.expansion.text(assignment.value)
    code = shell.shell.among(2, 1, 1)
    if shell.shell.special_builtins_exit is True and shell.shell.is_dash is True:
        shell.leave(shell.fail(call.expansion.state, call.node, code))
        return NEVER
    if shell.shell.is_dash is False:
        return shell.fail(call.expansion.state, call.node, code)
    raise Unclear


def _declare_one(shell: SimpleRunner, call: Call, state: State, one: _Named, flags: str, local: bool) -> State:
    if one.name in shell.temporary:
        raise Unclear
    if local:
        state = _hidden(shell, state, one)
    if "i" in flags:
        old = state.variable(one.name)
        exported = old.exported if old.exported is True else state.options.allexport
        state = state.with_variable(one.name, old._replace(integer=True, exported=exported))
    call.expansion.state = state
    if one.value is not None:
        state = shell.assign(state, one.name, one.value, one.assignment or call.node)
    elif one.assignment is not None:
        state = shell.assignment(call.expansion, one.assignment)
    variable = state.variable(one.name)
    if variable.array is not False and (one.value or (one.assignment and isinstance(one.assignment.value, Word))):
        raise Unclear
    if one.assignment is None and one.value is None and variable.exported is False and variable.array is False:
        # With `set -a` what has only been declared is exported, too; by dash if it is readonly.
        declared = shell.shell.among(call.name == "readonly", True, True)
        variable = variable._replace(exported=declared and state.options.allexport)
    if "a" in flags and one.assignment is None:
        if variable.array is not False or variable.assigned is not False:
            raise Unclear
        variable = variable._replace(array=True, elements=())
    if call.name == "export" and "n" in flags:
        if shell.shell.is_dash is not False:
            raise Unclear
        variable = variable._replace(exported=False)
    elif call.name == "export" or "x" in flags:
        variable = variable._replace(exported=True)
    if call.name == "readonly" or "r" in flags:
        variable = variable._replace(readonly=True)
    return state.with_variable(one.name, variable) if variable != state.variable(one.name) else state


def _hidden(shell: SimpleRunner, state: State, one: _Named) -> State:
    """The variable of outside is hidden as long as the function runs."""
    old = state.variable(one.name)
    if old.readonly is not False or old.array is not False:
        raise Unclear
    if one.name not in state.shadowed:
        state = state._replace(shadowed={**state.shadowed, one.name: (old, True)})
        if old.integer is not False:
            state = state.with_variable(one.name, old._replace(integer=False))
    elif state.shadowed[one.name][1] is not True:
        raise Unclear
    elif one.value is None and one.assignment is None:
        return state
    if one.value is None and one.assignment is None:
        # dash keeps the value of outside, bash begins without one.
        keeps = shell.shell.among(True, False, False)
        if keeps is None:
            raise Unclear
        return state if keeps else state.with_variable(one.name, Variable(False, exported=old.exported))
    # Whether the value of outside stands before its own is seen only by what the value expands to.
    return state


def unset(shell: SimpleRunner, call: Call) -> Outcome:
    """``unset``."""
    if not call.exact:
        raise Unclear
    state = call.state
    functions = refused = False
    for word in call.words:
        name = word.text
        if name in ("-v", "-f"):
            functions = name == "-f"
            continue
        if name is not None and not functions and _ELEMENT.fullmatch(name):
            after = _without_element(shell, call, state, name)
            if after is None:
                return NEVER
            state = after
            continue
        if name is None or not _NAME.fullmatch(name):
            raise Unclear
        if functions:
            state = state._replace(functions=state.functions.set(name, False))
            continue
        old = state.variable(name)
        if old.readonly is True and old.array is False:
            # dash ends, bash goes on.
            if shell.shell.is_dash is not False:
                _refuse(shell, call, state)
                return NEVER
            refused = True
            continue
        if old.readonly is not False or name in shell.temporary:
            raise Unclear
        if shell.shell.is_dash is not True and any(name in frame for frame in shell.frames):
            # In bash, what the function that called hides comes to light.
            raise Unclear
        if old.assigned is False and state.functions.get(name) is not False and shell.shell.is_dash is not True:
            # bash then takes the function.
            raise Unclear
        if name == "OLDPWD":
            state = state._replace(before=UNKNOWN)
        # dash remembers that `set -a` would export it.
        exports = shell.shell.among(state.options.allexport, False, False)
        state = state.with_variable(name, UNSET._replace(exported=exports))
        shell.recorder.note(UNSET_EVENT, call.node, name)
    return shell.fail(state, call.node, 1) if refused else shell.succeed(state)


def _without_element(shell: SimpleRunner, call: Call, state: State, written: str) -> State | None:
    """``unset 'name[…]'``; to dash that is no name."""
    if shell.shell.is_dash is not False:
        _refuse(shell, call, state)
        return None
    name, _, index = written[:-1].partition("[")
    old = state.variable(name)
    if old.readonly is not False or name in shell.temporary or name in state.shadowed:
        raise Unclear
    if old.array is False and old.assigned is False:
        return state
    if old.array is not True or old.elements is None or not index.isdigit():
        raise Unclear
    number = int(index)
    if number >= len(old.elements):
        return state
    if number < len(old.elements) - 1:
        return state.with_variable(name, old._replace(assigned=None, value=UNKNOWN, elements=None))
    left = old.elements[:-1]
    return state.with_variable(name, old._replace(assigned=bool(left), value=left[0] if left else EMPTY, elements=left))


def set_options(shell: SimpleRunner, call: Call) -> Outcome:
    """``set``: options, then arguments."""
    state = call.state
    if not call.words:
        return shell.succeed(shell.says(state, dumped(call, True), call.node))
    words = list(call.words)
    options = state.options
    while words:
        text = words[0].text
        if text is None:
            raise Unclear
        if text in ("--", "-"):
            if text == "-":
                raise Unclear
            words.pop(0)
            return _positional(shell, call, state._replace(options=options), words)
        if not text.startswith(("-", "+")) or len(text) < 2:
            return _positional(shell, call, state._replace(options=options), words)
        words.pop(0)
        on = text[0] == "-"
        for letter in text[1:]:
            if letter == "n" and on:
                # Nothing more is run.
                shell.process.replaced = join_outcomes(shell.process.replaced, shell.succeed(state))
                return NEVER
            if letter not in _LETTERS or (letter in _HARMLESS_IN_BASH + "kE" and shell.shell.is_dash is True):
                return no_option(shell, call, state._replace(options=options))
            if letter != "o":
                options = _switched(shell, options, letter, on)
                continue
            name = words.pop(0).text if words else None
            if name is not None and _is_refused(shell, name):
                return no_option(shell, call, state._replace(options=options))
            options = _switched_by_name(shell, options, name, on)
    if not call.exact:
        raise Unclear
    return shell.succeed(state._replace(options=options))


def _is_refused(shell: SimpleRunner, name: str) -> bool:
    known = name in _OPTION_NAMES or name in _HARMLESS_NAMES or name in _OTHER_NAMES
    return not known or (name in ("pipefail", "errtrace") and shell.shell.is_dash is True)


_OTHER_NAMES = frozenset(
    {"pipefail", "posix", "braceexpand", "errtrace", "functrace", "hashall", "histexpand", "history", "keyword"}
    | {"interactive", "verbose", "noexec", "onecmd", "physical", "privileged", "stdin", "debug"}
)


def no_option(shell: SimpleRunner, call: Call, state: State) -> Outcome:
    """An option that a special builtin does not have ends the shell, but not bash."""
    refused = shell.fail(state, call.node, 2)
    if shell.shell.special_builtins_exit is False:
        return refused
    if shell.ignoring and shell.asks_text:
        # Within `eval` and `.`, bash as sh only heeds a question that is part of the text.
        raise Unclear
    if shell.shell.is_dash is False and (shell.ignoring or state.err_trap is not None):
        # Behind a trap for ERR bash has forgotten that it was to end.
        return refused
    if shell.shell.is_dash is None and (shell.ignoring or state.err_trap is not None):
        raise Unclear
    shell.leave(refused)
    return NEVER


def _switched(shell: SimpleRunner, options: Options, letter: str, on: bool) -> Options:
    if letter == "v":
        return options._replace(verbose=on)
    name = _SWITCHES.get(letter)
    if name is not None:
        return options._replace(**{name: on})
    if letter == "E" and shell.shell.is_dash is False:
        return options._replace(errtrace=on)
    if letter in _HARMLESS or (letter in _HARMLESS_IN_BASH and shell.shell.is_dash is False):
        return options
    raise Unclear


def _switched_by_name(shell: SimpleRunner, options: Options, name: str | None, on: bool) -> Options:
    if name == "pipefail" and shell.shell.is_dash is False:
        return options._replace(pipefail=on)
    if name == "errtrace" and shell.shell.is_dash is False:
        return options._replace(errtrace=on)
    if name == "verbose":
        return options._replace(verbose=on)
    if name in _OPTION_NAMES:
        return options._replace(**{name: on})
    if name in _HARMLESS_NAMES:
        return options
    raise Unclear


def _positional(shell: SimpleRunner, call: Call, state: State, words: list[Value]) -> Outcome:
    return shell.succeed(state._replace(positional=tuple(words) if call.exact else None))
