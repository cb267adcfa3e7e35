"""What is kept from a former visit is what a visit from scratch would find, whatever has changed meanwhile."""

from __future__ import annotations

import os
import pathlib
import random
import shutil

import pytest

from cblint.audit import state
from cblint.audit.model import CLONE, Before, Known, Looked, Plan, Task, Unit, Visit
from cblint.audit.program import program
from cblint.audit.visit import visit
from cblint.baseline import compare, written
from cblint.linter import Settings
from tests.git import git
from tests.helpers import lint
from tests.integration.conftest import ROOT

CHANGES = int(os.environ.get("CBLINT_CHANGES", "8"))
_WORDS = (
    "buildspec.yml",
    "Dockerfile",
    "package.json",
    "yarn.lock",
    "scripts/build.sh",
    ".gitignore",
    ".cblint.yml",
    ".cblint-baseline.json",
    "infra/more.tf",
    "pom.xml",
)
_TEXTS = (
    "version: 0.2\nphases:\n  build:\n    commands:\n      - . scripts/build.sh\n      - docker build .\n"
    "      - npm test | tee x\n",
    "baseline: .cblint-baseline.json\nignore: [CB2014]\n",
    "export TAG=1\necho $DEPLOY_TOKEN\n",
    'resource "aws_codebuild_project" "x" {\n  name = "x"\n  source {\n    type = "NO_SOURCE"\n'
    '    buildspec = file("buildspec.yml")\n'
    '  }\n  environment {\n    image = "aws/codebuild/standard:2.0"\n    type = "LINUX_CONTAINER"\n'
    '    compute_type = "BUILD_GENERAL1_SMALL"\n  }\n}\n',
    "*.yml\n!buildspec.yml\n",
    '[{"format": "cblint-baseline", "version": 1}\n]\n',
    "",
)


def _visited(folder: pathlib.Path, known: Known | None) -> Visit:
    plan = Plan(Settings(), program())
    return visit(Task(Unit("x", CLONE, str(folder), str(folder)), known), plan)


def _known(visit: Visit, before: dict[str, Looked]) -> tuple[Known, dict[str, Looked]]:
    files = {file.path: before[file.path]._replace(owners=file.owners) if file.kept else file for file in visit.files}
    return Known(visit.state, {path: Before(file.content, file.answers) for path, file in files.items()}), files


def _write_baseline(folder: pathlib.Path) -> None:
    """A baseline of all that there is in the top folder, which its configuration names."""
    texts = {path.name: path.read_text("utf-8", "replace") for path in folder.glob("*buildspec*") if path.is_file()}
    files = [lint(text, name=name) for name, text in sorted(texts.items())]
    said = written(compare(files, (), str(folder)).fresh)
    for name, text in ((".cblint-baseline.json", said), (".cblint.yml", "baseline: .cblint-baseline.json\n")):
        if not (folder / name).is_dir():
            (folder / name).write_text(text)


def _change(folder: pathlib.Path, choose: random.Random) -> str:
    """Change something in a repository, and say what."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    kind = choose.choice(("add", "add", "delete", "move", "edit", "copy", "link", "nest", "known", "folder", "case"))
    path = choose.choice(files)
    if kind == "add":
        near = choose.choice([folder, path.parent])
        path = near / choose.choice(_WORDS)
        if not path.is_dir() and not path.parent.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(choose.choice(_TEXTS))
    elif kind == "delete":
        path.unlink()
    elif kind == "move":
        path.rename(path.parent / choose.choice([path.name + ".old", "moved-" + path.name]))
    elif kind == "copy":
        shutil.copy(path, folder / f"copy-{path.name}")
    elif kind == "link":
        name = folder / f"link-{path.name}"
        name.unlink(missing_ok=True)
        name.symlink_to(choose.choice([path, folder / "missing", folder.parent]))
    elif kind == "nest":
        (path.parent / ".git").mkdir(exist_ok=True)
    elif kind == "known":
        _write_baseline(folder)
    elif kind == "folder":
        text = path.read_bytes()
        path.unlink()
        path.mkdir()
        (path / "buildspec.yml").write_bytes(text)
    elif kind == "case":
        path.rename(path.parent / path.name.swapcase())
    else:
        lines = path.read_text("utf-8", "replace").splitlines(keepends=True)
        if lines:
            del lines[choose.randrange(len(lines))]
        path.write_text("".join(lines))
    return f"{kind} {path.relative_to(folder)}"


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_would_be_found(
    tmp_path: pathlib.Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "RACY", -3600.0)
    folder = tmp_path / "repository"
    names = ("caches", "in-a-template", "leaks", "releases", "merged-by-hand")
    for name in sorted(os.listdir(os.path.join(ROOT, "examples"))):
        if name in names or len(name) % 3 == seed:
            shutil.copytree(os.path.join(ROOT, "examples", name), folder / name)
    git(tmp_path, "init", "--quiet", str(folder))
    choose = random.Random(seed)
    known, before = _known(_visited(folder, None), {})
    kept = 0
    for number in range(CHANGES):
        said = [_change(folder, choose) for _ in range(choose.randint(1, 3))]
        again, afresh = _visited(folder, known), _visited(folder, None)
        kept += len(before) if again.same else sum(file.kept for file in again.files)
        known, before = (known, before) if again.same else _known(again, before)
        found = {path: (file.content, file.findings, file.skipped) for path, file in before.items()}
        wanted = {file.path: (file.content, file.findings, file.skipped) for file in afresh.files}
        assert found == wanted, (number, said)
        assert again.same or again.problems == afresh.problems
    assert kept > 0
