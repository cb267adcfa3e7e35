"""What is kept from a former visit is what a visit from scratch would find, whatever has changed meanwhile."""

from __future__ import annotations

import os
import pathlib
import random

import pytest

from cblint.audit import state
from cblint.audit.model import CLONE, Before, Known, Looked, Plan, Task, Unit, Visit
from cblint.audit.visit import visit
from cblint.cache.program import program
from cblint.linter import Settings
from tests.changing import change, of_examples
from tests.git import git

CHANGES = int(os.environ.get("CBLINT_CHANGES", "8"))


def _visited(folder: pathlib.Path, known: Known | None) -> Visit:
    plan = Plan(Settings(), program())
    return visit(Task(Unit("x", CLONE, str(folder), str(folder)), known), plan)


def _known(visit: Visit, before: dict[str, Looked]) -> tuple[Known, dict[str, Looked]]:
    files = {file.path: before[file.path]._replace(owners=file.owners) if file.kept else file for file in visit.files}
    return Known(visit.state, {path: Before(file.content, file.answers) for path, file in files.items()}), files


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_would_be_found(
    tmp_path: pathlib.Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "RACY", -3600.0)
    folder = tmp_path / "repository"
    of_examples(folder, seed)
    git(tmp_path, "init", "--quiet", str(folder))
    choose = random.Random(seed)
    known, before = _known(_visited(folder, None), {})
    kept = 0
    for number in range(CHANGES):
        said = [change(folder, choose) for _ in range(choose.randint(1, 3))]
        again, afresh = _visited(folder, known), _visited(folder, None)
        kept += len(before) if again.same else sum(file.kept for file in again.files)
        known, before = (known, before) if again.same else _known(again, before)
        found = {path: (file.content, file.findings, file.skipped) for path, file in before.items()}
        wanted = {file.path: (file.content, file.findings, file.skipped) for file in afresh.files}
        assert found == wanted, (number, said)
        assert again.same or again.problems == afresh.problems
    assert kept > 0
