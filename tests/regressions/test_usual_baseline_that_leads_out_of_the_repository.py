"""A link in the place of the baseline that nobody names made ``cblint baseline`` write to where it led."""

from __future__ import annotations

import pathlib

import pytest

from cblint.cli.baseline import create, run, update
from cblint.cli.run import Misused
from cblint.source.remembered import forget


def test_nothing_is_read_or_written_there(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, outside = tmp_path / "repository", tmp_path / "outside.json"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    forget()
    (folder / "buildspec.yml").write_text("version: 0.2\nphases:\n  build:\n    commands: [make]\n")
    link = folder / ".cblint-baseline.json"
    link.symlink_to(outside)
    said = r"\.cblint-baseline\.json is a link that leads out of the repository"
    for text in (None, '[{"format": "cblint-baseline", "version": 1}]'):
        if text is not None:
            outside.write_text(text)
        with pytest.raises(Misused, match=said):
            run(create, (), {}, True)
        with pytest.raises(Misused, match=said):
            run(update, (), {}, True)
    assert outside.read_text() == text
    link.unlink()
    (folder / "ci").mkdir()
    link.symlink_to("ci/baseline.json")
    assert run(create, (), {}, True) == 0
    assert (folder / "ci" / "baseline.json").is_file()
