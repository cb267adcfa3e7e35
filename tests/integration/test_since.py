"""``cblint check --since``: only what changed, what that causes elsewhere, and nothing that a repository could run."""

from __future__ import annotations

import os
import pathlib
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint import git as asking
from cblint.since import new_lines
from tests.bounds import no_hanging
from tests.git import commit, git, with_examples
from tests.helpers import commands
from tests.integration.conftest import CLEAN, DEFECT, NOTE, Cblint

ANOTHER = '      - echo "one: more"\n'


@pytest.fixture
def old(cblint: Cblint) -> Cblint:
    """A repository with one defect and one buildspec without, and another that has many, in two commits."""
    with_examples(cblint, "leaks")
    cblint.put({"buildspec.yml": DEFECT, "clean/buildspec.yml": CLEAN})
    commit(cblint.folder)
    return cblint


def said(cblint: Cblint, *arguments: str, revision: str = "HEAD", stdin: bytes = b"") -> list[str]:
    """``path:line:column severity[rule]`` of each finding that is told."""
    done = cblint("--since", revision, "--format", "concise", *arguments, stdin=stdin)
    assert done.err == b""
    assert done.status == any("note[" not in line for line in done.lines)
    return [" ".join(line.split(" ")[:2]) for line in done.lines]


# What cannot be compared


def test_what_there_is_nothing_to_compare_with_is_said(
    old: Cblint, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = 'git knows no revision "{}" here.'
    for revision, message in (
        ("nope", unknown.format("nope")),
        ("-x", unknown.format("-x")),
        ("--help", unknown.format("--help")),
        ("", unknown.format("")),
        ("...", unknown.format("")),
        ("nope...", unknown.format("nope")),
        ("HEAD..HEAD", unknown.format("HEAD..HEAD")),
        ("HEAD~9", unknown.format("HEAD~9")),
        ("HEAD:buildspec.yml", unknown.format("HEAD:buildspec.yml")),
        ("a\nb", unknown.format("a<U+000A>b")),
        ("@{upstream}", None),
    ):
        done = old(f"--since={revision}")
        assert (done.status, done.out) == (2, b"")
        assert message is None or done.stderr == f"cblint: {message}\n"
    git(old.folder, "checkout", "-q", "--orphan", "alone")
    commit(old.folder)
    assert old("--since", "main...").stderr == "cblint: main and HEAD have no commit in common.\n"
    done = old("-", "--since", "HEAD", stdin=DEFECT.encode())
    assert (done.status, done.stderr) == (
        2,
        "cblint: <stdin> is in no git repository: --since has nothing to compare it with.\n",
    )
    for option in ("--fix", "--diff"):
        done = old("--since", "HEAD", option)
        assert "--fix, --fix-only and --diff mend whole files: --since cannot be given with them." in done.stderr
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{old.folder}", str(shallow))
    done = old(str(shallow), "--since", "HEAD~1")
    assert done.stderr.endswith(
        "here: this is a shallow clone, so fetch more of its history first (git fetch --unshallow).\n"
    )
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "buildspec.yml").write_text(DEFECT)
    done = old(str(tmp_path / "away"), "--since", "HEAD")
    assert "buildspec.yml is in no git repository" in done.stderr
    (tmp_path / "away" / ".git").mkdir()
    done = old(str(tmp_path / "away"), "--since", "HEAD")
    assert f"cblint: git cannot read the repository at {tmp_path}/away: fatal: not a git repository" in done.stderr
    monkeypatch.setattr(asking.shutil, "which", lambda _: None)  # type: ignore[attr-defined]
    assert (
        old("--since", "HEAD").stderr
        == "cblint: git is not installed: what is stored in a repository has to be asked of it.\n"
    )
    assert old("clean", "--since", "HEAD").status == 0


def test_nothing_of_the_repository_is_run(old: Cblint, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap, ran = tmp_path / "trap", tmp_path / "ran"
    trap.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    for name in ("post-checkout", "post-index-change", "pre-auto-gc", "reference-transaction"):
        (old.folder / ".git" / "hooks").mkdir(exist_ok=True)
        (old.folder / ".git" / "hooks" / name).symlink_to(trap)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.x.textconv",
        "diff.x.command",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "gpg.program",
        "pager.ls-tree",
        "alias.ls-tree",
        "remote.origin.uploadpack",
    ):
        git(old.folder, "config", key, f"!{trap}" if key.startswith("alias") else str(trap))
    git(old.folder, "config", "remote.origin.url", f"ext::{trap}")
    git(old.folder, "config", "remote.origin.promisor", "true")
    git(old.folder, "config", "extensions.partialClone", "origin")
    (old.folder / ".gitattributes").write_text("* filter=x diff=x\n")
    old.put({"buildspec.yml": DEFECT + ANOTHER})
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))
    blob = git(old.folder, "rev-parse", "HEAD:buildspec.yml").strip()
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    index = (old.folder / ".git" / "index").read_bytes()
    assert said(old) == ["buildspec.yml:6:18: error[command-not-string]"]
    os.unlink(old.folder / ".git" / "objects" / blob[:2] / blob[2:])
    done = old("--since", "HEAD")
    assert (done.status, done.out) == (2, b"")
    assert done.stderr == "cblint: git has not fetched what buildspec.yml was: this is a partial clone.\n"
    assert not ran.exists()
    assert (old.folder / ".git" / "index").read_bytes() == index


# What changed


def test_what_stands_on_new_lines_is_told(old: Cblint) -> None:
    assert said(old) == []
    assert old("--since", "HEAD").lines[-1] == "No findings in 3 buildspec files."
    assert old("--since", "HEAD", "--format", "json").findings == []
    assert old("--since", "HEAD", "--format", "sarif", "--sarif-include-suppressed").sarif["results"] == []
    old.put({"buildspec.yml": "# why\n\n" + DEFECT.replace("\n", "\r\n") + ANOTHER, "clean/buildspec.yml": NOTE})
    told = ["buildspec.yml:8:18: error[command-not-string]", "clean/buildspec.yml:6:7: note[command-not-string]"]
    assert said(old) == told
    (old.folder / "ci" / "leaks" / "buildspec.yml").write_bytes(
        b"\xef\xbb\xbf" + pathlib.Path(old.folder / "ci/leaks/buildspec.yml").read_bytes()
    )
    assert said(old) == told
    assert said(old, "clean") == told[1:]
    old.put({"new/buildspec.yml": DEFECT})
    assert said(old) == [*told, "new/buildspec.yml:5:16: error[command-not-string]"]
    assert said(old, revision="HEAD~1")[0] == "buildspec.yml:7:16: error[command-not-string]"
    every = old("--format", "json").json["findings"]
    shown = old("--since", "HEAD", "--format", "json").json["findings"]
    assert [each for each in every if each in shown] == shown


def test_standard_input_is_taken_for_the_file_that_it_names(old: Cblint) -> None:
    name = ("-", "--stdin-filename", "buildspec.yml")
    assert said(old, *name, stdin=DEFECT.encode()) == []
    assert said(old, *name, stdin=(DEFECT + ANOTHER).encode()) == ["buildspec.yml:6:18: error[command-not-string]"]
    new = ("-", "--stdin-filename", "new/buildspec.yml")
    assert said(old, *new, stdin=DEFECT.encode()) == ["new/buildspec.yml:5:16: error[command-not-string]"]
    assert old("-", "--stdin-filename", "buildspec.yml", "--since", "HEAD", stdin=b"\0").status == 2


def test_what_was_there_already_under_another_name_is_not_told(old: Cblint) -> None:
    (old.folder / "moved").mkdir()
    git(old.folder, "mv", "ci/leaks/buildspec.yml", "moved/buildspec.yml")
    git(old.folder, "mv", "buildspec.yml", "moved/other-buildspec.yml")
    assert said(old) == []
    path = old.folder / "moved" / "other-buildspec.yml"
    path.write_text(path.read_text() + ANOTHER)
    assert said(old) == ["moved/other-buildspec.yml:6:18: error[command-not-string]"]
    old.put({"moved/copied-buildspec.yml": DEFECT})
    assert said(old) == [
        "moved/copied-buildspec.yml:5:16: error[command-not-string]",
        "moved/other-buildspec.yml:6:18: error[command-not-string]",
    ] or said(old) == [
        "moved/other-buildspec.yml:5:16: error[command-not-string]",
        "moved/other-buildspec.yml:6:18: error[command-not-string]",
    ]


def test_what_a_change_causes_elsewhere_is_told(cblint: Cblint) -> None:
    with_examples(cblint)
    build = commands("make", "docker build .")
    template = (
        "Resources:\n  Build:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Source: {Type: GITHUB}\n"
        "      Environment:\n        Type: LINUX_CONTAINER\n        ComputeType: BUILD_GENERAL1_SMALL\n"
        "        Image: aws/codebuild/standard:7.0\n        PrivilegedMode: true\n"
    )
    cblint.put({"buildspec.yml": build, "template.yml": template})
    commit(cblint.folder)
    assert said(cblint) == []
    cblint.put({"template.yml": template.replace("Mode: true", "Mode: false")})
    assert said(cblint) == ["buildspec.yml:6:9: error[docker-without-privileged]"]
    batch = "version: 0.2\nbatch:\n  build-list:\n    - identifier: a\n      buildspec: ci/deploy.yml\n"
    cblint.put({"template.yml": template, "buildspec.yml": batch, "ci/deploy.yml": CLEAN})
    commit(cblint.folder)
    assert said(cblint) == []
    (cblint.folder / "ci" / "deploy.yml").unlink()
    assert said(cblint) == ["buildspec.yml:5:18: error[buildspec-not-found]"]
    commit(cblint.folder)
    assert (said(cblint), len(said(cblint, revision="HEAD~1"))) == ([], 1)


def test_the_configuration_of_now_holds_for_what_was(old: Cblint) -> None:
    old.put({".cblint.yml": "select: [unknown-phase]\n"})
    commit(old.folder)
    old.put({".cblint.yml": "profile: pedantic\n"})
    assert said(old) == []
    old.put({".cblint.yml": "baseline: b.json\n"})
    assert old.run("baseline", "create").status == 0
    old.put({"buildspec.yml": DEFECT + ANOTHER + ANOTHER})
    assert len(said(old)) == 2
    assert old.run("baseline", "update", "--add").status == 0
    assert said(old) == []


def test_what_is_no_longer_suppressed_is_told(cblint: Cblint) -> None:
    with_examples(cblint)
    cblint.put({"buildspec.yml": commands("# cblint: ignore[command-not-string]", 'echo "a: b"').replace("- #", "#")})
    commit(cblint.folder)
    assert said(cblint) == []
    cblint.put({"buildspec.yml": DEFECT})
    assert said(cblint) == ["buildspec.yml:5:16: error[command-not-string]"]


def test_the_work_of_a_branch_is_told_though_others_went_on(old: Cblint) -> None:
    git(old.folder, "checkout", "-q", "-b", "work")
    old.put({"clean/buildspec.yml": DEFECT})
    commit(old.folder)
    git(old.folder, "checkout", "-q", "main")
    old.put({"buildspec.yml": CLEAN})
    commit(old.folder)
    git(old.folder, "checkout", "-q", "work")
    assert said(old, revision="main...") == ["clean/buildspec.yml:5:16: error[command-not-string]"]
    assert len(said(old, revision="main")) == 2


def test_names_that_lead_elsewhere_are_not_laid_out(old: Cblint, tmp_path: pathlib.Path) -> None:
    blob = git(old.folder, "rev-parse", "HEAD:buildspec.yml").strip()
    (old.folder / "entries").write_bytes(
        b"".join(f"100644 {name}\0".encode() + bytes.fromhex(blob) for name in ("..", ".GIT", "a\\b", "x" * 300))
    )
    tree = git(old.folder, "hash-object", "-t", "tree", "-w", "--literally", "entries").strip()
    (old.folder / "entries").unlink()
    name = git(old.folder, "commit-tree", tree, "-m", "x").strip()
    assert len(said(old, revision=name)) > 5
    assert asking.files_of(str(old.folder), name).keys() == {"a\\b", "x" * 300}
    assert not list(tmp_path.glob("cblint-*"))


# Lines


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_lines_that_are_not_new_stand_in_the_old_text_in_their_order(before: list[str], after: list[str]) -> None:
    new = new_lines("\n".join(before), "\r\n".join(after))
    kept = [line for number, line in enumerate(after, 1) if number not in new]
    rest = iter(before)
    assert all(line in rest for line in kept) or not before
    assert new_lines("\n".join(after), "\n".join(after)) == frozenset()


def test_huge_texts_are_compared_in_linear_time() -> None:
    with no_hanging(20):
        before, after = "a\n" * 100_000 + "b\n" * 100_000, "b\n" * 100_000 + "c\n" + "a\n" * 100_000
        assert new_lines(before, after) == {100_001}
        for number in (1, 2, 7):
            new_lines(
                "".join(f"{each % number}\n" for each in range(2000)),
                "".join(f"{each * 3 % number}\n" for each in range(1999)),
            )
