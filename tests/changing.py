"""A repository of examples that changes at random, as what is kept of a former look must not hide."""

from __future__ import annotations

import os
import pathlib
import random
import shutil

from cblint.baseline import compare, written
from tests.helpers import lint
from tests.integration.conftest import ROOT

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


def of_examples(folder: pathlib.Path, seed: int) -> None:
    """Lay some of the examples out in a folder, another part for each seed."""
    names = ("caches", "in-a-template", "leaks", "releases", "merged-by-hand")
    for name in sorted(os.listdir(os.path.join(ROOT, "examples"))):
        if name in names or len(name) % 3 == seed:
            shutil.copytree(os.path.join(ROOT, "examples", name), folder / name)


def _write_baseline(folder: pathlib.Path) -> None:
    """A baseline of all that there is in the top folder, which its configuration names."""
    texts = {path.name: path.read_text("utf-8", "replace") for path in folder.glob("*buildspec*") if path.is_file()}
    files = [lint(text, name=name) for name, text in sorted(texts.items())]
    said = written(compare(files, (), str(folder)).fresh)
    for name, text in ((".cblint-baseline.json", said), (".cblint.yml", "baseline: .cblint-baseline.json\n")):
        if not (folder / name).is_dir():
            (folder / name).write_text(text)


def change(folder: pathlib.Path, choose: random.Random) -> str:
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
