"""A run over one folder took the entries of a file that was moved elsewhere for mended, and ``update`` dropped them."""

from __future__ import annotations

import pathlib

import pytest

from cblint.baseline import load
from tests.helpers import commands, repository
from tests.integration.conftest import invoke

NAME = ".cblint-baseline.json"


def test_they_stay_until_a_run_sees_where_the_file_went(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defect = commands('echo "a: b"')
    repository(tmp_path, {"old/buildspec.yml": defect, "x/buildspec.yml": defect, ".cblint.yml": f"baseline: {NAME}\n"})
    monkeypatch.chdir(tmp_path)
    assert invoke(["baseline", "create"], "").exit_code == 0
    (tmp_path / "old").rename(tmp_path / "new")
    for arguments in (["check", "x"], ["check", "x/buildspec.yml"], ["check", str(tmp_path / "x")]):
        done = invoke(arguments, "")
        assert (done.exit_code, done.stderr) == (0, "")
    assert invoke(["baseline", "check", "x"], "").exit_code == 0
    assert invoke(["baseline", "update", "x"], "").stdout == f"{NAME}: 0 entries dropped.\n"
    assert invoke(["check"], "").exit_code == 0
    assert invoke(["baseline", "update"], "").exit_code == 0
    assert [entry.path for entry in load(NAME, False)] == ["new/buildspec.yml", "x/buildspec.yml"]
