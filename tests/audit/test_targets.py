"""Targets: what is named wrongly or by strangers, and which repositories are found behind the rest."""

from __future__ import annotations

import json
import os
import pathlib
import tarfile
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.audit.model import ADDRESS, ARCHIVE, BARE, CLONE, FOLDER, ROWS, Unit
from cblint.audit.tables import Spool
from cblint.audit.targets import NoTarget, Ways, name_of, shown_of, units_of, web_of
from tests import git
from tests.audit import made


@pytest.fixture
def spools(tmp_path: pathlib.Path) -> Iterator[list[Spool]]:
    found: list[Spool] = []
    yield found
    for spool in found:
        spool.close()


@pytest.fixture(autouse=True)
def here(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """An empty folder, which is the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def units(*targets: str, fetches: bool = False, said: list[str] | None = None) -> list[Unit]:
    """The repositories of targets that need no table."""
    return list(units_of(targets, Ways(fetches, _no_spool, (said if said is not None else []).append)))


def _no_spool() -> tuple[str, Spool]:
    raise AssertionError("this is no table")


def found(*targets: str, fetches: bool = False) -> list[tuple[str, str]]:
    """The kinds and names of the repositories of targets."""
    return [(unit.kind, unit.name) for unit in units(*targets, fetches=fetches)]


def refused(*targets: str) -> str:
    """What is said of a target that is named wrongly."""
    with pytest.raises(NoTarget) as caught:
        units(*targets)
    return str(caught.value)


def with_remote(folder: pathlib.Path, url: str, name: str = "origin") -> pathlib.Path:
    """A clone of an address, by what git would have written."""
    made.clone(folder, {"buildspec.yml": made.CLEAN})
    (folder / ".git" / "config").write_text(f'[core]\n\tbare = false\n[remote "{name}"]\n\turl = {url}\n')
    return folder


def bare_at(folder: pathlib.Path, url: str = "") -> pathlib.Path:
    """What git keeps of a repository without a working tree, as far as that is looked at here."""
    for name in ("objects", "refs"):
        (folder / name).mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    if url:
        (folder / "config").write_text(f'[remote "origin"]\n\turl = {url}\n\tfetch = +refs/*:refs/*\n\tmirror = true\n')
    return folder


# What is named wrongly


def test_a_file_to_lint_is_no_target(here: pathlib.Path) -> None:
    (here / "buildspec.yml").write_text(made.CLEAN)
    assert refused("buildspec.yml") == (
        'buildspec.yml is a file to lint: "cblint check" does that, and an audit looks at repositories.'
    )


def test_an_address_needs_a_folder_for_clones_and_shows_no_password() -> None:
    assert refused("https://somebody:s3cret@example.com/a/b") == (
        "https://example.com/a/b is an address: nothing is fetched without --clone FOLDER."
    )
    assert refused("git@example.com:a/b.git") == (
        "git@example.com:a/b.git is an address: nothing is fetched without --clone FOLDER."
    )


def test_a_list_that_is_none_is_refused(here: pathlib.Path) -> None:
    (here / "binary").write_bytes(b"\0\1")
    (here / "latin").write_bytes(b"caf\xe9\n")
    (here / "large").write_bytes(b"#" * 5_000_000)
    (here / "inner").write_text("clone\n")
    (here / "outer").write_text("inner\n")
    (here / "spec").write_text("buildspec.yml\n")
    (here / "buildspec.yml").write_text(made.CLEAN)
    assert refused("binary") == "binary is a binary file."
    assert refused("latin") == "latin is not UTF-8: byte 0xE9 on line 1."
    assert refused("large") == "large is larger than 4 MB."
    assert refused("outer") == "inner is a file, and no archive or table of repositories."
    assert refused("spec") == "buildspec.yml is a file, and no archive or table of repositories."


def test_a_broken_table_is_refused(here: pathlib.Path, spools: list[Spool]) -> None:
    (here / "t.jsonl").write_text("no JSON\n")
    with pytest.raises(NoTarget) as caught:
        list(units_of(["t.jsonl"], Ways(False, _spooling(here, spools), print)))
    assert str(caught.value) == "t.jsonl has no row that can be read. Line 1 is left out: it is not valid JSON."


def test_what_is_not_there_is_told_of_as_a_repository_that_is_gone(here: pathlib.Path) -> None:
    (here / "list").write_text("missing\n\n  # a remark\n also/missing \n")
    assert found("list", "no") == [(FOLDER, "missing"), (FOLDER, "also/missing"), (FOLDER, "no")]


# Folders


def test_repositories_are_found_in_groups_of_them(here: pathlib.Path) -> None:
    for name in ("b/two", "a/one", "a/deep/er/three", "c", "node_modules/x", "b/.venv/y"):
        made.clone(here / "clones" / name, {"buildspec.yml": made.CLEAN})
    bare_at(here / "clones" / "d.git")
    bare_at(here / "clones" / "mirrors" / "e.git", "https://example.com/team/e.git")
    (here / "clones" / "empty").mkdir()
    (here / "clones" / "file").touch()
    assert found("clones") == [
        (CLONE, "a/deep/er/three"),
        (CLONE, "a/one"),
        (CLONE, "b/two"),
        (CLONE, "c"),
        (BARE, "d"),
        (BARE, "example.com/team/e"),
        (FOLDER, "empty"),
    ]
    assert found("clones/c/") == [(CLONE, "c")]
    assert found("clones/d.git") == [(BARE, "d")]


def test_a_folder_without_git_is_one_repository(here: pathlib.Path) -> None:
    for name in ("a", "b"):
        (here / "plain" / name).mkdir(parents=True)
    assert found("plain") == [(FOLDER, "plain")]
    assert found("plain/a") == [(FOLDER, "a")]
    assert found(".") == [(FOLDER, "here")]
    assert found("/dev/fd") == [(FOLDER, "fd")]


def test_what_is_in_a_repository_is_part_of_it(here: pathlib.Path) -> None:
    made.clone(here / "clones" / "outer")
    made.clone(here / "clones" / "outer" / "vendor" / "inner")
    assert found("clones") == [(CLONE, "outer")]
    assert found("clones/outer/vendor") == [(CLONE, "inner")]


def test_links_are_not_followed_below_a_target(here: pathlib.Path) -> None:
    made.clone(here / "elsewhere" / "secret")
    made.clone(here / "clones" / "mine")
    (here / "clones" / "loop").symlink_to(".")
    (here / "clones" / "mine-too").symlink_to("mine")
    (here / "clones" / "out").symlink_to(here / "elsewhere")
    (here / "clones" / "dangling").symlink_to("nowhere")
    (here / "clones" / "x.tar").symlink_to("/etc/passwd")
    assert found("clones") == [(CLONE, "mine")]
    (here / "link").symlink_to("clones")
    assert found("link", "clones") == [(CLONE, "mine")]


def test_working_trees_and_submodules_are_repositories(here: pathlib.Path) -> None:
    main = made.cloned(here / "clones" / "main", {"buildspec.yml": made.CLEAN}, remote="https://example.com/a/main")
    git.git(main, "worktree", "add", "--quiet", "../tree", "-b", "other")
    broken = here / "clones" / "sub"
    broken.mkdir()
    (broken / ".git").write_text("gitdir: ../nowhere/.git/modules/sub\n")
    assert found("clones") == [
        (CLONE, "example.com/a/main"),
        (CLONE, "sub"),
        (CLONE, "example.com/a/main (clones/tree)"),
    ]


def test_a_git_file_that_lies_costs_only_its_name(here: pathlib.Path) -> None:
    for number, text in enumerate(
        [b"", b"gitdir: ", b"gitdir: .\n", b"gitdir: /dev/null\n", b"\xff", b"gitdir: a\0b\n"]
    ):
        folder = here / "clones" / str(number)
        folder.mkdir(parents=True)
        (folder / ".git").write_bytes(text)
    (here / "clones" / "fifo").mkdir()
    os.mkfifo(here / "clones" / "fifo" / ".git")
    (here / "clones" / "loop").mkdir()
    (here / "clones" / "loop" / ".git").symlink_to(".git")
    assert found("clones") == [(CLONE, each) for each in ("0", "1", "2", "3", "4", "5", "fifo", "loop")]


def test_archives_are_repositories_beside_others(here: pathlib.Path) -> None:
    made.clone(here / "clones" / "a")
    for name in ("a.tar.gz", "group/b.zip", "c.TGZ", "d.rar"):
        path = here / "clones" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    with tarfile.open(here / "one.tar", "w"):
        pass
    assert found("clones", "one.tar") == [
        (CLONE, "a"),
        (ARCHIVE, "group/b"),
        (ARCHIVE, "a (clones/a.tar.gz)"),
        (ARCHIVE, "c"),
        (ARCHIVE, "one"),
    ]


def test_a_repository_is_looked_at_once_and_two_of_a_name_are_told_apart(here: pathlib.Path) -> None:
    for name in ("a", "b", "c/a"):
        with_remote(here / name, "https://somebody:token@example.com/team/x.git")
    assert found("a", "./a/", str(here / "a"), "b", ".") == [
        (CLONE, "example.com/team/x"),
        (CLONE, "example.com/team/x (b)"),
        (CLONE, "example.com/team/x (./c/a)"),
    ]
    assert {unit.url for unit in units("a", "b")} == {"https://example.com/team/x.git"}


def test_names_of_folders_need_be_no_text(here: pathlib.Path) -> None:
    names = [b"\xff", b"\\xff", b"new\nline", b"\x1b[31m", "漢".encode(), b"a, 2)"]
    for name in names:
        os.makedirs(os.path.join(os.fsencode(here), b"clones", name, b".git"))
    for unit in units("clones"):
        for text in (unit.name, unit.shown, unit.url):
            text.encode()
        assert os.path.isdir(unit.path)
    assert sorted(unit.name for unit in units("clones")) == sorted(
        ["\\xff", "\\udcff", "new\nline", "\x1b[31m", "漢", "a, 2)"]
    )


def test_a_name_that_another_pretends_to_have_stays_its_own(here: pathlib.Path, spools: list[Spool]) -> None:
    for table in ("a.jsonl", "b.jsonl"):
        names = ("x", "x (b.jsonl: x)", "x (b.jsonl: x, 2)")
        rows = (json.dumps({"repository": name, "path": "b.yml", "content": ""}) for name in names)
        (here / table).write_text("\n".join(rows))
    seen = [unit.name for unit in units_of(["a.jsonl", "b.jsonl"], Ways(False, _spooling(here, spools), print))]
    assert (len(seen), len(set(seen))) == (6, 6)


# Lists and tables


def test_a_list_names_targets_of_all_kinds(here: pathlib.Path) -> None:
    made.clone(here / "clones" / "a")
    (here / "x.tar").touch()
    (here / "list.txt").write_text(
        "\ufeff# ours\nclones\r\n\n   x.tar   \nclones/a\ngit@example.com:team/y.git\nhttps://u:t@example.com/z\n"
    )
    assert found("list.txt", fetches=True) == [
        (CLONE, "a"),
        (ARCHIVE, "x"),
        (ADDRESS, "example.com/team/y"),
        (ADDRESS, "example.com/z"),
    ]
    assert [(unit.shown, unit.key) for unit in units("list.txt", fetches=True)][-1] == (
        "https://example.com/z",
        "https://u:t@example.com/z",
    )


def test_an_empty_list_has_no_repositories(here: pathlib.Path) -> None:
    (here / "list").write_text("\n# nothing\n")
    assert found("list") == []


def _spooling(folder: pathlib.Path, spools: list[Spool]) -> Callable[[], tuple[str, Spool]]:
    def another() -> tuple[str, Spool]:
        path = os.fspath(folder / f"{len(spools)}.db")
        spools.append(Spool(path))
        return path, spools[-1]

    return another


def test_a_table_holds_repositories_and_what_it_lacks_is_told(here: pathlib.Path, spools: list[Spool]) -> None:
    rows = [
        {
            "repository": "b",
            "path": "buildspec.yml",
            "content": made.CLEAN,
            "url": "https://u:t@example.com/b",
            "ref": "x",
        },
        {"repository": "a", "path": "buildspec.yml", "content": None},
        {"repository": "a", "path": "ci.yml", "content": ""},
        {"path": "x"},
    ]
    (here / "t.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    said: list[str] = []
    got = list(units_of(["t.jsonl"], Ways(False, _spooling(here, spools), said.append)))
    assert [(unit.kind, unit.name, unit.shown, unit.url, unit.key, unit.head.branch) for unit in got] == [
        (ROWS, "a", "t.jsonl: a", "", "a", ""),
        (ROWS, "b", "t.jsonl: b", "https://example.com/b", "b", "x"),
    ]
    assert said == [
        "t.jsonl: Line 4 is left out: none of repository, repository_name, repo, repo_name and sample_repo_name "
        "is a name in it.",
        "t.jsonl: a: left out, as the table has no content of it: 1 file.",
    ]


# Names and addresses


@pytest.mark.parametrize(
    ("address", "name", "shown", "web"),
    [
        ("https://github.com/o/r.git", "github.com/o/r", "https://github.com/o/r.git", "https://github.com/o/r"),
        ("https://u:t0k@GitHub.com/o/r/", "github.com/o/r", "https://GitHub.com/o/r/", "https://github.com/o/r"),
        ("https://u:p@ss@example.com/r", "example.com/r", "https://example.com/r", "https://example.com/r"),
        ("https://u:a b\t@example.com/r", "example.com/r", "https://example.com/r", "https://example.com/r"),
        ("https://t0k@example.com:443/r", "example.com/r", "https://example.com:443/r", "https://example.com/r"),
        ("http://example.com:8080/r", "example.com:8080/r", "http://example.com:8080/r", "http://example.com:8080/r"),
        ("https://example.com/r?token=t0k#x", "example.com/r", "https://example.com/r", "https://example.com/r"),
        ("https://example.com/@scope/r", "example.com/@scope/r", "https://example.com/@scope/r", None),
        ("https://u:t0k@example.com:port/r", "", "https://example.com:port/r", ""),
        ("https://u:t0k@example.com", "", "https://example.com", ""),
        ("https://[::1]:8443/r", "[::1]:8443/r", "https://[::1]:8443/r", "https://[::1]:8443/r"),
        ("https://[::1/r", "", "https://[::1/r", ""),
        (
            "ssh://git@example.com:22/o/r.git",
            "example.com/o/r",
            "ssh://example.com:22/o/r.git",
            "https://example.com/o/r",
        ),
        (
            "ssh://git@example.com:7999/o/r",
            "example.com:7999/o/r",
            "ssh://example.com:7999/o/r",
            "https://example.com/o/r",
        ),
        ("ssh://server/~u/r", "server/~u/r", "ssh://server/~u/r", ""),
        ("git@example.com:o/r.git", "example.com/o/r", "git@example.com:o/r.git", "https://example.com/o/r"),
        ("example.com:o/r.git", "example.com/o/r", "example.com:o/r.git", "https://example.com/o/r"),
        ("git@server:/srv/r.git", "server/srv/r", "git@server:/srv/r.git", ""),
        ("file:///srv/r.git", "srv/r", "file:///srv/r.git", ""),
        ("javascript:alert(1)", "javascript/alert(1)", "javascript:alert(1)", ""),
        ("javascript://example.com/%0aalert(1)", "example.com/%0aalert(1)", "javascript://example.com/%0aalert(1)", ""),
        ("data:text/html,x", "data/text/html,x", "data:text/html,x", ""),
        ("http:x", "http/x", "http:x", ""),
        ('https://e"x/r', 'e"x/r', 'https://e"x/r', ""),
        ("C:\\repositories\\r", "", "C:\\repositories\\r", ""),
        ("c:/repositories/r", "", "c:/repositories/r", ""),
        ("/srv/r.git", "", "/srv/r.git", ""),
        ("../r.git", "", "../r.git", ""),
        ("", "", "", ""),
    ],
)
def test_an_address_has_a_name_and_a_page_and_shows_no_password(
    address: str, name: str, shown: str, web: str | None
) -> None:
    assert (name_of(address), shown_of(address)) == (name, shown)
    assert web_of(address) == (shown if web is None else web)


def test_a_page_can_stand_in_any_text() -> None:
    assert web_of('https://example.com/a b"<script>\x1b') == "https://example.com/a%20b%22%3Cscript%3E%1B"
    assert web_of("git@example.com:o/\udcff") == "https://example.com/o/%3F"


_USERS = st.text("abc0:%@$&+ é\t", max_size=12)


@given(_USERS, st.sampled_from(["https", "http", "ssh", "git+ssh", "HTTPS"]), st.text("ab/@.~-", max_size=8))
def test_whoever_asks_is_never_shown(user: str, scheme: str, path: str) -> None:
    address = f"{scheme}://s3cret{user}:s3cret@example.com/{path}"
    for text in (name_of(address), shown_of(address), web_of(address)):
        assert "s3cret" not in text
    assert shown_of(address) == f"{scheme}://example.com/{path}"
    assert name_of(address) in ("", name_of(shown_of(address)))


@given(st.text() | st.from_regex(r"(?s)[a-z+]{1,8}:(//)?.{0,20}", fullmatch=True))
def test_any_text_is_an_address_or_none(text: str) -> None:
    assert "\n" not in web_of(text)
    found = web_of(text)
    assert not found or (found.isprintable() and urlsplit(found).scheme in ("http", "https") and " " not in found)
    assert shown_of(shown_of(text)) == shown_of(text)
    name_of(text)
