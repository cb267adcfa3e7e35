"""The files beside a buildspec: those of its git repository, which is what CodeBuild checks out."""

from __future__ import annotations

import os
import stat

LONGEST = 262_144
"""Bytes of a script that are read; longer ones are not written by hand."""


def text_in(repository: str, path: str) -> str | None:
    """The text of a file by its path from the root of a repository, which is a folder.

    None if it is not a plain file of the repository (a link may not lead out of it), too long, or not UTF-8.
    """
    full = _plain_file(repository, path)
    if full is None:
        return None
    try:
        with open(full, "rb") as file:
            data = file.read(LONGEST + 1)
        return data.decode("utf-8") if len(data) <= LONGEST else None
    except (OSError, ValueError):
        return None


def holds(repository: str, path: str) -> bool:
    """Whether there is a plain file at a path from the root of a repository, however long it is."""
    return _plain_file(repository, path) is not None


def _plain_file(repository: str, path: str) -> str | None:
    """The file by its full path; None if it is none, or not of the repository. A pipe, once opened, would never end."""
    if "\0" in path:
        return None
    root = os.path.realpath(repository)
    full = os.path.realpath(os.path.join(root, path))
    try:
        is_inside = os.path.commonpath([root, full]) == root
        return full if is_inside and stat.S_ISREG(os.stat(full).st_mode) else None
    except (OSError, ValueError):
        return None
