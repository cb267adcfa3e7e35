"""Which files a run looks at: those named, and those that a search of the folders named finds."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from cblint.records import NamedTuple
from cblint.source.remembered import of_disk
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

DEEPEST = 100
"""Folders below the one searched: each level costs a look at all above it, and real trees stay under 30."""
MOST_PATTERNS = 10_000
"""Lines of a ``.gitignore``, and patterns of a configuration: each takes its time to be made, and for each file."""
LONGEST_PATTERN = 4_096
"""Characters; no system has files of longer paths."""

# Folders of version control, of installed packages and of copies that tools make: never anybody's own buildspecs.
NEVER = frozenset({".aws-sam", ".git", ".hg", ".svn", "node_modules", ".terraform", ".venv", "__pycache__"})


class Candidate(NamedTuple):
    """A file to look at. ``named``: the user named it; otherwise a search found it."""

    path: str
    named: bool


@of_disk(1024)
def git_root(folder: str) -> str | None:
    """The nearest folder at or above an absolute one that holds ``.git``; None outside a repository."""
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def search(
    folder: str, wanted: Callable[[str], bool], excluded: Callable[[str], bool], holds: Callable[[str], bool]
) -> Iterator[str]:
    """Files below a folder that ``wanted`` accepts by their names, sorted, as paths that begin with ``folder``.

    ``holds`` is asked last, as it may look into the file, which is a regular one. Honours ``.gitignore`` files, follows
    no link to a folder and none that leads out of the folder searched.
    """
    top = os.path.realpath(folder)
    stack = [(folder, 0)]
    while stack:
        current, depth = stack.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError:
            continue
        folders = []
        for entry in entries:
            path = entry.path if current != "." else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER and not ignored(path, True) and not excluded(path + "/"):
                    folders.append(path)
            elif (
                wanted(path) and not ignored(path, False) and not excluded(path) and _inside(entry, top) and holds(path)
            ):
                yield path
        if depth < DEEPEST:
            stack.extend((path, depth + 1) for path in reversed(folders))


def finds(
    path: str, wanted: Callable[[str], bool], excluded: Callable[[str], bool], holds: Callable[[str], bool]
) -> bool:
    """Whether a search of the working directory would find a file, whatever ``.gitignore`` says of it.

    What lies elsewhere is looked for in its own folder.
    """
    full, top = os.path.abspath(path), os.getcwd()
    if not full.startswith(os.path.join(top, "")):
        top = os.path.dirname(full)
    parts = os.path.relpath(full, top).split(os.sep)[:-1]
    folders = [os.path.join(top, folder) for folder in accumulate(parts, os.path.join)]
    return (
        wanted(path)
        and len(parts) <= DEEPEST
        and NEVER.isdisjoint(parts)
        and not any(_is_link(folder) or excluded(folder + "/") for folder in folders)
        and not excluded(path)
        and (not os.path.islink(path) or _leads_inside(path, os.path.realpath(top)))
        and holds(path)
    )


@of_disk(1024)
def _is_link(folder: str) -> bool:
    return os.path.islink(folder)


def _inside(entry: os.DirEntry[str], top: str) -> bool:
    return not entry.is_symlink() or _leads_inside(entry.path, top)


def _leads_inside(link: str, top: str) -> bool:
    target = os.path.realpath(link)
    return os.path.isfile(target) and os.path.commonpath([target, top]) == top


def ignored(path: str, is_folder: bool) -> bool:
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


@of_disk(4096)
def _gitignore(folder: str) -> Callable[[str], bool | None] | None:
    """What a folder's ``.gitignore`` says of a path below it: True ignored, False kept, None nothing.

    One that is a link says nothing: git follows none, wherever it leads.
    """
    path = os.path.join(folder, ".gitignore")
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            lines = file.read(1024 * 1024).splitlines()[:MOST_PATTERNS]
    except (OSError, ValueError):
        return None
    return matcher(lines)


def matcher(lines: Iterable[str]) -> Callable[[str], bool | None]:
    """Patterns in the language of ``.gitignore`` as a function of a relative path with forward slashes.

    That of a folder ends in one. A pattern that is malformed matches nothing, as in git; neither does one that could
    take for ever.
    """
    written = list(lines)
    spec = _spec(written)
    if not any(line.startswith("!") for line in written):
        return lambda path: spec.check_file(path).include
    # To pathspec a folder's path is that of something in it: what takes only the folder back in would not count.
    folders = _spec([line.rstrip().removesuffix("/") for line in written])
    return lambda path: (folders if path.endswith("/") else spec).check_file(path.removesuffix("/")).include


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec([each for line in lines if not _endless(line) for each in _compiled(line) or ()])


def useless(pattern: str) -> str:
    """Why a pattern can match nothing, in words that follow it; empty if it can."""
    if not pattern.strip() or pattern.startswith("#"):
        return "matches nothing: it is empty, or a comment (a file whose name begins with # is \\#…)"
    return _endless(pattern) or ("" if _compiled(pattern) is not None else "is malformed, so that it matches nothing")


def _endless(pattern: str) -> str:
    """Why a pattern is not looked at, in words that follow it: it could take for ever, and no file is called so."""
    if len(pattern) > LONGEST_PATTERN:
        return f"is longer than {LONGEST_PATTERN:,} characters"
    return "has too many stars between two slashes" if choices(pattern) > MOST_CHOICES else ""


@lru_cache(maxsize=MOST_PATTERNS)
def _compiled(line: str) -> Sequence[Any] | None:
    """A line of ``.gitignore``, which is a pattern or none; None if it is malformed."""
    import warnings

    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # re warns of "[[", which .gitignore may well hold
        try:
            return GitIgnoreSpec.from_lines([line]).patterns
        except (ValueError, re.error):
            return None


MOST_CHOICES = 2
"""Each further one multiplies the time of a pattern by the length of a stranger's file name."""


def choices(pattern: str) -> int:
    """How many stars a backtracking matcher can place in several ways: all but the last between two slashes."""
    parts = pattern.lstrip("!").strip("/ ").split("/")
    stars = (part.count("*") for part in parts if part != "**")
    return sum(max(number - 1, 0) for number in stars) + parts[1:-1].count("**")
