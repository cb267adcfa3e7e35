"""``exclude: [true]`` passed as text and then crashed as a pattern that is a boolean."""

from __future__ import annotations

import pathlib

import pytest

from cblint.config import ConfigError, config_for
from tests.helpers import repository


@pytest.mark.parametrize("word", ["true", "False", "null", "~", "42", "1e3"])
@pytest.mark.parametrize("text", ["exclude: [{}]\n", "projects: [{{buildspecs: [a], image: {}}}]\n"])
def test_what_yaml_reads_as_something_else_is_not_text(tmp_path: pathlib.Path, text: str, word: str) -> None:
    with pytest.raises(ConfigError, match="must be text: put it in quotes"):
        config_for(repository(tmp_path, {".cblint.yml": text.format(word)}))


@pytest.mark.parametrize("word", ["'true'", '"42"', "!!str true", "|-\n  true"])
def test_in_quotes_it_is(tmp_path: pathlib.Path, word: str) -> None:
    config = config_for(repository(tmp_path, {".cblint.yml": f"exclude:\n- {word}\n"}))
    assert [type(pattern) for pattern in config.exclude] == [str]
    assert config.excludes(str(tmp_path / config.exclude[0]))
