"""Which files the patterns of an artifact take."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from cblint.buildspec.model import Section
from cblint.source.tree import Scalar

_ROOT = r"^\$(?:CODEBUILD_SRC_DIR\b|\{CODEBUILD_SRC_DIR\})/*"
_VARIABLE = r"(?a)\$([A-Za-z_]\w*)"
_LONGEST, _DEEPEST = 1_000, 50
"""Patterns and paths of more characters or folders are not followed."""


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
    """Whether a path is one of those that a pattern names: ``**`` stands for any folders, and at the end for files."""
    steps, names = pattern.split("/"), path.split("/")
    if max(len(pattern), len(path)) > _LONGEST or max(len(steps), len(names)) > _DEEPEST:
        return False
    # Which beginnings of the path the steps so far name, by the number of their parts.
    reached = {0}
    for step in steps:
        if step == "**":
            reached = set(range(min(reached), len(names) + 1)) if reached else set()
        else:
            reached = {number + 1 for number in reached if number < len(names) and _is_named(step, names[number])}
    return len(names) in reached


def _is_named(pattern: str, name: str) -> bool:
    """Whether a pattern with ``*`` and ``?`` stands for a name, asked in a time that does not explode."""
    at = begun = 0
    star = -1
    for_star = 0
    while begun < len(name):
        if at < len(pattern) and pattern[at] == "*":
            star, for_star = at, begun
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", name[begun]):
            at += 1
            begun += 1
        elif star >= 0:
            # The last star takes one character more.
            for_star += 1
            at, begun = star + 1, for_star
        else:
            return False
    return pattern[at:].strip("*") == ""
