"""Which cblint this is: the digest of its code and rules, as another one may find other things."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache

import cblint

_ENDINGS = (".py", ".yml", ".json")
_PACKAGE = os.path.dirname(os.path.abspath(cblint.__file__))


@cache
def program() -> str:
    """The digest: it takes a tenth of a second."""
    found = hashlib.sha256(f"{sys.version_info[:2]} {cblint.__version__}".encode())
    for top in _folders():
        for path in _files(top):
            found.update(os.path.relpath(path, top).replace(os.sep, "/").encode())
            with open(path, "rb") as file:
                found.update(file.read())
    return found.hexdigest()[:32]


def _folders() -> list[str]:
    """The package, and in a checkout the rules beside it, which a wheel has compiled into itself."""
    if os.path.isdir(os.path.join(_PACKAGE, "_compiled")):
        return [_PACKAGE]
    from cblint.facts.sources import ROOT

    return [_PACKAGE, ROOT]


def _files(top: str) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(_ENDINGS))
