"""Which files the patterns of an artifact take."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from cblint.buildspec.model import Section
from cblint.source.tree import Scalar

_ROOT = r"^\$(?:CODEBUILD_SRC_DIR\b|\{CODEBUILD_SRC_DIR\})/*"
_VARIABLE = r"(?a)\$([A-Za-z_]\w*)"
_MOST_STARS = 6
"""A pattern with more of them is not followed: it would take long, and nobody means something by it."""
_LONGEST = 1_000


def taking(artifact: Section, path: str) -> Scalar | None:
    """The first pattern of an artifact that takes the file at a path from the source root, if none excludes it."""
    if any(_fits(pattern, path) for pattern in _below_base(artifact, artifact.scalars("exclude-paths"))):
        return None
    files = artifact.scalars("files")
    for scalar, pattern in zip(files, _below_base(artifact, files), strict=True):
        if _fits(pattern, path):
            return scalar
    return None


def spelt(path: str) -> str:
    """A path from the source root, as far as it can be compared: its variables in braces."""
    plain = re.sub(_VARIABLE, r"${\1}", re.sub(_ROOT, "", path))
    return posixpath.normpath(plain) if plain else "."


def _below_base(artifact: Section, scalars: Iterable[Scalar]) -> list[str]:
    base = artifact.scalar("base-directory")
    folder = base.value if base is not None else "."
    return [spelt(posixpath.join(folder, scalar.value)) for scalar in scalars]


def _fits(pattern: str, path: str) -> bool:
    if len(pattern) > _LONGEST or pattern.count("*") > _MOST_STARS:
        return False
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    written = "".join(_MEANINGS.get(part) or re.escape(part) for part in parts)
    return len(path) <= _LONGEST and re.fullmatch(written, path) is not None


_MEANINGS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
