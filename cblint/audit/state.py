"""What a repository is now, in a digest: the same one says that nothing of it has to be looked at again."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from itertools import chain

from cblint.audit.refs import Head
from cblint.config import is_configured
from cblint.hosts.discover import git_root

MOST_ENTRIES = 50_000
"""Files and folders of a working tree: one with more has no digest, and what it holds is looked at."""
RACY = 2.0
"""Seconds in which a file may change twice without a mark: file systems count time in steps, the largest of them so."""
_APART = frozenset({".git", ".hg", ".svn"})
"""What no finding hangs on (hosts/repository.py)."""
_OF_GIT = ("config", "index", "info/sparse-checkout")
"""What findings do hang on of what git keeps, of this repository and of those in it."""


def of_commit(head: Head, url: str) -> str:
    """That of a repository that is read from git's objects."""
    return _digest(["commit", head.commit, head.branch, url]) if head.commit else ""


def of_rows(rows: Iterable[tuple[str, bytes]], url: str) -> str:
    """That of rows of a table."""
    return _digest(["rows", url, *(f"{path}\0{hashlib.sha256(data).hexdigest()}" for path, data in sorted(rows))])


def of_file(path: str) -> str:
    """That of an archive: its size and when it was changed; empty if that was just now. Raises OSError."""
    about = os.stat(path)
    newest = max(about.st_mtime, about.st_ctime)
    return _digest(["file", _marks(about)]) if newest < time.time() - RACY else ""


def of_tree(root: str, head: Head, url: str) -> str:
    """That of a working tree: names, sizes and times of all its files, which a change of any changes.

    Empty where there are too many, or one was changed so short a time ago that it may change again without a mark; and
    where what is found hangs on what is outside.
    """
    if not _stands_alone(root):
        return ""
    limit = time.time() - RACY
    found = ["tree", head.commit, head.branch, url]
    stack = [root]
    while stack:
        folder = stack.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    about = entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        stack += [entry.path] if entry.name not in _APART else []
                        names = _OF_GIT if entry.name == ".git" else ()
                        found += [entry.path, *chain.from_iterable(_marks_at(entry.path, name) for name in names)]
                        continue
                    if max(about.st_mtime, about.st_ctime) >= limit:
                        return ""
                    found.append(f"{entry.path}\0{about.st_mode} {_marks(about)}")
                    found += _marks_at(entry.path) if entry.is_symlink() else ()
        except OSError:
            return ""
        if len(found) > MOST_ENTRIES:
            return ""
    return _digest([each.removeprefix(root) for each in sorted(found)])


def _stands_alone(root: str) -> bool:
    """Whether a folder is not part of a repository that begins above it, and not configured there."""
    parent = os.path.dirname(root)
    return git_root(root) == root or (git_root(parent) is None and not is_configured(parent))


def _marks_at(*steps: str) -> list[str]:
    """Those of what a path leads to; none if that is nothing."""
    path = os.path.join(*steps)
    try:
        return [f"{path}\0{_marks(os.stat(path))}"]
    except OSError:
        return []


def _marks(about: os.stat_result) -> str:
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns} {about.st_ino}"


def _digest(parts: Iterable[str]) -> str:
    said = "\0\0".join(parts)
    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:32]
