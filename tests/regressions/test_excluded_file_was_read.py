"""A named file that is excluded was read all the same, and failed the run if it could not be."""

from __future__ import annotations

import os
import pathlib

import pytest

from cblint.linter import Settings
from cblint.running import lint_paths, list_files
from tests.helpers import repository


@pytest.mark.parametrize("named", [True, False])
def test_an_excluded_file_is_not_opened(tmp_path: pathlib.Path, named: bool) -> None:
    folder = repository(tmp_path, {".cblint.yml": "exclude: ['*-buildspec.yml']\n", "a-buildspec.yml": b"\xff\xfe"})
    path = os.path.join(folder, "a-buildspec.yml") if named else folder
    result = lint_paths([path], Settings())
    assert (result.exit_status, [file.skipped for file in result.files]) == (
        0,
        ["is excluded by the configuration or --exclude"] if named else [],
    )
    assert list_files([path], Settings()) == ([], [])
