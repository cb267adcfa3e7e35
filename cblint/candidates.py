"""Which files a run looks at: those that are named, and those that a search of folders finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from cblint.choices import config_or_default, configuration, inside
from cblint.config import Config, ConfigError, matches
from cblint.hosts import buildspec as host
from cblint.hosts.discover import Candidate, finds, search
from cblint.hosts.reading import mentions
from cblint.opening import called_a_buildspec, worth_opening
from cblint.records import NamedTuple
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.linter import Settings


class _Looks(NamedTuple):
    """What a search asks of a path, in the order of ``discover.search``."""

    wanted: Callable[[str], bool]
    excluded: Callable[[str], bool]
    holds: Callable[[str], bool]


def candidates_of(paths: Sequence[str], settings: Settings, errors: list[str] | None = None) -> list[Candidate]:
    """The files that a run over ``paths`` looks at, each once; messages about the run are added to ``errors``."""
    messages = errors if errors is not None else []
    found: dict[str, Candidate] = {}
    for path in paths:
        if os.path.isdir(path):
            if settings.as_found and os.path.islink(path):
                continue  # git names a link as it names a file, and a search does not follow one to a folder
            try:
                os.scandir(path).close()
            except OSError as error:
                messages.append(f"{path} cannot be read: {error.strerror}")
                continue
            for file in _search(path, settings, messages):
                found.setdefault(os.path.abspath(file), Candidate(file, False))
        else:
            # Even if a search has found it; "x.yml/" is another name, and leads nowhere.
            found[os.path.abspath(path) + path[len(path.rstrip(os.sep)) :]] = Candidate(path, True)
    return _as_found(found, settings, messages) if settings.as_found else list(found.values())


def is_excluded(path: str, config: Config, settings: Settings) -> bool:
    """Whether the configuration or the command line leaves out a file, or a folder if the path ends in a slash."""
    return config.excludes(path) or matches(os.getcwd(), settings.exclude, path)


def left_out(path: str, settings: Settings) -> bool:
    """Whether a file is not even to be read."""
    return is_excluded(path, config_or_default(path, settings), settings)


def _search(folder: str, settings: Settings, errors: list[str]) -> Iterator[str]:
    _check_configuration(folder, settings, errors)
    return search(folder, *_looks(settings))


def _check_configuration(folder: str, settings: Settings, errors: list[str]) -> None:
    """Say what is wrong with the configuration of a folder even if no file in it is linted."""
    try:
        configuration(inside(folder), settings)
    except ConfigError as error:
        errors.append(str(error))


def _looks(settings: Settings) -> _Looks:
    def is_buildspec(path: str) -> bool:
        return host.candidate(path) or config_or_default(path, settings).names_buildspec(path)

    return _Looks(
        lambda path: is_buildspec(path) or worth_opening(path),
        lambda path: left_out(path, settings),
        lambda path: is_buildspec(path) or mentions(path),
    )


def _as_found(found: dict[str, Candidate], settings: Settings, errors: list[str]) -> list[Candidate]:
    """Of the files that are named, those that a search would find.

    One that is called a buildspec stays one that is named: a reader expects it to be judged. So does one that is not
    there, as no search, but a slip, has brought it here.
    """
    _check_configuration(os.curdir, settings, errors)
    looks = _looks(settings)
    kept = (each for each in found.values() if not each.named or not _is_there(each) or finds(each.path, *looks))
    return [each._replace(named=each.named and _is_expected(each, settings)) for each in kept]


def _is_there(candidate: Candidate) -> bool:
    return os.path.lexists(candidate.path)


def _is_expected(candidate: Candidate, settings: Settings) -> bool:
    path = candidate.path
    if os.path.exists(path) and not os.path.isfile(path):
        return False  # a pipe would wait for somebody to write to it
    return not _is_there(candidate) or called_a_buildspec(path, config_or_default(path, settings))
