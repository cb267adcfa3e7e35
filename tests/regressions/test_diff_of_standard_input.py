"""``--diff -`` ended as an internal error where a fix was refused, and made one pass where files have several."""

from __future__ import annotations

import pathlib

import pytest

from tests.helpers import commands
from tests.integration.conftest import invoke


def test_a_refused_fix_is_told_of(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "version: 0.2\nphases: &p\n  prebuild: {commands: [make]}\nenv: {<<: *p}\n"
    done = invoke(["check", "--diff", "--stdin-filename", "buildspec.yml", "-"], text)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "cblint: buildspec.yml was not fixed: the fix would also change env.prebuild\n"


def test_the_patch_is_that_of_the_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = commands("make # cblint: ignore[CB1003, CB1004, CB1003]")
    (tmp_path / "buildspec.yml").write_text(text)
    ways = [["buildspec.yml"], ["--stdin-filename", "buildspec.yml", "-"]]
    file, stdin = (invoke(["check", "--diff", *way], text).stdout for way in ways)
    assert file == stdin
    assert file.endswith("\n+      - make\n")
