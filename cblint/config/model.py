"""What a configuration is once it is read, and what of it holds for a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import lru_cache

from cblint.hosts.discover import matcher
from cblint.hosts.project import Project
from cblint.records import NamedTuple

BASELINE = ".cblint-baseline.json"
"""What a baseline is called if nobody says otherwise."""


class ConfigError(Exception):
    """A configuration that cannot be used. ``str()`` names the file, the place and what to do."""


class Config(NamedTuple):
    """A configuration; ``folder`` is where its patterns start, ``rules`` are files and folders of own rules.

    ``severity`` pairs rules and families with a severity, of those that mean one rule the last holds;
    ``per_path_ignores`` pairs patterns with rules. ``extends`` are the files that it adds to, the least first, each
    with its own folder and patterns; all else that they say is already in this one.
    """

    folder: str = ""
    profile: str = "default"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "warning"
    buildspecs: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    require_reason: bool = False
    rules: tuple[str, ...] = ()
    projects: tuple[Project, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    per_path_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    extends: tuple[Config, ...] = ()
    baseline: str = ""
    """An absolute path in the repository; empty if there is none."""

    def names_buildspec(self, path: str) -> bool:
        """Whether the configuration calls the file a buildspec."""
        verdicts = (verdict(each.folder, each.buildspecs, path) for each in self._nearest_first())
        return _first_known(verdicts) is True or bool(self.projects_of(path))

    def excludes(self, path: str) -> bool:
        """Whether the file, or the folder if the path ends in a slash, is not to be linted."""
        return _first_known(verdict(each.folder, each.exclude, path) for each in self._nearest_first()) is True

    def projects_of(self, path: str) -> list[Project]:
        """The projects that use the buildspec at ``path``."""
        using = (
            project
            for each in self._nearest_first()
            for project in each.projects
            if matches(each.folder, project.buildspecs, path)
        )
        return list(dict.fromkeys(using))

    def ignored_at(self, path: str) -> tuple[str, ...]:
        """The rules that do not run for the file because of where it is."""
        found: list[str] = []
        for each in self._nearest_first():
            below = _below(each.folder, path) if each.per_path_ignores else None
            if below is not None:
                matchers = _compiled_each(tuple(pattern for pattern, _ in each.per_path_ignores))
                for matching, (_, rules) in zip(matchers, each.per_path_ignores, strict=True):
                    found += rules if matching(below) is True else ()
        return tuple(dict.fromkeys(found))

    def _nearest_first(self) -> tuple[Config, ...]:
        return (self, *reversed(self.extends))


def matches(folder: str, patterns: tuple[str, ...], path: str) -> bool:
    """Whether patterns as in ``.gitignore`` that start at an absolute folder match a path below it."""
    return verdict(folder, patterns, path) is True


def verdict(folder: str, patterns: tuple[str, ...], path: str) -> bool | None:
    """The same, with False where a pattern with ``!`` takes the path back, and None where none speaks of it."""
    below = _below(folder, path) if patterns else None
    return _compiled(patterns)(below) if below is not None else None


def _below(folder: str, path: str) -> str | None:
    """A path from a folder on, as patterns see it; None if it is not below that."""
    full = os.path.abspath(path)
    if not full.startswith(folder.rstrip(os.sep) + os.sep):
        return None
    relative = os.path.relpath(full, folder).replace(os.sep, "/")
    return relative + "/" if path.endswith("/") else relative


def _first_known(verdicts: Iterator[bool | None]) -> bool | None:
    return next((each for each in verdicts if each is not None), None)


@lru_cache(maxsize=256)
def _compiled(patterns: tuple[str, ...]) -> Callable[[str], bool | None]:
    return matcher(list(patterns))


@lru_cache(maxsize=16)
def _compiled_each(patterns: tuple[str, ...]) -> tuple[Callable[[str], bool | None], ...]:
    """Each for itself, and all at once: a configuration can have more than a cache holds."""
    return tuple(matcher([pattern]) for pattern in patterns)
