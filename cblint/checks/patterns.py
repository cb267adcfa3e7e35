"""Which files the patterns of an artifact take."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from cblint.buildspec.model import Section
from cblint.checks.globs import fits
from cblint.source.tree import Scalar

ROOT = r"^\$(?:CODEBUILD_SRC_DIR\b|\{CODEBUILD_SRC_DIR\})/*"
"""The source root at the beginning of a path."""
_VARIABLE = r"(?a)\$([A-Za-z_]\w*)"
_LONGEST = 1_000
"""Patterns and paths of more characters are not followed."""


def taking(artifact: Section, path: str) -> Scalar | None:
    """The first pattern of an artifact that takes the file at a path from the source root, if none excludes it."""
    if any(_fits(pattern, path) for pattern in _below_base(artifact, artifact.scalars("exclude-paths"))):
        return None
    files = artifact.scalars("files")
    for scalar, pattern in zip(files, _below_base(artifact, files), strict=True):
        if _fits(pattern, path):
            return scalar
    return None


def from_root(path: str) -> str:
    """A path without the source root before it, where that is named."""
    return re.sub(ROOT, "", path)


def spelt(path: str) -> str:
    """A path from the source root, as far as it can be compared: its variables in braces."""
    plain = re.sub(_VARIABLE, r"${\1}", from_root(path))
    return posixpath.normpath(plain) if plain else "."


def _below_base(artifact: Section, scalars: Iterable[Scalar]) -> list[str]:
    base = artifact.scalar("base-directory")
    folder = base.value if base is not None else "."
    return [spelt(posixpath.join(folder, scalar.value)) for scalar in scalars]


def _fits(pattern: str, path: str) -> bool:
    """Whether a path is one of those that a pattern names."""
    return max(len(pattern), len(path)) <= _LONGEST and fits(pattern.split("/"), path.split("/"))
