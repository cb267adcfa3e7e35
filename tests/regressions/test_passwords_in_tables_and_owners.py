"""``cblint audit`` hid the password of a repository's address, and showed one in a commit, a branch or an owner."""

from __future__ import annotations

import json
import pathlib

import pytest

from tests.helpers import commands, repository
from tests.integration.conftest import invoke

ADDRESS = "https://somebody:Tr0ub4dorX9kk@host/x"


@pytest.mark.parametrize("kind", ["table", "folder"])
def test_none_is_shown(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.chdir(tmp_path)
    text = commands("x: y")
    (tmp_path / "folder").mkdir()
    repository(tmp_path / "folder", {"buildspec.yml": text, "CODEOWNERS": f"* {ADDRESS} @team\n"})
    row = {"repository": "a", "path": "buildspec.yml", "content": text, "commit": ADDRESS, "branch": ADDRESS}
    owners = {"repository": "a", "path": "CODEOWNERS", "content": f"* {ADDRESS} @team\n"}
    (tmp_path / "table.jsonl").write_text(f"{json.dumps(row)}\n{json.dumps(owners)}\n")
    target = "folder" if kind == "folder" else "table.jsonl"
    done = invoke(["audit", target, "--html", "page.html", "--store", "audit.db", "--jobs", "1"], "")
    assert done.exit_code == 1, done.stderr
    page = (tmp_path / "page.html").read_bytes()
    assert b"Tr0ub4dor" not in page + done.stdout_bytes + done.stderr_bytes + (tmp_path / "audit.db").read_bytes()
    assert b"https://host/x" in page
    assert b"@team" in page
