"""Several files as one input: each begins with a line that holds its path."""

from __future__ import annotations

import re
from collections.abc import Mapping

_HEAD = re.compile(rb"(?m)^=== ([^\n]{1,99})\n")
_PLAIN = re.compile(r"[\w .+@-]{1,60}(?:/[\w .+@-]{1,60}){0,5}", re.ASCII)
_UNNAMED = "buildspec.yml"


def bundled(files: Mapping[str, bytes]) -> bytes:
    """The files as one input."""
    return b"".join(b"=== %s\n%s\n" % (path.encode(), content) for path, content in files.items())


def unbundled(data: bytes) -> dict[str, bytes]:
    """The files of any input at all, each with a path that stays where it is put."""
    first, *parts = _HEAD.split(data)
    found = {_UNNAMED: first} if first else {}
    for name, content in zip(parts[::2], parts[1::2], strict=True):
        found[_path(name.decode("utf-8", "replace"))] = content.removesuffix(b"\n")
    return found


def _path(name: str) -> str:
    parts = [part for part in name.split("/") if part.strip(". ")]
    path = "/".join(parts)
    return path if _PLAIN.fullmatch(path) and not path.startswith(".git") else _UNNAMED
