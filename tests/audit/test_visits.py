"""Visits of single repositories: broken and hostile ones, what is looked at again, and that all kinds tell the same."""

from __future__ import annotations

import io
import json
import os
import pathlib
import shutil
import signal
import tarfile
import time
import zipfile
import zlib

import pytest

from cblint import laying
from cblint.audit import state
from cblint.audit.model import ARCHIVE, BARE, CLONE, FOLDER, ROWS, Before, Known, Plan, Task, Unit, Visit
from cblint.audit.refs import Head
from cblint.audit.visit import visit
from cblint.laying import LONGEST
from cblint.linter import Settings, lint_bytes
from cblint.report.fingerprint import fingerprints
from cblint.running import lint_paths
from tests import git
from tests.audit import made
from tests.bounds import no_hanging
from tests.helpers import commands

OWN_RULE = "name: no-make\nmessage: Make is not ours.\nmatch: {command: make}\n"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was changed just now may be taken for what it was: tests do not change a file twice in a moment."""
    monkeypatch.setattr(state, "RACY", -3600.0)


def problems(found: Visit) -> list[tuple[str, str]]:
    return [(each.path, each.message) for each in found.problems]


def known_of(found: Visit) -> Known:
    """What the store would know of a repository after a visit."""
    return Known(found.state, {file.path: Before(file.content, file.answers) for file in found.files})


def again(unit: Unit, before: Visit, plan: Plan | None = None) -> Visit:
    """What becomes of a repository that was visited before."""
    return visit(Task(unit, known_of(before)), plan or made.planned())


def linted(found: Visit) -> list[str]:
    """The files that were not taken as they were, by path."""
    assert not found.failed
    return sorted(file.path for file in found.files if not file.kept)


# Broken and hostile repositories


def test_what_is_not_there_or_no_folder_is_one_problem(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    for name, kind, why in (
        ("missing", FOLDER, "is not there (any more)"),
        ("missing", CLONE, "is not there (any more)"),
        ("missing", BARE, "is not there (any more)"),
        ("missing", ARCHIVE, "is not there (any more)"),
        ("file", FOLDER, "cannot be read: Not a directory"),
        ("file", ARCHIVE, "is damaged, or no tar or zip archive"),
    ):
        found = made.looked(made.unit_of(tmp_path / name, kind))
        assert (found.failed, problems(found), found.state) == (True, [("", why)], "")


def test_what_is_no_plain_file_is_one_problem_each(tmp_path: pathlib.Path) -> None:
    root = made.clone(
        tmp_path / "r",
        {
            "buildspec.yml": made.DEFECT,
            "binary/buildspec.yml": b"\0",
            "latin/buildspec.yml": b"version: 0.2 # caf\xe9\n",
            "utf16/buildspec.yml": made.CLEAN.encode("utf-16"),
            "sparse/buildspec.yml": b"",
            "deep/buildspec.yml": "[" * 1000,
        },
    )
    os.truncate(root / "sparse" / "buildspec.yml", 1024**3)
    os.mkfifo(root / "buildspec-pipe.yml")
    (root / "loop").symlink_to(".")
    (root / "buildspec-loop.yml").symlink_to("buildspec-loop.yml")
    (root / "buildspec-out.yml").symlink_to("/etc/passwd")
    (root / "buildspec-folder.yml").mkdir()
    with no_hanging(20):
        found = made.looked(made.unit_of(root))
    assert made.rules_said(found)["buildspec.yml"] == ["command-not-string"]
    assert {file.path: file.skipped for file in found.files if file.skipped} == {}
    assert sorted(problems(found)) == sorted(
        [
            ("buildspec-pipe.yml", "is not a regular file"),
            ("binary/buildspec.yml", "is a binary file"),
            ("deep/buildspec.yml", "nests lists and mappings deeper than 200 levels (line 1)"),
            ("latin/buildspec.yml", "is not UTF-8: byte 0xE9 on line 1"),
            ("sparse/buildspec.yml", "is larger than 4 MB"),
            ("utf16/buildspec.yml", "is encoded in UTF-16, not UTF-8"),
        ]
    )


def test_what_may_not_be_read_is_one_problem(tmp_path: pathlib.Path) -> None:
    root = made.clone(tmp_path / "r", {"buildspec.yml": made.DEFECT, "buildspec-2.yml": made.DEFECT})
    unit = made.unit_of(root)
    (root / "buildspec-2.yml").chmod(0)
    if os.access(root / "buildspec-2.yml", os.R_OK):
        pytest.skip("root may read everything")
    found = made.looked(unit)
    assert problems(found) == [("buildspec-2.yml", "cannot be read: Permission denied")]
    assert made.rules_said(found) == {"buildspec.yml": ["command-not-string"]}
    root.chmod(0)
    try:
        assert problems(made.looked(unit)) == [("", "cannot be read: Permission denied")]
    finally:
        root.chmod(0o700)


def test_a_repository_may_disappear_while_it_is_looked_at(tmp_path: pathlib.Path) -> None:
    root = made.clone(tmp_path / "r", {"a/buildspec.yml": made.DEFECT, "b/buildspec.yml": made.DEFECT})

    def begun(_: str) -> None:
        shutil.rmtree(root, ignore_errors=True)

    home = os.getcwd()
    found = visit(Task(made.unit_of(root)), made.planned(), begun)
    assert problems(found)
    assert not any(file.findings for file in found.files)
    assert os.getcwd() == home


def test_a_file_that_takes_too_long_is_given_up_alone(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(data: bytes, *more: object) -> object:
        if b"slow" in data:
            time.sleep(20)
        return lint_bytes(data, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("cblint.audit.visit.lint_bytes", slow)
    root = made.clone(tmp_path / "r", {"a/buildspec.yml": commands("slow"), "b/buildspec.yml": made.DEFECT})
    plan = made.planned(seconds=0.2)
    found = made.looked(made.unit_of(root), plan)
    assert problems(found) == [("a/buildspec.yml", "takes longer than 0.2 seconds, and was given up")]
    assert made.rules_said(found) == {"b/buildspec.yml": ["command-not-string"]}
    assert (found.whole, found.state) == (False, "")
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    monkeypatch.undo()
    assert linted(again(made.unit_of(root), found)) == ["a/buildspec.yml"]


def test_a_rule_that_crashes_is_told_and_tried_again(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("why not")

    monkeypatch.setattr("cblint.linter.opened", crash)
    root = made.clone(tmp_path / "r", {"buildspec.yml": made.DEFECT})
    found = made.looked(made.unit_of(root))
    assert problems(found) == [("buildspec.yml", "buildspec.yml: RuntimeError: why not.")]
    assert ([file.crashed for file in found.files], found.whole, found.state) == ([True], False, "")


def test_files_that_ended_a_process_are_left_out(tmp_path: pathlib.Path) -> None:
    root = made.clone(tmp_path / "r", {"a/buildspec.yml": made.DEFECT, "b/buildspec.yml": made.DEFECT})
    found = visit(Task(made.unit_of(root), without={"a/buildspec.yml": "ends it"}), made.planned())
    assert (problems(found), list(made.rules_said(found)), found.state) == (
        [("a/buildspec.yml", "ends it")],
        ["b/buildspec.yml"],
        "",
    )


def test_another_cblint_is_no_repository_that_failed(tmp_path: pathlib.Path) -> None:
    with pytest.raises(RuntimeError, match="install the same one on both"):
        visit(Task(made.unit_of(tmp_path)), Plan(Settings(), "another"))


def test_names_that_are_no_text_are_looked_at_like_others(tmp_path: pathlib.Path) -> None:
    root = made.clone(tmp_path / "r")
    with open(os.path.join(os.fsencode(root), b"buildspec-\xff.yml"), "wb") as file:
        file.write(made.DEFECT.encode())
    found = made.looked(made.unit_of(root))
    assert made.rules_said(found) == {"buildspec-\udcff.yml": ["command-not-string"]}


@pytest.mark.parametrize("is_baseline", [False, True])
def test_a_wrong_configuration_is_one_problem(tmp_path: pathlib.Path, is_baseline: bool) -> None:
    root = made.clone(
        tmp_path / "r",
        {
            "buildspec.yml": made.DEFECT,
            "ci/buildspec.yml": made.DEFECT,
            "ci/.cblint.yml": "baseline: b.json\n" if is_baseline else "profile: [\n",
            "ci/b.json": "no JSON",
        },
    )
    found = made.looked(made.unit_of(root))
    assert made.rules_said(found)["buildspec.yml"] == ["command-not-string"]
    if is_baseline:
        assert problems(found) == [("", "The configuration is wrong: ci/b.json:1:1: not valid JSON: Expecting value.")]
        assert made.rules_said(found)["ci/buildspec.yml"] == ["command-not-string"]
    else:
        ((path, wrong),) = problems(found)
        assert path == "ci/buildspec.yml"
        assert wrong.startswith("was not linted: its configuration is wrong: ci/.cblint.yml:1:")


# Objects of git's that are missing, or lie


def loose(repository: pathlib.Path, name: str) -> pathlib.Path:
    """The file of an object, by what stands for it."""
    found = git.git(repository, "rev-parse", name).strip()
    path = repository / ".git" / "objects" / found[:2] / found[2:]
    path.chmod(0o600)
    return path


@pytest.fixture
def pair(tmp_path: pathlib.Path) -> pathlib.Path:
    """A repository with two buildspecs, each an object in a file of its own; it is looked at as a bare one."""
    return made.cloned(tmp_path / "r", {"a/buildspec.yml": made.DEFECT, "b/buildspec.yml": made.DEFECT_AND_NOTE})


def looked_bare(folder: pathlib.Path) -> Visit:
    return made.looked(made.unit_of(folder / ".git", BARE))


@pytest.mark.parametrize("data", [None, b"garbage", b"", zlib.compress(b"blob"), zlib.compress(b"blob 9\0xy")[:-3]])
def test_an_object_that_is_missing_or_damaged_costs_its_file(pair: pathlib.Path, data: bytes | None) -> None:
    path = loose(pair, "HEAD:b/buildspec.yml")
    path.unlink() if data is None else path.write_bytes(data)
    found = looked_bare(pair)
    why = "git does not have what is in it (a partial clone, or a damaged repository)"
    if data == zlib.compress(b"blob 9\0xy")[:-3]:  # its size can be read
        assert (found.failed, len(found.problems)) == (True, 1)
        return
    assert problems(found) == [("b/buildspec.yml", f"cannot be read: {why}")]
    assert made.rules_said(found) == {"a/buildspec.yml": ["command-not-string"]}
    assert (found.whole, found.state) == (False, "")


@pytest.mark.parametrize(("size", "length"), [(5, 100_000), (50_000, 5), (6, 5), (4, 5)])
@pytest.mark.parametrize("name", ["a", "b"])
def test_an_object_that_lies_about_its_size_is_one_problem(
    pair: pathlib.Path, size: int, length: int, name: str
) -> None:
    loose(pair, f"HEAD:{name}/buildspec.yml").write_bytes(zlib.compress(b"blob %d\0" % size + b"x" * length))
    found = looked_bare(pair)
    assert found.failed
    ((path, why),) = problems(found)
    assert path == ""
    assert why.startswith("cannot be looked at: git cannot read the repository at ")


def test_a_commit_or_tree_that_is_missing_is_one_problem(pair: pathlib.Path) -> None:
    for name in ("HEAD:b", "HEAD^{tree}", "HEAD"):
        loose(pair, name).unlink()
        found = looked_bare(pair)
        ((path, why),) = problems(found)
        assert (found.failed, path) == (True, "")
        assert why.startswith("cannot be looked at: git cannot read the repository at ")
    assert made.rules_said(made.looked(made.unit_of(pair)))["b/buildspec.yml"]  # the working tree is there


def test_a_damaged_pack_is_one_problem(pair: pathlib.Path) -> None:
    git.git(pair, "gc", "--quiet")
    (pack,) = (pair / ".git" / "objects" / "pack").glob("*.pack")
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:20] + b"\xff" * 200)
    found = looked_bare(pair)
    assert (found.failed, len(found.problems)) == (True, 1)
    assert not made.looked(made.unit_of(pair)).failed


def test_too_long_a_file_is_not_taken_for_an_empty_one(tmp_path: pathlib.Path) -> None:
    long = made.CLEAN + "#" * LONGEST
    clone = made.cloned(tmp_path / "r", {"buildspec.yml": long, "x/buildspec.yml": made.CLEAN})
    bare = made.bare(tmp_path / "b.git", clone)
    git.git(clone, "archive", "--prefix", "top/", "--output", "../r.tar", "HEAD")
    rows = (("buildspec.yml", long.encode()), ("x/buildspec.yml", made.CLEAN.encode()))
    for unit in (
        made.unit_of(bare, BARE),
        made.unit_of(tmp_path / "r.tar", ARCHIVE),
        Unit("r", ROWS, "t: r", "t", key="r"),
    ):
        found = visit(Task(unit, rows=rows if unit.kind == ROWS else ()), made.planned())
        assert [file.path for file in found.files] == ["x/buildspec.yml"]
        assert problems(found) == [("buildspec.yml", "is larger than 4 MB")]
        assert not any(file.findings for file in found.files)


# What is looked at again


@pytest.fixture
def root(tmp_path: pathlib.Path) -> pathlib.Path:
    return made.cloned(
        tmp_path / "r",
        {
            "a/buildspec.yml": commands("docker build -f docker/Dockerfile .", ". ./lib.sh"),
            "b/buildspec.yml": made.DEFECT,
            "docker/Dockerfile": "FROM alpine\n",
            "README.md": "nothing\n",
        },
    )


PROJECT = "Resources: {P: {Type: AWS::CodeBuild::Project, Properties: {Source: {BuildSpec: b/buildspec.yml}}}}"
ALL = ["a/buildspec.yml", "b/buildspec.yml"]


def test_what_has_not_changed_is_the_same(root: pathlib.Path) -> None:
    unit = made.unit_of(root)
    first = made.looked(unit)
    assert (linted(first), first.same, first.whole) == (ALL, False, True)
    second = again(unit, first)
    assert (second.same, second.files, second.state) == (True, (), first.state)
    assert (second.branch, second.commit) == (first.branch, first.commit) == ("main", first.commit)


def test_only_the_file_that_has_changed_is_linted(root: pathlib.Path) -> None:
    unit = made.unit_of(root)
    first = made.looked(unit)
    (root / "b" / "buildspec.yml").write_text(made.DEFECT_AND_NOTE)
    (root / "c").mkdir()
    (root / "c" / "buildspec.yml").write_text(made.DEFECT)
    second = again(unit, first)
    assert linted(second) == ["b/buildspec.yml", "c/buildspec.yml"]
    assert {file.path for file in second.files if file.kept} == {"a/buildspec.yml"}
    (root / "c" / "buildspec.yml").unlink()
    assert [file.path for file in again(unit, second).files] == ALL


def test_a_file_that_nothing_hangs_on_is_no_reason_to_lint(root: pathlib.Path) -> None:
    unit = made.unit_of(root)
    first = made.looked(unit)
    (root / "README.md").write_text("something else\n")
    (root / "notes").write_text("new\n")
    second = again(unit, first)
    assert (second.same, linted(second)) == (False, [])


@pytest.mark.parametrize(
    ("path", "text", "files"),
    [
        ("lib.sh", "set -e\n", ALL[:1]),
        ("docker/Dockerfile", "FROM alpine\nARG X\n", ALL[:1]),
        (".cblint.yml", "profile: pedantic\n", ALL),
        (".cblint.yml", "ignore: [command-not-string]\n", ALL),
        ("b/.cblint.yml", "ignore: [command-not-string]\n", ALL[1:]),
        ("project.yml", PROJECT, ALL[1:]),
    ],
)
def test_what_a_finding_may_hang_on_has_its_file_looked_at_again(
    root: pathlib.Path, path: str, text: str, files: list[str]
) -> None:
    unit = made.unit_of(root)
    first = made.looked(unit)
    before = (root / path).read_text() if (root / path).exists() else None
    (root / path).write_text(text)
    assert set(files) <= set(linted(again(unit, first)))
    changed = made.looked(unit)
    assert linted(again(unit, changed._replace(state=""))) == []
    (root / path).unlink() if before is None else (root / path).write_text(before)
    assert set(files) <= set(linted(again(unit, changed)))


def test_what_a_configuration_brings_counts_as_it_does(root: pathlib.Path) -> None:
    unit = made.unit_of(root)
    (root / ".cblint.yml").write_text("extends: shared.yml\nrules: [own.yml]\nbaseline: baseline.json\n")
    texts = {
        "shared.yml": ("profile: default\n", "profile: pedantic\n"),
        "own.yml": (OWN_RULE.replace("ours", "theirs"), OWN_RULE),
        "baseline.json": (
            '[{"format": "cblint-baseline", "version": 1}]\n',
            '[{"format": "cblint-baseline", "version": 1}\n]\n',
        ),
    }
    for path, (before, _) in texts.items():
        (root / path).write_text(before)
    last = made.looked(unit)
    assert not last.problems, last.problems
    for path, (_, after) in texts.items():
        (root / path).write_text(after)
        found = again(unit, last)
        assert linted(found) == ALL, path
        last = found._replace(files=tuple(file for file in found.files if not file.kept))


def test_owners_alone_are_told_without_linting(root: pathlib.Path) -> None:
    unit = made.unit_of(root)
    first = made.looked(unit)
    assert {file.owners for file in first.files} == {()}
    (root / "CODEOWNERS").write_text("* @all\n/b/ @b someone@example.com\n")
    second = again(unit, first)
    assert linted(second) == []
    assert {file.path: file.owners for file in second.files} == {
        "a/buildspec.yml": ("@all",),
        "b/buildspec.yml": ("@b", "someone@example.com"),
    }


def test_rows_are_the_same_where_they_come_from_the_same_place() -> None:
    rows = (("buildspec.yml", made.DEFECT.encode()),)
    unit = Unit("r", ROWS, "t: r", "t", key="r", url="https://example.com/a/r")
    first = visit(Task(unit, rows=rows), made.planned())
    for changed, more, is_same in (
        (unit, (), True),
        (unit, (("x", b""),), False),
        (unit._replace(url="https://example.com/b/r"), (), False),
        (unit._replace(head=Head("main", "c" * 40)), (), True),
    ):
        found = visit(Task(changed, known_of(first), (*rows, *more)), made.planned())
        assert (found.same, found.commit) == (is_same, changed.head.commit)


def test_what_is_known_wrongly_is_looked_at(root: pathlib.Path) -> None:
    unit = made.unit_of(root)
    first = made.looked(unit)
    for answers in (
        b"",
        b"garbage",
        zlib.compress(b"[1]"),
        zlib.compress(b'[["x","",[],"y"]]'),
        zlib.compress(b"{}")[:4],
    ):
        files = {path: before._replace(answers=answers) for path, before in known_of(first).files.items()}
        found = visit(Task(unit, Known("", files)), made.planned())
        assert linted(found) == ALL


# All kinds tell the same

FILES: made.Files = {
    "buildspec.yml": made.DEFECT_AND_NOTE,
    "ci/crlf/buildspec.yml": made.DEFECT.replace("\n", "\r\n"),
    "ci/bom/buildspec.yml": b"\xef\xbb\xbf" + made.DEFECT.encode(),
    "ci/hushed/buildspec.yml": commands('echo "a: b" # cblint: ignore[command-not-string] -- for a test'),
    "template.json": json.dumps(
        {"Resources": {"P": {"Type": "AWS::CodeBuild::Project", "Properties": {"Source": {"BuildSpec": made.DEFECT}}}}}
    ),
    ".gitignore": "ignored/\n",
    "ignored/buildspec.yml": made.DEFECT,
    ".cblint.yml": "profile: pedantic\nrules: [own.yml]\n",
    "own.yml": OWN_RULE,
    "CODEOWNERS": "* @all\n/ci/ @ci\n",
    "run.sh": "make\n",
}


@pytest.fixture
def full(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = made.cloned(tmp_path / "full", FILES, remote="https://example.com/team/full.git")
    git.git(folder, "add", "--force", "ignored/buildspec.yml")
    git.commit(folder)
    return folder


def rows_of(folder: pathlib.Path) -> tuple[tuple[str, bytes], ...]:
    paths = git.git(folder, "ls-files").splitlines()
    return tuple((path, (folder / path).read_bytes()) for path in paths)


def zipped(folder: pathlib.Path, path: pathlib.Path) -> pathlib.Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in rows_of(folder):
            archive.writestr(f"full-main/{name}", data)
    return path


def told(found: Visit) -> object:
    """All that is said of the files of a repository."""
    assert (found.failed, found.problems) == (False, ())
    return sorted(file._replace(content="") for file in found.files), found.rules


def test_all_kinds_of_repositories_tell_the_same(full: pathlib.Path, tmp_path: pathlib.Path) -> None:
    clone = made.looked(made.unit_of(full, url="https://example.com/team/full.git"))
    said = made.rules_said(clone)
    assert said["buildspec.yml"][:1] == ["command-not-string"]
    assert said["ci/hushed/buildspec.yml"] == []
    assert "command-not-string" in said["ci/crlf/buildspec.yml"] + said["ci/bom/buildspec.yml"]
    assert said["template.json"]
    assert "ignored/buildspec.yml" not in said
    assert {file.path: file.owners for file in clone.files}["ci/bom/buildspec.yml"] == ("@ci",)
    (hushed,) = [each for file in clone.files for each in file.findings if each.suppressed]
    assert (hushed.suppressed, hushed.reason) == ("comment", "for a test")

    bare = made.bare(tmp_path / "full.git", full)
    git.git(full, "archive", "--prefix", "full/", "--output", "../full.tar.gz", "HEAD")
    url = {"url": "https://example.com/team/full.git"}
    head = Head("main", clone.commit)
    same = {
        "bare": made.looked(made.unit_of(bare, BARE, **url)),
        "revision": made.looked(made.unit_of(full, **url), made.planned(revision="main")),
        "tar": made.looked(made.unit_of(tmp_path / "full.tar.gz", ARCHIVE, **url)),
        "zip": made.looked(made.unit_of(zipped(full, tmp_path / "full.zip"), ARCHIVE, **url)),
        "rows": visit(
            Task(Unit("full", ROWS, "t: full", "t", key="full", head=head, **url), rows=rows_of(full)), made.planned()
        ),
    }
    for kind, found in same.items():
        assert told(found) == told(clone), kind
    heads = {kind: (found.branch, found.commit) for kind, found in same.items()}
    assert heads == {
        "bare": ("main", clone.commit),
        "revision": ("main", clone.commit),
        "tar": ("", clone.commit),
        "zip": ("", ""),
        "rows": ("main", clone.commit),
    }


def test_a_visit_says_what_a_check_of_the_repository_says(full: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(full)
    checked = lint_paths(["."], Settings(jobs=1))
    expected = sorted(
        (file.path, finding.rule, finding.start.line, name)
        for file in checked.files
        for name, finding in zip(fingerprints(file), file.findings, strict=True)
        if finding.is_open
    )
    assert made.said(made.looked(made.unit_of(full))) == expected


def test_what_is_not_committed_is_only_in_the_working_tree(full: pathlib.Path, tmp_path: pathlib.Path) -> None:
    bare = made.bare(tmp_path / "full.git", full)
    (full / "buildspec.yml").write_text(made.CLEAN)
    (full / "new").mkdir()
    (full / "new" / "buildspec.yml").write_text(made.DEFECT)
    tree, committed = made.looked(made.unit_of(full)), made.looked(made.unit_of(bare, BARE))
    assert "new/buildspec.yml" in made.rules_said(tree)
    assert "new/buildspec.yml" not in made.rules_said(committed)
    assert made.said(made.looked(made.unit_of(full), made.planned(revision="HEAD"))) == made.said(committed)
    assert made.said(tree) != made.said(committed)


def test_a_revision_may_be_an_older_one_or_none(full: pathlib.Path) -> None:
    older = made.looked(made.unit_of(full), made.planned(revision="HEAD~1"))
    assert (older.failed, older.branch) == (False, "main")
    assert older.commit == git.git(full, "rev-parse", "HEAD~1").strip()
    for revision in ("nothing", "--help", "HEAD:buildspec.yml", "-c", "\udcff"):
        found = made.looked(made.unit_of(full), made.planned(revision=revision))
        assert found.failed
        assert [path for path, _ in problems(found)] == [""]


BASELINED = {"path": "buildspec.yml", "code": "CB1002", "where": "phases.build.commands[]", "text": '- echo "a: b"'}
BASELINE = json.dumps([{"format": "cblint-baseline", "version": 1}, BASELINED])


def test_a_baseline_suppresses_what_it_has(tmp_path: pathlib.Path) -> None:
    given = made.clone(
        tmp_path / "r", {"buildspec.yml": made.DEFECT, ".cblint.yml": "baseline: b.json\n", "b.json": BASELINE}
    )
    found = made.looked(made.unit_of(given))
    assert [each.suppressed for file in found.files for each in file.findings] == ["baseline"]


def test_a_baseline_of_a_configuration_that_is_named_counts_too(tmp_path: pathlib.Path) -> None:
    root = made.clone(tmp_path / "r", {"buildspec.yml": made.DEFECT, ".cblint.yml": "ignore: [CB1002]\n"})
    (tmp_path / "ours.yml").write_text("baseline: b.json\n")
    for path, suppressed in (("buildspec.yml", ""), ("r/buildspec.yml", "baseline")):
        (tmp_path / "b.json").write_text(BASELINE.replace('"buildspec.yml"', f'"{path}"'))
        found = made.looked(made.unit_of(root), made.planned(Settings(config=os.fspath(tmp_path / "ours.yml"))))
        assert [each.suppressed for file in found.files for each in file.findings] == [suppressed]
    found = made.looked(made.unit_of(root), made.planned(Settings(isolated=True)))
    assert [each.suppressed for file in found.files for each in file.findings] == [""]


def test_a_part_of_a_repository_is_told_from_its_own_top(tmp_path: pathlib.Path) -> None:
    root = made.clone(tmp_path / "r", {"part/ci/buildspec.yml": made.DEFECT + "version: 0.2\n"})
    found = made.looked(made.unit_of(root / "part", FOLDER))
    assert [path for path, *_ in made.said(found)] == ["ci/buildspec.yml"] * len(made.said(found)) != []
    outer = made.clone(tmp_path / "outer", {"buildspec.yml": made.CLEAN})
    made.clone(outer / "vendor" / "inner", {"buildspec.yml": made.DEFECT})
    assert made.rules_said(made.looked(made.unit_of(outer)))["vendor/inner/buildspec.yml"] == ["command-not-string"]


# Branch and commit


def heads(folder: pathlib.Path, kind: str = "") -> tuple[str, str]:
    found = made.looked(made.unit_of(folder, kind))
    assert not found.failed, found.problems
    return found.branch, found.commit


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_branch_and_commit_are_read_wherever_git_keeps_them(tmp_path: pathlib.Path, form: str) -> None:
    root = made.cloned(tmp_path / "r", {"buildspec.yml": made.DEFECT}, f"--object-format={form}")
    commit = git.git(root, "rev-parse", "HEAD").strip()
    bare = made.bare(tmp_path / "b.git", root)
    assert len(commit) == (40 if form == "sha1" else 64)
    assert heads(root) == heads(bare, BARE) == ("main", commit)
    git.git(root, "pack-refs", "--all")
    assert not (root / ".git" / "refs" / "heads" / "main").exists()
    assert heads(root) == ("main", commit)
    git.git(root, "worktree", "add", "--quiet", "../tree", "-b", "topic")
    git.commit(tmp_path / "tree")
    topic = git.git(tmp_path / "tree", "rev-parse", "HEAD").strip()
    assert heads(tmp_path / "tree") == ("topic", topic)
    git.git(root, "checkout", "--quiet", "--detach")
    assert heads(root) == ("", commit)
    git.git(tmp_path, "clone", "--quiet", "b.git", "clone")
    git.git(tmp_path / "clone", "checkout", "--quiet", "-b", "work/more")
    assert heads(tmp_path / "clone") == ("main", commit)
    git.git(tmp_path / "clone", "worktree", "add", "--quiet", "../tree2", "-b", "topic2")
    assert heads(tmp_path / "tree2") == ("main", commit)


def test_a_repository_without_a_commit_has_a_branch(tmp_path: pathlib.Path) -> None:
    for name, options in (("r", []), ("b.git", ["--bare"])):
        (tmp_path / name).mkdir()
        git.git(tmp_path / name, "init", "--quiet", "--initial-branch", "main", *options)
    (tmp_path / "r" / "buildspec.yml").write_text(made.DEFECT)
    assert heads(tmp_path / "r") == ("main", "")
    assert heads(tmp_path / "b.git", BARE) == ("main", "")
    assert made.rules_said(made.looked(made.unit_of(tmp_path / "r"))) == {"buildspec.yml": ["command-not-string"]}


@pytest.mark.parametrize(
    "head", ["", "ref: ", "ref: refs/heads/../../../x", "0" * 40, "x" * 40, "ref: refs/heads/a\0b"]
)
def test_what_git_keeps_may_be_nonsense_and_the_files_are_there(tmp_path: pathlib.Path, head: str) -> None:
    root = made.cloned(tmp_path / "r", {"buildspec.yml": made.DEFECT})
    (root / ".git" / "HEAD").write_text(head)
    found = made.looked(made.unit_of(root))
    assert made.rules_said(found) == {"buildspec.yml": ["command-not-string"]}
    assert [why.partition(":")[0] for _, why in problems(found)] in ([], ["Which commit is checked out is not known"])
    assert (found.commit == "") == (found.commit != "0" * 40)
    assert again(made.unit_of(root), found).same


def test_a_submodule_whose_repository_is_not_there_is_looked_at(tmp_path: pathlib.Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / ".git").write_text("gitdir: ../nowhere/modules/r\n")
    (tmp_path / "r" / "buildspec.yml").write_text(made.DEFECT)
    found = made.looked(made.unit_of(tmp_path / "r"))
    assert made.rules_said(found) == {"buildspec.yml": ["command-not-string"]}
    ((path, why),) = problems(found)
    assert (path, why.partition(":")[0]) == ("", "Which commit is checked out is not known")


def test_an_archive_that_is_a_bomb_is_one_problem(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laying, "MOST_FILES", 5)
    with tarfile.open(tmp_path / "r.tar", "w") as archive:
        for number in range(20):
            member = tarfile.TarInfo(f"{number}/buildspec.yml")
            member.size = len(made.DEFECT)
            archive.addfile(member, io.BytesIO(made.DEFECT.encode()))
    found = made.looked(made.unit_of(tmp_path / "r.tar", ARCHIVE))
    assert problems(found) == [("", "There are more than 5 files: the rest is left out.")]
    assert len(found.files) == 5
