"""All that a configuration says, its own rules and its baseline too, in one text: another one finds other things."""

from __future__ import annotations

import os

from cblint.config import Config, ConfigError, chain_for, config_for
from cblint.config.files import ConfigFile
from cblint.source.digest import digest
from cblint.source.file import Unreadable, read
from cblint.source.remembered import of_disk, of_repository


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
    return digest(meaning(chain, config))


def meaning(chain: tuple[ConfigFile, ...], config: Config, more_rules: tuple[str, ...] = ()) -> str:
    """All that a configuration says, in one text: that of its files, of its own rules, and of its baseline."""
    return "\0\0".join(
        [*(file.text for file in chain), *_rules((*config.rules, *more_rules)), *_texts([config.baseline])]
    )


def _rules(paths: tuple[str, ...]) -> list[str]:
    if not paths:
        return []
    from cblint.own.entries import WrongEntry, files_of  # most runs have none

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
