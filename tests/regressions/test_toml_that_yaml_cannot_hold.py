"""A pyproject.toml that went wrong on its way through YAML: emoji, depth, a ``tool`` that is no table."""

from __future__ import annotations

import json
import pathlib

import pytest

from cblint.config import Config, ConfigError, config_for
from tests.helpers import repository


@pytest.mark.parametrize(
    "pattern", ["😀/*.yml", "é", "漢字", "a\\u0007b", "a\\u007Fb", "a\\u0085b\\u2028c", "\\\\x", '\\"']
)
def test_any_text_of_toml_comes_through(tmp_path: pathlib.Path, pattern: str) -> None:
    text = f'[tool.cblint]\nexclude = ["{pattern}"]\n'
    config = config_for(repository(tmp_path, {"pyproject.toml": text}))
    assert config.exclude == (json.loads(f'"{pattern}"'),)


@pytest.mark.parametrize("text", ["tool = 'cblint'\n", "tool = ['cblint']\n", "tool = 1 # cblint\n"])
def test_a_tool_that_is_no_table_configures_nothing(tmp_path: pathlib.Path, text: str) -> None:
    assert config_for(repository(tmp_path, {"pyproject.toml": text})) == Config()


def test_nesting_without_end_is_refused(tmp_path: pathlib.Path) -> None:
    text = "[tool.cblint]\nexclude = " + "[" * 100_000
    with pytest.raises(ConfigError, match=r"pyproject\.toml nests lists and tables too deep$"):
        config_for(repository(tmp_path, {"pyproject.toml": text}))
