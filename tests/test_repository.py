"""Files of the repository are read only where they are plain, inside of it, and not too long."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cblint.hosts.repository import LONGEST, holds, text_in


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside.sh").write_text("export SECRET=1\n")
    inside = tmp_path / "repository"
    (inside / "ci").mkdir(parents=True)
    (inside / "ci" / "env.sh").write_text("export TAG=1\n")
    return inside


def test_a_plain_file_is_read(root: Path) -> None:
    assert text_in(str(root), "ci/env.sh") == "export TAG=1\n"
    assert text_in(str(root), "./ci/../ci/env.sh") == "export TAG=1\n"


@pytest.mark.parametrize(
    "path", ["missing.sh", "ci", "", ".", "../outside.sh", "/etc/passwd", "ci/env.sh\0", "x" * 5_000]
)
def test_what_is_no_file_of_the_repository_is_not_read(root: Path, path: str) -> None:
    assert text_in(str(root), path) is None


def test_a_link_may_lead_to_another_file_of_the_repository_and_not_out(root: Path) -> None:
    (root / "in.sh").symlink_to("ci/env.sh")
    (root / "out.sh").symlink_to("../outside.sh")
    (root / "up").symlink_to("..")
    (root / "round.sh").symlink_to("round.sh")
    assert text_in(str(root), "in.sh") == "export TAG=1\n"
    assert [text_in(str(root), path) for path in ("out.sh", "up/outside.sh", "round.sh")] == [None] * 3


def test_a_repository_that_is_reached_by_a_link_is_read(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    assert text_in(str(root.parent / "link"), "ci/env.sh") == "export TAG=1\n"


def test_a_pipe_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.sh")
    assert text_in(str(root), "pipe.sh") is None


def test_what_is_too_long_or_no_text_is_not_read(root: Path) -> None:
    (root / "long.sh").write_bytes(b"#" * (LONGEST + 1))
    (root / "just.sh").write_bytes(b"#" * LONGEST)
    (root / "binary.sh").write_bytes(b"\xff\xfe\0")
    assert text_in(str(root), "long.sh") is None
    assert text_in(str(root), "binary.sh") is None
    assert len(text_in(str(root), "just.sh") or "") == LONGEST


def test_it_is_told_which_files_are_there(root: Path) -> None:
    (root / "out.sh").symlink_to("../outside.sh")
    found = [holds(str(root), path) for path in ("ci/env.sh", "ci", "../outside.sh", "out.sh", "x\0", "x" * 5_000)]
    assert found == [True, False, False, False, False, False]
