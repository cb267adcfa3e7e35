"""An audit of repositories, and of stores, whose author means harm."""

from __future__ import annotations

import hashlib
import os
import pathlib
import zlib

import pytest

from cblint import git as asking
from cblint.audit import state
from cblint.audit.limits import within
from cblint.audit.model import FOLDER, Before, Known, Task, Visit
from cblint.audit.refs import head_of
from cblint.audit.visit import visit
from tests.audit import made
from tests.helpers import commands

# What git keeps


def test_a_pipe_instead_of_packed_refs_is_not_waited_for(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.2)  # git itself waits for somebody to write
    folder = made.clone(tmp_path / "one")
    os.mkfifo(folder / ".git" / "packed-refs")
    with pytest.raises(asking.GitError, match="has not ended"):
        within(10, lambda: head_of(os.fspath(folder)))


def test_an_object_that_lies_takes_no_more_memory_than_it_says(tmp_path: pathlib.Path) -> None:
    folder = made.bare(tmp_path / "one.git", made.cloned(tmp_path / "one", {"a": "x"}))
    with (folder / "config").open("a") as config:
        config.write("[core]\n\tbigFileThreshold = 1\n")  # git then copies what there is
    name = hashlib.sha1(b"blob 5\0hello").hexdigest()
    place = folder / "objects" / name[:2]
    place.mkdir(exist_ok=True)
    (place / name[2:]).write_bytes(zlib.compress(b"blob 5\0" + bytes(1024 * 1024)))
    file = asking.Blob(name, 5)
    given = f"{name}\n".encode()
    assert len(asking.asked(os.fspath(folder), "cat-file", "--batch", given=given, most=1000).stdout) == 1001
    with pytest.raises(asking.GitError, match="the size that an object says it has is not its own"):
        list(asking.contents(os.fspath(folder), {"a": file}, 1000))


# What is kept from run to run


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was changed just now is not taken for what may change again at once."""
    monkeypatch.setattr(state, "RACY", -3600.0)


def again(folder: pathlib.Path, before: Visit, kind: str = "") -> Visit:
    known = Known(before.state, {file.path: Before(file.content, file.answers) for file in before.files})
    return visit(Task(made.unit_of(folder, kind), known), made.planned())


@pytest.mark.usefixtures("still")
def test_a_configuration_above_a_folder_counts(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "buildspec.yml").write_text(made.DEFECT)
    before = made.looked(made.unit_of(folder, FOLDER))
    assert again(folder, before, FOLDER).same
    (tmp_path / ".cblint.yml").write_text("ignore: [command-not-string]\n")
    now = again(folder, before, FOLDER)
    assert (now.same, made.said(now)) == (False, [])
    assert not again(folder, now, FOLDER).same


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("name", ["config", "index", "info/sparse-checkout"])
@pytest.mark.parametrize("where", [".git", "in/.git"])
def test_what_git_keeps_is_part_of_what_a_repository_is(tmp_path: pathlib.Path, where: str, name: str) -> None:
    folder = made.clone(tmp_path / "one", {"buildspec.yml": made.DEFECT, f"{where}/HEAD": "ref: refs/heads/main\n"})
    before = made.looked(made.unit_of(folder))
    assert again(folder, before).same
    path = folder / where / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    assert not again(folder, before).same


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("place", ["node_modules/x", ".git/x"])
def test_what_a_link_leads_to_is_part_of_what_a_repository_is(tmp_path: pathlib.Path, place: str) -> None:
    folder = made.clone(tmp_path / "one", {place: made.DEFECT})
    (folder / "buildspec.yml").symlink_to(place)
    before = made.looked(made.unit_of(folder))
    assert again(folder, before).same
    (folder / place).write_text(made.CLEAN)
    assert made.said(again(folder, before)) == []


@pytest.mark.usefixtures("still")
def test_a_folder_that_becomes_a_repository_has_its_files_looked_at_again(tmp_path: pathlib.Path) -> None:
    inner = commands("cat ci/buildspec.yml")
    folder = made.clone(tmp_path / "one", {"ci/buildspec.yml": inner, "buildspec.yml": made.DEFECT})
    before = made.looked(made.unit_of(folder))
    (folder / "ci" / ".git").mkdir()
    now = again(folder, before)
    assert [file.path for file in now.files if not file.kept] == ["ci/buildspec.yml"]
