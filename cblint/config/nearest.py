"""Which configuration holds: the nearest one upward from a file, or the one that the user named."""

from __future__ import annotations

import os
from collections.abc import Iterator

from cblint.config.model import Config, ConfigError
from cblint.hosts.discover import git_root
from cblint.source.file import MAX_BYTES
from cblint.source.remembered import of_disk
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.config.files import ConfigFile

NAMES = (".cblint.yml", ".cblint.yaml", "pyproject.toml")


@of_disk(1024)
def config_for(folder: str, more_rules: tuple[str, ...] = ()) -> Config:
    """The configuration that holds in an absolute folder: the nearest one upward, not past the git root.

    ``more_rules`` are files and folders of own rules beside those that it names. Raises ConfigError.
    """
    chain = chain_for(folder)
    return _config(chain, more_rules) if chain else Config()


@of_disk(1024)
def chain_for(folder: str) -> tuple[ConfigFile, ...]:
    """The files that hold in an absolute folder: the nearest one last, before it those that it extends.

    Raises ConfigError.
    """
    for path in _candidates(folder):
        chain = _chain_once(path)
        if isinstance(chain, ConfigError):
            raise ConfigError(str(chain))
        if chain:
            return chain
    return ()


@of_disk(1024)
def is_configured(folder: str) -> bool:
    """Whether there is a configuration for an absolute folder, whatever it says."""
    return any(not path.endswith(".toml") or _names_table(path) for path in _candidates(folder))


def _names_table(path: str) -> bool:
    from cblint.config.files import leads_out  # most folders have no such file

    if leads_out(path):
        return False
    try:
        with open(path, "rb") as file:
            return b"tool.cblint" in file.read(MAX_BYTES)
    except OSError:
        return False


def _candidates(folder: str) -> Iterator[str]:
    """The files that may be the configuration of a folder, the nearest first, not past the git root."""
    root = git_root(folder)
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                yield path
        parent = os.path.dirname(folder)
        if folder == root or parent == folder:
            return
        folder = parent


@of_disk(16)
def load_config(path: str, more_rules: tuple[str, ...] = ()) -> Config:
    """The configuration in a file that the user named; ``more_rules`` as above. Raises ConfigError."""
    return _config(load_chain(path), more_rules)


@of_disk(16)
def load_chain(path: str) -> tuple[ConfigFile, ...]:
    """A file that the user named, last, before it those that it extends. Raises ConfigError."""
    return _chain(os.path.abspath(path), named=True)


@of_disk(1024)
def _chain_once(path: str) -> tuple[ConfigFile, ...] | ConfigError:
    """A file and those that it extends, none where it does not configure cblint: one holds for many folders."""
    try:
        return _chain(path, named=False)
    except ConfigError as error:
        return error


def _chain(path: str, named: bool) -> tuple[ConfigFile, ...]:
    from cblint.config.extending import chain_of  # most repositories have no configuration
    from cblint.config.files import opened

    file = opened(path, named)
    return chain_of(file) if file is not None else ()


@of_disk(1024)
def _config(chain: tuple[ConfigFile, ...], more_rules: tuple[str, ...]) -> Config:
    from cblint.config.known import catalogue_of
    from cblint.config.meaning import config_of
    from cblint.config.rules import check_names

    config = config_of(chain)
    check_names(chain, catalogue_of((*config.rules, *more_rules)))
    return config
