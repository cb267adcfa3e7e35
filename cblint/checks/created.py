"""Files that are to be handed on although nothing can have made them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, Section
from cblint.checks.files import MOST_FILES, Made, is_nowhere, made_by
from cblint.checks.projects import artifact_types
from cblint.finding import Report
from cblint.hosts.repository import mentioned
from cblint.records import NamedTuple
from cblint.source.tree import Scalar
from cblint.spelling import closest

_OPEN = r"[$*?{\[]"
"""What leaves open which file it is."""
MOST = 20
"""Of so many missing files the repository is asked who else speaks of them."""


class _Path(NamedTuple):
    """A path that is to be there, and where the buildspec says so."""

    node: Scalar
    path: str

    @property
    def names(self) -> set[str]:
        """Words without which nothing can speak of it."""
        return {posixpath.basename(self.path), self.path.partition("/")[0]}


class _Wanted(NamedTuple):
    """The base directory and the files of a section, as far as they are known, and how many files it lists."""

    base: _Path | None
    files: list[_Path]
    listed: int

    @property
    def all(self) -> list[_Path]:
        """Base directory and files."""
        return [self.base, *self.files] if self.base is not None else self.files


def path_never_created(buildspec: Buildspec) -> Iterator[Report]:
    """An artifact or a report is to hold a file that is not in the repository, and that no command can have made."""
    repository = buildspec.repository
    if repository is None:
        return
    wanted = {variant: [_wanted(section) for section in sections] for variant, sections in _sections(buildspec)}
    candidates = [one for several in wanted.values() for some in several for one in some.all][:MOST_FILES]
    named = _named(buildspec, candidates)
    absent = [each for each in candidates if named.isdisjoint(each.names) and is_nowhere(buildspec, each.path)]
    made = made_by(buildspec) if absent else None
    if made is None or made.anything:
        return
    found = _unmentioned(buildspec.path, repository, [each for each in absent if not made.may_hold(each.path)][:MOST])
    for variant, several in wanted.items():
        for each in several:
            yield from _told(each, variant, [one for one in each.all if one in found], made)


def _sections(buildspec: Buildspec) -> Iterator[tuple[str, list[Section]]]:
    if artifact_types(buildspec) != {"NO_ARTIFACTS"}:
        yield "nothing", buildspec.artifacts()
    yield "report", buildspec.reports()


def _named(buildspec: Buildspec, wanted: list[_Path]) -> set[str]:
    """The names of which a command speaks: it may well be what makes them."""
    commands = "\n".join([item.value for item in buildspec.shell_items])
    return {name for each in wanted for name in each.names if name in commands}


def _unmentioned(path: str, repository: str, missing: list[_Path]) -> list[_Path]:
    """Those of which no other file of the repository speaks, which may be what makes them."""
    names = frozenset(name for each in missing for name in each.names)
    others = mentioned(repository, names, path) if names else set()
    return [] if others is None else [each for each in missing if others.isdisjoint(each.names)]


def _told(wanted: _Wanted, variant: str, missing: list[_Path], made: Made) -> Iterator[Report]:
    if not missing:
        return
    first, *others = missing
    fields = {"path": first.node.value, "suggestion": _suggested(first, made)}
    if first is wanted.base:
        yield Report(first.node.span, "report" if variant == "report" else "base", fields)
    elif len(missing) == wanted.listed:
        yield Report(first.node.span, variant, fields, tuple(("neither", other.node.span) for other in others))
    elif variant != "report":
        for each in missing:
            yield Report(each.node.span, "file", {"path": each.node.value, "suggestion": _suggested(each, made)})


def _wanted(section: Section) -> _Wanted:
    """The base directory, and the files of which all or at least the folder is known."""
    pair, folder = section.get("base-directory"), section.scalar("base-directory")
    listed = section.scalars("files")
    if pair is not None and (folder is None or _is_open(folder.value)):
        return _Wanted(None, [], 0)
    base = posixpath.normpath(folder.value) if folder is not None else "."
    files = []
    for file in listed[:MOST_FILES]:
        head = file.value if not _is_open(file.value) else re.split(_OPEN, file.value)[0].rpartition("/")[0]
        path = posixpath.normpath(posixpath.join(base, head))
        if head and path != base and not path.startswith(("/", "..")):
            files.append(_Path(file, path))
    inside = folder is not None and base != "." and not base.startswith(("/", ".."))
    return _Wanted(_Path(folder, base) if folder is not None and inside else None, files, len(listed))


def _is_open(path: str) -> bool:
    return re.search(_OPEN, path) is not None


def _suggested(wanted: _Path, made: Made) -> str:
    """The file that was probably meant."""
    meant = closest(wanted.path, [each.path for each in made.written])
    return f' Did you mean "{meant}"?' if meant is not None else ""
