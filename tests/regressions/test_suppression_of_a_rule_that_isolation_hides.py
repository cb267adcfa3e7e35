"""With --isolated or --config, a comment that names a rule of the repository's configuration was called unknown."""

from __future__ import annotations

import pathlib

import pytest

from cblint.linter import Settings
from tests.helpers import commands, lint, repository, said

TEXT = commands("make # cblint: ignore[of-the-company] -- agreed")


@pytest.mark.parametrize("settings", [Settings(isolated=True), Settings(config="other.yml")])
def test_a_configuration_that_is_not_read_may_bring_the_rule(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    folder = repository(tmp_path, {".cblint.yml": "ignore: []\n"})
    monkeypatch.chdir(tmp_path)
    pathlib.Path("other.yml").write_text("ignore: []\n")
    assert said(lint(TEXT, settings, f"{folder}/buildspec.yml")) == []


def test_without_one_there_is_no_such_rule(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {})
    assert said(lint(TEXT, Settings(isolated=True), f"{folder}/buildspec.yml")) == ["unknown-suppression 5:31"]
