"""``lint_path(Path(…))`` worked until the configuration had a pattern, and then ended in an AttributeError."""

from __future__ import annotations

import pathlib

from cblint import lint_path, lint_text
from tests.helpers import commands, repository


def test_a_path_object_is_as_good_as_its_text(tmp_path: pathlib.Path) -> None:
    text = commands("{a: b}")
    repository(tmp_path, {".cblint.yml": "exclude: [vendor/]\nbuildspecs: [special.yml]\n", "buildspec.yml": text})
    path = tmp_path / "buildspec.yml"
    assert [finding.rule for finding in lint_path(path)] == ["command-not-string"]
    assert lint_path(path) == lint_path(str(path)) == lint_text(text, path) == lint_text(text, str(path))
    assert lint_path(tmp_path / "vendor" / "buildspec.yml") == []
