"""A real git repository for tests, which no configuration of the machine touches."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

from tests.integration.conftest import ROOT, Cblint

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "somebody@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
"""The variables for git, so that nobody's configuration counts."""


def git(folder: pathlib.Path, *arguments: str, status: int = 0) -> str:
    """What git prints; another exit status fails the test."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr + done.stdout
    return done.stdout


def commit(folder: pathlib.Path, message: str = "Change it") -> None:
    """Commit all that there is."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)


def initialised(cblint: Cblint) -> None:
    """Make the folder a repository that git knows, with no commit yet."""
    (cblint.folder / ".git").rmdir()
    git(cblint.folder, "init", "--quiet", "--initial-branch", "main")


def with_examples(cblint: Cblint, *names: str) -> Cblint:
    """The repository with examples of ours below ``ci``, committed."""
    initialised(cblint)
    for name in names:
        shutil.copytree(os.path.join(ROOT, "examples", name), cblint.folder / "ci" / name)
    commit(cblint.folder)
    return cblint
