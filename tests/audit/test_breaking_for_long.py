"""What takes too long for every day: more ways in which audits are broken (make break)."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.audit.breaking import (
    DEFECTS,
    fleet,
    kept,
    made_bare,
    resumed,
    started,
)
from tests.audit.test_killing import Fleet, undisturbed

__all__ = ["undisturbed"]


@pytest.fixture
def disk(tmp_path: pathlib.Path) -> Iterator[Callable[[int], pathlib.Path]]:
    """Makes a disk of so many kilobytes."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mounted(kilobytes: int) -> pathlib.Path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "cblint", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no disk can be made: {done.stderr.strip()}")
        return folder

    yield mounted
    subprocess.run(["umount", str(folder)], capture_output=True, check=False)


def test_a_full_disk_is_told_of_and_the_audit_resumed_when_there_is_room(
    undisturbed: Fleet, tmp_path: pathlib.Path, disk: Callable[[int], pathlib.Path]
) -> None:
    folder = disk(1_000)
    (folder / "other").write_bytes(b"x" * 850_000)
    store = folder / "audit.db"
    status, said = started(undisturbed.folder, store).ended()
    assert status == 2
    assert said == [
        f"cblint: {store} cannot be used: database or disk is full: what was found until then is kept, and --resume "
        "goes on when there is room."
    ]
    before = kept(store)
    assert set(before.findings) < set(undisturbed.kept.findings)
    (folder / "other").unlink()
    resumed(undisturbed.folder, store)
    assert kept(store) == undisturbed.kept


def test_what_finds_no_room_to_be_laid_out_is_told_of(
    tmp_path: pathlib.Path, disk: Callable[[int], pathlib.Path]
) -> None:
    folder = fleet(tmp_path / "fleet", 10, 10)
    for number in (3, 7):
        made_bare(folder / f"large-{number}.git", {"buildspec.yml": DEFECTS, "README.md": "x" * 900_000})
    store = tmp_path / "audit.db"
    status, said = started(folder, store, TMPDIR=str(disk(500))).ended()
    assert (status, said) == (2, [])
    found = kept(store)
    why = "cannot be laid out: there is no room for its files in the temporary folder (the variable TMPDIR says where)"
    assert found.problems == [("large-3", "", why), ("large-7", "", why)]
    assert len(found.visits) == 22
    assert len(found.findings) == 20 * 4


def test_of_audits_that_begin_at_once_one_writes(undisturbed: Fleet, tmp_path: pathlib.Path) -> None:
    store = tmp_path / "audit.db"
    audits = [started(undisturbed.folder, store) for _ in range(3)]
    assert sorted(audit.ended()[0] for audit in audits) == [1, 2, 2]
    assert kept(store) == undisturbed.kept
