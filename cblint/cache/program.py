"""Which cblint this is, as another one may find other things: by all that it says, or by the marks of its files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache

import cblint

_ENDINGS = (".py", ".yml", ".json")
_PACKAGE = os.path.dirname(os.path.abspath(cblint.__file__))


@cache
def program() -> str:
    """The digest of its code and rules, the same on all machines: it takes a tenth of a second."""
    import hashlib  # who asks for marks alone is in a hurry

    found = hashlib.sha256(f"{sys.version_info[:2]} {cblint.__version__}".encode())
    for top in _folders():
        for path in _files(top):
            found.update(os.path.relpath(path, top).replace(os.sep, "/").encode())
            with open(path, "rb") as file:
                found.update(file.read())
    return found.hexdigest()[:32]


@cache
def marks() -> str:
    """What tells this cblint from another one that was or will be at its place.

    In a wheel that is when it was installed, and when something last was beside it, as its libraries are: a few
    questions to the disk, where ``program`` reads all files.
    """
    found = [sys.version, cblint.__version__, _PACKAGE]
    if _is_compiled():
        paths = [os.path.dirname(_PACKAGE), _PACKAGE, os.path.abspath(cblint.__file__)]
    else:
        paths = [path for top in _folders() for path in _files(top)]
    for path in paths:
        about = os.stat(path)
        found.append(f"{about.st_mtime_ns} {about.st_size} {about.st_ino}")
    return "\0".join(found)


def _is_compiled() -> bool:
    return os.path.isdir(os.path.join(_PACKAGE, "_compiled"))


def _folders() -> list[str]:
    """The package, and in a checkout the rules beside it, which a wheel has compiled into itself."""
    if _is_compiled():
        return [_PACKAGE]
    from cblint.facts.sources import ROOT

    return [_PACKAGE, ROOT]


def _files(top: str) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(_ENDINGS))
