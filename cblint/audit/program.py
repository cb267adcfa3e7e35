"""Which cblint this is: the digest of its code and rules, as another one may find other things."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache

import cblint
from cblint.facts.sources import ROOT

_ENDINGS = (".py", ".yml", ".json")


@cache
def program() -> str:
    """The digest: it takes a tenth of a second."""
    found = hashlib.sha256(f"{sys.version_info[:2]} {cblint.__version__}".encode())
    for top in (os.path.dirname(os.path.abspath(cblint.__file__)), ROOT):
        for path in _files(top):
            found.update(os.path.relpath(path, top).replace(os.sep, "/").encode())
            with open(path, "rb") as file:
                found.update(file.read())
    return found.hexdigest()[:32]


def _files(top: str) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(_ENDINGS))
