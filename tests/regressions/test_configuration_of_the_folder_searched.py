"""A search looked for its configuration above the folder that it was given, and for names in no other folder."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator

import pytest

from cblint.linter import Settings
from cblint.running import list_files
from tests.helpers import repository


def test_names_configured_in_the_folder_itself_are_found(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path, {".cblint.yml": "buildspecs: [deploy.txt]\n", "deploy.txt": ""})
    assert list_files([str(tmp_path)], Settings()) == ([str(tmp_path / "deploy.txt")], [])
    monkeypatch.chdir(tmp_path)
    assert list_files(["."], Settings()) == (["deploy.txt"], [])


def test_names_configured_below_it_are_found(tmp_path: pathlib.Path) -> None:
    files = {"sub/.cblint.yml": "buildspecs: [deploy.txt]\n", "sub/deploy.txt": "", "deploy.txt": ""}
    folder = repository(tmp_path, dict(files))
    assert list_files([folder], Settings())[0] == [os.path.join(folder, "sub", "deploy.txt")]


def test_a_folder_excluded_there_is_not_entered(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(
        tmp_path, {".cblint.yml": "exclude: [vendor/]\n", "vendor/buildspec.yml": "", "ci/buildspec.yml": ""}
    )
    entered: list[str] = []
    scandir = os.scandir

    def watched(path: str) -> Iterator[os.DirEntry[str]]:
        entered.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", watched)
    assert list_files([folder], Settings())[0] == [os.path.join(folder, "ci", "buildspec.yml")]
    assert os.path.join(folder, "vendor") not in entered
