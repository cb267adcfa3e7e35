"""What is kept of former runs is what a run without it would find, whatever has changed meanwhile."""

from __future__ import annotations

import os
import pathlib
import random
from functools import partial

import pytest

from cblint import linter
from cblint.cache import linting
from cblint.cache.linting import lint_or_recall
from cblint.linter import Settings
from cblint.running import lint_paths
from cblint.source.remembered import forget
from tests.changing import change, of_examples
from tests.git import git

CHANGES = int(os.environ.get("CBLINT_CHANGES", "8"))


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_would_be_found(
    tmp_path: pathlib.Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    linted = []

    def lint_bytes(*given: object) -> linter.FileResult:
        linted.append(given)
        return linter.lint_bytes(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(linting, "lint_bytes", lint_bytes)
    folder = tmp_path / "repository"
    of_examples(folder, seed)
    git(tmp_path, "init", "--quiet", str(folder))
    monkeypatch.chdir(folder)
    choose = random.Random(seed)
    recalled = 0
    for number in range(CHANGES):
        said = [change(folder, choose) for _ in range(choose.randint(0, 2))]
        forget()
        afresh = lint_paths(["."], Settings(jobs=1))
        forget()
        linted.clear()
        again = lint_paths(["."], Settings(jobs=1), partial(lint_or_recall, str(tmp_path / "cache")))
        recalled += len(again.files) - len(linted)
        assert again.files == afresh.files, (number, said)
        assert again.errors == afresh.errors
    assert recalled > 0
