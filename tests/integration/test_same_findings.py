"""Whichever way a file comes to cblint, the same is said of it: every file of the corpus, in one repository."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import cblint
from cblint.linter import Settings
from tests.git import git
from tests.integration.conftest import forget, invoke
from tests.integration.test_corpus import _files
from tools.corpus import CORPUS, available

pytestmark = pytest.mark.skipif(not available(), reason="the corpus is not at hand (set CBLINT_CORPUS)")

Found = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pathlib.Path]:
    """A git repository that holds the corpus, which is the working directory meanwhile."""
    folder = tmp_path_factory.mktemp("corpus") / "repository"
    shutil.copytree(CORPUS, folder)
    git(folder, "init", "--quiet")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        forget()  # a repository's files are looked at once, as in one run
        yield folder
    forget()


def found_in(document: Any) -> dict[str, Found]:
    """The findings of a JSON report, by path."""
    found: dict[str, Found] = {}
    for each in document["findings"]:
        start, end = each["start"], each["end"]
        place = (start["line"], start["column"], end["line"], end["column"])
        found.setdefault(each["path"], []).append((each["code"], each["severity"], *place, each["message"]))
    return found


def checked(*arguments: str, stdin: bytes = b"") -> dict[str, Found]:
    """What ``cblint check`` finds."""
    done = invoke(["check", "--isolated", "--exit-zero", "--format", "json", *arguments], stdin)
    assert done.exit_code == 0, done.stderr
    return found_in(json.loads(done.stdout))


@pytest.fixture(scope="module")
def searched(repository: pathlib.Path) -> dict[str, Found]:
    """What a search of the whole repository finds."""
    found = checked()
    assert sum(map(len, found.values())) > 900
    return found


def _by_name(path: str) -> Found:
    return checked(path).get(path, [])


def _from_standard_input(path: str) -> Found:
    with open(path, "rb") as file:
        return checked("-", "--stdin-filename", path, stdin=file.read()).get(path, [])


def _as_found(path: str) -> Found:
    return checked("--as-found", path).get(path, [])


def _of(findings: list[cblint.Finding]) -> Found:
    return [
        (each.code, each.severity.value, *each.start, *each.end, f"{each.message} {each.detail}".strip())
        for each in findings
    ]


def _by_path_in_python(path: str) -> Found:
    return _of(cblint.lint_path(path, Settings(isolated=True)))


def _by_text_in_python(path: str) -> Found:
    with open(path, encoding="utf-8", newline="") as file:
        return _of(cblint.lint_text(file.read(), path, Settings(isolated=True)))


@pytest.mark.parametrize(
    "way",
    [_by_name, _from_standard_input, _as_found, _by_path_in_python, _by_text_in_python],
    ids=lambda way: way.__name__,
)
def test_every_file_has_the_findings_that_a_search_gives_it(
    way: Callable[[str], Found], searched: dict[str, Found]
) -> None:
    names = [name.replace(os.sep, "/") for name in _files()]
    given = {name: way(name) for name in names}
    differing = {name for name in names if sorted(given[name]) != sorted(searched.get(name, []))}
    assert differing == set()
    assert set(searched) <= set(names)
