"""Where a .gitignore leaves everything out and takes folders back in, no folder was searched."""

from __future__ import annotations

import os
import pathlib

import pytest

from cblint.hosts.discover import search
from tests.git import git
from tests.helpers import repository

FILES = ("buildspec.yml", "ci/buildspec.yml", "ci/deep/buildspec.yml", "other/buildspec.yml")


@pytest.mark.parametrize(
    "lines",
    [
        ["*", "!*/", "!buildspec.yml"],
        ["*", "!ci", "!buildspec.yml"],
        ["*", "!ci/", "!*.yml"],
        ["/*", "!/ci/"],
        ["/*", "!/ci/", "ci/*", "!ci/deep"],
        ["ci/**", "!ci/deep/", "!ci/deep/**"],
        ["**/", "!**/", "other"],
        ["ci/", "!ci/buildspec.yml"],
        ["c*", "!ci/ "],
        ["!ci", "ci"],
    ],
)
def test_what_git_does_not_ignore_is_found(tmp_path: pathlib.Path, lines: list[str]) -> None:
    git(tmp_path, "init", "--quiet")
    folder = repository(tmp_path, {**dict.fromkeys(FILES, ""), ".gitignore": "\n".join([*lines, ""])})
    found = search(folder, lambda path: path.endswith(".yml"), lambda path: False, lambda path: True)
    expected = git(tmp_path, "ls-files", "--others", "--exclude-standard", "*.yml").split()
    assert sorted(os.path.relpath(path, folder) for path in found) == sorted(expected)
