"""Where a system has drives, a link in a repository to another one was to end the run: they have no path in common."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from cblint.hosts import repository


def test_nothing_is_read_through_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("build.sh", "linked.sh"):  # what was asked of one is remembered
        (tmp_path / name).write_text("make\n", encoding="utf-8")
    assert repository.text_in(str(tmp_path), "build.sh") == "make\n"

    def no_common_drive(_: Sequence[str]) -> str:
        raise ValueError("Paths don't have the same drive")

    monkeypatch.setattr(os.path, "commonpath", no_common_drive)
    assert repository.text_in(str(tmp_path), "linked.sh") is None
    assert repository.is_file(str(tmp_path), "linked.sh") is False
