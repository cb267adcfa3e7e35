"""What an audit comes to when its processes are killed, somebody stops it, or another one writes too."""

from __future__ import annotations

import os
import pathlib
import random
import sys
import time
from collections.abc import Callable

import pytest

from tests.audit.breaking import (
    Audit,
    ask,
    eventually,
    fleet,
    has_visits,
    interrupted,
    is_done,
    kept,
    left_in,
    of_runs,
    resumed,
    started,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked for in /proc")

MOMENTS = int(os.environ.get("CBLINT_KILLS", "6"))
"""How often an audit is killed: more often where somebody has the time (make break)."""
REPOSITORIES = 32


class Fleet:
    """A fleet, what an undisturbed audit finds in it, and how many seconds that took."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = fleet(folder / "fleet", 24, 8)
        store = folder / "undisturbed.db"
        began = time.monotonic()
        assert started(self.folder, store).ended() == (1, [])
        self.seconds = time.monotonic() - began
        self.kept = kept(store)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """A fleet, and what there is to find."""
    return Fleet(tmp_path_factory.mktemp("breaking"))


def test_the_fleet_has_what_the_tests_look_for(undisturbed: Fleet) -> None:
    assert len(undisturbed.kept.visits) == REPOSITORIES
    assert len(undisturbed.kept.files) == len(undisturbed.kept.findings) // 2 == 2 * REPOSITORIES
    assert [run[1] for run in undisturbed.kept.runs] == ["done"]
    assert undisturbed.kept.problems == []


# Kill, Ctrl-C


def test_an_audit_that_is_killed_at_any_moment_comes_to_the_same_end(
    undisturbed: Fleet, tmp_path: pathlib.Path
) -> None:
    chance = random.Random(13)
    moments: list[Callable[[Audit, pathlib.Path], None]] = [
        *(_after(seconds) for seconds in (0.02, 0.05, 0.1)),
        *(_at_visits(share) for share in (0.01, 0.5, 0.9, 1.0)),
    ]
    moments += [_after(chance.uniform(0.1, 1.1) * undisturbed.seconds) for _ in range(MOMENTS - len(moments))]
    chance.shuffle(moments)
    del moments[MOMENTS:]
    scratch = tmp_path / "temporary"
    scratch.mkdir()
    stores = 0
    while moments:
        stores += 1
        store = tmp_path / f"{stores}.db"
        while moments and not is_done(store):
            audit = started(undisturbed.folder, store, "--resume", TMPDIR=str(scratch))
            moments.pop()(audit, store)
            audit.killed()
            assert not ask(store, "PRAGMA integrity_check") or kept(store)
        if not is_done(store):
            assert started(undisturbed.folder, store, "--resume", TMPDIR=str(scratch)).ended() == (1, [])
        assert kept(store) == undisturbed.kept
    assert started(undisturbed.folder, store, TMPDIR=str(scratch)).ended() == (1, [])
    assert left_in(scratch) == []


def _after(seconds: float) -> Callable[[Audit, pathlib.Path], None]:
    return lambda _, __: time.sleep(seconds)


def _at_visits(share: float) -> Callable[[Audit, pathlib.Path], None]:
    """When so many of the repositories are looked at, and written down; or when it has ended by itself."""
    return lambda audit, store: eventually(
        lambda: has_visits(store, max(int(share * REPOSITORIES), 1)) or audit.process.poll() is not None
    )


def test_ctrl_c_ends_an_audit_with_a_sentence_and_it_can_be_resumed(undisturbed: Fleet, tmp_path: pathlib.Path) -> None:
    store = tmp_path / "audit.db"
    for seconds in (0.0, 0.4):
        audit = started(undisturbed.folder, store, "--resume")
        runs = len(ask(store, "SELECT 1 FROM visits"))
        eventually(lambda: (tmp_path / "audit.db-lock").exists())
        time.sleep(seconds)
        interrupted(audit)
        began = time.monotonic()
        status, said = audit.ended()
        assert (status, said[-1]) == (2, "cblint: The run was stopped. With --resume it goes on.")
        assert set(said[:-1]) <= {"cblint: There is no run to resume: a new one begins."}
        assert time.monotonic() - began < 3
        assert audit.workers() == []
        assert len(ask(store, "SELECT 1 FROM visits")) >= runs
    assert not is_done(store)
    resumed(undisturbed.folder, store)
    assert kept(store) == undisturbed.kept


# Processes that end


def test_a_process_that_is_killed_costs_nothing_and_is_told(undisturbed: Fleet, tmp_path: pathlib.Path) -> None:
    store = tmp_path / "audit.db"
    audit = started(undisturbed.folder, store)
    eventually(lambda: len(audit.workers()) == 2)
    os.kill(audit.workers()[0], 9)
    status, said = audit.ended()
    (problem,) = of_runs(store)
    assert (status, said) == (1, [f"cblint: {problem}"])
    assert problem.startswith("A process was killed, or out of memory or time, when it was given ")
    assert kept(store) == undisturbed.kept


def test_a_second_audit_of_the_same_store_says_that_another_one_writes(
    undisturbed: Fleet, tmp_path: pathlib.Path
) -> None:
    store = tmp_path / "audit.db"
    first = started(undisturbed.folder, store)
    eventually(lambda: ask(store, "SELECT 1 FROM runs") == [(1,)])
    assert started(undisturbed.folder, store, "--resume").ended() == (
        2,
        [f"cblint: {store} is written to by another audit: wait until it has ended, or name another store."],
    )
    assert first.ended() == (1, [])
    assert kept(store) == undisturbed.kept
    assert not (tmp_path / "audit.db-lock").exists()
