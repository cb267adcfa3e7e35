"""What the commands do that are part of the shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module

from cblint.flow import printing
from cblint.flow.core import Jumps, Unclear, unminding
from cblint.flow.paths import key, lookup, presumed, repository_text
from cblint.flow.programs import LOGIN, is_found
from cblint.flow.state import (
    ANYTHING,
    NEVER,
    UNKNOWN_FILE,
    Outcome,
    State,
    join_outcomes,
    said,
    stirred,
)
from cblint.flow.values import EMPTY, UNKNOWN, Maybe, Value, concat, is_name, literal
from cblint.typing import TYPE_CHECKING

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
    | {"suspend", "typeset", "bind", "caller", "compgen", "complete", "compopt", "dirs", "help", "history"}
)


def find(name: str, shell: Shell | None = None) -> Builtin | None:
    """The builtin of a name in a shell."""
    if shell is not None and shell.is_dash is True and name in _NOT_IN_DASH:
        return None
    found = _BUILTINS.get(name)
    return _elsewhere(found) if isinstance(found, str) else found


@cache
def _elsewhere(name: str) -> Builtin:
    """A function of another module of this package, which few builds need."""
    module, function = name.split(".")
    found: Builtin = getattr(import_module(f"cblint.flow.{module}"), function)
    return found


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
    if not is_name(name):
        raise Unclear
    value, succeeds = printing.formatted(call.words[2:], True)
    state = shell.assign(call.state, name, value, call.node, inside=True)
    return shell.answer(state, call.node, succeeds, None)


def _test(shell: SimpleRunner, call: Call) -> Outcome:
    from cblint.flow import conditions

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


# What runs something else


def _eval(shell: SimpleRunner, call: Call) -> Outcome:
    from cblint.flow import rehearsal
    from cblint.flow.declarations import no_option

    if not call.exact:
        if call.words and call.words[0].start.startswith(LOGIN):
            return shell.unknown_program(call)
        raise Unclear
    words: list[Value] = []
    for number, word in enumerate(call.words):
        words += [literal(" "), word] if number else [word]
    value = concat(words)
    text = value.text
    if text is None:
        return rehearsal.evaluated(shell, call, value)
    if call.words and call.words[0].start.startswith("-") and call.words[0].text != "-":
        # dash knows no options here.
        dash = shell.shell.is_dash
        if dash is None or (dash is False and call.words[0].text == "--"):
            raise Unclear
        if not dash:
            return no_option(shell, call, call.state)
    if not text.strip():
        return shell.succeed(call.state)
    return shell.text(text, call.state)


def _source(shell: SimpleRunner, call: Call) -> Outcome:
    from cblint.flow import rehearsal
    from cblint.flow.declarations import no_option

    state = call.state
    if not call.exact or not call.words:
        raise Unclear
    word, *arguments = call.words
    path = key(state, word)
    if path is None:
        likely = presumed(state, word)
        if likely is None:
            raise Unclear
        return rehearsal.evaluated(shell, call, state.files.get(likely).content)
    if shell.shell.is_dash is not False and (call.name == "source" or (arguments and shell.shell.is_dash is None)):
        return rehearsal.evaluated(shell, call, lookup(shell, state, path).content)
    if word.text == "--":
        raise Unclear  # the file is named behind it
    if word.start.startswith("-") and shell.shell.is_dash is not True:
        if shell.shell.is_dash is None or word.text == "-":
            raise Unclear
        return no_option(shell, call, state)
    if "/" not in word.written and shell.shell.special_builtins_exit is not False:
        return _not_found(shell, call) if is_found(state) else shell.anything(state, call.node)
    if path == "/dev/null":
        return shell.succeed(state)
    file = lookup(shell, state, path)
    if file.kind == "absent":
        return _not_found(shell, call)
    text = file.content.text if file.kind == "file" else repository_text(shell, state, path)
    if text is None:
        return rehearsal.evaluated(shell, call, file.content)
    if shell.sourced > 10:
        raise Unclear
    ignoring = shell.ignoring
    if ignoring and shell.shell.is_dash is None:
        raise Unclear
    # dash forgets that somebody asks whether the file succeeds.
    shell.ignoring = ignoring and shell.shell.is_dash is False
    jumps = Jumps(True, passes_loops=True)
    shell.jumps.append(jumps)
    shell.sourced += 1
    try:
        # dash does not pass arguments.
        begun = state._replace(positional=tuple(arguments)) if arguments and shell.shell.is_dash is False else state
        outcome = shell.text(text, begun) if text.strip() else shell.succeed(begun)
    finally:
        shell.sourced -= 1
        shell.ignoring = ignoring
        del shell.jumps[shell.jumps.index(jumps) :]
    outcome = join_outcomes(outcome, jumps.returns)
    if begun is state:
        return outcome
    return Outcome(*(_arguments_back(shell, state, begun, end) for end in outcome))


def _arguments_back(shell: SimpleRunner, before: State, begun: State, end: State | None) -> State | None:
    """Behind a sourced file, the arguments are those from before, unless the file itself has set some."""
    if end is None:
        return None
    if end.positional != begun.positional and not shell.calls:
        raise Unclear
    return end._replace(positional=before.positional)


def _not_found(shell: SimpleRunner, call: Call) -> Outcome:
    if shell.shell.special_builtins_exit is True:
        forgets = shell.ignoring and shell.shell.is_dash is not True
        state = unminding(call.state) if forgets else call.state
        shell.leave(shell.fail(state or call.state, call.node, shell.shell.among(2, 1, 1)))
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


# The rest


def _wait(shell: SimpleRunner, call: Call) -> Outcome:
    options = (word for word in call.words if word.start.startswith("-"))
    if shell.shell.is_dash is not True and any("p" in (word.text or "p") for word in options):
        raise Unclear  # of bash: it sets the variable that is named, or unsets it
    state = call.state
    if state.files.default == UNKNOWN_FILE:
        # A job may have changed them since.
        state = state._replace(files=stirred(state.files))
    if not call.words and call.exact:
        return shell.succeed(state)
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
    if call.words:
        raise Unclear
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
    from cblint.flow import arithmetic

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


def _getopts(shell: SimpleRunner, call: Call) -> Outcome:
    name = call.words[1].text if len(call.words) > 1 else None
    if not call.exact or not is_name(name):
        raise Unclear
    state = shell.assign(call.state, name, UNKNOWN, call.node, inside=True)
    for also in ("OPTARG", "OPTIND"):
        old = state.variable(also)
        if old.readonly is not False:
            raise Unclear
        state = state.with_variable(also, ANYTHING._replace(integer=old.integer, array=old.array))
    return shell.either(state, call.node, None)


def _umask(shell: SimpleRunner, call: Call) -> Outcome:
    if not call.words:
        return shell.succeed(said(call.state, UNKNOWN))
    text = call.words[0].text
    if text is not None and re.fullmatch(r"[0-7]{1,4}", text):
        return shell.succeed(call.state)
    return shell.either(said(call.state, UNKNOWN), call.node, None)


def _unclear(_shell: SimpleRunner, _call: Call) -> Outcome:
    raise Unclear


_BUILTINS: dict[str, Builtin | str] = {
    ":": _true,
    "true": _true,
    "false": _false,
    "echo": _print,
    "printf": _printf,
    "pwd": "directories.pwd",
    "test": _test,
    "[": _test,
    "cd": "directories.cd",
    "chdir": "directories.cd",
    "exit": "leaving.exit_shell",
    "return": "leaving.return_from",
    "break": "leaving.leave_loop",
    "continue": "leaving.leave_loop",
    "exec": "leaving.execute",
    "eval": _eval,
    ".": _source,
    "source": _source,
    "command": _command,
    "trap": "leaving.trap",
    "read": "reading.read",
    "wait": _wait,
    "shift": _shift,
    "let": _let,
    "shopt": _shopt,
    "umask": _umask,
    "export": "declarations.declare",
    "readonly": "declarations.declare",
    "local": "declarations.declare",
    "declare": "declarations.declare",
    "typeset": "declarations.declare",
    "unset": "declarations.unset",
    "set": "declarations.set_options",
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
    "getopts": _getopts,
    "mapfile": "reading.read_lines",
    "readarray": "reading.read_lines",
    "pushd": "directories.pushd",
    "popd": "directories.popd",
    "suspend": _unclear,
    "bind": _says_something,
    "caller": _says_something,
    "compgen": _says_something,
    "complete": _says_something,
    "compopt": _says_something,
    "dirs": _says_something,
    "help": _says_something,
    "history": _says_something,
    "fc": _unclear,
    "logout": _unclear,
}
