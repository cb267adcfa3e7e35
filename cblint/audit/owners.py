"""Who owns a file of a repository, by its CODEOWNERS."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache

from cblint.git import MOST_STEPS
from cblint.hosts.discover import MOST_CHOICES, choices
from cblint.records import NamedTuple
from cblint.source.file import Unreadable, read

# Where GitHub looks, in this order, and last where only GitLab does (which looks in the root and in docs as well):
# https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
# https://docs.gitlab.com/user/project/codeowners/reference/
_OF_GITHUB, _OF_GITLAB = ".github/CODEOWNERS", ".gitlab/CODEOWNERS"
_PLACES = (_OF_GITHUB, "CODEOWNERS", "docs/CODEOWNERS", _OF_GITLAB)
_LARGEST = 3 * 1024 * 1024
"""Bytes: GitHub loads no larger file."""
_LONGEST_PATH = 4096
_MOST_WORK = 50_000
"""Lines that are looked at for a path, one that has choices for as many as they cost: the longest known has 10,000."""
_COST_OF_CHOICE = 20
_HEADING = r"\^?\[([^\]]*)\](?:\[\d*\])?(?:\s+(.*))?"


class _Entry(NamedTuple):
    """A line of the file. ``owners`` are None where it excludes what it matches from its section."""

    pattern: str
    owners: tuple[str, ...] | None


def owners_in(folder: str) -> Callable[[str], tuple[str, ...]]:
    """Who owns a file, by its path from the root of a repository with forward slashes; nobody without CODEOWNERS.

    The first file where GitHub looks counts, and the last line in it that matches. With GitLab's sections, it is the
    last line of each. A line that GitHub or GitLab would ignore is ignored; if the whole file is no text, larger than 3
    MB, or takes too long, nobody owns anything.
    """
    place = next((place for place in _PLACES if os.path.isfile(os.path.join(folder, place))), None)
    text = _text(folder, place) if place is not None else ""
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line and not line.startswith("#")]
    if len(lines) > _MOST_WORK:
        lines = []
    if place == _OF_GITLAB or (place != _OF_GITHUB and any(_heading(line) for line in lines)):
        sections = _sections(lines)
        matches = _matches_on_gitlab
    else:
        sections = [list(_entries_of_github(lines))]
        matches = _matches
    work = sum(_COST_OF_CHOICE ** choices(entry.pattern) for section in sections for entry in section)
    if work > _MOST_WORK:
        sections = []

    @lru_cache(1024)
    def owners(path: str) -> tuple[str, ...]:
        if len(path) > _LONGEST_PATH or path.count("/") >= MOST_STEPS:
            return ()
        found = (_owners(path, section, matches) for section in sections)
        return tuple(dict.fromkeys(owner for each in found for owner in each))

    return owners


def _text(folder: str, place: str) -> str:
    """What a plain file holds that lies in the folder; nothing if there is none that can be read."""
    root = os.path.realpath(folder)
    full = os.path.realpath(os.path.join(root, place))
    try:
        return read(full, False, _LARGEST) if os.path.commonpath([root, full]) == root else ""
    except (Unreadable, ValueError):
        return ""


def _owners(path: str, section: list[_Entry], matches: Callable[[str, str], bool]) -> tuple[str, ...]:
    """The owners by the last line that matches; nobody's, if any line excludes the path."""
    if any(entry.owners is None and matches(entry.pattern, path) for entry in section):
        return ()
    return next((entry.owners or () for entry in reversed(section) if matches(entry.pattern, path)), ())


# Lines


def _fields(line: str) -> list[str]:
    """The pattern and the owners of a line: a blank with a backslash before it is part of the pattern."""
    return re.findall(r"(?:\\.|[^\s\\]|\\$)+", line)


def _entries_of_github(lines: list[str]) -> Iterator[_Entry]:
    """Each line that GitHub takes: it knows no ``!``, ``[ ]`` and ``\\#``, and skips a line with a wrong owner."""
    from codeowners import parse_owner

    for line in lines:
        pattern, *owners = _fields(re.sub(r"(?:^|\s)#.*", "", line)) or [""]
        is_taken = pattern and not pattern.startswith(("!", "\\#")) and "[" not in pattern
        if is_taken and all(parse_owner(owner) for owner in owners) and choices(pattern) <= MOST_CHOICES:
            yield _Entry(pattern, tuple(owners))


def _sections(lines: list[str]) -> list[list[_Entry]]:
    """Each section of GitLab's: those of one name are one, and what stands before the first is one as well.

    Wrong owners are passed over; who owns a section owns what a line of it names no owners for.
    """
    from codeowners import parse_owner

    sections: dict[str, list[_Entry]] = {}
    name = ""
    default: tuple[str, ...] = ()
    for line in lines:
        heading = _heading(line)
        if heading is not None:
            name = heading[1].strip().lower()
            default = tuple(owner for owner in (heading[2] or "").split() if parse_owner(owner))
        else:
            pattern, *fields = _fields(line)
            owners = tuple(owner for owner in fields if parse_owner(owner))
            excluded = pattern.removeprefix("!")
            entry = _Entry(_on_gitlab(excluded), None if excluded != pattern else owners or default)
            if choices(entry.pattern) <= MOST_CHOICES:
                sections.setdefault(name, []).append(entry)
    return list(sections.values())


def _heading(line: str) -> re.Match[str] | None:
    """The heading of a section of GitLab's: ``[Name]``, ``^[Name][2] @default-owner``."""
    return re.fullmatch(_HEADING, line)


# Patterns


def _on_gitlab(pattern: str) -> str:
    """A pattern of GitLab's as one that says the same on GitHub: without a slash before it, it holds in any folder."""
    rooted = pattern if pattern.startswith("/") else f"/**/{pattern}"
    return f"{rooted}**/*" if rooted.endswith("/") else rooted


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches a path or a folder on the way to it."""
    regex = _regex(pattern) if _may_match(pattern, path) else None
    return regex is not None and regex.search(_line(path)) is not None


def _matches_on_gitlab(pattern: str, path: str) -> bool:
    """The same where only a pattern that ends with a slash matches what is in a folder."""
    regex = _regex(pattern) if _may_match(pattern, path) else None
    return regex is not None and regex.fullmatch(_line(path)) is not None


def _line(path: str) -> str:
    """A path as the dot of a regular expression takes all of it."""
    return path.replace("\n", " ")


def _may_match(pattern: str, path: str) -> bool:
    """Whether a path has what a pattern begins with: hardly ever, and compiling takes longer than asking."""
    return re.split(r"[*?\[\\]", pattern.strip("/"), maxsplit=1)[0] in path


@lru_cache(4096)
def _regex(pattern: str) -> re.Pattern[str] | None:
    """A pattern as a regular expression; None if it is malformed."""
    from codeowners import path_to_regex

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # re warns of "[["
        try:
            return path_to_regex(pattern)
        except (ValueError, re.error):
            return None
