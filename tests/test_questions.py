"""What findings hang on beside the text of their file is asked in ways that are kept and can be asked again."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from cblint.candidates import candidates_of
from cblint.hosts.repository import holds, named_in, text_in
from cblint.linter import Settings, lint_file
from cblint.source import remembered
from cblint.source.remembered import Question, asked_again, forget, listening
from tests.integration.conftest import ROOT

SETTINGS = Settings(isolated=True, profile="pedantic")

_looked: list[str] | None = None


def _watch(event: str, given: tuple[Any, ...]) -> None:
    """What is opened while somebody listens and no question is being answered."""
    if _looked is not None and event in ("open", "os.scandir", "os.listdir") and remembered._told.get() is not None:
        _looked.append(str(given[0]))


@pytest.fixture
def looked() -> Iterator[list[str]]:
    global _looked
    if _watch not in _hooks:
        sys.addaudithook(_watch)  # for good: there is no way to take one away
        _hooks.append(_watch)
    _looked = []
    yield _looked
    _looked = None


_hooks: list[Any] = []


def _examples(folder: pathlib.Path) -> None:
    shutil.copytree(os.path.join(ROOT, "examples"), folder, dirs_exist_ok=True)
    (folder / ".git").mkdir()
    (folder / "script.sh").write_text("make all\n")
    (folder / "buildspec.yml").write_text(
        "version: 0.2\nenv:\n  variables:\n    SOME_NAME: x\nphases:\n  build:\n    commands:\n      - . ./script.sh\n"
        "      - docker build -f images/Dockerfile .\n"
    )


def test_nothing_of_a_repository_is_looked_at_without_a_question(
    tmp_path: pathlib.Path, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    forget()
    with listening() as told:
        for candidate in candidates_of(["."], SETTINGS, []):
            looked.clear()
            lint_file(candidate, SETTINGS)
            assert {os.path.basename(path) for path in looked if path.startswith(str(tmp_path))} <= {".gitignore"}
    names = {question.name.rpartition(".")[2] for question in told}
    assert {"uses_in", "text_in", "holds"} <= names
    forget()
    assert {question: asked_again(question) for question in told} == told


def test_an_answer_that_changes_is_known_by_its_digest(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.sh").write_text("echo A_NAME\n")
    (tmp_path / ".git").mkdir()
    here = str(tmp_path)
    with listening() as told:
        assert holds(here, "b.sh") is False
        assert text_in(here, "a.sh") == text_in(here, "a.sh") == "echo A_NAME\n"
        assert named_in(here, frozenset({"A_NAME", "B_NAME"}), "") == {"A_NAME"}
    assert [(question.name.rpartition(".")[2], question.folder) for question in told] == [
        ("holds", "."),
        ("text_in", "."),
        ("named_in", "."),
    ]
    (tmp_path / "b.sh").write_text("echo B_NAME\n")
    forget()
    changed = [question.name.rpartition(".")[2] for question in told if asked_again(question) != told[question]]
    assert changed == ["holds", "named_in"]
    assert text_in(here, "a.sh") == "echo A_NAME\n", "nobody listens any more"
    assert len(told) == 3
    assert asked_again(Question("cblint.hosts.repository.gone", ".", ())) == ""
