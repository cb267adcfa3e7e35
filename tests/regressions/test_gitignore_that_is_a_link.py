"""A ``.gitignore`` that is a link was followed, also out of the repository, though git follows none."""

from __future__ import annotations

import os
import pathlib
import subprocess

import pytest

from cblint.hosts.discover import ignored
from cblint.source.remembered import forget
from tests.helpers import repository


@pytest.mark.parametrize("target", ["patterns", "../patterns"])
def test_it_is_as_for_git_if_there_were_none(tmp_path: pathlib.Path, target: str) -> None:
    (tmp_path / "repository").mkdir()
    root = repository(tmp_path / "repository", {"patterns": "build*.yml\n", "buildspec.yml": ""})
    (tmp_path / "patterns").write_text("build*.yml\n")
    (tmp_path / "repository" / ".gitignore").symlink_to(target)
    path = os.path.join(root, "buildspec.yml")
    subprocess.run(["git", "init", "--quiet", root], check=True, timeout=30)
    done = subprocess.run(
        ["git", "-C", root, "check-ignore", "buildspec.yml"], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, ignored(path, False)) == (1, False)
    os.unlink(os.path.join(root, ".gitignore"))
    os.rename(os.path.join(root, "patterns"), os.path.join(root, ".gitignore"))
    forget()
    assert ignored(path, False)
