"""Files of the repository are read only where they are plain, inside of it, and not too long."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.hosts import repository
from cblint.hosts.repository import LONGEST, found_by, holds, mentioned, named_in, text_in
from cblint.source.remembered import forget


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside.sh").write_text("export SECRET=1\n")
    inside = tmp_path / "repository"
    (inside / "ci").mkdir(parents=True)
    (inside / "ci" / "env.sh").write_text("export TAG=1\n")
    return inside


def test_a_plain_file_is_read(root: Path) -> None:
    assert text_in(str(root), "ci/env.sh") == "export TAG=1\n"
    assert text_in(str(root), "./ci/../ci/env.sh") == "export TAG=1\n"


@pytest.mark.parametrize(
    "path", ["missing.sh", "ci", "", ".", "../outside.sh", "/etc/passwd", "ci/env.sh\0", "x" * 5_000]
)
def test_what_is_no_file_of_the_repository_is_not_read(root: Path, path: str) -> None:
    assert text_in(str(root), path) is None


def test_a_link_may_lead_to_another_file_of_the_repository_and_not_out(root: Path) -> None:
    (root / "in.sh").symlink_to("ci/env.sh")
    (root / "out.sh").symlink_to("../outside.sh")
    (root / "up").symlink_to("..")
    (root / "round.sh").symlink_to("round.sh")
    assert text_in(str(root), "in.sh") == "export TAG=1\n"
    assert [text_in(str(root), path) for path in ("out.sh", "up/outside.sh", "round.sh")] == [None] * 3


def test_a_repository_that_is_reached_by_a_link_is_read(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    assert text_in(str(root.parent / "link"), "ci/env.sh") == "export TAG=1\n"


def test_a_pipe_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.sh")
    assert text_in(str(root), "pipe.sh") is None


def test_what_is_too_long_or_no_text_is_not_read(root: Path) -> None:
    (root / "long.sh").write_bytes(b"#" * (LONGEST + 1))
    (root / "just.sh").write_bytes(b"#" * LONGEST)
    (root / "binary.sh").write_bytes(b"\xff\xfe\0")
    assert text_in(str(root), "long.sh") is None
    assert text_in(str(root), "binary.sh") is None
    assert len(text_in(str(root), "just.sh") or "") == LONGEST


# What a checkout holds


def test_what_is_committed_is_there_and_what_git_ignores_is_not(root: Path) -> None:
    (root / ".gitignore").write_text("dist/\n*.zip\n")
    (root / ".git").mkdir()
    (root / "dist").mkdir()
    (root / "dist" / "index.html").write_text("")
    (root / "app.zip").write_text("")
    (root / "out").mkdir()
    (root / "out" / "b.zip").write_text("")
    found = {path: holds(str(root), path) for path in ("ci", "ci/env.sh", "./ci//env.sh", "ci/env.sh/x", "missing")}
    assert found == {"ci": True, "ci/env.sh": True, "./ci//env.sh": True, "ci/env.sh/x": False, "missing": False}
    # A folder in which nothing is committed is none for git.
    assert [holds(str(root), path) for path in ("dist", "dist/index.html", "app.zip", "out")] == [False] * 4


@pytest.mark.parametrize(
    ("version", "expected"),
    [(b"\0\0\0\2", True), (b"\0\0\0\3", True), (b"\0\0\0\4", None), (b"", None)],
    ids=["2", "3", "4: no whole paths", "broken"],
)
def test_what_was_added_in_spite_of_the_patterns_is_there(root: Path, version: bytes, expected: bool | None) -> None:
    (root / ".gitignore").write_text("dist/\n")
    (root / "dist").mkdir()
    (root / "dist" / "app.js").write_text("")
    (root / ".git").mkdir()
    (root / ".git" / "index").write_bytes(b"DIRC" + version + b"\0\0\0\1\0dist/app.js\0")
    assert holds(str(root), "dist/app.js") is expected
    assert holds(str(root), "dist") is expected


@pytest.mark.parametrize("path", ["", ".", "..", "../outside.sh", "ci/../../outside.sh", "a\0b", "/"])
def test_of_a_path_that_is_none_nothing_is_said(root: Path, path: str) -> None:
    assert holds(str(root), path) is None


def test_of_what_is_behind_a_link_out_of_the_repository_nothing_is_said(root: Path) -> None:
    (root / "up").symlink_to("..")
    (root / "out.sh").symlink_to("../outside.sh")
    (root / "nowhere").symlink_to("missing")
    (root / "round").symlink_to("round")
    (root / "other").symlink_to("ci")
    assert [holds(str(root), path) for path in ("up", "up/outside.sh", "up/missing", "out.sh")] == [None] * 4
    assert holds(str(root), "other/env.sh") is True
    assert holds(str(root), "nowhere") is None
    assert holds(str(root), "round") is None


def test_where_only_parts_are_checked_out_nothing_is_said(root: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    (empty / ".git").mkdir(parents=True)
    assert holds(str(empty), "missing") is None
    assert holds(str(tmp_path / "gone"), "missing") is None
    (root / ".gitmodules").write_text('[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.com/lib\n')
    assert [holds(str(root), path) for path in ("vendor", "vendor/lib", "vendor/lib/a.c")] == [None] * 3
    assert holds(str(root), "vendor/other") is False
    (root / ".git" / "info").mkdir(parents=True)
    (root / ".git" / "info" / "sparse-checkout").write_text("/ci\n")
    assert holds(str(root), "missing") is None


def test_a_large_tree_is_given_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MOST_ENTRIES", 20)
    (root / ".git").mkdir()
    (root / ".gitignore").write_text("*.o\n")
    for number in range(21):
        (root / f"{number}.sh").write_text("make app.zip\n")
        (root / "ci" / f"{number}.o").write_text("")
    assert mentioned(str(root), frozenset({"app.zip"}), "") is None
    assert found_by(str(root), ".*") is None
    assert holds(str(root), "ci") is None
    assert holds(str(root), "ci/env.sh") is True


def test_files_are_found_by_a_pattern(root: Path) -> None:
    (root / "ci" / "deep").mkdir()
    (root / "ci" / "deep" / "env.sh").write_text("")
    assert found_by(str(root), r"[^/]*/env\.sh") == frozenset({"ci/env.sh"})
    assert found_by(str(root), r"(?:.*/)?env\.sh") == frozenset({"ci/env.sh", "ci/deep/env.sh"})


def test_who_speaks_of_a_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "buildspec.yml").write_text("files: [app.zip, b.json, c.json]\n")
    (root / "README.md").write_text("app.zip\n")
    (root / "Makefile").write_text("c.json:\n")
    (root / "template.yml").write_text("Configuration: {FileName: b.json}\n")
    os.mkfifo(root / "pipe.sh")
    (root / "out.sh").symlink_to("../outside.sh")
    names = frozenset({"app.zip", "b.json", "c.json", "SECRET"})
    assert mentioned(str(root), names, "buildspec.yml") == {"c.json"}
    assert mentioned(str(root), names, "") == {"app.zip", "b.json", "c.json"}
    monkeypatch.setattr(repository, "MOST_BYTES", 10)
    forget()
    assert mentioned(str(root), names, "") is None


def test_who_names_a_variable(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "buildspec-2.yml").write_text("variables: {OTHER_BUILD: x}\n")
    (root / "settings.properties").write_text("url=${db.host-name}\n")
    (root / "app.js").write_text("config.dbPort\n")
    (root / "old.ps1").write_bytes("$Env:SOME_TITLE".encode("utf-16"))
    (root / "latin.txt").write_bytes(b"caf\xe9 LATIN_NAME")
    (root / "picture.png").write_bytes(b"\0BINARY_NAME")
    (root / "link.sh").symlink_to("../outside.sh")
    named = {"DB_HOST_NAME", "DB_PORT", "SOME_TITLE", "LATIN_NAME", "TAG"}
    names = frozenset({*named, "OTHER_BUILD", "BINARY_NAME", "SECRET"})
    assert named_in(str(root), names, r"buildspec.*") == named
    assert named_in(str(root), names, "") == {*named, "OTHER_BUILD"}
    monkeypatch.setattr(repository, "MOST_BYTES", 10)
    forget()
    assert named_in(str(root), names, "") is None


def test_in_a_submodule_anything_may_be_named(root: Path) -> None:
    assert named_in(str(root), frozenset({"TAG", "OTHER"}), "") == {"TAG"}
    (root / ".gitmodules").write_text("[submodule]\n")
    forget()
    assert named_in(str(root), frozenset({"TAG", "OTHER"}), "") is None


@given(st.text(alphabet=st.sampled_from("ab./~*$\0\n é\udcff" + "x" * 3), max_size=40), st.integers(1, 200))
def test_any_path_is_asked_for_calmly(path: str, times: int) -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    assert holds(here, path * times) in (True, False, None)


def test_what_was_read_is_kept_until_it_is_to_be_forgotten(root: Path) -> None:
    assert text_in(str(root), "ci/env.sh") == "export TAG=1\n"
    (root / "ci" / "env.sh").write_text("export TAG=2\n")
    assert text_in(str(root), "ci/env.sh") == "export TAG=1\n"
    forget()
    assert text_in(str(root), "ci/env.sh") == "export TAG=2\n"
