"""Paths on paper: which file a word names, and what is at that place."""

from __future__ import annotations

import posixpath

from cblint import expressions
from cblint.flow.dumps import environment, holds_environment
from cblint.flow.labels import NO_LABELS
from cblint.flow.state import UNKNOWN_FILE, UNTOUCHED, File, State
from cblint.flow.values import NONZERO, Hole, Value, concat, initial, literal, unknown
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.core import Core
    from cblint.shell.syntax import ProcessSubstitution

ROOT = "CODEBUILD_SRC_DIR"
SOURCE = initial(ROOT)
"""The folder in which the build begins; its path is not known, but it is the same all the time."""
_ABSOLUTE = ("HOME", "TMPDIR")
_DEVICE = expressions.lazy(r"/dev/(?:null|zero|full|tty|std(?:in|out|err)|fd/[0-9]+)")
_FOLDERS = frozenset({"/", "/tmp", "/dev", "/usr", "/usr/bin", "/bin", "/etc", "/var"})  # noqa: S108 - not used here


LONGEST = 4_096
"""No longer path is followed, by the kernel neither."""


def joined(cwd: Value, path: Value) -> Value | None:
    """The path from the root of the file system; None if it is not known."""
    found = _joined(cwd, path)
    return found if found is not None and len(found.written) <= LONGEST else None


def _joined(cwd: Value, path: Value) -> Value | None:
    if not path.pieces or any(isinstance(piece, Hole) and not _is_stable(piece) for piece in path.pieces):
        return None
    first = path.pieces[0]
    if isinstance(first, Hole):
        if not first.name.startswith(ROOT) and first.name not in _ABSOLUTE:
            return None
        return _normal(path)
    if first.startswith("/"):
        return _normal(path)
    if any(isinstance(piece, Hole) and not _is_stable(piece) for piece in cwd.pieces):
        return None
    return _normal(concat((cwd, literal("/"), path)))


def _is_stable(hole: Hole) -> bool:
    return bool(hole.name) and hole != NONZERO


def _normal(path: Value) -> Value:
    """Without ``.``, ``..`` and doubled slashes, as far as they stand in one piece at its end."""
    *front, last = path.pieces
    if not isinstance(last, str):
        return path
    if not front:
        return literal(posixpath.normpath(last).replace("//", "/"))
    if not last.startswith("/"):
        return path
    below = posixpath.normpath("x" + last)
    if below == "x":
        return Value(tuple(front), path.labels)
    if not below.startswith("x/"):
        # Above what is not known.
        up = posixpath.normpath(f"./{last}")
        return Value((*front, f"/{up}"), path.labels)
    return Value((*front, below[1:]), path.labels)


def key(state: State, path: Value) -> str | None:
    """The name of a path among the files; None if it is not known."""
    found = joined(state.cwd, path)
    return found.written if found is not None else None


def presumed(state: State, path: Value) -> str | None:
    """The same where it is not known in which folder a command runs: then it is taken to be that of the build.

    It is asked only where a text with labels may be.
    """
    found = joined(SOURCE, path) if key(state, path) is None else None
    return found.written if found is not None else None


def lookup(core: Core, state: State, name: str) -> File:
    """What is at a path."""
    found = state.files.get(name)
    if found is not UNTOUCHED and found.kind is not None:
        return found
    if name in _FOLDERS or name in (SOURCE.written, state.cwd.written) or state.cwd.written.startswith(name + "/"):
        return File("folder")
    if _DEVICE.fullmatch(name):
        return File("file")
    if holds_environment(name):
        node = core.recorder.current
        labels = environment(state, name, node.span) if node is not None else NO_LABELS
        return File(None, unknown(labels))
    if found is UNTOUCHED:
        return core.given.files(name) or UNKNOWN_FILE
    return found if found.content.labels else UNKNOWN_FILE


def repository_text(core: Core, state: State, name: str) -> str | None:
    """What a file of the repository says. Programs are not expected to write it; what is known to has."""
    found = state.files.get(name)
    if found is not UNTOUCHED and found is not UNKNOWN_FILE:
        return None
    file = core.given.files(name)
    return file.content.text if file is not None and file.kind == "file" else None


def of_process(part: ProcessSubstitution) -> str:
    """Under which name it is kept among the files what ``<(…)`` prints, as far as that has labels."""
    return f"<({part.start})"


def is_device(name: str) -> bool:
    """Whether it is no file that keeps what is written to it."""
    return _DEVICE.fullmatch(name) is not None


def parent_of(name: str) -> str:
    """The folder of a path."""
    return posixpath.dirname(name)
