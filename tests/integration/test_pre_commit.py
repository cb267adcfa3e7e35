"""The hooks as pre-commit and prek run them: from a commit of this project, over the commits of another repository."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.helpers import commands
from tests.integration.conftest import CLEAN, DEFECT, ROOT, WARNING
from tools.corpus import CORPUS, available

pytestmark = pytest.mark.skipif(
    not os.path.exists(os.path.join(ROOT, ".git")) or shutil.which("git") is None,
    reason="the hook is installed from a clone: this is none, or there is no git",
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of this process without those by which git is told of a repository; a cache of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PREK_"))}
    cache = tmp_path_factory.mktemp("cache")
    caches = {"PRE_COMMIT_HOME": str(cache / "pre-commit"), "PREK_HOME": str(cache / "prek")}
    # Most of what is installed is never imported: it need not be compiled.
    return {**kept, **caches, "PRE_COMMIT_COLOR": "never", "NO_COLOR": "1", "PIP_NO_COMPILE": "1"}


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


@pytest.fixture(scope="module")
def configuration(project: pathlib.Path, environment: dict[str, str]) -> str:
    """What docs/ci.md says, of the clone."""
    document = (pathlib.Path(ROOT) / "docs" / "ci.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```yaml\n(repos:\n  - repo: .*?)```", document, re.DOTALL)
    commit = git(project, environment, "rev-parse", "HEAD").strip()
    assert "https://github.com/cblint/cblint\n    rev: v0.1.0 " in shown
    return str(shown).replace("https://github.com/cblint/cblint", str(project)).replace("v0.1.0 ", f"{commit} ")


PROGRAMS = {"pre-commit": ("-m", "pre_commit"), "prek": ("-m", "prek")}
MENDED = DEFECT.replace('echo "a: b"', "'echo \"a: b\"'")
FILES: dict[str, str | bytes] = {
    "-buildspec.yml": DEFECT,
    ".cblint.yml": "exclude: [vendor/]\n",
    "a b/build'spec $(touch x).yml": CLEAN,
    "app.py": "print('codebuild')\n",
    "buildspec.yml": DEFECT,
    "ci/buildspec-warning.yml": WARNING,
    "deploy/commands.yml": DEFECT,
    "docs/guide.md": f"# Guide\n\n```yaml\n{DEFECT}```\n",
    "large.json": b"codebuild " * 500_000,
    "main.tf": f'resource "aws_codebuild_project" "a" {{\n  source {{\n    buildspec = <<EOT\n{DEFECT}EOT\n  }}\n}}\n',
    "release": DEFECT,
    "template.yml": "Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Source:\n"
    "        BuildSpec: |\n" + "".join(f"          {line}\n" for line in DEFECT.splitlines()),
    "values.yml": "a: 1\n",
    "vendor/buildspec.yml": DEFECT,
    "web/buildspec.yml": "frontend: {phases: {}}\n",
}
"""What a search finds, what it does not, and what it cannot read."""
MENDABLE = ["-buildspec.yml", "buildspec.yml", "deploy/commands.yml", "docs/guide.md", "main.tf", "template.yml"]


def findings(text: str) -> list[str]:
    """The first lines of findings in the text format, which a program may have indented, and its summary."""
    return sorted(line.strip() for line in text.splitlines() if re.search(r":\d+:\d+: \w+\[|^ *\d+ error", line))


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_hooks_find_and_mend_what_a_search_does(
    program: str, configuration: str, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    start = (sys.executable, *PROGRAMS[program])
    if run(tmp_path, environment, *start, "--version").returncode != 0:
        pytest.skip(f"{program} is not installed: make test does that")
    git(tmp_path, environment, "init", "--quiet")
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "linked-buildspec.yml").symlink_to("release")
    commit(tmp_path, environment)
    (tmp_path / ".pre-commit-config.yaml").write_text(configuration)
    git(tmp_path, environment, "add", "--all")
    searched = run(tmp_path, {**environment, "PYTHONPATH": ROOT}, sys.executable, "-m", "cblint", "check")
    assert searched.returncode == 1

    done = run(tmp_path, environment, *start, "run", "cblint", "--all-files")
    assert "- exit code: 1" in done.stdout, done.stdout + done.stderr
    assert findings(done.stdout) == findings(searched.stdout)
    assert len(findings(done.stdout)) > len(MENDABLE)
    assert "web/buildspec.yml" in done.stdout

    done = run(tmp_path, environment, *start, "run", "--all-files")
    assert done.returncode == 1
    assert done.stdout.index("files were modified by this hook") < done.stdout.index("- exit code: 1")
    said = sorted(line.strip() for line in done.stdout.splitlines() if "cblint: " in line)
    mended = ["./-buildspec.yml", *MENDABLE[1:4], "linked-buildspec.yml", *MENDABLE[4:]]
    assert said == [f"cblint: fixed 1 finding in {name}" for name in mended]
    changed = git(tmp_path, environment, "diff", "--name-only").splitlines()
    assert changed == sorted([*MENDABLE, "release"])
    assert (tmp_path / "buildspec.yml").read_text() == (tmp_path / "release").read_text() == MENDED

    git(tmp_path, environment, "rm", "--quiet", "--force", "ci/buildspec-warning.yml", "template.yml", "main.tf")
    assert run(tmp_path, environment, *start, "install").returncode == 0
    (tmp_path / "broken-buildspec.yml").write_text(commands('echo "c: d"'))
    git(tmp_path, environment, "add", "--all")
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    attempt = ("git", *identity, "commit", "--quiet", "--message", "More")
    done = run(tmp_path, environment, *attempt)
    assert done.returncode == 1
    assert "fixed 1 finding in broken-buildspec.yml" in done.stdout + done.stderr
    git(tmp_path, environment, "add", "--all")
    done = run(tmp_path, environment, *attempt)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not available(), reason="the corpus is not at hand (set CBLINT_CORPUS)")
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_hook_says_of_every_file_of_the_corpus_what_a_search_says(
    program: str, project: pathlib.Path, environment: dict[str, str], tmp_path: pathlib.Path
) -> None:
    start = (sys.executable, *PROGRAMS[program])
    repository = tmp_path / "repository"
    shutil.copytree(CORPUS, repository)
    git(repository, environment, "init", "--quiet")
    output = tmp_path / "hook.json"
    commit_of_project = git(project, environment, "rev-parse", "HEAD").strip()
    options = ["--isolated", "--format=json", f"--output={output}"]
    hook = {"id": "cblint", "args": options}
    repo = {"repo": str(project), "rev": commit_of_project, "hooks": [hook]}
    (repository / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [repo]}))
    git(repository, environment, "add", "--all", "--force")
    assert run(repository, environment, *start, "run", "cblint", "--all-files").returncode == 1
    search = (sys.executable, "-m", "cblint", "check", "--isolated", "--format=json")
    searched = run(repository, {**environment, "PYTHONPATH": ROOT}, *search)
    hooked, found = (json.loads(text)["findings"] for text in (output.read_text(), searched.stdout))
    # prek names the files in an order of its own.
    assert sorted(hooked, key=json.dumps) == sorted(found, key=json.dumps)
    assert len(found) > 900
