"""``--diff -`` ended as an internal error where a fix was refused, and made one pass where files have several."""

from __future__ import annotations

import pathlib

import pytest
from click.testing import CliRunner

from cblint.cli import cli
from tests.helpers import commands


def test_a_refused_fix_is_told_of(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "version: 0.2\nphases: &p\n  prebuild: {commands: [make]}\nenv: {<<: *p}\n"
    done = CliRunner().invoke(cli, ["check", "--diff", "--stdin-filename", "buildspec.yml", "-"], input=text)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "cblint: buildspec.yml was not fixed: the fix would also change env.prebuild\n"


def test_the_patch_is_that_of_the_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = commands("make # cblint: ignore[CB1003, CB1004, CB1003]")
    (tmp_path / "buildspec.yml").write_text(text)
    ways = [["buildspec.yml"], ["--stdin-filename", "buildspec.yml", "-"]]
    file, stdin = (CliRunner().invoke(cli, ["check", "--diff", *way], input=text).stdout for way in ways)
    assert file == stdin
    assert file.endswith("\n+      - make\n")
