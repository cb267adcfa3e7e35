"""Which rules there are: the built-in ones, and those in the files that a configuration or the command line names."""

from __future__ import annotations

import os

from cblint.catalogue import Catalogue, built_in
from cblint.config.model import ConfigError


def catalogue_of(paths: tuple[str, ...]) -> Catalogue:
    """The rules that there are where these files and folders hold further ones. Raises ConfigError."""
    if not paths:
        return built_in()
    from cblint.own.entries import WrongEntry, catalogue_with  # most have none

    try:
        return catalogue_with(tuple(map(os.path.abspath, paths)))
    except WrongEntry as error:
        raise ConfigError(str(error)) from None
