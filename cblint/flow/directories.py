"""The builtins that go from one directory to another."""

from __future__ import annotations

from cblint.flow.core import Unclear
from cblint.flow.kinds import MOVED
from cblint.flow.paths import joined, lookup
from cblint.flow.state import Outcome, State, Variable, said
from cblint.flow.values import UNKNOWN, Value, concat, literal
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner


def pwd(shell: SimpleRunner, call: Call) -> Outcome:
    """``pwd``."""
    options = {word.text for word in call.words if word.text is None or word.text.startswith("-")}
    if not call.exact or None in options:
        return shell.either(said(call.state, UNKNOWN), call.node, None)
    if options - {"-L", "-P", "-LP", "-PL", "-", "--"}:
        return shell.fail(call.state, call.node, 2)
    path = UNKNOWN if options else call.state.cwd
    return shell.succeed(said(call.state, concat((path, literal("\n")))))


def cd(shell: SimpleRunner, call: Call) -> Outcome:
    """``cd``."""
    words = list(call.words)
    state = call.state
    if not call.exact:
        return _moved_somewhere(shell, call)
    physical = False
    while words and (words[0].text or "") in ("-L", "-P", "--"):
        physical = words[0].text == "-P" or (physical and words[0].text == "--")
        if words.pop(0).text == "--":
            break
    else:
        if words and words[0].start.startswith("-") and words[0].text != "-":
            if words[0].text is None or set(words[0].text[1:]) & set("LPe@"):
                raise Unclear
            return shell.fail(state, call.node, 2)
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
    allexport = True if shell.shell.is_dash is True else state.options.allexport
    variables = state.variables
    before = _left(shell, state)
    for name, value in (("OLDPWD", before), ("PWD", path)):
        old = variables.get(name)
        if old.readonly is not False or name in shell.temporary:
            raise Unclear
        variables = variables.set(name, Variable(True, value, True if allexport else old.exported))
    return shell.succeed(state._replace(cwd=path, before=before, variables=variables)).ok


def _left(shell: SimpleRunner, state: State) -> Value:
    """Where ``cd -`` goes back to: dash knows where it is, bash asks the variable."""
    variable = state.variable("PWD")
    named = variable.value if variable.assigned else UNKNOWN
    if shell.shell.is_dash is True or named == state.cwd:
        return state.cwd
    return named if shell.shell.is_dash is False else UNKNOWN


def pushd(shell: SimpleRunner, call: Call) -> Outcome:
    """``pushd`` with a directory."""
    if shell.shell.is_dash is not False:
        raise Unclear
    if not call.exact or len(call.words) != 1 or call.words[0].start.startswith(("-", "+")):
        raise Unclear
    (target,) = call.words
    state = said(call.state, UNKNOWN)
    outcome = _go(shell, call, state, target, False) if target.pieces else shell.succeed(state)
    pushed = None if state.pushed is None else (state.cwd, *state.pushed)
    return Outcome(
        outcome.ok._replace(pushed=pushed) if outcome.ok is not None else None, _with_code(outcome.failed, 1)
    )


def popd(shell: SimpleRunner, call: Call) -> Outcome:
    """``popd`` without arguments."""
    if shell.shell.is_dash is not False:
        raise Unclear
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
