"""What findings hang on beside the text of their file: what was asked of the repository, kept from run to run."""

from __future__ import annotations

import hashlib
import os

from cblint.audit.recorded import deflated, inflated
from cblint.baseline import BaselineError, load
from cblint.config import Config, ConfigError, chain_for, config_for
from cblint.config.files import ConfigFile
from cblint.hosts.discover import git_root
from cblint.own.entries import WrongEntry, files_of
from cblint.source.file import Unreadable, read
from cblint.source.remembered import Answers, Question, of_disk, of_repository


@of_repository(256)
def configured(repository: str, folder: str) -> str:
    """The digest of all that the configuration for a folder of a repository says, its own rules and baseline too."""
    try:
        where = os.path.join(repository, folder)
        return _digest(chain_for(where), config_for(where))
    except ConfigError as error:
        return str(error)


@of_disk(64)
def _digest(chain: tuple[ConfigFile, ...], config: Config) -> str:
    """That of all that it says, which may be many megabytes: one holds for many folders."""
    return hashlib.sha256(meaning(chain, config).encode("utf-8", "backslashreplace")).hexdigest()


@of_repository(256)
def rooted(repository: str, folder: str) -> str | None:
    """The root of the repository that a folder of a repository belongs to, which may hold others, from its own."""
    found = git_root(os.path.abspath(os.path.join(repository, folder)))
    return os.path.relpath(found, repository) if found is not None else None


@of_repository(64)
def gone_from(repository: str, baseline: str) -> frozenset[str]:
    """The paths of a baseline where there is nothing any more; the baseline by its path from the repository."""
    path = os.path.abspath(os.path.join(repository, baseline))
    folder = os.path.dirname(path)
    root = git_root(folder) or folder
    try:
        paths = {entry.path for entry in load(path, False)}
    except BaselineError:
        return frozenset()
    return frozenset(each for each in paths if not os.path.lexists(os.path.join(root, each)))


def answers_of(data: bytes) -> Answers:
    """What was asked of a repository, and answered, from the bytes that keep it; nothing where they are not ours."""
    try:
        return {
            Question(name, folder, tuple(frozenset(each) if isinstance(each, list) else each for each in given)): answer
            for name, folder, given, answer in inflated(data)
        }
    except (ValueError, TypeError):
        return {Question("", "", ()): "nothing is known"}


def written_answers(answers: Answers) -> bytes:
    """The same as bytes."""
    found = [
        (each.name, each.folder, [sorted(one) if isinstance(one, frozenset) else one for one in each.given], answer)
        for each, answer in answers.items()
    ]
    return deflated(sorted(found, key=repr))


def meaning(chain: tuple[ConfigFile, ...], config: Config, more_rules: tuple[str, ...] = ()) -> str:
    """All that a configuration says, in one text: that of its files, of its own rules, and of its baseline."""
    return "\0\0".join(
        [*(file.text for file in chain), *_rules((*config.rules, *more_rules)), *_texts([config.baseline])]
    )


def _rules(paths: tuple[str, ...]) -> list[str]:
    try:
        return _texts([file for path in paths for file in files_of(path)])
    except WrongEntry as error:
        return [str(error)]


def _texts(paths: list[str]) -> list[str]:
    """What files hold, with their names; why not, of one that cannot be read."""
    found = []
    for path in filter(None, paths):
        try:
            found.append(f"{os.path.basename(path)}\0{read(path, False)}")
        except Unreadable as error:
            found.append(f"{os.path.basename(path)} {error}")
    return found
