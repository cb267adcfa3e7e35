"""Which files a run looks at: those named, and those that a search of the folders named finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

# Folders of version control and of installed packages: never anybody's own buildspecs.
_NEVER = frozenset({".git", ".hg", ".svn", "node_modules", ".terraform", ".venv", "__pycache__"})


class Candidate(NamedTuple):
    """A file to look at. ``named``: the user named it; otherwise a search found it."""

    path: str
    named: bool


@lru_cache(maxsize=1024)
def git_root(folder: str) -> str | None:
    """The nearest folder at or above an absolute one that holds ``.git``; None outside a repository."""
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def search(folder: str, wanted: Callable[[str], bool], excluded: Callable[[str], bool]) -> Iterator[str]:
    """Files below a folder that ``wanted`` accepts, sorted, as paths that begin with ``folder``.

    Honours ``.gitignore`` files, follows no link to a folder and none that leads out of the folder searched.
    """
    top = os.path.realpath(folder)
    stack = [folder]
    while stack:
        current = stack.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError:
            continue
        folders = []
        for entry in entries:
            path = entry.path if current != "." else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER and not _ignored(path, True) and not excluded(path + "/"):
                    folders.append(path)
            elif wanted(path) and not _ignored(path, False) and not excluded(path) and _inside(entry, top):
                yield path
        stack.extend(reversed(folders))


def _inside(entry: os.DirEntry[str], top: str) -> bool:
    if not entry.is_symlink():
        return True
    target = os.path.realpath(entry.path)
    return os.path.isfile(target) and os.path.commonpath([target, top]) == top


def _ignored(path: str, is_folder: bool) -> bool:
    """Whether git ignores the file: the nearest ``.gitignore`` with something to say decides."""
    full = os.path.abspath(path)
    folder = os.path.dirname(full)
    root = git_root(folder)
    while root is not None:
        spec = _gitignore(folder)
        if spec is not None:
            relative = os.path.relpath(full, folder).replace(os.sep, "/")
            verdict = spec(relative + "/" if is_folder else relative)
            if verdict is not None:
                return verdict
        if folder == root:
            return False
        folder = os.path.dirname(folder)
    return False


@lru_cache(maxsize=4096)
def _gitignore(folder: str) -> Callable[[str], bool | None] | None:
    """What a folder's ``.gitignore`` says of a path below it: True ignored, False kept, None nothing."""
    path = os.path.join(folder, ".gitignore")
    if not os.path.isfile(path):
        return None
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(1024 * 1024).splitlines()
    except OSError:
        return None
    return matcher(lines)


def matcher(lines: list[str]) -> Callable[[str], bool | None]:
    """Patterns in the language of ``.gitignore`` as a function of a relative path with forward slashes."""
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(lines)
    return lambda path: spec.check_file(path).include
