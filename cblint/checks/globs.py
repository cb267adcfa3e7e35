"""Patterns for files as artifacts, caches and `.dockerignore` have them, held to a path."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

MOST_STEPS = 50
"""Of more folders in a path or a pattern nothing is said."""
_OPEN = r"[$\[\]{}!\\`]"
"""What makes of a pattern something that is not known here."""


def is_known(pattern: str) -> bool:
    """Whether it is known which files a pattern stands for."""
    return re.search(_OPEN, pattern) is None and len(pattern.split("/")) <= MOST_STEPS


def takes(pattern: str, path: str) -> bool:
    """Whether a pattern takes a file for sure; a name that begins with a dot only by ``**/*``, or as it is written."""
    steps = steps_of(pattern)
    if not is_known(pattern) or not fits(steps, path.split("/")):
        return False
    name = posixpath.basename(path)
    return not name.startswith(".") or steps[-1].startswith(".") or steps[-2:] in (["**", "*"], ["**"])


def may_take(pattern: str, paths: Iterable[str]) -> bool:
    """Whether a pattern may take one of some files, or a folder above it."""
    if not is_known(pattern):
        return True
    steps = steps_of(pattern)
    for path in paths:
        parts = path.split("/")
        if any(fits(steps, parts[:end]) for end in range(1, len(parts) + 1)) or fits(steps, parts[-1:]):
            return True
    return False


def steps_of(pattern: str) -> list[str]:
    """The folders of a path and its last name, without those that lead nowhere."""
    return [step for step in pattern.split("/") if step not in ("", ".")] or ["."]


def fits(pattern: list[str], path: list[str]) -> bool:
    """Whether a path is one of those that a pattern names: ``**`` stands for any folders, and at the end for files."""
    if len(path) > MOST_STEPS or len(pattern) > MOST_STEPS:
        return False
    # Which beginnings of the path the steps so far name, by the number of their parts.
    reached = {0}
    for step in pattern:
        if step == "**":
            reached = set(range(min(reached), len(path) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(path) and _is_named(step, path[at])}
        if not reached:
            return False
    return len(path) in reached


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
