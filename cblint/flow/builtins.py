"""What the commands do that are part of the shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from cblint.flow import arithmetic, conditions, printing
from cblint.flow.core import Jumps, Unclear
from cblint.flow.declarations import declare, set_options, unset
from cblint.flow.events import MOVED
from cblint.flow.layers import Layers
from cblint.flow.paths import joined, key, lookup
from cblint.flow.programs import is_found
from cblint.flow.state import (
    NEVER,
    UNKNOWN_FILE,
    Outcome,
    State,
    Variable,
    join_outcomes,
    join_states,
    said,
    with_status_of,
)
from cblint.flow.values import EMPTY, NONZERO, UNKNOWN, Maybe, Value, concat, literal, unknown

if TYPE_CHECKING:
    from cblint.flow.shells import Shell
    from cblint.flow.simple import Call, SimpleRunner

Builtin = Callable[["SimpleRunner", "Call"], Outcome]

DECLARATIONS = frozenset({"export", "readonly", "local", "declare", "typeset"})
SPECIAL = frozenset(
    {
        ":",
        ".",
        "break",
        "continue",
        "eval",
        "exec",
        "exit",
        "export",
        "readonly",
        "return",
        "set",
        "shift",
        "times",
        "trap",
        "unset",
    }
)
"""As POSIX has them; in bash ``source`` is one as well."""
_SIGNALS = frozenset({"HUP", "INT", "QUIT", "PIPE", "TERM", "USR1", "USR2", "1", "2", "3", "13", "15"})
_BLANKS = " \t\n"
_NOT_IN_DASH = frozenset(
    {
        "builtin",
        "declare",
        "disown",
        "enable",
        "let",
        "logout",
        "mapfile",
        "popd",
        "pushd",
        "readarray",
        "shopt",
        "source",
    }
    | {"suspend", "typeset"}
)


def find(name: str, shell: Shell | None = None) -> Builtin | None:
    """The builtin of a name in a shell."""
    return None if shell is not None and shell.is_dash is True and name in _NOT_IN_DASH else _BUILTINS.get(name)


def _true(shell: SimpleRunner, call: Call) -> Outcome:
    return shell.succeed(call.state)


def _false(shell: SimpleRunner, call: Call) -> Outcome:
    return shell.fail(call.state, call.node, 1)


def _print(shell: SimpleRunner, call: Call) -> Outcome:
    return shell.answer(*printing.printed(shell, call))


def _printf(shell: SimpleRunner, call: Call) -> Outcome:
    if not call.words or call.words[0].text != "-v" or shell.shell.is_dash is True:
        return _print(shell, call)
    if not call.exact or len(call.words) < 3 or shell.shell.is_dash is None:
        raise Unclear
    name = call.words[1].text
    if name is None or not name.isidentifier():
        raise Unclear
    value, succeeds = printing.formatted(call.words[2:], True)
    state = shell.assign(call.state, name, value, call.node, inside=True)
    return shell.answer(state, call.node, succeeds, None)


def _pwd(shell: SimpleRunner, call: Call) -> Outcome:
    path = UNKNOWN if call.words else call.state.cwd
    return shell.succeed(said(call.state, concat((path, literal("\n")))))


def _test(shell: SimpleRunner, call: Call) -> Outcome:
    words = call.words
    state = call.state
    if not call.exact:
        return shell.either(state, call.node)
    try:
        if call.name == "[":
            if not words or words[-1].text != "]":
                if words and words[-1].text is None:
                    return shell.either(state, call.node)
                raise conditions.Wrong
            words = words[:-1]
        holds = conditions.holds(shell, state, words)
    except Unclear:
        return shell.either(state, call.node, None)
    except conditions.Wrong:
        return shell.fail(state, call.node, 2)
    # What is not known may also be no number: then the status is 2.
    return shell.answer(state, call.node, holds, None if holds is None else 1)


# Directories


def _cd(shell: SimpleRunner, call: Call) -> Outcome:
    words = list(call.words)
    state = call.state
    if not call.exact:
        return _moved_somewhere(shell, call)
    physical = False
    while words and (words[0].text or "") in ("-L", "-P", "--"):
        physical = words[0].text == "-P" or (physical and words[0].text == "--")
        if words.pop(0).text == "--":
            break
    if len(words) > 1 and shell.shell.is_dash is not True:
        if shell.shell.is_dash is None:
            raise Unclear
        return shell.fail(state, call.node, 1)
    path_list = state.variable("CDPATH")
    if path_list.assigned is not False and path_list.places:
        return _moved_somewhere(shell, call)
    if not words:
        home = state.variable("HOME")
        if home.assigned is False or (home.value.is_empty is not False and home.value.text is not None):
            raise Unclear
        target = home.value
    elif words[0].text == "-":
        target = state.before
        state = said(state, concat((target, literal("\n"))))
    else:
        target = words[0]
    if target.text == "":
        return Outcome(_moved(shell, call, state, state.cwd), None)
    return _go(shell, call, state, target, physical)


def _go(shell: SimpleRunner, call: Call, state: State, target: Value, physical: bool) -> Outcome:
    path = joined(state.cwd, target)
    if path is None:
        return _moved_somewhere(shell, call)
    moved = _moved(shell, call, state, UNKNOWN if physical else path)
    missed = shell.failing(state, call.node, shell.shell.among(2, 1, 1))
    kind = lookup(shell, state, path.written).kind if not _leads_back(target) else None
    if kind == "folder" or (path == state.cwd and not _leads_back(target)):
        return Outcome(moved, None)
    if kind in ("file", "absent"):
        return Outcome(None, missed)
    if moved is not None and not physical:
        moved = moved._replace(
            files=moved.files.set(path.written, moved.files.get(path.written)._replace(kind="folder"))
        )
    return Outcome(moved, missed)


def _leads_back(target: Value) -> bool:
    """Whether there is a ``..`` behind the name of a folder, which then has to be there."""
    parts = [
        part for piece in target.pieces if isinstance(piece, str) for part in piece.split("/") if part not in ("", ".")
    ]
    return any(part == ".." and parts[number - 1] != ".." for number, part in enumerate(parts) if number)


def _moved_somewhere(shell: SimpleRunner, call: Call) -> Outcome:
    return Outcome(
        _moved(shell, call, call.state, UNKNOWN), shell.failing(call.state, call.node, shell.shell.among(2, 1, 1))
    )


def _moved(shell: SimpleRunner, call: Call, state: State, path: Value) -> State | None:
    shell.recorder.note(MOVED, call.node, path.written, (path,))
    allexport = state.options.allexport
    variables = state.variables
    for name, value in (("OLDPWD", state.cwd), ("PWD", path)):
        old = variables.get(name)
        if old.readonly is not False:
            raise Unclear
        variables = variables.set(name, Variable(True, value, True if allexport or old.exported else old.exported))
    return shell.succeed(state._replace(cwd=path, before=state.cwd, variables=variables)).ok


def _pushd(shell: SimpleRunner, call: Call) -> Outcome:
    _bash_only(shell)
    if not call.exact or len(call.words) != 1 or call.words[0].start.startswith(("-", "+")):
        raise Unclear
    (target,) = call.words
    state = said(call.state, UNKNOWN)
    outcome = _go(shell, call, state, target, False) if target.pieces else shell.succeed(state)
    pushed = None if state.pushed is None else (state.cwd, *state.pushed)
    return Outcome(
        outcome.ok._replace(pushed=pushed) if outcome.ok is not None else None, _with_code(outcome.failed, 1)
    )


def _popd(shell: SimpleRunner, call: Call) -> Outcome:
    _bash_only(shell)
    pushed = call.state.pushed
    if pushed is None or call.words or not call.exact:
        raise Unclear
    if not pushed:
        return shell.fail(call.state, call.node, 1)
    outcome = _go(shell, call, said(call.state, UNKNOWN), pushed[0], False)
    return Outcome(
        outcome.ok._replace(pushed=pushed[1:]) if outcome.ok is not None else None, _with_code(outcome.failed, 1)
    )


def _with_code(state: State | None, code: int) -> State | None:
    return state._replace(code=code) if state is not None else None


# What ends something


def _exit(shell: SimpleRunner, call: Call) -> Outcome:
    shell.leave(_status_given(shell, call))
    return NEVER


def _status_given(shell: SimpleRunner, call: Call) -> Outcome:
    """The status that ``exit`` and ``return`` are given, else the last one."""
    if not call.words and call.exact:
        # In a trap it is the status with which the shell was about to end.
        entered = shell.process.trapped if call.name == "exit" else None
        return shell.again(call.state if entered is None else with_status_of(call.state, entered))
    if not call.exact or (len(call.words) != 1 and call.name == "return"):
        raise Unclear
    word, *others = call.words
    text = word.text
    if others:
        # bash refuses, with status 1; dash takes the first.
        return shell.fail(call.state, call.node, 1) if text == "1" else shell.either(call.state, call.node, None)
    if text is not None:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            return _no_status(shell, call, text)
        code = int(text)
        if code > 255 and call.name == "return" and shell.shell.is_dash is not False:
            raise Unclear
        return shell.succeed(call.state) if code % 256 == 0 else shell.fail(call.state, call.node, code % 256)
    if word.pieces == (NONZERO,):
        return shell.fail(call.state, call.node, None)
    return shell.either(call.state, call.node)


def _no_status(shell: SimpleRunner, call: Call, text: str) -> Outcome:
    """What is no number is refused with status 2; bash takes a negative one."""
    if call.name != "exit" or re.search(r"[0-9]", text):
        raise Unclear
    return shell.fail(call.state, call.node, 2)


def _return(shell: SimpleRunner, call: Call) -> Outcome:
    for jumps in reversed(shell.jumps):
        if jumps.is_function:
            jumps.returns = join_outcomes(jumps.returns, _status_given(shell, call))
            return NEVER
    if shell.process.in_function or shell.shell.is_dash is True:
        shell.leave(_status_given(shell, call))
        return NEVER
    if shell.shell.is_dash is not False:
        raise Unclear
    if shell.shell.special_builtins_exit is True:
        if shell.ignoring:
            raise Unclear
        shell.leave(shell.fail(call.state, call.node, 2))
        return NEVER
    return shell.fail(call.state, call.node, 2)


def _leave_loop(shell: SimpleRunner, call: Call) -> Outcome:
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
        return Outcome(state, None)
    if len(loops) < int(text) and shell.process.in_loop:
        raise Unclear
    target = loops[min(int(text), len(loops)) - 1]
    if call.name == "break":
        target.breaks = join_states(target.breaks, state)
    else:
        target.continues = join_states(target.continues, state)
    return NEVER


def _exec(shell: SimpleRunner, call: Call) -> Outcome:
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


# What runs something else


def _eval(shell: SimpleRunner, call: Call) -> Outcome:
    if not call.exact:
        raise Unclear
    words: list[Value] = []
    for number, word in enumerate(call.words):
        words += [literal(" "), word] if number else [word]
    text = concat(words).text
    if text is None:
        raise Unclear
    if not text.strip():
        return shell.succeed(call.state)
    return shell.text(text, call.state)


def _source(shell: SimpleRunner, call: Call) -> Outcome:
    if call.name == "source" and shell.shell.is_dash is not False:
        raise Unclear
    state = call.state
    if not call.exact or len(call.words) != 1:
        raise Unclear
    (word,) = call.words
    path = key(state, word)
    if path is None:
        raise Unclear
    if "/" not in word.written and shell.shell.special_builtins_exit is not False:
        return _not_found(shell, call) if is_found(state) else shell.anything(state, call.node)
    if path == "/dev/null":
        return shell.succeed(state)
    file = lookup(shell, state, path)
    if file.kind == "absent":
        return _not_found(shell, call)
    text = file.content.text if file.kind == "file" else None
    if text is None or shell.sourced > 10:
        raise Unclear
    if shell.ignoring and state.options.errexit is not False and shell.shell.is_dash is not False:
        raise Unclear
    jumps = Jumps(True, passes_loops=True)
    shell.jumps.append(jumps)
    shell.sourced += 1
    try:
        aborted = shell.process.aborted
        outcome = shell.text(text, state) if text.strip() else shell.succeed(state)
        if shell.given_up is not None:
            # How far back bash goes then depends.
            shell.process.aborted = join_states(aborted, shell.given_up)
    finally:
        shell.sourced -= 1
        del shell.jumps[shell.jumps.index(jumps) :]
    return join_outcomes(outcome, jumps.returns)


def _not_found(shell: SimpleRunner, call: Call) -> Outcome:
    if shell.shell.special_builtins_exit is True:
        shell.leave(shell.fail(call.state, call.node, shell.shell.among(2, 1, 1)))
        return NEVER
    if shell.shell.special_builtins_exit is None:
        raise Unclear
    return shell.fail(call.state, call.node, 1)


def _command(shell: SimpleRunner, call: Call) -> Outcome:
    if not call.words:
        return shell.succeed(call.state)
    name = call.words[0].text
    if name in ("-v", "-V"):
        wanted = call.words[1].text if len(call.words) > 1 else None
        state = said(call.state, UNKNOWN)
        if wanted is not None and call.exact and state.functions.get(wanted) is not None:
            if state.functions.get(wanted) or find(wanted, shell.shell) is not None:
                return shell.succeed(state)
            if is_found(state) and shell.given.programs(wanted) is False and "/" not in wanted:
                return shell.fail(call.state, call.node, shell.shell.among(127, 1, 1))
        return shell.either(state, call.node, None)
    if name is None or name.startswith("-") or (name in SPECIAL - {":", "set", "shift", "unset", "trap", "eval"}):
        raise Unclear
    builtin = find(name)
    inner = call._replace(name=name, words=call.words[1:])
    return builtin(shell, inner) if builtin is not None else shell.program(inner)


def _trap(shell: SimpleRunner, call: Call) -> Outcome:
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
    if not signals or (words[0] is not None and words[0].startswith("-") and words[0] != "-"):
        raise Unclear
    for signal in signals:
        if signal in ("EXIT", "0"):
            action = values[0]
            state = state._replace(exit_trap=None if words[0] in ("-", "") else action)
        elif signal in ("ERR", "DEBUG", "RETURN") and shell.shell.is_dash is True:
            return shell.fail(state, call.node, 1)
        elif signal is None or signal.removeprefix("SIG") not in _SIGNALS:
            raise Unclear
    return shell.succeed(state)


# Reading


def _read(shell: SimpleRunner, call: Call) -> Outcome:
    words = [word.text for word in call.words]
    if not call.exact or any(word is None for word in words):
        raise Unclear
    if "-a" in words:
        return _read_array(shell, call, [word for word in words if word not in ("-r", "-a")])
    raw = bool(words) and words[0] == "-r"
    names = [word or "" for word in words[raw:]]
    if not names or not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in names):
        return _read_unknown(shell, call, [name for name in names if re.fullmatch(r"[A-Za-z_]\w*", name)])
    state = call.state
    text = state.input.text
    separators = state.variable("IFS")
    usual = (separators.assigned is not True and not separators.places) or separators.value.text == _BLANKS
    between = _BLANKS if usual else separators.value.text
    if text is None or "\0" in text or between is None or not between.isascii():
        return _read_unknown(shell, call, names)
    if between != _BLANKS and set(between) & set(_BLANKS):
        return _read_unknown(shell, call, names)
    line, ended, rest = text.partition("\n")
    if "\\" in line and not raw:
        return _read_unknown(shell, call, names)
    state = state._replace(input=literal(rest))
    for name, value in zip(names, _split(line, len(names), between), strict=True):
        state = shell.assign(state, name, literal(value), call.node, inside=True)
    return shell.answer(state, call.node, bool(ended))


def _read_array(shell: SimpleRunner, call: Call, names: list[str | None]) -> Outcome:
    """``read -a``, of which it is not followed what the elements are."""
    name = names[0] if len(names) == 1 else None
    if shell.shell.is_dash is not False or name is None or not name.isidentifier():
        raise Unclear
    old = call.state.variable(name)
    if old.readonly is not False:
        raise Unclear
    read = Variable(None, unknown(call.state.input.labels), None, False, None, True, None, (call.node,))
    return shell.either(call.state._replace(input=UNKNOWN).with_variable(name, read), call.node, None)


def _split(line: str, count: int, separators: str) -> list[str]:
    """The values of so many variables: the last one gets the rest of the line."""
    if not separators:
        found = [line]
    elif separators == _BLANKS:
        found = line.strip(" \t").split(None, count - 1) if line.strip(" \t") else []
    else:
        found = re.split(f"[{re.escape(separators)}]", line, maxsplit=count - 1) if count > 1 else [line]
        rest = found[-1]
        if len(found) == count and rest[-1:] in tuple(separators) and not set(rest[:-1]) & set(separators):
            found[-1] = rest[:-1]
    return [*found, *[""] * (count - len(found))]


def _read_unknown(shell: SimpleRunner, call: Call, names: list[str]) -> Outcome:
    if any((word.text or "").startswith("-") and word.text != "-r" for word in call.words) or not names:
        raise Unclear
    state = call.state._replace(input=UNKNOWN)
    for name in names:
        state = shell.assign(state, name, unknown(call.state.input.labels), call.node, inside=True)
    return shell.either(state, call.node, None)


# Jobs and the rest


def _wait(shell: SimpleRunner, call: Call) -> Outcome:
    state = call.state._replace(files=Layers(UNKNOWN_FILE))
    if not call.words and call.exact:
        return shell.succeed(call.state)
    return shell.either(state, call.node, None)


def _shift(shell: SimpleRunner, call: Call) -> Outcome:
    text = call.words[0].text if call.words else "1"
    positional = call.state.positional
    if not call.exact or text is None or not text.isdigit() or len(call.words) > 1:
        raise Unclear
    if positional is None:
        if shell.shell.is_dash is not False:
            shell.leave(shell.fail(call.state, call.node, 2))
        return shell.either(call.state, call.node, 1)
    if int(text) > len(positional):
        dash = shell.shell.is_dash
        if dash is None:
            raise Unclear
        if dash:
            shell.leave(shell.fail(call.state, call.node, 2))
            return NEVER
        return shell.fail(call.state, call.node, 1)
    return shell.succeed(call.state._replace(positional=positional[int(text) :]))


def _says_something(shell: SimpleRunner, call: Call) -> Outcome:
    return shell.either(said(call.state, UNKNOWN), call.node, None)


def _says(shell: SimpleRunner, call: Call) -> Outcome:
    return shell.succeed(said(call.state, UNKNOWN))


def _type(shell: SimpleRunner, call: Call) -> Outcome:
    name = call.words[0].text if len(call.words) == 1 and call.exact else None
    state = said(call.state, UNKNOWN)
    if name is None or state.functions.get(name) is None:
        return shell.either(state, call.node, None)
    if state.functions.get(name) or find(name, shell.shell) is not None:
        return shell.succeed(state)
    if is_found(state) and shell.given.programs(name) is False:
        return shell.fail(state, call.node, shell.shell.among(127, 1, 1))
    return shell.either(state, call.node, None)


def _hash(shell: SimpleRunner, call: Call) -> Outcome:
    if len(call.words) == 1 and call.words[0].text == "-r":
        return shell.succeed(call.state)
    return _says_something(shell, call)


def _bash_only(shell: SimpleRunner) -> None:
    if shell.shell.is_dash is not False:
        raise Unclear


def _let(shell: SimpleRunner, call: Call) -> Outcome:
    _bash_only(shell)
    if not call.exact or not call.words:
        raise Unclear
    call.expansion.state = call.state
    value = EMPTY
    try:
        for word in call.words:
            value = shell.compute(call.expansion, word, call.node, True)
    except arithmetic.Wrong:
        return shell.fail(call.state, call.node, 1)
    answer: Maybe = None if value.text is None else value.text != "0"
    return shell.answer(call.expansion.state, call.node, answer)


_SHOPT = frozenset({"nullglob", "globstar", "dotglob", "failglob", "extglob", "nocaseglob", "nocasematch"})


def _shopt(shell: SimpleRunner, call: Call) -> Outcome:
    _bash_only(shell)
    words = [word.text for word in call.words]
    if len(words) < 2 or words[0] not in ("-s", "-u") or not set(words[1:]) <= (_SHOPT - {"extglob", "nocasematch"}):
        raise Unclear
    return shell.succeed(call.state)


def _umask(shell: SimpleRunner, call: Call) -> Outcome:
    if not call.words:
        return shell.succeed(said(call.state, UNKNOWN))
    text = call.words[0].text
    if text is not None and re.fullmatch(r"[0-7]{1,4}", text):
        return shell.succeed(call.state)
    return shell.either(said(call.state, UNKNOWN), call.node, None)


def _unclear(_shell: SimpleRunner, _call: Call) -> Outcome:
    raise Unclear


_BUILTINS: dict[str, Builtin] = {
    ":": _true,
    "true": _true,
    "false": _false,
    "echo": _print,
    "printf": _printf,
    "pwd": _pwd,
    "test": _test,
    "[": _test,
    "cd": _cd,
    "chdir": _cd,
    "exit": _exit,
    "return": _return,
    "break": _leave_loop,
    "continue": _leave_loop,
    "exec": _exec,
    "eval": _eval,
    ".": _source,
    "source": _source,
    "command": _command,
    "trap": _trap,
    "read": _read,
    "wait": _wait,
    "shift": _shift,
    "let": _let,
    "shopt": _shopt,
    "umask": _umask,
    "export": declare,
    "readonly": declare,
    "local": declare,
    "declare": declare,
    "typeset": declare,
    "unset": unset,
    "set": set_options,
    "type": _type,
    "hash": _hash,
    "times": _says,
    "jobs": _says,
    "ulimit": _says_something,
    "kill": _unclear,
    "alias": _unclear,
    "unalias": _unclear,
    "builtin": _unclear,
    "enable": _unclear,
    "fg": _unclear,
    "bg": _unclear,
    "disown": _unclear,
    "getopts": _unclear,
    "mapfile": _unclear,
    "readarray": _unclear,
    "pushd": _pushd,
    "popd": _popd,
    "suspend": _unclear,
    "logout": _unclear,
}
