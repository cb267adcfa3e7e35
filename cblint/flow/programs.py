"""The few programs of which more is known than that they may fail: those that make, read and remove files."""

from __future__ import annotations

from collections.abc import Callable

from cblint.flow.kinds import REMOVED, WROTE
from cblint.flow.paths import SOURCE, key, lookup, parent_of
from cblint.flow.state import ABSENT, UNKNOWN_FILE, File, Outcome, State, said
from cblint.flow.values import UNKNOWN, Hole, Maybe, Value, concat, literal, unknown
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.simple import Call, SimpleRunner

Program = Callable[["SimpleRunner", "Call"], "Outcome | None"]
LOGIN = "docker login -u AWS -p "
"""How what ``aws ecr get-login`` prints begins."""


def is_found(state: State) -> bool:
    """Whether the shell looks for programs where they are: at least in all the folders of the image's own PATH."""
    path = state.variable("PATH")
    if not path.places:
        return path.assigned is not False or path.exported is not False
    return any(isinstance(piece, Hole) and piece.name == "PATH" for piece in path.value.pieces) or all(
        folder in (path.value.text or "").split(":") for folder in ("/usr/bin", "/bin")
    )


def _operands(call: Call, known: str) -> tuple[str, list[Value]] | None:
    """The letters of its options, which must be among those, and its operands."""
    letters = ""
    operands: list[Value] = []
    only_operands = False
    for word in call.words:
        text = word.text
        start = text if text is not None else word.start
        if not only_operands and (text is None and not start):
            return None
        if only_operands or not start.startswith("-") or start == "-":
            operands.append(word)
        elif text == "--":
            only_operands = True
        elif text is None or text.startswith("--") or set(text[1:]) - set(known):
            return None
        else:
            letters += text[1:]
    return letters, operands


def _kind(shell: SimpleRunner, state: State, path: str | None) -> str | None:
    return lookup(shell, state, path).kind if path is not None else None


def mkdir(shell: SimpleRunner, call: Call) -> Outcome | None:
    """``mkdir``, with ``-p`` also of what is there and of all above it."""
    parsed = _operands(call, "pv")
    if parsed is None or not call.exact or not parsed[1]:
        return None
    letters, operands = parsed
    state = call.state
    fails: Maybe = False
    for operand in operands:
        path = key(state, operand)
        if path is None:
            return None
        kind = _kind(shell, state, path)
        above = _kind(shell, state, parent_of(path))
        shell.recorder.note(WROTE, call.node, path)
        if "p" in letters:
            missed: Maybe = kind == "file" if kind == "file" or kind == "folder" else None
            if kind == "absent":
                missed = False if above == "folder" else _above(shell, state, path)
            if missed is None:
                if len(operands) > 1:
                    return None
                made = _with_folders(state, path)
                return Outcome(shell.succeed(made).ok, shell.failing(state, call.node, 1))
            if missed is False:
                state = _with_folders(state, path)
        else:
            missed = {"file": True, "folder": True}.get(kind or "")
            if kind == "absent":
                missed = {"folder": False, "absent": True, "file": True}.get(above or "")
            if missed is False:
                state = state._replace(files=state.files.set(path, File("folder")))
            elif missed is None:
                # Where it succeeds, there is a folder; where it fails, there may be one.
                ok = state._replace(files=state.files.set(path, File("folder")))
                if len(operands) > 1:
                    return None
                return Outcome(shell.succeed(ok).ok, shell.failing(state, call.node, 1))
        fails = True if missed is True or fails is True else None if missed is None else fails
    if "v" in letters:
        state = said(state, UNKNOWN)
    return shell.answer(state, call.node, None if fails is None else not fails)


def _above(shell: SimpleRunner, state: State, path: str) -> Maybe:
    """Whether something that is no folder stands in the way, above a path where nothing is."""
    while path not in ("/", ""):
        path = parent_of(path)
        kind = _kind(shell, state, path)
        if kind is None:
            return None
        if kind != "absent":
            return kind != "folder"
    return None


def _with_folders(state: State, path: str) -> State:
    files = state.files
    while path not in ("/", "", SOURCE.written) and files.get(path).kind != "folder" and path != state.cwd.written:
        files = files.set(path, File("folder"))
        path = parent_of(path)
    return state._replace(files=files)


def touch(shell: SimpleRunner, call: Call) -> Outcome | None:
    """``touch``: what is not there becomes an empty file."""
    parsed = _operands(call, "")
    if parsed is None or not call.exact or len(parsed[1]) != 1:
        return None
    path = key(call.state, parsed[1][0])
    if path is None:
        return None
    shell.recorder.note(WROTE, call.node, path)
    kind = _kind(shell, call.state, path)
    if kind in ("file", "folder"):
        return shell.succeed(call.state)
    above = "folder" if parent_of(path) == call.state.cwd.written else _kind(shell, call.state, parent_of(path))
    written = call.state._replace(files=call.state.files.set(path, File("file", Value(()) if kind else UNKNOWN)))
    if above == "folder":
        return shell.succeed(written)
    if above in ("absent", "file"):
        return shell.fail(call.state, call.node, 1)
    return Outcome(shell.succeed(written).ok, shell.failing(call.state, call.node, 1))


def remove(shell: SimpleRunner, call: Call) -> Outcome | None:
    """``rm``."""
    parsed = _operands(call, "rRfv")
    if parsed is None or not call.exact or not parsed[1]:
        return None
    letters, operands = parsed
    state = call.state
    fails: Maybe = False
    recursive = "r" in letters.lower()
    for operand in operands:
        path = key(state, operand)
        if path is None or path == state.cwd.written or state.cwd.written.startswith(path.rstrip("/") + "/"):
            return None
        shell.recorder.note(REMOVED, call.node, path)
        kind = _kind(shell, state, path)
        if kind == "absent":
            fails = True if "f" not in letters else fails
        elif kind == "folder" and not recursive:
            fails = True
        elif kind == "file" or (kind == "folder" and recursive):
            state = _without(state, path, recursive)
        else:
            state = state._replace(files=state.files.update({path: UNKNOWN_FILE}))
            if recursive:
                state = _without(state, path, True, UNKNOWN_FILE if "f" not in letters else ABSENT)
            fails = None if fails is False else fails
    if "v" in letters:
        state = said(state, UNKNOWN)
    return shell.answer(state, call.node, None if fails is None else not fails)


def _without(state: State, path: str, recursive: bool, instead: File = ABSENT) -> State:
    gone = {path: instead}
    if recursive:
        gone.update({name: instead for name in state.files.names() if name.startswith(path + "/")})
    return state._replace(files=state.files.update(gone))


def cat(shell: SimpleRunner, call: Call) -> Outcome | None:
    """``cat``: what stands in files, or on standard input."""
    parsed = _operands(call, "")
    if parsed is None or not call.exact:
        return None
    state = call.state
    if not parsed[1]:
        return shell.succeed(shell.says(state, state.input, call.node)._replace(input=Value(())))
    parts: list[Value] = []
    fails: Maybe = False
    for operand in parsed[1]:
        path = key(state, operand)
        if operand.text == "-" or path is None:
            return None
        file = lookup(shell, state, path)
        if path == "/dev/null":
            continue
        if file.kind == "file":
            parts.append(file.content)
        elif file.kind in ("absent", "folder"):
            fails = True
        else:
            parts.append(unknown(file.content.labels))
            fails = None if fails is False else fails
    return shell.answer(shell.says(state, concat(parts), call.node), call.node, None if fails is None else not fails)


READERS = frozenset(
    {
        "base64",
        "basename",
        "cksum",
        "comm",
        "cut",
        "date",
        "df",
        "diff",
        "dirname",
        "du",
        "env",
        "expr",
        "file",
        "fold",
        "getconf",
        "grep",
        "egrep",
        "fgrep",
        "head",
        "hostname",
        "id",
        "jq",
        "ls",
        "md5sum",
        "nl",
        "nproc",
        "od",
        "paste",
        "printenv",
        "ps",
        "readlink",
        "realpath",
        "rev",
        "seq",
        "sha1sum",
        "sha256sum",
        "sha512sum",
        "sleep",
        "stat",
        "tac",
        "tail",
        "tr",
        "uname",
        "uniq",
        "wc",
        "which",
        "whoami",
        "xxd",
    }
)
"""Programs that change no files."""


def aws(shell: SimpleRunner, call: Call) -> Outcome | None:
    """``aws ecr get-login``, whose output is a command: that of a program, which changes nothing of the shell."""
    texts = [word.text for word in call.words]
    if "ecr" not in texts or texts[texts.index("ecr") + 1 :][:1] != ["get-login"]:
        return None
    return shell.either(shell.says(call.state, concat((literal(LOGIN), UNKNOWN)), call.node), call.node)


_PROGRAMS: dict[str, Program] = {"mkdir": mkdir, "touch": touch, "rm": remove, "cat": cat, "aws": aws}
_FOLDERS = ("/bin/", "/usr/bin/")


def find(name: str) -> Program | None:
    """How a program runs, if more is known of it."""
    for folder in _FOLDERS:
        name = name.removeprefix(folder)
    return _PROGRAMS.get(name)
