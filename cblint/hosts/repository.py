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
    if "\0" in path:
        return None
    root = os.path.realpath(repository)
    full = os.path.realpath(os.path.join(root, path))
    try:
        # Not opened before it is known to be a file: a pipe would never end.
        if os.path.commonpath([root, full]) != root or not stat.S_ISREG(os.stat(full).st_mode):
            return None
        with open(full, "rb") as file:
            data = file.read(LONGEST + 1)
        return data.decode("utf-8") if len(data) <= LONGEST else None
    except (OSError, ValueError):
        return None
