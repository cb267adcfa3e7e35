"""Where one own rule was wrong, ``cblint explain`` of another said that there was none, and ``rules`` left all out."""

from __future__ import annotations

import pathlib

import pytest

from tests.helpers import repository
from tests.integration.conftest import invoke

RULE = "name: no-make\nmessage: No make.\nmatch: {command: make}\n"


def test_it_is_said_why(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {".cblint.yml": "rules: [ci]\n", "ci/a.yml": RULE, "ci/b.yml": RULE.replace("no-make", "No_make")}
    monkeypatch.chdir(repository(tmp_path, dict(files)))
    told = (
        'cblint: rules of the configuration are left out: ci/b.yml:1:7: name is "No_make", which does not match '
        "^[a-z0-9]+(-[a-z0-9]+)*$\n"
    )
    listed, explained = invoke(["rules", "--select", "CB9001"], ""), invoke(["explain", "no-make"], "")
    assert (listed.exit_code, listed.stderr) == (0, told)
    assert explained.exit_code == 2
    assert explained.stderr.startswith(told)
    (tmp_path / "ci" / "b.yml").unlink()
    explained = invoke(["explain", "no-make"], "")
    assert (explained.exit_code, explained.stderr) == (0, "")
    assert "Why\n" not in explained.stdout
    assert "What to do\n" not in explained.stdout
