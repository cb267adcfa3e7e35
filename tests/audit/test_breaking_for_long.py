"""What takes too long for every day: more ways in which audits are broken (make break)."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.audit.breaking import (
    DEFECTS,
    eventually,
    fleet,
    has_visits,
    hurting,
    interrupted,
    is_done,
    kept,
    made_bare,
    of_runs,
    resumed,
    slowing,
    started,
)
from tests.audit.test_breaking import Fleet, undisturbed
from tests.audit.test_cluster import IMPATIENT, cluster
from tests.integration.conftest import ROOT

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


# On a cluster


def test_ctrl_c_ends_an_audit_on_a_cluster_and_files_that_end_workers_cost_themselves(
    undisturbed: Fleet, tmp_path: pathlib.Path
) -> None:
    site = hurting(tmp_path / "site")
    folder = tmp_path / "fleet"
    folder.mkdir()
    for number in range(4):
        shutil.copytree(undisturbed.folder / f"clone-{number:03}", folder / f"clone-{number:03}")
    (folder / "clone-001" / "buildspec-release.yml").write_text(f"{DEFECTS}# kill me\n")
    with cluster(tmp_path / "dask", os.pathsep.join((str(site), ROOT)), nanny=True) as dask:
        store = tmp_path / "stopped.db"
        audit = started(undisturbed.folder, store, "--cluster", dask.address)
        eventually(lambda: bool(ask(store, "SELECT 1 FROM runs")))
        interrupted(audit)
        assert audit.ended(5) == (2, ["cblint: The run was stopped. With --resume it goes on."])

        store = tmp_path / "audit.db"
        status, said = started(folder, store, "--cluster", dask.address).ended()
    assert status == 1
    assert said == [f"cblint: {sentence}" for sentence in of_runs(store)]
    found = kept(store)
    (problem,) = found.problems
    assert problem[:2] == ("clone-001", "buildspec-release.yml")
    assert str(problem[2]).startswith("made the process that looked at it end")
    alike = {f"clone-{number:03}" for number in range(4)}
    lost = ("clone-001", "buildspec-release.yml")
    assert found.findings == [each for each in undisturbed.kept.findings if each[0] in alike and each[:2] != lost]


def test_workers_with_another_cblint_are_refused(undisturbed: Fleet, tmp_path: pathlib.Path) -> None:
    other = tmp_path / "other"
    for name in ("cblint", "rules"):
        shutil.copytree(os.path.join(ROOT, name), other / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "cblint" / "wording.py").open("a") as file:
        file.write("# changed\n")
    store = tmp_path / "audit.db"
    with cluster(tmp_path / "dask", str(other)) as dask:
        assert started(undisturbed.folder, store, "--cluster", dask.address).ended() == (
            2,
            [
                "cblint: A worker has another cblint, or another Python, than the one that asks: install the same one "
                "on both.",
                "cblint: The run was stopped. With --resume it goes on.",
            ],
        )
    assert kept(store)[1:] == ([], [], [], [])


def test_a_cluster_that_loses_all_workers_and_then_its_scheduler(undisturbed: Fleet, tmp_path: pathlib.Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(IMPATIENT)
    path = os.pathsep.join((str(slowing(tmp_path / "slow", 0.2)), ROOT))
    store = tmp_path / "second.db"
    with cluster(tmp_path / "one", path) as dask:
        audit = started(undisturbed.folder, store, "--cluster", dask.address, path=[site])
        eventually(lambda: has_visits(store, 1))
        for worker in dask.workers:
            worker.kill()
        status, said = audit.ended()
        assert status == 2
        assert said == [
            *(f"cblint: {sentence}" for sentence in of_runs(store)),
            "cblint: The cluster has had no worker for 3 seconds.",
            "cblint: The run was stopped. With --resume it goes on.",
        ]
        assert not is_done(store)
    with cluster(tmp_path / "two", path) as dask:
        audit = started(undisturbed.folder, store, "--cluster", dask.address, "--resume", path=[site])
        visits = len(kept(store).visits)
        eventually(lambda: has_visits(store, visits + 1))
        dask.scheduler.kill()
        status, said = audit.ended()
        assert status == 2
        assert said[-1] == "cblint: The run was stopped. With --resume it goes on."
        assert len(said) == 2
        assert not is_done(store)
    assert started(undisturbed.folder, store, "--resume").ended() == (1, [])
    assert kept(store) == undisturbed.kept
