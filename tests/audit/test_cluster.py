"""A cluster of Dask's that loses its workers, its scheduler, or has another cblint."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.audit.breaking import (
    Kept,
    eventually,
    fleet,
    has_visits,
    kept,
    of_runs,
    slowing,
    started,
)
from tests.integration.conftest import ROOT

pytest.importorskip("distributed", reason="Dask is not installed")

_MOST_DEATHS = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
"""As few workers as may be end until a scheduler says that it is due to their work: it takes two seconds for each."""
IMPATIENT = "import cblint.audit.pool\ncblint.audit.pool.PATIENCE = 3.0\n"


class Cluster(NamedTuple):
    """A scheduler and two workers with a thread each."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


def _free_port() -> int:
    with socket.socket() as end:
        end.bind(("127.0.0.1", 0))
        return int(end.getsockname()[1])


def _process(program: str, *arguments: str, path: str, log: pathlib.Path) -> subprocess.Popen[bytes]:
    variables = {**os.environ, **_MOST_DEATHS, "PYTHONPATH": path}
    command = [sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments, "--no-dashboard"]
    with log.open("wb") as file:
        # Elsewhere than here, where Python would find this cblint first.
        return subprocess.Popen(
            command, cwd=log.parent, env=variables, stdout=file, stderr=file, start_new_session=True
        )


@contextlib.contextmanager
def cluster(folder: pathlib.Path, path: str = ROOT, nanny: bool = False) -> Iterator[Cluster]:
    """A cluster whose workers find cblint on a path; with a ``nanny`` they are begun anew when they have ended."""
    folder.mkdir()
    address = f"tcp://127.0.0.1:{(port := _free_port())}"
    options = ["--nworkers", "1", "--nthreads", "1", "--local-directory", str(folder), "--preload", "cblint.audit.pool"]
    logs = [folder / f"worker-{number}.log" for number in range(2)]
    log = folder / "scheduler.log"
    scheduler = _process("scheduler", "--host", "127.0.0.1", "--port", str(port), path=ROOT, log=log)
    all_ = [scheduler]
    try:
        for each in logs:
            kind = "--nanny" if nanny else "--no-nanny"
            all_.append(_process("worker", address, *options, kind, path=path, log=each))
        eventually(lambda: log.read_text().count("Register worker") >= 2)
        yield Cluster(address, scheduler, all_[1:])
    finally:
        for process in all_:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Fleet(NamedTuple):
    """A fleet, and what an audit finds in it with the processes of one machine."""

    folder: pathlib.Path
    kept: Kept


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """A fleet, and what there is to find."""
    folder = tmp_path_factory.mktemp("cluster")
    made = fleet(folder / "fleet", 60, 20)
    assert started(made, folder / "audit.db").ended() == (1, [])
    return Fleet(made, kept(folder / "audit.db"))


def test_a_cluster_that_loses_a_worker_finds_the_same(undisturbed: Fleet, tmp_path: pathlib.Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(IMPATIENT)
    path = os.pathsep.join((str(slowing(tmp_path / "slow")), ROOT))
    store = tmp_path / "audit.db"
    with cluster(tmp_path / "one", path) as dask:
        audit = started(undisturbed.folder, store, "--cluster", dask.address, path=[site])
        eventually(lambda: has_visits(store, 1))
        dask.workers[0].kill()
        status, said = audit.ended()
        assert status == 1
        assert said == [f"cblint: {sentence}" for sentence in of_runs(store)]
        assert kept(store) == undisturbed.kept


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("tcp://127.0.0.1:1", "Connection refused"),
        ("nowhere", "missing port number in address 'nowhere'"),
        ("x://127.0.0.1:1", "unknown address scheme 'x'"),
    ],
)
def test_a_cluster_that_does_not_answer_is_told_of(tmp_path: pathlib.Path, address: str, why: str) -> None:
    (tmp_path / "fleet").mkdir()
    status, said = started(tmp_path / "fleet", tmp_path / "audit.db", "--cluster", address).ended(20)
    assert status == 2
    assert len(said) == 1
    assert said[0].startswith(f"cblint: The cluster at {address} does not answer: {why}")
