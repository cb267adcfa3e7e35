"""A pipe was read before the run, for ShellCheck, so that nothing was left to lint; --as-found waited for one."""

from __future__ import annotations

import os
import pathlib
import threading

import pytest

from cblint.linter import Settings
from cblint.running import lint_paths
from tests.helpers import commands, said
from tests.shellcheck import ASKING, needed


@needed
def test_what_comes_through_a_pipe_is_read_once(tmp_path: pathlib.Path) -> None:
    pipe = tmp_path / "buildspec.yml"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=(commands("cp $A b"),), daemon=True).start()
    [file] = lint_paths([os.fspath(pipe)], ASKING).files
    assert said(file) == ["SC2086 5:12"]


def test_no_hook_waits_for_a_pipe(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("buildspec.yml")
    result = lint_paths(["buildspec.yml"], Settings(isolated=True, as_found=True))
    assert (result.exit_status, [file.skipped for file in result.files]) == (0, ["is not a regular file"])
