"""An audit of repositories, and of stores, whose author means harm."""

from __future__ import annotations

import hashlib
import os
import pathlib
import zlib

import pytest

from cblint import git as asking
from cblint.audit import limits, state
from cblint.audit.limits import within
from cblint.audit.model import FOLDER, Before, Known, Task, Visit
from cblint.audit.overview import AuditedRule
from cblint.audit.recorded import deflated
from cblint.audit.refs import head_of
from cblint.audit.store import StoreError, opened, reading
from cblint.audit.tables import Spool
from cblint.audit.targets import Ways, name_of, shown_of, units_of
from cblint.audit.visit import visit
from cblint.baseline import compare, written
from cblint.cli.audit import export, query
from cblint.hosts.discover import DEEPEST
from cblint.hosts.repository import mentioned
from tests.audit import made
from tests.bounds import no_hanging
from tests.helpers import commands, lint

# What git keeps


def test_a_pipe_instead_of_packed_refs_is_not_waited_for(tmp_path: pathlib.Path) -> None:
    folder = made.clone(tmp_path / "one")
    os.mkfifo(folder / ".git" / "packed-refs")
    with pytest.raises(asking.GitError, match="packed-refs is no plain file"):
        within(10, lambda: head_of(os.fspath(folder)))


def test_an_object_that_lies_takes_no_more_memory_than_it_says(tmp_path: pathlib.Path) -> None:
    folder = made.bare(tmp_path / "one.git", made.cloned(tmp_path / "one", {"a": "x"}))
    with (folder / "config").open("a") as config:
        config.write("[core]\n\tbigFileThreshold = 1\n")  # git then copies what there is
    name = hashlib.sha1(b"blob 5\0hello").hexdigest()
    place = folder / "objects" / name[:2]
    place.mkdir(exist_ok=True)
    (place / name[2:]).write_bytes(zlib.compress(b"blob 5\0" + bytes(1024 * 1024)))
    file = asking.Blob(name, 5)
    given = f"{name}\n".encode()
    assert len(asking.asked(os.fspath(folder), "cat-file", "--batch", given=given, most=1000).stdout) == 1001
    with pytest.raises(asking.GitError, match="the size that an object says it has is not its own"):
        list(asking.contents(os.fspath(folder), {"a": file}, 1000))


# What is kept from run to run


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was changed just now is not taken for what may change again at once."""
    monkeypatch.setattr(state, "RACY", -3600.0)


def again(folder: pathlib.Path, before: Visit, kind: str = "") -> Visit:
    known = Known(before.state, {file.path: Before(file.content, file.answers) for file in before.files})
    return visit(Task(made.unit_of(folder, kind), known), made.planned())


@pytest.mark.usefixtures("still")
def test_a_configuration_above_a_folder_counts(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "buildspec.yml").write_text(made.DEFECT)
    before = made.looked(made.unit_of(folder, FOLDER))
    assert again(folder, before, FOLDER).same
    (tmp_path / ".cblint.yml").write_text("ignore: [command-not-string]\n")
    now = again(folder, before, FOLDER)
    assert (now.same, made.said(now)) == (False, [])
    assert not again(folder, now, FOLDER).same


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("name", ["config", "index", "info/sparse-checkout"])
@pytest.mark.parametrize("where", [".git", "in/.git"])
def test_what_git_keeps_is_part_of_what_a_repository_is(tmp_path: pathlib.Path, where: str, name: str) -> None:
    folder = made.clone(tmp_path / "one", {"buildspec.yml": made.DEFECT, f"{where}/HEAD": "ref: refs/heads/main\n"})
    before = made.looked(made.unit_of(folder))
    assert again(folder, before).same
    path = folder / where / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    assert not again(folder, before).same


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("place", ["node_modules/x", ".git/x"])
def test_what_a_link_leads_to_is_part_of_what_a_repository_is(tmp_path: pathlib.Path, place: str) -> None:
    folder = made.clone(tmp_path / "one", {place: made.DEFECT})
    (folder / "buildspec.yml").symlink_to(place)
    before = made.looked(made.unit_of(folder))
    assert again(folder, before).same
    (folder / place).write_text(made.CLEAN)
    assert made.said(again(folder, before)) == []


@pytest.mark.usefixtures("still")
def test_a_folder_that_becomes_a_repository_has_its_files_looked_at_again(tmp_path: pathlib.Path) -> None:
    inner = commands("cat ci/buildspec.yml")
    folder = made.clone(tmp_path / "one", {"ci/buildspec.yml": inner, "buildspec.yml": made.DEFECT})
    before = made.looked(made.unit_of(folder))
    (folder / "ci" / ".git").mkdir()
    now = again(folder, before)
    assert [file.path for file in now.files if not file.kept] == ["ci/buildspec.yml"]


@pytest.mark.usefixtures("still")
def test_a_baseline_suppresses_what_has_moved_whether_or_not_it_is_kept(tmp_path: pathlib.Path) -> None:
    folder = made.clone(tmp_path / "one", {"buildspec.yml": made.DEFECT, ".cblint.yml": "baseline: b.json\n"})
    known = compare([lint(made.DEFECT, name="buildspec.yml")], (), os.fspath(folder)).fresh
    (folder / "b.json").write_text(written(known))
    copy = folder / "copy-buildspec.yml"
    copy.write_text(made.DEFECT)
    before = made.looked(made.unit_of(folder))
    assert [path for path, *_ in made.said(before)] == [copy.name]
    (folder / "buildspec.yml").unlink()
    moved = again(folder, before)
    assert made.said(moved) == made.said(made.looked(made.unit_of(folder))) == []
    (folder / "buildspec.yml").write_text(made.DEFECT)
    assert [path for path, *_ in made.said(again(folder, moved))] == [copy.name]


@pytest.mark.usefixtures("still")
def test_questions_that_nobody_asks_are_a_reason_to_look_again(tmp_path: pathlib.Path) -> None:
    folder = made.clone(tmp_path / "one", {"buildspec.yml": made.DEFECT})
    (file,) = made.looked(made.unit_of(folder)).files
    for given in (("(",), (), ("a", "b", "c"), (7,), ("\0",)):
        asked = deflated([("cblint.hosts.repository.found_by", ".", list(given), "x")])
        (now,) = visit(
            Task(made.unit_of(folder), Known("", {file.path: Before(file.content, asked)})), made.planned()
        ).files
        assert not now.kept


# Stores of strangers


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM findings; END",
        "CREATE VIEW more AS SELECT 1",
        "ALTER TABLE runs RENAME TO real; CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
        " FROM n) SELECT real.* FROM real, n",
        "DROP VIEW now",
        "DROP INDEX files_now",
        "ALTER TABLE files ADD COLUMN more",
    ],
)
def test_a_store_whose_tables_somebody_has_changed_is_refused(tmp_path: pathlib.Path, sql: str) -> None:
    path = os.fspath(tmp_path / "audit.db")
    with made.store_at(path) as store:
        made.ran(store, made.visit_of("one", made.file_of("buildspec.yml", made.DEFECT)))
        store.executescript(sql)
    for use in (reading, opened):
        with pytest.raises(StoreError, match="somebody has changed its tables, views or triggers"):
            use(path).close()


def test_a_store_that_sqlite_has_analysed_is_one(tmp_path: pathlib.Path) -> None:
    path = os.fspath(tmp_path / "audit.db")
    with made.store_at(path) as store:
        made.ran(store, made.visit_of("one", made.file_of("buildspec.yml", made.DEFECT)))
        store.execute("ANALYZE")
    reading(path).close()


@pytest.mark.parametrize(
    ("sql", "style"),
    [
        ("UPDATE findings SET line = 'x'", "parquet"),
        ("UPDATE runs SET started = x'00'", "jsonl"),
        ("UPDATE findings SET first = 7", "csv"),
        ("UPDATE own_rules SET severity = 'x'", "sarif"),
    ],
)
def test_values_that_no_audit_writes_are_a_sentence(
    tmp_path: pathlib.Path, capsysbinary: pytest.CaptureFixture[bytes], sql: str, style: str
) -> None:
    path = os.fspath(tmp_path / "audit.db")
    with made.store_at(path) as store:
        rule = AuditedRule("own", "OWN1", "error", "own", "", "", "", "")
        made.ran(store, made.visit_of("one", made.file_of("buildspec.yml", made.DEFECT), rules=(rule,)))
        store.execute("PRAGMA foreign_keys = OFF")
        assert store.execute(sql).rowcount == 1
    assert export({"store": path, "style": style, "output": os.fspath(tmp_path / "out")}) == 2
    assert b"is damaged: it holds values that no audit writes (" in capsysbinary.readouterr().err


def test_no_answer_in_csv_steers_the_terminal_that_shows_it(
    tmp_path: pathlib.Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = os.fspath(tmp_path / "audit.db")
    with made.store_at(path) as store:
        made.ran(store, made.visit_of("\x1b[2J=one", made.file_of("buildspec.yml", made.DEFECT)))
    query({"store": path, "style": "csv", "sql": "SELECT name, id AS '\x1b' FROM repositories"})
    assert capsysbinary.readouterr().out == b"name,<U+001B>\r\n<U+001B>[2J=one,1\r\n"


# What is secret


@pytest.mark.parametrize(
    ("address", "name", "shown"),
    [
        ("somebody:hunter2@host.example:a/b.git", "host.example/a/b", "host.example:a/b.git"),
        ("somebody:hun@ter2@host.example:a/b.git", "host.example/a/b", "host.example:a/b.git"),
        ("https:/somebody:hunter2@host.example/a/b", "https/host.example/a/b", "https:/host.example/a/b"),
        ("https:\\\\somebody:hunter2@host.example\\a", "", "host.example\\a"),
        (
            'ext::sh -c "curl https://somebody:hunter2@host.example"',
            ':sh -c "curl https://host.example"',
            'ext::sh -c "curl https://host.example"',
        ),
        ("codecommit::eu-west-1://somebody:hunter2@b", ":eu-west-1://b", "codecommit::eu-west-1://b"),
        ("git@host.example:a/b.git", "host.example/a/b", "git@host.example:a/b.git"),
        ("ssh://git@host.example:22/a/b@c:d", "host.example/a/b@c:d", "ssh://host.example:22/a/b@c:d"),
    ],
)
def test_no_password_of_an_address_that_git_alone_understands_is_shown(address: str, name: str, shown: str) -> None:
    assert (name_of(address), shown_of(address)) == (name, shown)
    with no_hanging(5):
        assert "hunter2" not in name_of(address * 20_000) + shown_of(address * 20_000)


def test_a_table_that_calls_repositories_by_their_addresses_shows_no_password(tmp_path: pathlib.Path) -> None:
    table = tmp_path / "t.jsonl"
    table.write_text('{"repository": "https://a:hunter2@host.example/a/b?x=y", "path": "a"}\n')
    said: list[str] = []
    spool = Spool(os.fspath(tmp_path / "spool.db"))
    (unit,) = units_of([os.fspath(table)], Ways(False, lambda: ("", spool), said.append))
    assert (unit.name, unit.shown) == ("https://host.example/a/b", f"{table}: https://host.example/a/b")
    assert said == [f"{table}: https://host.example/a/b: left out, as the table has no content of it: 1 file."]
    spool.close()


# What takes its time


def test_a_search_that_takes_too_long_is_given_up(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HARD", 1000)  # it would end this process
    patterns = "".join(f"a{number}*b\n" for number in range(20_000))
    files = {f"{number}.yml": "a: b\n" for number in range(200)}
    folder = made.clone(tmp_path / "one", {".gitignore": patterns, "buildspec.yml": made.DEFECT, **files})
    found = made.looked(made.unit_of(folder), made.planned(seconds=0.05))
    why = "takes longer than 0.25 seconds to search for files, and was given up"
    assert (found.failed, [each.message for each in found.problems]) == (True, [why])
    (folder / ".gitignore").unlink()
    assert len(made.said(made.looked(made.unit_of(folder)))) == 1


def test_a_repository_has_its_time(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cblint.audit.visit.WHOLE", 0)
    folder = made.clone(tmp_path / "one", {"buildspec.yml": made.DEFECT})
    found = made.looked(made.unit_of(folder))
    assert [(each.path, each.message) for each in found.problems] == [
        ("buildspec.yml", "was not looked at: its repository takes longer than 0 seconds in all")
    ]
    assert (found.failed, found.whole, found.files) == (False, False, ())


def test_a_configuration_of_many_folders_is_read_once(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def read(path: str, named: bool) -> str:
        asked.append(path)
        return ""

    monkeypatch.setattr("cblint.cache.meaning.read", read)
    files = {f"{number}/buildspec.yml": made.CLEAN for number in range(5)}
    folder = made.clone(tmp_path / "one", {".cblint.yml": "baseline: b.json\n", "b.json": "", **files})
    made.looked(made.unit_of(folder))
    assert asked == [os.fspath(folder / "b.json")]


@pytest.mark.parametrize(("depth", "found"), [(DEEPEST, {"x"}), (DEEPEST + 1, None)])
def test_folders_deeper_than_any_are_not_looked_into(
    tmp_path: pathlib.Path, depth: int, found: set[str] | None
) -> None:
    folder = made.clone(tmp_path / "one", {"/".join([*"d" * depth, "run.sh"]): "x"})
    assert mentioned(os.fspath(folder), frozenset({"x", "y"}), "") == found
