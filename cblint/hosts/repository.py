"""The files beside a buildspec: those of its git repository, which is what CodeBuild checks out."""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Callable, Collection, Iterator

from cblint.hosts.discover import DEEPEST, ignored
from cblint.source.file import is_baseline
from cblint.source.remembered import of_disk, of_repository

LONGEST = 262_144
"""Bytes of a script that are read; longer ones are not written by hand."""


@of_repository(64)
def text_in(repository: str, path: str) -> str | None:
    """The text of a file by its path from the root of a repository, which is a folder.

    None if it is not a plain file of the repository (a link may not lead out of it), too long, not UTF-8, or a
    baseline.
    """
    data = _data(repository, path, LONGEST)
    try:
        return data.decode("utf-8") if data is not None and len(data) <= LONGEST and not is_baseline(data) else None
    except ValueError:
        return None


def _data(repository: str, path: str, longest: int) -> bytes | None:
    """What a plain file of the repository holds, and one byte more than the longest if there is more."""
    full = _within(repository, path)
    try:
        # Not opened before it is known to be a file: a pipe would never end.
        if full is None or not stat.S_ISREG(os.stat(full).st_mode):
            return None
        with open(full, "rb") as file:
            return file.read(longest + 1)
    except (OSError, ValueError):
        return None


def _within(repository: str, path: str) -> str | None:
    """Where a path from the root of a repository leads, behind all links; None if that is not in the repository."""
    if "\0" in path:
        return None
    root = os.path.realpath(repository)
    full = os.path.realpath(os.path.join(root, path))
    try:
        return full if os.path.commonpath([root, full]) == root else None
    except ValueError:  # another drive
        return None


MOST_ENTRIES = 5_000
"""How many files and folders are looked at before an answer is given up: large trees may cost no time."""
MOST_BYTES = 4_000_000
LONGEST_INDEX = 64_000_000
_OUTSIDE = frozenset({".git", ".hg", ".svn", "node_modules"})
_MAKERS = (
    r"(?i).*\.(?:sh|bash|py|js|mjs|ts|rb|go|java|kts?|groovy|gradle|mk|tf|xml|toml|ya?ml|json)"
    r"|.*(?:make|just|rake)file"
)
"""Names of scripts, settings and templates that may say what a tool writes."""
_SAMPLE = 8_000
"""Bytes among which one that is 0 stands in what is no text: so git sees it."""
_SEPARATORS = r"[-_.]"
_NAMING = r"(?i)file_?name"


@of_repository(4096)
def holds(repository: str, path: str) -> bool | None:
    """Whether a checkout of a repository holds a file or folder, by its path from the root.

    What git ignores is no part of it unless it was added all the same, nor is a folder that holds nothing else. None
    where that cannot be told: the path or a link on the way leads out of the repository, it lies in a submodule, only
    parts are checked out here, or there is too much to look at.
    """
    steps = [step for step in path.split("/") if step not in ("", ".")]
    if "\0" in path or not steps or ".." in steps or _is_partial(repository):
        return None
    root = os.path.realpath(repository)
    full = root
    for number, step in enumerate(steps, 1):
        full = os.path.join(full, step)
        try:
            if os.path.islink(full):
                full = os.path.realpath(full)
                if not os.path.exists(full):
                    # The build may make what it leads to.
                    return None
            is_folder = stat.S_ISDIR(os.lstat(full).st_mode)
        except FileNotFoundError:
            return None if _may_be_submodule(root, steps) else False
        except NotADirectoryError:
            return False
        except (OSError, ValueError):
            return None
        if os.path.commonpath([root, full]) != root or full == root:
            return None
        if ignored(full, is_folder):
            return _is_tracked(root, "/".join(steps[:number]), is_folder)
    if not is_folder:
        return True
    if _may_be_submodule(root, steps):
        return None
    return next((True if entry is not None else None for entry in _files(full)), False)


@of_repository(4096)
def lacks(repository: str, path: str) -> bool:
    """Whether a checkout of a repository certainly has nothing at a path from the root, and is not to get it later.

    What git would ignore is made by something: it may be there where the source is more than a checkout.
    """
    if holds(repository, path) is not False:
        return False
    steps = path.split("/")
    folders = [os.path.join(repository, *steps[:number]) for number in range(1, len(steps))]
    return not ignored(os.path.join(repository, path), False) and not any(ignored(folder, True) for folder in folders)


@of_repository(64)
def mentioned(repository: str, names: frozenset[str], besides: str) -> set[str] | None:
    """Those of some names that a script, a buildspec or a template of a repository has; None if there is too much.

    A template that only says which file to deploy (``FileName``) makes none. ``besides`` is a file that does not count.
    """
    root = os.path.realpath(repository)
    found: set[str] = set()
    left = MOST_BYTES
    for entry in _files(root):
        if entry is None or left < 0:
            return None
        relative = os.path.relpath(entry.path, root)
        if relative == besides or re.fullmatch(_MAKERS, entry.name) is None:
            continue
        text = text_in(root, relative) or ""
        left -= len(text)
        for name in names:
            if name in text and any(name in line and not re.search(_NAMING, line) for line in text.splitlines()):
                found.add(name)
    return found


_GIVES_VARIABLES = r"(?i)environment-?variables|env-vars-for-codebuild"
"""What stands where a build is given variables: by a project, a request to start one, a rule of EventBridge."""


def given_in_text(text: str, names: Collection[str]) -> set[str]:
    """Those of some names of variables that a text has, not only as it reads them, if it gives variables to builds."""
    if re.search(_GIVES_VARIABLES, text) is None:
        return set()
    return {name for name in names if re.search(rf"(?a)(?<![\w$])(?<!\$\{{){re.escape(name)}(?!\w)", text) is not None}


@of_repository(64)
def given_in(repository: str, names: frozenset[str], besides: str) -> set[str] | None:
    """The same of all texts of a repository but one; None if there is too much."""
    root = os.path.realpath(repository)
    found: set[str] = set()
    left = MOST_BYTES
    for entry in _files(root):
        if entry is None or left < 0:
            return None
        relative = os.path.relpath(entry.path, root)
        if relative != besides:
            text = text_in(root, relative) or ""
            left -= len(text)
            found |= given_in_text(text, names)
    return found


@of_repository(64)
def named_in(repository: str, names: frozenset[str], apart: str) -> set[str] | None:
    """Those of some names of variables that any text of a repository has; None if not all of it is at hand.

    However it is written: `DB_HOST` is also what reads `db.host` or `dbHost` from the environment. Files whose names
    the regular expression ``apart`` matches do not count.
    """
    root = os.path.realpath(repository)
    if _is_partial(root) or os.path.lexists(os.path.join(root, ".gitmodules")):
        return None
    texts = _folded_texts(root, apart)
    return {name for name in names if _folded(name) in texts} if texts is not None else None


@of_disk(4)
def _folded_texts(root: str, apart: str) -> str | None:
    """All texts of a repository, folded: names that are typed letter by letter are looked for in the same ones."""
    found = []
    left = MOST_BYTES
    for entry in _files(root):
        if entry is None or left < 0:
            return None
        if re.fullmatch(apart, entry.name) is None:
            text = _any_text(_data(root, os.path.relpath(entry.path, root), MOST_BYTES) or b"")
            left -= len(text)
            found.append(_folded(text))
    return "\0".join(found)


def _folded(text: str) -> str:
    return re.sub(_SEPARATORS, "", text).lower()


def _any_text(data: bytes) -> str:
    """A text in whatever encoding, as far as ASCII goes; nothing of what is none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("latin-1") if b"\0" not in data[:_SAMPLE] else ""


@of_repository(64)
def found_by(repository: str, pattern: str) -> frozenset[str] | None:
    """The paths of a repository, from its root, that a regular expression matches; None if there is too much."""
    root = os.path.realpath(repository)
    found = set()
    for entry in _files(root):
        if entry is None:
            return None
        relative = os.path.relpath(entry.path, root)
        if re.fullmatch(pattern, relative):
            found.add(relative)
    return frozenset(found)


@of_repository(64)
def names_in(repository: str, folder: str, most: int) -> tuple[str, ...]:
    """The names of what is in a folder of a repository, sorted, or of so many things in it; none where it is none."""
    full = _within(repository, folder)
    if full is None:
        return ()
    try:
        with os.scandir(full) as entries:
            return tuple(sorted(entry.name for entry in itertools.islice(entries, most)))
    except (OSError, ValueError):
        return ()


@of_repository(1024)
def is_file(repository: str, path: str) -> bool:
    """Whether there is a file of the repository, or a link that leads to one, at a path from its root."""
    full = _within(repository, path)
    return full is not None and os.path.isfile(full)


def paths_of(repository: str, wanted: Callable[[str], bool]) -> list[str] | None:
    """The paths of a repository, from its root, that are wanted, sorted; None if there is too much to look at.

    ``wanted`` may look into the file: it is not asked of links that lead out of the repository.
    """
    root = os.path.realpath(repository)
    found = []
    for entry in _files(root):
        if entry is None:
            return None
        if (not entry.is_symlink() or _within(root, entry.path) is not None) and wanted(entry.path):
            found.append(os.path.relpath(entry.path, root).replace(os.sep, "/"))
    return sorted(found)


def _files(top: str) -> Iterator[os.DirEntry[str] | None]:
    """The files below a folder that git does not ignore; None in the end if there are too many, or some too deep.

    Follows no link to a folder. A link to a file is one of them wherever it leads: who reads them asks ``_within``.
    """
    left = MOST_ENTRIES
    stack = [(top, 0)]
    while stack:
        folder, depth = stack.pop()
        if depth > DEEPEST:
            yield None
            return
        try:
            with os.scandir(folder) as found:
                entries = list(itertools.islice(found, left + 1))
        except OSError:
            continue
        left -= len(entries)
        if left < 0:
            yield None
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _OUTSIDE and not ignored(entry.path, True):
                    stack.append((entry.path, depth + 1))
            elif not ignored(entry.path, False):
                yield entry


def _is_partial(repository: str) -> bool:
    """Whether only parts of a repository are checked out, or nothing at all."""
    if os.path.lexists(os.path.join(repository, ".git", "info", "sparse-checkout")):
        return True
    try:
        with os.scandir(repository) as entries:
            return all(entry.name == ".git" for entry in itertools.islice(entries, 2))
    except OSError:
        return True


def _may_be_submodule(root: str, steps: list[str]) -> bool:
    """Whether a path lies in a submodule, or holds one."""
    path = "/".join(steps)
    found = re.findall(r"(?m)^[ \t]*path[ \t]*=[ \t]*(\S.*)$", text_in(root, ".gitmodules") or "")
    return any(f"{path}/".startswith(f"{one.strip()}/") or one.startswith(f"{path}/") for one in found)


def remotes_in(config: str) -> Iterator[tuple[str, str]]:
    """The remotes that git's configuration of a repository names, each with an address, in its order."""
    name = None
    for line in config.splitlines():
        section = re.match(r'\s*\[\s*(\w+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]', line)
        if section is not None:
            name = section.group(2) if section.group(1).lower() == "remote" else None
        key, equals, value = line.strip().partition("=")
        address = value.strip().strip('"')
        if name is not None and equals and key.strip().lower() == "url" and address:
            yield name, address


def index_of(root: str) -> bytes | None:
    """The index that git keeps of a repository; None if it is no plain file, or larger than any."""
    index = os.path.join(root, ".git", "index")
    try:
        if not stat.S_ISREG(os.lstat(index).st_mode):
            return None
        with open(index, "rb") as file:
            data = file.read(LONGEST_INDEX + 1)
    except OSError:
        return None
    return data if len(data) <= LONGEST_INDEX else None


def _is_tracked(root: str, path: str, is_folder: bool) -> bool | None:
    """Whether git has a file that it should ignore, as its index tells; None if that cannot be read."""
    folder = os.path.join(root, ".git")
    if not os.path.isdir(folder):
        return None
    if not os.path.lexists(os.path.join(folder, "index")):
        return False
    data = index_of(root)
    if data is None or data[:4] != b"DIRC" or data[4:8] not in (b"\0\0\0\2", b"\0\0\0\3"):
        # Version 4 writes no whole paths.
        return None
    return os.fsencode(path) + (b"/" if is_folder else b"\0") in data
