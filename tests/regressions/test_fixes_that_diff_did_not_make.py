"""``--fix --diff`` changes no file, and said of each all the same that it had been fixed."""

from __future__ import annotations

import pathlib

import pytest

from tests.helpers import commands
from tests.integration.conftest import invoke


def test_only_what_is_written_is_fixed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "buildspec.yml").write_text(commands('echo "a: b"'))
    for arguments in (["--diff"], ["--fix", "--diff"]):
        done = invoke(["check", *arguments], "")
        assert (done.stdout.count("\n+      - 'echo"), done.stderr) == (1, "")
    assert invoke(["check", "--fix"], "").stderr == "cblint: fixed 1 finding in buildspec.yml\n"
