"""``cblint config`` named each folder of own rules twice."""

from __future__ import annotations

import pathlib

from cblint.effective import effective
from cblint.linter import Settings
from tests.helpers import repository


def test_it_is_told_once(tmp_path: pathlib.Path) -> None:
    folder = repository(tmp_path, {".cblint.yml": "rules: [ci]\nexclude: [a]\n", "ci/notes.txt": ""})
    found = effective(f"{folder}/buildspec.yml", Settings())
    assert [each.key for each in found.settings if each.value == "ci"] == ["rules"]
