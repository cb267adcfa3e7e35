"""What a file is called: by its repository, by who looks at it, and behind links."""

from __future__ import annotations

import os

from cblint.hosts.discover import git_root
from cblint.opening import STDIN
from cblint.source.remembered import of_disk


def names_of(path: str) -> tuple[str, str]:
    """A path relative to the repository root (else the working directory), and relative to the working directory."""
    if path == STDIN:
        return STDIN, STDIN
    full = os.path.abspath(path)
    here = os.getcwd()
    root = git_root(os.path.dirname(full))
    inside = root is not None and git_root(here) == root  # then ".." does not lead out of the repository
    shown = os.path.relpath(full, here).replace(os.sep, "/") if inside else relative(full, here)
    return relative(full, root or here), shown


def behind_links(path: str) -> str:
    """Where a symbolic link on the way leads in the repository, relative to its root; empty if there is none."""
    full = os.path.abspath(path)
    folder, name = os.path.split(full)
    real = os.path.realpath(full) if os.path.islink(full) else os.path.join(_real(folder), name)
    root = git_root(folder) if real != full else None
    if root is None:
        return ""
    found = relative(real, _real(root))
    return "" if os.path.isabs(found) or found == relative(full, root) else found


@of_disk(1024)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def relative(path: str, folder: str) -> str:
    """A path from a folder, with forward slashes, if it lies in it; both are absolute."""
    inside = path.startswith(folder.rstrip(os.sep) + os.sep)
    return (os.path.relpath(path, folder) if inside else path).replace(os.sep, "/")
