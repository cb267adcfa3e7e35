"""What a repository says of itself: its remote, its default branch and the commit that is checked out."""

from __future__ import annotations

import os
import re
import stat
from typing import NamedTuple

from cblint.git import GitError, asked, commit
from cblint.hosts.repository import remotes_in
from cblint.source.file import Unreadable, read_bytes

LONGEST = 262_144
"""Bytes of a file in which git keeps a name or its settings."""
_COMMIT = r"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_SYMBOLIC = "ref: "
_HEADS = "refs/heads/"
_REMOTE_HEADS = "refs/remotes/origin/"
MOST_REFS = 16 * 1024 * 1024
"""Bytes of ``packed-refs``: a quarter of a million branches and tags."""

_READ_FIRST = ("HEAD", "config", "commondir", "packed-refs", "shallow", "objects/info/alternates")
"""What git reads of every repository, and waits for."""


class Head(NamedTuple):
    """The default branch and the commit of a repository; empty where there is none."""

    branch: str
    commit: str


def _text(folder: str, name: str) -> str | None:
    """What git keeps in a file; None for what is no plain file, too long for one of these, or no UTF-8.

    A link is none: git makes none here, and asks itself where one was made.
    """
    try:
        place = os.open(os.path.join(folder, name), _FLAGS)
    except (OSError, ValueError):
        return None
    try:
        data = os.read(place, LONGEST + 1) if stat.S_ISREG(os.fstat(place).st_mode) else None
        return data.decode("utf-8") if data is not None and len(data) <= LONGEST else None
    except (OSError, ValueError):
        return None
    finally:
        os.close(place)


_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe is opened without waiting for who writes to it."""


def git_folder(root: str) -> str:
    """The folder in which git keeps what belongs to a repository, by the folder that is its root or its own."""
    inner = os.path.join(root, ".git")
    if os.path.isdir(inner):
        return inner
    if not os.path.isfile(inner):
        return root
    # A working tree of another repository, or a submodule.
    found = re.fullmatch(r"gitdir: ([^\n\0]+)\n?", _text(root, ".git") or "")
    return os.path.normpath(os.path.join(root, found.group(1))) if found is not None else root


def _common(folder: str) -> str:
    """Where git keeps what all working trees of a repository share, by the folder of one of them."""
    found = re.fullmatch(r"([^\n\0]+)\n?", _text(folder, "commondir") or "")
    return os.path.normpath(os.path.join(folder, found.group(1))) if found is not None else folder


def is_bare(folder: str) -> bool:
    """Whether a folder is a repository without a working tree, or a mirror."""
    return (
        os.path.isfile(os.path.join(folder, "HEAD"))
        and os.path.isdir(os.path.join(folder, "objects"))
        and os.path.isdir(os.path.join(folder, "refs"))
    )


def remote_of(root: str) -> str:
    """The address that a repository was cloned from, or else of its first remote; empty if there is none."""
    found: dict[str, str] = {}
    for name, address in remotes_in(_text(_common(git_folder(root)), "config") or ""):
        found.setdefault(name, address)
    return found.get("origin") or next(iter(found.values()), "")


def head_of(root: str, revision: str = "") -> Head:
    """The default branch of a repository, and the commit that a revision stands for, or else the one checked out.

    Most repositories tell by files that are read here; of others git is asked. Raises GitError.
    """
    folder = git_folder(root)
    head = _text(folder, "HEAD") or ""
    checked_out = head.removeprefix(_SYMBOLIC).strip() if head.startswith(_SYMBOLIC) else ""
    common = _common(folder)
    remote = (_text(common, f"{_REMOTE_HEADS}HEAD") or "").strip()
    if remote.startswith(_SYMBOLIC + _REMOTE_HEADS):
        branch = remote.removeprefix(_SYMBOLIC + _REMOTE_HEADS)
    else:
        branch = checked_out.removeprefix(_HEADS)
    if revision not in ("", "HEAD"):
        check_readable(root)
        return Head(branch, commit(root, revision))
    found = _commit_of(common, checked_out) if checked_out else head.strip()
    if re.fullmatch(_COMMIT, found) is None:
        found = _asked(root)
    return Head(branch, found)


def _commit_of(folder: str, ref: str) -> str:
    """The commit of a branch, if files tell it."""
    loose = (_text(folder, ref) or "").strip()
    return loose or _packed(folder, ref)


def _packed(folder: str, ref: str) -> str:
    try:
        data = read_bytes(os.path.join(folder, "packed-refs"), False, MOST_REFS)
    except Unreadable:
        return ""
    found = re.search(rb"(?m)^([0-9a-f]+) " + re.escape(os.fsencode(ref)) + rb"$", data)
    return found.group(1).decode("ascii") if found is not None else ""


def check_readable(root: str) -> None:
    """Raise GitError for a repository in which git would wait for a pipe or a device for as long as it may take."""
    folder = git_folder(root)
    for name in _READ_FIRST:
        path = os.path.join(folder, *name.split("/"))
        if os.path.exists(path) and not os.path.isfile(path):
            raise GitError(f"git cannot read the repository: its file {name} is no plain file")


def _asked(root: str) -> str:
    """The commit of HEAD, empty if there is none yet. Raises GitError."""
    check_readable(root)
    done = asked(root, "rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
    if done.returncode == 1 and not done.stderr.strip():
        return ""
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise GitError(f"git cannot read the repository: {said or 'it does not say why'}")
    return done.stdout.decode("ascii", "replace").strip()
