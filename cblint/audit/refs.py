"""What a repository says of itself: its remote, its default branch and the commit that is checked out."""

from __future__ import annotations

import os
import re

from cblint.git import GitError, asked, check_readable, commit, git_folder, kept_in
from cblint.hosts.repository import remotes_in
from cblint.records import NamedTuple
from cblint.source.file import Unreadable, read_bytes

_COMMIT = r"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_SYMBOLIC = "ref: "
_HEADS = "refs/heads/"
_REMOTE_HEADS = "refs/remotes/origin/"
MOST_REFS = 16 * 1024 * 1024
"""Bytes of ``packed-refs``: a quarter of a million branches and tags."""


class Head(NamedTuple):
    """The default branch and the commit of a repository; empty where there is none."""

    branch: str
    commit: str


def _common(folder: str) -> str:
    """Where git keeps what all working trees of a repository share, by the folder of one of them."""
    found = re.fullmatch(r"([^\n\0]+)\n?", kept_in(folder, "commondir") or "")
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
    for name, address in remotes_in(kept_in(_common(git_folder(root)), "config") or ""):
        found.setdefault(name, address)
    return found.get("origin") or next(iter(found.values()), "")


def head_of(root: str, revision: str = "") -> Head:
    """The default branch of a repository, and the commit that a revision stands for, or else the one checked out.

    Most repositories tell by files that are read here; of others git is asked. Raises GitError.
    """
    folder = git_folder(root)
    head = kept_in(folder, "HEAD") or ""
    checked_out = head.removeprefix(_SYMBOLIC).strip() if head.startswith(_SYMBOLIC) else ""
    common = _common(folder)
    remote = (kept_in(common, f"{_REMOTE_HEADS}HEAD") or "").strip()
    if remote.startswith(_SYMBOLIC + _REMOTE_HEADS):
        branch = remote.removeprefix(_SYMBOLIC + _REMOTE_HEADS)
    else:
        branch = checked_out.removeprefix(_HEADS)
    if revision not in ("", "HEAD"):
        return Head(branch, commit(root, revision))
    found = _commit_of(common, checked_out) if checked_out else head.strip()
    if re.fullmatch(_COMMIT, found) is None:
        found = _asked(root)
    return Head(branch, found)


def _commit_of(folder: str, ref: str) -> str:
    """The commit of a branch, if files tell it."""
    loose = (kept_in(folder, ref) or "").strip()
    return loose or _packed(folder, ref)


def _packed(folder: str, ref: str) -> str:
    try:
        data = read_bytes(os.path.join(folder, "packed-refs"), False, MOST_REFS)
    except Unreadable:
        return ""
    found = re.search(rb"(?m)^([0-9a-f]+) " + re.escape(os.fsencode(ref)) + rb"$", data)
    return found.group(1).decode("ascii") if found is not None else ""


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
