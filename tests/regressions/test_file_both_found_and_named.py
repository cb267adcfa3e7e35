"""A file that was named after the folder that holds it counted as found, so that its failure did not fail the run."""

from __future__ import annotations

import pathlib

from cblint.linter import Settings
from cblint.running import lint_paths
from tests.helpers import repository


def test_a_named_file_fails_the_run_wherever_it_stands(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {"buildspec.yml": b"\xff\xfe"})
    file = str(tmp_path / "buildspec.yml")
    assert lint_paths([folder], Settings()).exit_status == 0
    assert lint_paths([file, folder], Settings()).exit_status == 2
    assert lint_paths([folder, file], Settings()).exit_status == 2
