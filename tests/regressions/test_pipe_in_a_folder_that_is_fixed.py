"""``--fix`` and ``--diff`` opened a named pipe that a search had found, and waited for ever."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

from tests.helpers import commands, repository


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_a_pipe_does_not_block(tmp_path: pathlib.Path, option: str) -> None:
    repository(tmp_path, {"buildspec.yml": commands('echo "a: b"')})
    os.mkfifo(tmp_path / "pipe-buildspec.yml")
    command = [sys.executable, "-m", "cblint", "check", option, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=30)
    assert b"Traceback" not in done.stderr
    assert ((tmp_path / "buildspec.yml").read_text() == commands("'echo \"a: b\"'")) == (option == "--fix")
