"""Which files a search finds: names, folders, configuration, ``.gitignore``, links, and what must never be opened."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from tests.integration.conftest import CLEAN, DEFECT, Cblint, environment


def listed(cblint: Cblint, *arguments: str, cwd: str = ".") -> list[str]:
    """The files that a run would read."""
    done = cblint(*arguments, "--list-files", cwd=cwd)
    assert (done.status, done.err) == (0, b"")
    return done.lines


# Names


@pytest.mark.parametrize(
    "name",
    [
        "buildspec.yml",
        "buildspec.yaml",
        "buildspec.json",
        "BUILDSPEC.YML",
        "BuildSpec.Yaml",
        "buildspec-deploy.yml",
        "buildspec_test.yml",
        "buildspec.prod.yml",
        "buildspecs.yml",
        "build-spec.yml",
        "build_spec.yml",
        "my-buildspec.yml",
        ".buildspec.yml",
        "ci/deep/down/buildspec.yml",
        "a b/buildspec é.yml",
        "codebuild/build.yml",
        ".codebuild/build.yaml",
        "CodeBuild/build.json",
        "code-build/build.yml",
        "buildspecs/deploy.yml",
        "buildspec/deploy.yml",
        "build_specs/deploy.yml",
        "ci/codebuild/deploy.yml",
    ],
)
def test_a_search_opens_what_is_named_like_a_buildspec(cblint: Cblint, name: str) -> None:
    cblint.put({name: DEFECT})
    assert listed(cblint) == [name]
    assert cblint("--format", "json").findings == [f"{name} command-not-string"]


@pytest.mark.parametrize(
    "name",
    [
        "buildspec.txt",
        "buildspec.yml.bak",
        "buildspec.yml~",
        "buildspec",
        "buildspec.py",
        "codebuild/README.md",
    ],
)
def test_a_search_leaves_other_files_alone(cblint: Cblint, name: str) -> None:
    cblint.put({name: DEFECT})
    assert listed(cblint) == []
    assert cblint().lines == ["No buildspec was found."]


@pytest.mark.parametrize("name", ["build.yml", "ci/spec.yaml", "codebuild/scripts/build.yml", "a.json"])
def test_what_certainly_is_a_buildspec_is_found_under_any_name(cblint: Cblint, name: str) -> None:
    cblint.put({name: DEFECT, "other.yml": "version: 1\nphases: {a: {commands: [b]}}\n"})
    assert set(listed(cblint)) == {name, "other.yml"}
    assert cblint("--format", "json").findings == [f"{name} command-not-string"]


@pytest.mark.parametrize("folder", ["codebuild", ".codebuild", "buildspecs"])
def test_in_a_folder_of_buildspecs_the_content_decides(cblint: Cblint, folder: str) -> None:
    cblint.put(
        {
            f"{folder}/a.yml": DEFECT,
            f"{folder}/b.yml": "Resources: {}\n",
            f"{folder}/c.yml": "region: eu-west-1\n",
            f"{folder}/d.json": '{"version": 0.2, "phases": {"build": {"commands": [{}]}}}\n',
        }
    )
    done = cblint("--format", "json")
    assert done.findings == [f"{folder}/a.yml command-not-string", f"{folder}/d.json command-not-string"]
    assert [file["path"] for file in done.json["files"]] == [f"{folder}/a.yml", f"{folder}/d.json"]


def test_a_file_named_like_a_buildspec_that_is_none_is_mentioned_and_no_failure(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": "Resources: {}\n"})
    done = cblint("--format", "json")
    assert (done.status, done.skipped) == (0, {"buildspec.yml": "is a CloudFormation template, not a buildspec"})


def test_configured_names_are_found(cblint: Cblint) -> None:
    cblint.put(
        {
            ".cblint.yml": "buildspecs: ['pipelines/*.txt', /deploy]\nprojects: [{buildspecs: [jobs/]}]\n",
            "pipelines/a.txt": DEFECT,
            "pipelines/a.md": DEFECT,
            "deploy": DEFECT,
            "ci/deploy": DEFECT,
            "jobs/nightly.yaml": DEFECT,
        }
    )
    found = ["deploy", "jobs/nightly.yaml", "pipelines/a.txt"]
    assert listed(cblint) == found
    assert cblint("--format", "json").findings == [f"{name} command-not-string" for name in found]
    assert listed(cblint, "pipelines") == ["pipelines/a.txt"]
    assert listed(cblint, ".", cwd="pipelines") == ["a.txt"]
    # Without the configuration its content tells one of them.
    assert listed(cblint, "--isolated") == ["jobs/nightly.yaml"]


def test_a_folder_may_be_called_buildspec_yml(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml/inner-buildspec.yml": DEFECT, "buildspec.yml/note.txt": "x"})
    assert listed(cblint) == ["buildspec.yml/inner-buildspec.yml"]
    assert listed(cblint, "buildspec.yml") == ["buildspec.yml/inner-buildspec.yml"]
    assert cblint("--format", "json").findings == ["buildspec.yml/inner-buildspec.yml command-not-string"]


def test_the_order_is_that_of_the_names(cblint: Cblint) -> None:
    names = ["b/buildspec.yml", "B/buildspec.yml", "a-buildspec.yml", "a/z/buildspec.yml", "a/b-buildspec.yml"]
    names += ["é/buildspec.yml", "buildspec.yml", "a.b/buildspec.yml", "a/buildspec.yml", "10/buildspec.yml"]
    for name in names:
        cblint.put({name: CLEAN})
    expected = [
        "a-buildspec.yml",
        "buildspec.yml",
        "10/buildspec.yml",
        "B/buildspec.yml",
        "a/b-buildspec.yml",
        "a/buildspec.yml",
        "a/z/buildspec.yml",
        "a.b/buildspec.yml",
        "b/buildspec.yml",
        "é/buildspec.yml",
    ]
    assert listed(cblint) == expected
    assert [file["path"] for file in cblint("--format", "json").json["files"]] == expected
    assert cblint.process("check", "--list-files").lines == expected


def test_folders_are_searched_in_the_order_given_and_files_found_once(cblint: Cblint) -> None:
    cblint.put({"a/buildspec.yml": CLEAN, "b/buildspec.yml": CLEAN, "b/c/buildspec.yml": CLEAN})
    assert listed(cblint, "b/c", "b", "a") == ["b/c/buildspec.yml", "b/buildspec.yml", "a/buildspec.yml"]


# .gitignore


GITIGNORES: dict[str, dict[str, str]] = {
    "a name": {".gitignore": "generated-buildspec.yml\n"},
    "a folder": {".gitignore": "ci/\n"},
    "a folder below the top": {".gitignore": "/ci/\n"},
    "a folder pattern is no file pattern": {".gitignore": "buildspec.yml/\n"},
    "a path": {".gitignore": "ci/buildspec.yml\n"},
    "stars": {".gitignore": "*-buildspec.yml\n"},
    "two stars before": {".gitignore": "**/deep/\n"},
    "two stars between": {".gitignore": "ci/**/buildspec.yml\n"},
    "two stars after": {".gitignore": "ci/**\n"},
    "a question mark": {".gitignore": "c?/\n"},
    "a class": {".gitignore": "[a-d]*/\n"},
    "a negated class": {".gitignore": "[!c]*/\n"},
    "a negation": {".gitignore": "*.yml\n!buildspec.yml\n"},
    "a negation that comes first": {".gitignore": "!buildspec.yml\n*.yml\n"},
    "a negation below an ignored folder": {".gitignore": "ci/\n!ci/buildspec.yml\n"},
    "a negation below an ignored content": {".gitignore": "ci/*\n!ci/buildspec.yml\n"},
    "a nested file": {"ci/.gitignore": "buildspec.yml\n"},
    "a nested anchor": {"ci/.gitignore": "/buildspec.yml\n"},
    "a nested negation": {".gitignore": "buildspec.yml\n", "ci/.gitignore": "!buildspec.yml\n"},
    "a nested negation of a folder": {".gitignore": "deep/\n", "ci/.gitignore": "!deep/\n"},
    "a negation inside an ignored folder": {".gitignore": "ci/\n", "ci/.gitignore": "!*\n"},
    "three levels": {".gitignore": "*.yml\n", "ci/.gitignore": "!*.yml\n", "ci/deep/.gitignore": "b*.yml\n"},
    "comments and blanks": {".gitignore": "# ci/\n\n   \n\\#x\nci/   \n"},
    "an escaped blank": {".gitignore": "ci\\ \n"},
    "escapes": {".gitignore": "\\ci/\n\\!x\n"},
    "CRLF": {".gitignore": "ci/\r\ngenerated-buildspec.yml\r\n"},
    "no line end": {".gitignore": "ci/"},
    "a byte order mark": {".gitignore": "\ufeffci/\n"},
    "patterns that git refuses": {".gitignore": "!\n[z-a]\n\\\nci/\n[\n"},
    "everything": {".gitignore": "*\n"},
    "everything but": {".gitignore": "/*\n!/ci\n"},
    "upper case": {".gitignore": "CI/\nBuildspec.yml\n"},
}
TREE = [
    "buildspec.yml",
    "ci/buildspec.yml",
    "ci/deep/buildspec.yml",
    "ci/deep/other-buildspec.yml",
    "docs/buildspec.yml",
    "docs/ci/buildspec.yml",
    "generated-buildspec.yml",
]


@pytest.mark.skipif(shutil.which("git") is None, reason="git, the judge, is not installed")
@pytest.mark.parametrize("ignored", GITIGNORES.values(), ids=GITIGNORES)
def test_what_git_ignores_is_not_searched(cblint: Cblint, ignored: dict[str, str]) -> None:
    cblint.put({**dict.fromkeys(TREE, CLEAN), **ignored})
    assert sorted(listed(cblint)) == _judged_by_git(cblint.folder)


def _judged_by_git(folder: pathlib.Path) -> list[str]:
    variables = {**environment(), "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "init", "--quiet"], cwd=folder, env=variables, check=True)
    command = ["git", "-c", "core.quotePath=off", "ls-files", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=folder, env=variables, check=True, capture_output=True)
    return sorted(name for name in done.stdout.decode().splitlines() if not name.endswith(".gitignore"))


def test_the_gitignore_of_folders_above_counts(cblint: Cblint) -> None:
    cblint.put({".gitignore": "*.json\n/ci/a/\n", "ci/.gitignore": "b/\n"})
    cblint.put(dict.fromkeys(["ci/a/buildspec.yml", "ci/b/buildspec.yml", "ci/c/buildspec.json"], CLEAN))
    cblint.put({"ci/c/buildspec.yml": CLEAN})
    assert listed(cblint, ".", cwd="ci") == ["c/buildspec.yml"]
    assert listed(cblint, "ci/c") == ["ci/c/buildspec.yml"]


def test_a_named_file_is_linted_even_if_git_ignores_it(cblint: Cblint) -> None:
    cblint.put({".gitignore": "*\n", "buildspec.yml": DEFECT})
    assert listed(cblint) == []
    assert cblint("buildspec.yml").status == 1


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_nested_repository_has_its_own_gitignore_and_configuration(cblint: Cblint, kind: str) -> None:
    cblint.put({".gitignore": "*-buildspec.yml\n", ".cblint.yml": "select: [duplicate-key]\n"})
    cblint.put({"sub/a-buildspec.yml": DEFECT, "sub/b-buildspec.yml": DEFECT, "sub/.gitignore": "b-*\n"})
    assert listed(cblint) == []
    cblint.put({"sub/.git/HEAD": "x"} if kind == "folder" else {"sub/.git": "gitdir: elsewhere\n"})
    assert listed(cblint) == ["sub/a-buildspec.yml"]
    assert cblint("--format", "json").findings == ["a-buildspec.yml command-not-string"]


def test_a_gitignore_above_the_repository_does_not_count(cblint: Cblint) -> None:
    (cblint.folder.parent / ".gitignore").write_text("*\n")
    cblint.put({"buildspec.yml": CLEAN})
    assert listed(cblint) == ["buildspec.yml"]


def test_outside_a_repository_there_is_no_gitignore(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, ".gitignore": "*\n"})
    (cblint.folder / ".git").rmdir()
    assert cblint("--format", "json").findings == ["buildspec.yml command-not-string"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00*\n", b"\0\n", b"*" * 2_000_000, b"[" * 100_000, b"!" * 1000])
def test_a_gitignore_that_is_no_text_stops_nothing(cblint: Cblint, content: bytes) -> None:
    cblint.put({"buildspec.yml": DEFECT, ".gitignore": content})
    assert cblint.process("check", timeout=100).status in (0, 1)


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 30 + "*b", "**/a" * 30 + "/**/b", "a*/" * 30 + "*a*a*a*a*b", "*a*a*/" * 5 + "b", "[a-z]*" * 40 + "0"],
)
def test_a_pattern_cannot_take_for_ever(cblint: Cblint, pattern: str) -> None:
    for name in ("a" * 200, "a/" * 60 + "a" * 200, "/".join(["a" * 200] * 6)):
        cblint.put({f"{name}-buildspec.yml": DEFECT})
    cblint.put({".gitignore": f"{pattern}\n"})
    assert cblint.process("check", "--exclude", pattern, timeout=100).stdout.count("[command-not-string]") == 3
    cblint.put({".cblint.yml": f"exclude: ['{pattern}']\n"})
    done = cblint("--exclude", pattern)
    assert done.status == 2
    assert ".cblint.yml:1:11: the pattern " in done.stderr


# Folders that are never entered, and links


@pytest.mark.parametrize("folder", [".git", "node_modules", ".hg", ".svn", ".venv", ".terraform", "__pycache__"])
def test_folders_that_are_never_entered(cblint: Cblint, folder: str) -> None:
    cblint.put({f"{folder}/buildspec.yml": DEFECT, f"a/b/{folder}/c/buildspec.yml": DEFECT, "buildspec.yml": CLEAN})
    assert listed(cblint) == ["buildspec.yml"]
    if folder != ".git":
        assert listed(cblint, folder) == [f"{folder}/buildspec.yml"]


def test_links_to_folders_are_not_followed(cblint: Cblint) -> None:
    cblint.put({"a/buildspec.yml": CLEAN})
    outside = cblint.folder.parent / "outside"
    outside.mkdir()
    (outside / "buildspec.yml").write_text(DEFECT)
    (cblint.folder / "b").symlink_to("a")
    (cblint.folder / "outside").symlink_to(outside)
    (cblint.folder / "a/loop").symlink_to("..")
    (cblint.folder / "buildspec.yml").symlink_to("a")
    assert listed(cblint) == ["a/buildspec.yml"]
    assert listed(cblint, "b") == ["b/buildspec.yml"]


def test_links_to_files_are_read_only_inside_the_folder_searched(cblint: Cblint) -> None:
    outside = cblint.folder.parent / "secret.yml"
    outside.write_text(DEFECT)
    (cblint.folder.parent / "repository-2").mkdir()
    (cblint.folder.parent / "repository-2/secret.yml").write_text(DEFECT)
    cblint.put({"ci/real": DEFECT, "hidden": "x"})
    links = {
        "a-buildspec.yml": "ci/real",
        "b-buildspec.yml": str(cblint.folder / "ci/real"),
        "ci/c-buildspec.yml": "../ci/../ci/real",
        "d-buildspec.yml": "a-buildspec.yml",
        "out-1-buildspec.yml": "../secret.yml",
        "out-2-buildspec.yml": str(outside),
        "out-3-buildspec.yml": "/etc/passwd",
        "out-4-buildspec.yml": "../repository-2/secret.yml",
        "out-5-buildspec.yml": "out-1-buildspec.yml",
        "out-6-buildspec.yml": "ci/../../secret.yml",
        "nowhere-buildspec.yml": "missing.yml",
        "loop-buildspec.yml": "loop-buildspec.yml",
        "device-buildspec.yml": "/dev/zero",
    }
    for name, target in links.items():
        (cblint.folder / name).symlink_to(target)
    inside = ["a-buildspec.yml", "b-buildspec.yml", "d-buildspec.yml", "ci/c-buildspec.yml"]
    assert listed(cblint) == inside
    done = cblint.process("check", "--format", "json")
    assert done.findings == [f"{name} command-not-string" for name in inside]
    assert b"root:" not in done.out + done.err


def test_a_link_out_of_the_tree_may_be_named(cblint: Cblint) -> None:
    outside = cblint.folder.parent / "shared.yml"
    outside.write_text(DEFECT)
    (cblint.folder / "buildspec.yml").symlink_to(outside)
    assert cblint("buildspec.yml", "--format", "json").findings == ["buildspec.yml command-not-string"]


# What cannot be read


@pytest.mark.parametrize("option", [(), ("--diff",), ("--fix",), ("--list-files",), ("--jobs", "2")])
def test_a_pipe_in_a_folder_never_blocks(cblint: Cblint, option: tuple[str, ...]) -> None:
    cblint.put({"buildspec.yml": DEFECT, "ci/buildspec.yml": CLEAN})
    for name in ("pipe-buildspec.yml", "ci/.gitignore", ".gitignore", ".cblint.yml", "ci/pyproject.toml"):
        os.mkfifo(cblint.folder / name)
    done = cblint.process("check", *option, timeout=100)
    assert done.status == (0 if "--fix" in option or "--list-files" in option else 1)
    assert "buildspec.yml" in done.stdout


def test_a_named_pipe_is_read(cblint: Cblint) -> None:
    path = cblint.folder / "pipe-buildspec.yml"
    os.mkfifo(path)
    with subprocess.Popen(
        [sys.executable, "-m", "cblint", "check", "pipe-buildspec.yml", "--format", "concise"],
        stdout=subprocess.PIPE,
        cwd=cblint.folder,
        env=environment(),
    ) as process:
        with open(path, "w", encoding="utf-8") as writer:
            writer.write(DEFECT)
        out, _ = process.communicate(timeout=100)
    assert (process.returncode, out.decode().split(" ")[0]) == (1, "pipe-buildspec.yml:5:16:")


def test_an_unreadable_file_is_said_and_only_fails_when_named(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT, "closed-buildspec.yml": DEFECT, "closed/buildspec.yml": DEFECT})
    (cblint.folder / "closed-buildspec.yml").chmod(0)
    (cblint.folder / "closed").chmod(0)
    if os.access(cblint.folder / "closed-buildspec.yml", os.R_OK):
        pytest.skip("root can read everything")
    try:
        found = cblint("--format", "json")
        assert (found.status, found.findings) == (1, ["buildspec.yml command-not-string"])
        assert found.skipped == {"closed-buildspec.yml": "cannot be read: Permission denied"}
        named = cblint("closed-buildspec.yml", "buildspec.yml", "closed", "--format", "json")
        assert (named.status, named.findings) == (2, ["buildspec.yml command-not-string"])
        assert "closed-buildspec.yml cannot be read: Permission denied" in named.stderr
        assert "closed cannot be read: Permission denied" in named.stderr
    finally:
        (cblint.folder / "closed").chmod(0o700)


def test_a_socket_is_not_read(cblint: Cblint) -> None:
    import socket

    cblint.put({"buildspec.yml": DEFECT})
    with socket.socket(socket.AF_UNIX) as server:
        path = cblint.folder / "s-buildspec.yml"
        if len(os.fspath(path)) > 100:
            pytest.skip("the path is too long for a socket")
        server.bind(os.fspath(path))
        done = cblint.process("check", "--format", "json", timeout=100)
        assert (done.status, done.skipped) == (1, {"s-buildspec.yml": "is not a regular file"})
        assert cblint.process("check", "s-buildspec.yml", timeout=100).status == 2


def test_a_very_deep_tree_is_searched_without_recursion(cblint: Cblint) -> None:
    folder = os.open(cblint.folder, os.O_RDONLY)
    for _ in range(3000):  # deeper than any path may be long
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    deep = "e/" * 60 + "buildspec.yml"
    cblint.put({"z-buildspec.yml": DEFECT, deep: DEFECT})
    try:
        assert cblint.process("check", "--list-files", timeout=100).lines == ["z-buildspec.yml", deep]
    finally:
        subprocess.run(["rm", "-rf", cblint.folder / "d"], check=True)
