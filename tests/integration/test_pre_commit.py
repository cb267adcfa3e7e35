"""The hook as pre-commit runs it: installed from a commit of this project, over the commits of another repository."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.helpers import commands
from tests.integration.conftest import CLEAN, DEFECT, ROOT

pytestmark = pytest.mark.skipif(
    not os.path.exists(os.path.join(ROOT, ".git")) or shutil.which("git") is None,
    reason="the hook is installed from a clone: this is none, or there is no git",
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of this process without those by which git is told of a repository; a cache of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    cache = tmp_path_factory.mktemp("cache")
    return {**kept, "PRE_COMMIT_HOME": str(cache), "PRE_COMMIT_COLOR": "never", "NO_COLOR": "1"}


def run(folder: pathlib.Path, environment: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder."""
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def git(folder: pathlib.Path, environment: Mapping[str, str], *arguments: str) -> str:
    """What git prints; it must succeed, as whoever and with whatever configuration."""
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    done = run(folder, environment, "git", *identity, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(folder: pathlib.Path, environment: Mapping[str, str]) -> None:
    """Everything that is in the folder and not ignored."""
    git(folder, environment, "add", "--all")
    git(folder, environment, "commit", "--quiet", "--no-verify", "--allow-empty", "--message", "All there is")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> pathlib.Path:
    """A clone of this project with a commit of what stands in the working tree."""
    folder = tmp_path_factory.mktemp("clone") / "cblint"
    here = pathlib.Path(ROOT)
    git(here, environment, "clone", "--quiet", "--no-hardlinks", ROOT, str(folder))
    cloned = git(folder, environment, "ls-files", "-z").split("\0")
    present = git(here, environment, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, cloned):
        (folder / name).unlink()
    for name in filter(None, present):
        if (here / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(here / name, folder / name)
    commit(folder, environment)
    return folder


def test_the_hook_finds_the_planted_defect_and_nothing_else(
    project: pathlib.Path, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    files = {
        "buildspec.yml": DEFECT,
        "ci/buildspec-clean.yml": CLEAN,
        "codebuild/release.yml": CLEAN,
        # It would be an error if it were given to cblint.
        "deploy/commands.yml": commands('echo "c: d"'),
        "README.md": "buildspec\n",
    }
    git(tmp_path, environment, "init", "--quiet")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    commit(tmp_path, environment)
    try_hook = (sys.executable, "-m", "pre_commit", "try-repo", str(project), "cblint", "--all-files", "--verbose")

    done = run(tmp_path, environment, *try_hook)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "- exit code: 1" in done.stdout
    assert "buildspec.yml:5:16: error[command-not-string]" in done.stdout
    assert "1 error in 3 buildspec files." in done.stdout
    assert "commands.yml" not in done.stdout

    git(tmp_path, environment, "rm", "--quiet", "buildspec.yml")
    done = run(tmp_path, environment, *try_hook)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings in 2 buildspec files." in done.stdout
