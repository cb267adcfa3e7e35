"""``--as-found``: of files that a program names, a run says what a search would say, and ``--fix-only`` mends them."""

from __future__ import annotations

import os
import pathlib

import pytest

from cblint.candidates import candidates_of
from cblint.linter import Settings
from cblint.source.file import MAX_BYTES
from tests.helpers import commands
from tests.integration.conftest import CLEAN, DEFECT, WARNING, Cblint, Done
from tools.corpus import CORPUS, available

TEMPLATE = """\
Resources:
  Build:
    Type: AWS::CodeBuild::Project
    Properties:
      Source:
        Type: NO_SOURCE
        BuildSpec: |
"""
IN_A_TEMPLATE = TEMPLATE + "".join(f"          {line}\n" for line in DEFECT.splitlines())
LARGE = b"codebuild " * (MAX_BYTES // 8)

FILES: dict[str, str | bytes] = {
    ".cblint.yml": "buildspecs: [pipelines/]\nexclude: [vendor/, '!vendor/kept/', '*-old.yml']\n",
    "-buildspec.yml": DEFECT,
    "--exit-zero.yml": DEFECT,
    "--output=report.json": DEFECT,
    "Makefile": "codebuild:\n",
    "a b/build'spec $(touch x)\n.yml": CLEAN,
    "any.name.yml": DEFECT,
    "app.py": "print('codebuild')\n",
    "binary.json": b"\0codebuild",
    "ci/buildspec-old.yml": DEFECT,
    "ci/buildspec.yml": DEFECT,
    "codebuild/release.yml": DEFECT,
    "codebuild/values.yml": "region: eu-west-1\n",
    "docs/guide.md": f"# CodeBuild\n\n```yaml\n{DEFECT}```\n",
    "docs/notes.txt": f"```yaml\n{DEFECT}```\n",
    "image.png": b"\x89PNG codebuild",
    "large.json": LARGE,
    "node_modules/a/buildspec.yml": DEFECT,
    "pipelines/deploy": DEFECT,
    "release": DEFECT,
    "template.yml": IN_A_TEMPLATE,
    "values.yml": "a: 1\n",
    "vendor/buildspec.yml": DEFECT,
    "vendor/kept/buildspec.yml": DEFECT,
    "web/buildspec.yml": "frontend: {phases: {}}\n",
}
"""Of every kind that a repository can have, by name and content."""


def every(cblint: Cblint) -> list[str]:
    """The files of the repository, as git would say them."""
    return sorted(
        os.path.relpath(os.path.join(folder, name), cblint.folder)
        for folder, folders, names in os.walk(cblint.folder)
        for name in [*names, *(each for each in folders if os.path.islink(os.path.join(folder, each)))]
        if ".git" not in folder.split(os.sep)
    )


def told(done: Done) -> dict[str, object]:
    """What a JSON run says, whatever the order of the files: those with a finding, one for each."""
    findings = sorted(each["path"] for each in done.json["findings"])
    return {"findings": findings, "skipped": done.skipped, "status": done.status, "errors": done.err}


def test_it_is_said_what_a_search_would_say(cblint: Cblint) -> None:
    cblint.put(FILES)
    outside = cblint.folder.parent / "outside.yml"
    outside.write_text(DEFECT)
    for name, target in {
        "linked-buildspec.yml": "release",
        "out-buildspec.yml": os.fspath(outside),
        "nowhere-buildspec.yml": "missing.yml",
        "linked": "ci",
    }.items():
        (cblint.folder / name).symlink_to(target)
    options = ("--format", "json", "--select", "command-not-string")
    searched = told(cblint(*options))
    assert searched == told(cblint("--as-found", *options, *every(cblint)))
    assert searched == told(cblint("--as-found", *options, *every(cblint), "linked/buildspec.yml"))
    assert searched["findings"] == [
        *("--exit-zero.yml", "--output=report.json", "-buildspec.yml", "any.name.yml", "ci/buildspec.yml"),
        *("codebuild/release.yml", "docs/guide.md", "linked-buildspec.yml", "pipelines/deploy", "template.yml"),
    ]
    assert searched["skipped"] == {
        "binary.json": "is a binary file",
        "large.json": "is larger than 4 MB",
        "web/buildspec.yml": "is an AWS Amplify build specification, not a buildspec",
    }
    assert (searched["status"], searched["errors"]) == (1, b"")


def test_it_holds_for_each_file_alone(cblint: Cblint) -> None:
    cblint.put(FILES)
    searched = [f"./{line}" if line.startswith("-") else line for line in cblint("--list-files").lines]
    found: list[str] = []
    for name in every(cblint):
        listed = cblint("--as-found", name, "--list-files")
        assert (listed.status, listed.err) == (0, b"")
        assert set(searched) & set(listed.lines) == set(listed.lines)
        found += listed.lines
    assert sorted(found) == sorted(searched)


def test_what_has_nothing_to_do_with_codebuild_is_passed_over_without_a_word(cblint: Cblint) -> None:
    cblint.put({"app.py": "print(1)\n", "values.yml": "a: 1\n", "old-buildspec.yml": DEFECT, "run": "make\n"})
    done = cblint("--as-found", "app.py", "values.yml", "run", "old-buildspec.yml", "--exclude", "old-*", "--quiet")
    assert done == (0, b"", b"")
    assert cblint("--as-found", "app.py", "--format", "json").skipped == {}


def test_what_is_called_a_buildspec_has_to_be_read(cblint: Cblint) -> None:
    cblint.put(
        {"buildspec.yml": b"\0", "ci/buildspec-large.yml": LARGE, "large.yml": LARGE, "broken.tf": b"\xffcodebuild"}
    )
    done = cblint("--as-found", "buildspec.yml", "ci/buildspec-large.yml", "large.yml", "broken.tf")
    assert (done.status, done.stderr.splitlines()) == (
        2,
        ["cblint: buildspec.yml is a binary file", "cblint: ci/buildspec-large.yml is larger than 4 MB"],
    )
    done = cblint("--as-found", "large.yml", "broken.tf", "--format", "json")
    assert (done.status, done.err, sorted(done.skipped)) == (0, b"", ["broken.tf", "large.yml"])


def test_a_file_that_is_not_there_is_a_slip_of_who_named_it(cblint: Cblint) -> None:
    for name in ("missing.py", "buildspec.yml", "--no-such-option", "-x.yml"):
        done = cblint("--as-found", name)
        assert done.status == 2
        assert ("no option" if name.startswith("-") else f"cblint: {name} cannot be read") in done.stderr


def test_what_is_called_just_as_an_option_is_stays_one(cblint: Cblint) -> None:
    cblint.put({"--exit-zero": DEFECT, "-buildspec.yml": DEFECT})
    assert cblint("--as-found", "--exit-zero", "-buildspec.yml").status == 0
    done = cblint("-buildspec.yml")
    assert (done.status, done.out) == (2, b"")


def test_a_broken_configuration_is_said_whatever_changes(cblint: Cblint) -> None:
    cblint.put({".cblint.yml": "profil: default\n", "app.py": "print(1)\n", "ci/.cblint.yml": "a: b\n", "ci/a.py": ""})
    for named in (["app.py"], [".cblint.yml"], ["ci/a.py"]):
        done = cblint("--as-found", *named)
        assert (done.status, done.stderr.count(".cblint.yml")) == (2, 1)
        assert cblint("--isolated", "--as-found", *named).status == 0


@pytest.mark.parametrize("cwd", [".", "ci"])
def test_folders_are_searched_all_the_same(cblint: Cblint, cwd: str) -> None:
    cblint.put({"ci/buildspec.yml": DEFECT, "app.py": "print(1)\n", ".gitignore": "app.py\n"})
    named = [os.path.relpath(name, cwd) for name in (".", "app.py", "ci/buildspec.yml")]
    assert cblint("--as-found", *named, "--list-files", cwd=cwd).lines == [named[2]]


@pytest.mark.skipif(not available(), reason=f"the corpus is not at {os.path.normpath(CORPUS)} (set CBLINT_CORPUS)")
def test_every_file_of_the_corpus_is_looked_at_as_a_search_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)
    names = [os.path.relpath(path) for path in pathlib.Path().rglob("*") if path.is_file()]
    searched = {candidate.path for candidate in candidates_of(["."], Settings())}
    assert {candidate.path for candidate in candidates_of(names, Settings(as_found=True))} == searched
    assert len(searched) > 300


# --fix-only


def test_it_mends_and_says_nothing_of_the_rest(cblint: Cblint) -> None:
    cblint.put(
        {"app.py": "print(1)\n", "buildspec.yml": DEFECT, "ci/buildspec.yml": WARNING, "template.yml": IN_A_TEMPLATE}
    )
    names = ["app.py", "buildspec.yml", "ci/buildspec.yml", "template.yml"]
    done = cblint("--as-found", "--fix-only", *names)
    said = "cblint: fixed 1 finding in buildspec.yml\ncblint: fixed 1 finding in template.yml\n"
    assert (done.status, done.out, done.stderr) == (0, b"", said)
    assert (cblint.folder / "buildspec.yml").read_text() == commands("'echo \"a: b\"'")
    left = cblint("--as-found", *names, "--format", "json", "--fail-on", "never", "--select", "CB1")
    assert left.findings == ["ci/buildspec.yml command-not-string"]
    assert cblint("--as-found", "--fix-only", *names) == (0, b"", b"")
    assert cblint("--fix-only", "--fix", "--fail-on", "note", "--statistics") == (0, b"", b"")


def test_unsafe_fixes_are_made_if_asked_for(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": f"{CLEAN}artifacts:\n  files: ['**/*']\n"})
    assert cblint("--fix-only") == (0, b"", b"")
    done = cblint("--fix-only", "--unsafe-fixes")
    assert (done.status, done.stderr) == (0, "cblint: fixed 1 finding in buildspec.yml\n")


def test_what_keeps_it_from_mending_is_its_exit_status(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": b"\0", "ci/buildspec.yml": DEFECT})
    done = cblint("--fix-only", "--as-found", "buildspec.yml", "ci/buildspec.yml")
    said = "cblint: fixed 1 finding in ci/buildspec.yml\ncblint: buildspec.yml is a binary file\n"
    assert (done.status, done.out, done.stderr) == (2, b"", said)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "json"),
        ("--output", "report.txt"),
        ("--diff",),
        ("--list-files",),
        ("--since", "HEAD"),
        ("-",),
        ("--stdin-filename", "buildspec.yml"),
    ],
)
def test_what_cannot_be_together_is_refused_and_nothing_is_changed(cblint: Cblint, arguments: tuple[str, ...]) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint("--fix-only", *arguments, stdin=DEFECT.encode())
    assert (done.status, done.out) == (2, b"")
    assert "--fix-only" in done.stderr
    assert (cblint.folder / "buildspec.yml").read_text() == DEFECT
    assert not (cblint.folder / "report.txt").exists()
