"""What takes too long for every day: more ways in which an audit loses its cluster (make break)."""

from __future__ import annotations

import os
import pathlib
import shutil

from tests.audit.breaking import (
    DEFECTS,
    ask,
    eventually,
    has_visits,
    hurting,
    interrupted,
    is_done,
    kept,
    of_runs,
    slowing,
    started,
)
from tests.audit.test_cluster import IMPATIENT, Fleet, cluster, undisturbed
from tests.integration.conftest import ROOT

__all__ = ["undisturbed"]


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
