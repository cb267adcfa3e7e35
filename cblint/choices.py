"""What the command line and the configuration decide together: the configuration, rules and choice for a path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from cblint.catalogue import Catalogue, Rule, Selection, UnknownRule
from cblint.config import Config, catalogue_of, config_for, is_configured, load_config
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.linter import Settings


def check_settings(settings: Settings, paths: Sequence[str]) -> None:
    """Raise UnknownRule or ConfigError now for what would fail on every file.

    A rule that is chosen is built in, or one that the configuration of some path brings.
    """
    catalogue = catalogue_of(settings.rules)
    if settings.config is not None:
        load_config(settings.config, settings.rules)
    chosen = (*settings.select, *settings.ignore)
    try:
        catalogue.check(chosen)
    except UnknownRule:
        own = [catalogue_at(inside(path), settings).rules for path in paths]
        Catalogue(tuple(rule for rules in (catalogue.rules, *own) for rule in rules)).check(chosen)


def inside(path: str) -> str:
    """A path for which the configuration of a folder holds, or that of a file."""
    return os.path.join(path, "buildspec.yml") if os.path.isdir(path) else path


def configuration(path: str, settings: Settings) -> Config:
    """The configuration that holds for a path. Raises ConfigError."""
    if settings.config is not None:
        return load_config(settings.config, settings.rules)
    return Config() if settings.isolated else config_for(os.path.dirname(os.path.abspath(path)), settings.rules)


def config_or_default(path: str, settings: Settings) -> Config:
    """The configuration for a path that is not linted yet: when it is, what is wrong with the configuration is said."""
    try:
        return configuration(path, settings)
    except Exception:
        return Config()


def sets_rules_aside(path: str, settings: Settings) -> bool:
    """Whether a configuration that may bring rules of its own would hold for a path, and is not asked."""
    is_set_aside = settings.isolated or settings.config is not None
    return is_set_aside and is_configured(os.path.dirname(os.path.abspath(path)))


def catalogue_for(config: Config, settings: Settings) -> Catalogue:
    """The rules that a file is held to. Raises ConfigError."""
    return catalogue_of((*config.rules, *settings.rules))


def catalogue_at(path: str, settings: Settings) -> Catalogue:
    """The rules for a path; where its configuration is wrong, those without it. Raises ConfigError."""
    return catalogue_for(config_or_default(path, settings), settings)


def own_rules(paths: Iterable[str], settings: Settings) -> tuple[Rule, ...]:
    """The rules beside the built-in ones that hold for files, by code: of several of one code, the first."""
    found: dict[str, Rule] = {}
    for catalogue in dict.fromkeys(catalogue_at(path, settings) for path in paths):
        for rule in catalogue.own:
            found.setdefault(rule.code, rule)
    return tuple(found[code] for code in sorted(found))


def selection(config: Config, settings: Settings, path: str) -> Selection:
    """What decides which rules run over a file."""
    return Selection(
        settings.profile or config.profile,
        settings.select or config.select,
        (*config.ignore, *config.ignored_at(path), *settings.ignore),
        config.severity,
    )
