"""Owners by CODEOWNERS: what GitHub and GitLab say of their files, and files that nobody should have written."""

from __future__ import annotations

import os
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.audit.owners import owners_in
from tests.bounds import no_hanging


def owned(folder: pathlib.Path, text: str | bytes, *paths: str, place: str = "CODEOWNERS") -> list[str]:
    """The owners of each path by a file that holds the text, joined with blanks."""
    file = folder / place
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    owners = owners_in(str(folder))
    return [" ".join(owners(path)) for path in paths]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe* @a",
        b"* @\xff",
        b"\0* @a",
        b"#" * (3 * 1024 * 1024) + b"\n* @a",
        b"* @a\n" * 50_001,
        b"*a*b* @a\n" * 2_000 + b"* @a",
        b"* a\n* @\n! @a\n[ @a\n[a @a\n\\#x @a\n!x @a",
    ],
    ids=["empty", "UTF-16", "no UTF-8", "binary", "too large", "too many lines", "too much work", "wrong lines"],
)
def test_a_file_that_says_nothing_gives_nobody(tmp_path: pathlib.Path, text: bytes) -> None:
    with no_hanging():
        assert owned(tmp_path, text, "x", "[a") == ["", ""]


def test_wrong_lines_do_not_spoil_the_others(tmp_path: pathlib.Path) -> None:
    wrong = "x user\nx @a user\nx[ @b\n*x*x*x*x* @c\n!x @d\n\\#x @e\n[x] @f\n"
    assert owned(tmp_path, f"* @all\n{wrong}", "x", "#x", place=".github/CODEOWNERS") == ["@all", "@all"]


def test_a_link_does_not_lead_out_of_the_repository(tmp_path: pathlib.Path) -> None:
    (tmp_path / "outside").write_text("* @outside")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "CODEOWNERS").symlink_to("../outside")
    assert owners_in(str(tmp_path / "inside"))("x") == ()
    (tmp_path / "inside" / "CODEOWNERS").unlink()
    (tmp_path / "inside" / "real").write_text("* @inside")
    (tmp_path / "inside" / "CODEOWNERS").symlink_to("real")
    assert owners_in(str(tmp_path / "inside"))("x") == ("@inside",)


def test_what_is_no_file_is_passed_over(tmp_path: pathlib.Path) -> None:
    assert owners_in(str(tmp_path / "missing"))("x") == ()
    (tmp_path / ".github" / "CODEOWNERS").mkdir(parents=True)
    os.mkfifo(tmp_path / "CODEOWNERS")
    assert owned(tmp_path, "* @docs", "x", place="docs/CODEOWNERS") == ["@docs"]


def test_hostile_patterns_and_paths_end(tmp_path: pathlib.Path) -> None:
    stars = "".join(f"{'**/a/' * number}**/b @a\n/{'*a' * number}b @a\n" for number in range(2, 40))
    long = ("a/" * 2000, "/".join(["a" * 255] * 16), "a" * 100_000, "a/" * 50_000, "\n" * 5_000)
    with no_hanging():
        assert owned(tmp_path, stars, *long) == [""] * len(long)
        assert owned(tmp_path, f"{'?' * 100_000} @a\n{'[' * 100_000} @a", *long) == [""] * len(long)


@given(st.text(alphabet="*?[]!\\/#^@ab .\n\t"), st.text(alphabet="ab/ .\n[]"), st.sampled_from(["", ".gitlab/"]))
def test_any_text_gives_owners(tmp_path_factory: pytest.TempPathFactory, text: str, path: str, place: str) -> None:
    folder = tmp_path_factory.mktemp("repository")
    for owners in owned(folder, f"[a]\n{text}" if place else text, path, place=f"{place}CODEOWNERS"):
        assert all("@" in owner for owner in owners.split())


def test_the_first_place_where_github_looks_counts(tmp_path: pathlib.Path) -> None:
    for place in (".gitlab/CODEOWNERS", "docs/CODEOWNERS", "CODEOWNERS", ".github/CODEOWNERS"):
        name = f"@{place.partition('/')[0].strip('.').lower()}"
        assert owned(tmp_path, f"* {name}", "x", place=place) == [name]
    (tmp_path / ".github" / "CODEOWNERS").write_text("nothing @here")
    assert owners_in(str(tmp_path))("x") == ()


def test_the_examples_that_github_documents(tmp_path: pathlib.Path) -> None:
    text = """\
# Comment
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline @comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
**/logs @logs
/scripts/ @doctocat @octocat
/apps/github
/apps/github/doctocat @doctocat
a\\ b/ @blank
"""
    expected = {
        "x": "@global-owner1 @global-owner2",
        "src/x.js": "@js-owner",
        "x.go": "docs@example.com",
        "a/b/x.txt": "@octo-org/octocats",
        "build/logs/a/b": "@logs",
        "x/build/logs2/a": "@global-owner1 @global-owner2",
        "docs/getting-started.md": "docs@example.com",
        "docs/my file.md": "docs@example.com",
        "docs/build-app/troubleshooting.md": "@global-owner1 @global-owner2",
        "x/apps/y/z": "@octocat",
        "deeply/nested/logs/x": "@logs",
        "scripts/x": "@doctocat @octocat",
        "x/scripts/y": "@global-owner1 @global-owner2",
        "apps/github/x": "",
        "apps/github": "",
        "apps/github/doctocat/x": "@doctocat",
        "a b/x": "@blank",
        "docs\n/x": "@global-owner1 @global-owner2",
        "X.JS": "@global-owner1 @global-owner2",
    }
    assert dict(zip(expected, owned(tmp_path, text, *expected), strict=True)) == expected


def test_carriage_returns_and_a_byte_order_mark_are_no_part_of_a_line(tmp_path: pathlib.Path) -> None:
    assert owned(tmp_path, "\ufeff* @a\r\n*.js @b\r\n", "x", "x.js") == ["@a", "@b"]


def test_each_section_of_gitlab_has_its_owners(tmp_path: pathlib.Path) -> None:
    text = """\
* @admin
[README Owners]
README.md @user1 @user2
internal/README.md @user4
^[README other owners][2]
README.md @user3
[Docs] @docs @docs wrong
docs/
*.txt @texts
/rooted wrong
!/docs/secret/
[readme owners]
/last/README.md @user5
"""
    expected = {
        "README.md": "@admin @user1 @user2 @user3",
        "a/README.md": "@admin @user1 @user2 @user3",
        "internal/README.md": "@admin @user4 @user3",
        "a/internal/README.md": "@admin @user4 @user3",
        "last/README.md": "@admin @user5 @user3",
        "a/docs/b/x": "@admin @docs",
        "docs/x.txt": "@admin @texts",
        "docs/secret/x.txt": "@admin",
        "rooted": "@admin @docs",
        "rooted/x": "@admin",
        "README.md/x": "@admin",
    }
    for place in ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"):
        assert dict(zip(expected, owned(tmp_path, text, *expected, place=place), strict=True)) == expected
        os.unlink(tmp_path / place)
