"""Repositories made by a stranger kept ``--since`` busy for ever, made it crash, filled the disk or ran a program."""

from __future__ import annotations

import hashlib
import os
import pathlib
import stat
import subprocess
import zlib

import pytest

from cblint import git as asking
from cblint import since
from tests.git import commit, git, with_examples
from tests.integration.conftest import DEFECT, Cblint


def _given(folder: pathlib.Path, text: str, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, input=text, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _committed(folder: pathlib.Path, tree: str) -> None:
    """Commit the buildspec, and a tree below it that no file system could hold."""
    blob = git(folder, "rev-parse", "HEAD:buildspec.yml").strip()
    top = _given(folder, f"100644 blob {blob}\tbuildspec.yml\n040000 tree {tree}\tz\n", "mktree")
    git(folder, "update-ref", "HEAD", git(folder, "commit-tree", "-m", "Add", top).strip())


@pytest.fixture
def old(cblint: Cblint) -> Cblint:
    cblint.put({"buildspec.yml": DEFECT})
    return with_examples(cblint)


def test_a_tree_deeper_than_python_counts(old: Cblint) -> None:
    blob = git(old.folder, "rev-parse", "HEAD:buildspec.yml").strip()
    objects = old.folder / ".git" / "objects"
    tree = _tree(objects, "100644", "f", blob)
    for _ in range(1200):
        tree = _tree(objects, "40000", "d", tree)
    _committed(old.folder, tree)
    assert old("--since", "HEAD").status == 0


def _tree(objects: pathlib.Path, mode: str, name: str, held: str) -> str:
    """The name of a tree with one entry, written as git writes it: a process for each would take long."""
    entry = f"{mode} {name}\0".encode() + bytes.fromhex(held)
    data = f"tree {len(entry)}\0".encode() + entry
    found = hashlib.sha1(data).hexdigest()
    (objects / found[:2]).mkdir(exist_ok=True)
    (objects / found[:2] / found[2:]).write_bytes(zlib.compress(data))
    return found


def test_trees_that_name_billions_of_files(old: Cblint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LONGEST_LIST", 1_000_000)
    blob = git(old.folder, "rev-parse", "HEAD:buildspec.yml").strip()
    tree = _given(old.folder, "".join(f"100644 blob {blob}\tf{each}\n" for each in range(10)), "mktree")
    for _ in range(9):
        tree = _given(old.folder, "".join(f"040000 tree {tree}\td{each}\n" for each in range(10)), "mktree")
    _committed(old.folder, tree)
    done = old("--since", "HEAD")
    assert (done.status, done.out) == (2, b"")
    assert done.stderr == "cblint: the revision has more files than can be looked at: its list is larger than 1 MB.\n"


def test_an_index_that_leads_elsewhere(old: Cblint, tmp_path: pathlib.Path) -> None:
    """It could lead to /dev/zero, and was copied."""
    (tmp_path / "laid-out").mkdir()
    index = old.folder / ".git" / "index"
    index.rename(tmp_path / "elsewhere")
    index.symlink_to(tmp_path / "elsewhere")
    tree = since.Tree(str(old.folder), asking.commit(str(old.folder), "HEAD"), str(tmp_path / "laid-out"))
    assert os.listdir(os.path.join(tree.laid_out, ".git")) == []


def test_a_protocol_that_the_repository_allows(
    old: Cblint, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap, ran = tmp_path / "trap", tmp_path / "ran"
    trap.write_text(f"#!/bin/sh\ntouch {ran}\n")
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    settings = {
        "protocol.ext.allow": "always",
        "remote.origin.url": f"ext::{trap}",
        "remote.origin.promisor": "true",
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
    }
    for key, value in settings.items():
        git(old.folder, "config", key, value)
    blob = git(old.folder, "rev-parse", "HEAD:buildspec.yml").strip()
    os.unlink(old.folder / ".git" / "objects" / blob[:2] / blob[2:])
    environment = asking._environment

    def of_older_git(root: str) -> dict[str, str]:
        return {name: value for name, value in environment(root).items() if name != "GIT_NO_LAZY_FETCH"}

    monkeypatch.setattr(asking, "_environment", of_older_git)
    assert old("--since", "HEAD").status == 2
    assert not ran.exists()


def test_former_names_are_looked_for_without_counting_each_line_again(old: Cblint) -> None:
    long = "# x\n" * 20_000
    old.put({f"old/{each}.txt": f"{long}# {each}\n" for each in range(100)})
    commit(old.folder)
    for each in range(100):
        os.unlink(old.folder / "old" / f"{each}.txt")
    old.put({f"new/{each}/buildspec.yml": DEFECT for each in range(30)})
    tree = since.Tree(str(old.folder), asking.commit(str(old.folder), "HEAD"), "")
    counted = tree._had
    assert len(counted) == 100
    assert all(tree.change(f"new/{each}/buildspec.yml") is None for each in range(30))
    assert tree._had is counted
