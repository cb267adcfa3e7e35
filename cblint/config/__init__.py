"""The configuration of a repository: found, read, checked, and never able to run or reach anything outside it."""

from __future__ import annotations

from cblint.config.known import catalogue_of
from cblint.config.model import BASELINE, Config, ConfigError, matches
from cblint.config.nearest import NAMES, chain_for, config_for, is_configured, load_chain, load_config

__all__ = [
    "BASELINE",
    "NAMES",
    "Config",
    "ConfigError",
    "catalogue_of",
    "chain_for",
    "config_for",
    "is_configured",
    "load_chain",
    "load_config",
    "matches",
]
