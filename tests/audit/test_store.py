"""The store: what is no store, questions that would change it, what comes back of it, and how runs differ."""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import shutil
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.audit import asking, queries, store
from cblint.audit.asking import asked
from cblint.audit.model import Looked, Plan, Problem, Visit
from cblint.audit.queries import GONE, NEW, Wanted
from cblint.audit.recorded import deflated, inflated, packed, unpacked
from cblint.audit.store import StoreError, opened, reading, telling
from cblint.finding import BASELINE
from cblint.report import FORMATS, Style, render
from cblint.running import Result
from tests.audit import made
from tests.bounds import no_hanging
from tests.examples import all_examples
from tests.helpers import commands, finding, lint
from tests.sarif_logs import told


def refusals(path: pathlib.Path) -> list[str]:
    """What is said of a file that is no store by those who would read and write it, without its name."""
    found = []
    for use in (reading, opened):
        with pytest.raises(StoreError) as caught:
            use(os.fspath(path)).close()
        found.append(str(caught.value).removeprefix(f"{path} "))
    return found


# What is no store


def test_what_is_no_store_is_refused_and_stays_as_it_is(tmp_path: pathlib.Path) -> None:
    (tmp_path / "text").write_text("This is a text, and no database: it is long enough to have a header. " * 3)
    (tmp_path / "folder").mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / "other")) as database:
        database.execute("CREATE TABLE cookies (name TEXT)")
        database.execute("PRAGMA journal_mode = WAL")
    with made.store_at(tmp_path / "newer") as newer:
        newer.execute("PRAGMA user_version = 2")
    no_folder = "cannot be used: unable to open database file."
    no_database = "cannot be used: file is not a database."
    no_file = "is not a regular file."
    os.mkfifo(tmp_path / "pipe")
    layout = "has layout 2, and this cblint knows 1: use the one that wrote it."
    for name, said in (
        ("text", [no_database] * 2),
        ("folder", [no_file] * 2),
        ("pipe", [no_file] * 2),
        ("other", ["is a database, but no store of cblint's."] * 2),
        ("newer", [layout] * 2),
        ("missing/folder/x", ["does not exist: an audit with --store writes it.", no_folder]),
    ):
        path = tmp_path / name
        before = path.read_bytes() if path.is_file() else b""
        assert refusals(path) == said
        assert (path.read_bytes() if path.is_file() else b"") == before
    assert sorted(os.listdir(tmp_path)) == ["folder", "newer", "other", "pipe", "text"]


def test_a_damaged_store_is_a_sentence(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.db"
    with made.store_at(path) as one:
        made.ran(
            one, *(made.visit_of(f"r{number}", made.file_of("buildspec.yml", made.DEFECT)) for number in range(50))
        )
    data = bytearray(path.read_bytes())
    for at in range(4096, len(data), 512):
        data[at : at + 64] = b"\xff" * 64
    path.write_bytes(data)

    def look() -> None:
        with telling(str(path)), contextlib.closing(reading(str(path))) as found:
            list(queries.findings(found, queries.run_called(found, "last"), Wanted()))

    with pytest.raises(StoreError, match="cannot be used: "):
        look()


def test_a_store_without_an_audit_is_told_so(tmp_path: pathlib.Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(StoreError) as caught:
        reading(str(tmp_path / "empty"))
    assert str(caught.value).endswith("empty has no audit in it: an audit with --store writes one.")
    opened(str(tmp_path / "empty")).close()
    with contextlib.closing(reading(str(tmp_path / "empty"))) as found, pytest.raises(StoreError, match="no run yet"):
        queries.run_called(found, "last")


def test_a_store_that_another_one_holds_is_a_sentence(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "WAIT", 0.05)
    path = str(tmp_path / "a.db")
    with made.store_at(tmp_path / "a.db") as one, contextlib.closing(opened(path)) as other:
        run = store.begin(one, made.planned(), ["x"])
        one.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="database is locked: another audit writes to it"), telling(path):
            store.begin(other, made.planned(), ["x"])
        with contextlib.closing(reading(path)) as reader:
            assert queries.run_called(reader, "1") == run  # to look at it, nobody waits
        one.execute("COMMIT")


def test_a_full_disk_is_told_with_what_to_do(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BATCH", -1.0)
    path = str(tmp_path / "a.db")
    with made.store_at(tmp_path / "a.db") as one:
        run = store.begin(one, made.planned(), ["x"])
        one.execute(f"PRAGMA max_page_count = {one.execute('PRAGMA page_count').fetchone()[0] + 4}")
        visits = [made.visit_of(f"r{number}", made.file_of("b.yml", made.DEFECT)) for number in range(200)]
        kept: list[str] = []
        with pytest.raises(StoreError, match="is kept, and --resume goes on when there is room"), telling(path):
            kept.extend(visit.unit.name for visit in store.keep(one, run, made.planned(), visits))
        one.execute("PRAGMA max_page_count = 100000")
        assert store.visited(one, run) == frozenset(kept)
        again = store.resumed(one, made.planned(), ["x"])
        assert again is not None
        assert list(store.keep(one, run, made.planned(), visits)) == visits


def test_a_store_can_be_read_where_nothing_can_be_written(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with made.store_at(folder / "a.db") as one:
        made.ran(one, made.visit_of("r"))
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("root may write everywhere")
    with contextlib.closing(reading(str(folder / "a.db"))) as found:
        assert queries.run_called(found, "last").id == 1
    for path in (folder / "a.db", folder / "b.db"):
        with pytest.raises(StoreError, match="cannot be used: "):
            opened(str(path)).close()
    folder.chmod(0o700)


def test_a_store_is_one_file_when_nobody_uses_it(tmp_path: pathlib.Path) -> None:
    with made.store_at(tmp_path / "ü ?#%.db") as one:
        made.ran(one, made.visit_of("r"))
    with contextlib.closing(reading(str(tmp_path / "ü ?#%.db"))) as found:
        assert asked(found, "SELECT name FROM repositories") == (["name"], [("r",)])
    assert os.listdir(tmp_path) == ["ü ?#%.db"]


# Questions


@pytest.fixture
def filled(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "folder" / "a.db"
    path.parent.mkdir()
    with made.store_at(path) as one:
        made.ran(one, made.visit_of("r", made.file_of("buildspec.yml", made.DEFECT)))
    return path


@pytest.fixture
def read(filled: pathlib.Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(reading(str(filled))) as found:
        yield found


ONLY_READS = "The question is wrong: only what reads is allowed (SELECT)."
FOREVER = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t)"


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH 'other.db' AS other",
        "DETACH main",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = WAL",
        "SELECT * FROM pragma_table_info('runs')",
        "INSERT INTO runs (id) VALUES (7)",
        "REPLACE INTO runs (id) VALUES (1)",
        "WITH x AS (SELECT 7) INSERT INTO runs (id) SELECT * FROM x",
        "UPDATE runs SET status = 'x'",
        "DELETE FROM runs",
        "EXPLAIN DELETE FROM runs",
        "CREATE TABLE x (y)",
        "CREATE TEMP TABLE x (y)",
        "CREATE VIEW x AS SELECT 1",
        "DROP TABLE runs",
        "ALTER TABLE runs RENAME TO x",
        "VACUUM",
        "VACUUM INTO 'other.db'",
        "REINDEX",
        "ANALYZE",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "SAVEPOINT x",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
    ],
)
def test_a_question_that_would_change_anything_is_refused(
    filled: pathlib.Path, read: sqlite3.Connection, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(filled.parent)
    before = filled.read_bytes()
    with pytest.raises(StoreError) as caught:
        asked(read, sql)
    assert str(caught.value) == ONLY_READS
    assert (os.listdir(), filled.read_bytes()) == (["a.db"], before)
    assert asked(read, "SELECT count(*) FROM runs")[1] == [(1,)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("", "The question is empty."),
        (" ; -- nothing", "The question is empty."),
        ("SELECT 1; DELETE FROM runs", "The question is wrong: You can only execute one statement at a time."),
        ("SELEKT", 'The question is wrong: near "SELEKT": syntax error.'),
        ("SELECT x FROM runs", "The question is wrong: no such column: x."),
        ("SELECT readfile('/etc/passwd')", "The question is wrong: no such function: readfile."),
        ("SELECT '\0'", "The question is wrong: the query contains a null character."),
        ("SELECT " + "(" * 5000, "The question is wrong: parser stack overflow."),
        (f"{FOREVER} SELECT x FROM t", "The answer has more than 1,000 rows: ask for fewer, with LIMIT or WHERE."),
        (
            f"{FOREVER} SELECT printf('%.*c', 9000, 'x') FROM t",
            "The answer has more than 1,000,000 bytes: ask for fewer rows, or for less of each.",
        ),
    ],
)
def test_a_question_without_an_answer_is_a_sentence(
    read: sqlite3.Connection, sql: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_ROWS", 1_000)
    monkeypatch.setattr(asking, "MOST_BYTES", 1_000_000)
    with pytest.raises(StoreError) as caught:
        asked(read, sql)
    assert str(caught.value).startswith(said.removesuffix("."))
    assert not str(caught.value).endswith("..")


def test_a_question_without_an_end_is_given_up(read: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.1)
    with no_hanging(20), pytest.raises(StoreError) as caught:
        asked(read, f"{FOREVER} SELECT count(*) FROM t")
    assert str(caught.value) == "The question takes longer than 0.1 seconds: it was given up."
    monkeypatch.undo()
    assert asked(read, "SELECT 1")[1] == [(1,)]


def test_an_answer_holds_what_every_format_can_tell(read: sqlite3.Connection) -> None:
    assert asked(read, f"{FOREVER} SELECT x FROM t LIMIT 3;") == (["x"], [(1,), (2,), (3,)])
    heads, rows = asked(read, "SELECT x'00ff' AS a, 9e999 AS b, NULL AS c, 1.5 AS a, 'é\udcff' AS d, '' AS \"\"")
    assert (heads, rows) == (["a", "b", "c", "a", "d", ""], [("2 bytes", "inf", None, 1.5, "é\\udcff", "")])
    assert asked(read, "SELECT repository, rule, first_run FROM now")[1] == [("r", "command-not-string", 1)]
    assert asked(read, "SELECT last_run, is_gone FROM history")[1] == [(1, 0)]


# Records


def test_all_that_rules_say_comes_back_for_every_format() -> None:
    texts = [example.text for example in all_examples()[::3] if example.spans]
    files = [lint(text, name=f"{number}/buildspec.yml") for number, text in enumerate(texts)]
    assert sum(len(file.findings) for file in files) > 100
    assert any(each.fix for file in files for each in file.findings)
    assert any(each.steps for file in files for each in file.findings)
    assert any(file.hidden for file in files)
    again = [unpacked(packed(file)) for file in files]
    for name in FORMATS:
        one, other = (list(render(name, Result(tuple(each)), Style(suppressed=True))) for each in (files, again))
        assert one == other, name


@given(*[st.text(max_size=8)] * 5, st.booleans(), st.sampled_from([None, "", "why \ud800"]))
def test_any_words_come_back(
    message: str, detail: str, where: str, skipped: str, path: str, is_safe: bool, suppressed: str | None
) -> None:
    text = f"{message or 'x'}\n{detail}"
    edits = [(0, 1, detail)] if detail else []
    each = finding(text, (0, 1), edits=edits, safe=is_safe, where=where, message=message)
    each = each._replace(detail=detail, path=path or "x", suppressed=suppressed)
    (file,) = told(each, each._replace(left_out=BASELINE), text=text, path=path or "x").files
    file = file._replace(skipped=skipped, crashes=(skipped,), target=where, error=detail)
    again = unpacked(packed(file))
    assert again == file._replace(ran=frozenset())


@given(st.binary(max_size=40) | st.recursive(st.none() | st.text(max_size=3) | st.integers(), st.lists).map(deflated))
def test_what_is_no_record_is_refused(record: bytes) -> None:
    with pytest.raises(ValueError, match="record"):
        unpacked(record)


def test_a_record_that_is_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cblint.audit.recorded.MOST_BYTES", 1_000)
    assert inflated(deflated("x" * 900)) == "x" * 900
    with pytest.raises(ValueError, match="record"):
        inflated(deflated("x" * 10_000_000))


# History


ONE = made.file_of("buildspec.yml", made.DEFECT)
MOVED = made.file_of("buildspec.yml", "# moved\n" + made.DEFECT)
HUSHED = made.file_of("buildspec.yml", commands('echo "a: b" # cblint: ignore[command-not-string]'))
NONE = made.file_of("buildspec.yml", made.CLEAN)
TWO = made.file_of("ci/buildspec.yml", made.DEFECT_AND_NOTE)


@pytest.fixture
def history() -> Iterator[sqlite3.Connection]:
    with made.store_at() as one:
        yield one


def differences(one: sqlite3.Connection, old: str, new: str) -> list[tuple[str, str, int, str]]:
    found = queries.differences(one, queries.run_called(one, old), queries.run_called(one, new), queries.Wanted())
    return [(each.kind, f"{each.repository}/{each.path}", each.line, each.rule) for each in found]


def last(one: sqlite3.Connection, wanted: Wanted = Wanted()) -> list[tuple[str, int, str, int]]:  # noqa: B008
    """Repository, line, what suppresses it, and since which run, of the findings of the last run."""
    rows = queries.findings(one, queries.run_called(one, "last"), wanted)
    return [(row.repository, row.line, row.suppressed, row.first) for row in rows]


def counts(one: sqlite3.Connection) -> list[tuple[int, int, int]]:
    """How many findings each run had, and how many of them were new, and gone."""
    return [(each.errors + each.warnings + each.notes, each.new, each.gone) for each in queries.points(one)]


def test_a_finding_has_a_history(history: sqlite3.Connection) -> None:
    for files in ([NONE], [ONE], [MOVED], [HUSHED], [MOVED], [NONE], [], [ONE]):
        made.ran(history, made.visit_of("r", *files))
    assert counts(history) == [(0, 0, 0), (1, 1, 0), (1, 0, 0), (0, 0, 1), (1, 1, 0), (0, 0, 1), (0, 0, 0), (1, 1, 0)]
    assert last(history) == [("r", 5, "", 2)], "it was there before"
    assert last(history, Wanted(only_new=True)) == []
    steps = [differences(history, str(number), str(number + 1)) for number in range(1, 8)]
    where = ("r/buildspec.yml", 5, "command-not-string")
    moved = ("r/buildspec.yml", 6, "command-not-string")
    assert [[each[0] for each in step] for step in steps] == [[NEW], [], [GONE], [NEW], [GONE], [], [NEW]]
    assert [each[1:] for step in steps for each in step] == [moved, moved, moved, moved, where]
    assert differences(history, "2", "8") == differences(history, "3", "5") == differences(history, "1", "6") == []
    assert differences(history, "2", "7") == [(GONE, *moved)]
    assert differences(history, "7", "2") == [(NEW, *moved)]
    assert asked(history, "SELECT first_run, last_run, suppressed, is_gone FROM history ORDER BY first_run")[1] == [
        (2, 3, "", 1),
        (4, 4, "comment", 1),
        (5, 5, "", 1),
        (8, 8, "", 0),
    ]


@given(st.lists(st.lists(st.sampled_from([ONE, MOVED, HUSHED, NONE, TWO]), max_size=2), min_size=2, max_size=6))
def test_the_numbers_of_runs_fit(runs: list[list[Looked]]) -> None:
    with made.store_at() as one:
        for files in runs:
            made.ran(one, made.visit_of("r", *{file.path: file for file in files}.values()))
        found = counts(one)
        for number, (before, after) in enumerate(itertools.pairwise(found), 1):
            assert after[0] == before[0] + after[1] - after[2]
            steps = [kind for kind, *_ in differences(one, str(number), str(number + 1))]
            assert (steps.count(NEW), steps.count(GONE)) == after[1:]
        assert sum(1 for _, _, suppressed, _ in last(one) if not suppressed) == found[-1][0]


def test_a_repository_that_fails_or_is_not_looked_at_has_no_news(history: sqlite3.Connection) -> None:
    failed = made.visit_of("r", failed=True, state="", problems=(Problem("", "cannot be read: why not"),))
    for visits in ([made.visit_of("r", ONE)], [failed], [made.visit_of("other", TWO)], [made.visit_of("r", NONE)]):
        made.ran(history, *visits)
    assert [(each.repositories, each.files) for each in queries.points(history)] == [(1, 1), (0, 0), (1, 1), (1, 1)]
    assert [len(differences(history, "1", str(number))) for number in (2, 3, 4)] == [0, len(TWO.findings), 1]
    runs = [queries.run_called(history, str(number)) for number in (1, 2, 3, 4)]
    assert queries.only_in(history, runs[0], runs[1]) == queries.only_in(history, runs[0], runs[2]) == ["r"]
    assert queries.only_in(history, runs[1], runs[0]) == queries.only_in(history, runs[0], runs[3]) == []
    assert list(queries.troubles(history, runs[1])) == [("r", "", "cannot be read: why not")]
    assert list(queries.findings(history, runs[1], Wanted())) == []
    assert queries.totals(history, runs[1]) == (1, 1, 0, 1, 0)


def test_a_repository_under_another_name_is_another_one(history: sqlite3.Connection) -> None:
    one, two = (made.ran(history, made.visit_of(name, ONE)) for name in ("old", "new"))
    assert differences(history, "1", "2") == [(NEW, "new/buildspec.yml", 5, "command-not-string")]
    assert (queries.only_in(history, one, two), queries.only_in(history, two, one)) == (["old"], ["new"])


def test_a_file_that_was_given_up_has_no_news(history: sqlite3.Connection) -> None:
    slow = made.visit_of("r", TWO, state="", whole=False, problems=(Problem("buildspec.yml", "takes longer"),))
    for visit in (made.visit_of("r", ONE, TWO), slow):
        made.ran(history, visit)
    assert counts(history)[-1][1:] == (0, 0)
    assert (differences(history, "1", "2"), len(last(history))) == ([], 1 + len(TWO.findings))
    known = store.known(history, slow.unit, made.planned())
    assert known is not None
    assert known == ("", {"buildspec.yml": ("", b""), TWO.path: (TWO.content, b"")})
    made.ran(history, made.visit_of("r", NONE, TWO))
    assert counts(history)[-1][1:] == (0, 1)


def test_what_is_the_same_is_told_again(history: sqlite3.Connection) -> None:
    problem = Problem("x/buildspec.yml", "is not a regular file")
    first = made.visit_of("r", ONE, made.file_of("x.yml", made.CLEAN)._replace(skipped="is …"), problems=(problem,))
    made.ran(history, first)
    run = made.ran(history, first._replace(same=True, files=(), problems=()))
    assert list(queries.troubles(history, run)) == [("r", "x.yml", "is …"), ("r", *problem)]
    assert [(each.status, each.files, each.linted) for each in queries.visited(history, run)] == [(store.SAME, 2, 0)]
    assert last(history) == [("r", 5, "", 1)]


def test_what_is_kept_has_new_owners_and_old_findings(history: sqlite3.Connection) -> None:
    made.ran(history, made.visit_of("r", ONE, TWO))
    kept = [Looked(file.path, file.content, ("@Team", "a@example.com"), kept=True) for file in (ONE, TWO)]
    run = made.ran(history, made.visit_of("r", *kept))
    assert [(each.files, each.linted) for each in queries.visited(history, run)] == [(2, 0)]
    assert len(last(history, Wanted("@team"))) == len(last(history)) == 1 + len(TWO.findings)
    assert last(history, Wanted("@tea")) == last(history, Wanted("@other")) == []


def test_only_what_no_run_had_is_new(history: sqlite3.Connection) -> None:
    made.ran(history, made.visit_of("r", ONE))
    assert last(history, Wanted(only_new=True)) == []
    made.ran(history, made.visit_of("r", ONE, TWO))
    assert [line for _, line, _, _ in last(history, Wanted(only_new=True))] == [each.line for each in TWO.findings]
    run = made.ran(history, made.visit_of("r", ONE, TWO), status=store.STOPPED)
    assert list(queries.findings(history, run, Wanted(only_new=True))) == []


def test_what_is_known_is_known_to_the_same_cblint(history: sqlite3.Connection) -> None:
    visit = made.visit_of("r", ONE, TWO._replace(crashed=True))
    made.ran(history, visit)
    known = store.known(history, visit.unit, made.planned())
    assert known is not None
    assert known == ("state", {ONE.path: (ONE.content, b"")})
    for plan in (made.planned(meaning="other"), made.planned()._replace(program="other")):
        assert store.known(history, visit.unit, plan) is None
    assert store.known(history, visit.unit._replace(name="s"), made.planned()) is None


def test_a_run_is_resumed_by_the_same_cblint_only(history: sqlite3.Connection) -> None:
    plan = made.planned()
    assert store.resumed(history, plan, ["x"]) is None
    run = store.begin(history, plan, ["x"])
    list(store.keep(history, run, plan, [made.visit_of("r", ONE)]))
    assert store.resumed(history, plan, ["x"]) == run._replace(status=store.RUNNING)
    assert store.visited(history, run) == {"r"}
    with pytest.raises(StoreError) as caught:
        store.resumed(history, plan._replace(meaning="other"), ["x"])
    assert str(caught.value).startswith("Run 1 cannot be resumed: cblint, its configuration or its options are not")
    with pytest.raises(StoreError) as caught:
        store.resumed(history, plan, ["y"])
    assert str(caught.value).startswith("Run 1 cannot be resumed: the targets are not the same now.")
    store.end(history, run, store.DONE)
    assert store.resumed(history, plan, ["x"]) is None


@pytest.mark.parametrize("name", ["", "x", "3", "0", "-1", "last~", "last~2", "last~-1", "last~x", "LAST", "last~~1"])
def test_a_run_that_is_not_there_is_a_sentence(history: sqlite3.Connection, name: str) -> None:
    with pytest.raises(StoreError, match="The store has no run yet"):
        queries.run_called(history, name)
    made.ran(history, made.visit_of("r"))
    with pytest.raises(StoreError) as caught:
        queries.run_called(history, "last~1")
    assert str(caught.value) == 'There is no run "last~1" in the store: those that were brought to their end are 1.'
    made.ran(history, made.visit_of("r"))
    if name == "last~":
        assert queries.run_called(history, name).id == 2
        return
    with pytest.raises(StoreError) as caught:
        queries.run_called(history, name)
    assert str(caught.value) == (
        f'There is no run "{name}" in the store: those that were brought to their end are 1, 2.'
    )


# What strangers say


def test_what_no_database_takes_is_kept_all_the_same(history: sqlite3.Connection) -> None:
    hostile = "\ud800\udcff\0'\";--\n"
    files = [made.file_of("buildspec.yml", made.DEFECT)._replace(path=path) for path in ("a\udcff", "a\\udcff", "b\0'")]
    (one,) = files[0].findings
    other = one._replace(message=hostile, place=hostile, reason=hostile, fingerprint="0" * 16)
    files[2] = files[2]._replace(findings=(other, other), skipped=hostile, owners=(hostile,))
    visit = made.visit_of(hostile, *files, branch=hostile, problems=(Problem(hostile, hostile),))
    for _ in range(2):
        run = made.ran(history, visit._replace(unit=visit.unit._replace(url=hostile, shown=hostile)))
    assert [row.path for row in queries.findings(history, run, Wanted())] == ["a\\udcff", "b\0'"]
    assert [each.repository for each in queries.troubles(history, run)] == ["\\ud800\\udcff\0'\";--\n"] * 2
    assert counts(history)[-1] == (2, 0, 0)
    known = store.known(history, visit.unit, made.planned())
    assert known is not None
    assert set(known.files) == {"a\\udcff", "b\0'"}
    store.tell_problem(history, run, hostile)


def test_two_findings_of_one_fingerprint_are_no_end_of_the_audit(history: sqlite3.Connection) -> None:
    twin = TWO._replace(findings=(ONE.findings[0], *TWO.findings))
    run = made.ran(history, made.visit_of("r", ONE, twin))
    assert len(list(queries.findings(history, run, Wanted()))) == 1 + len(TWO.findings)


def test_what_is_written_is_there_for_good_from_time_to_time(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", -1.0)
    path = tmp_path / "a.db"
    with made.store_at(path) as one:
        run = store.begin(one, made.planned(), ["x"])
        for number, _ in enumerate(store.keep(one, run, made.planned(), _visits(3)), 1):
            with contextlib.closing(reading(str(path))) as other:
                assert len(store.visited(other, run)) == number


def _visits(number: int) -> Iterator[Visit]:
    return (made.visit_of(str(each), ONE) for each in range(number))


def test_a_visit_is_written_whole_or_not_at_all(history: sqlite3.Connection) -> None:
    plan = made.planned()
    run = store.begin(history, plan, ["x"])
    broken = made.visit_of("broken", ONE, TWO._replace(findings=(TWO.findings[0]._replace(line=None),)))  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        list(store.keep(history, run, plan, [made.visit_of("whole", ONE), broken]))
    assert store.visited(history, run) == {"whole"}
    assert asked(history, "SELECT count(*) FROM files")[1] == [(1,)]


def test_thousands_of_findings_are_kept_at_once(history: sqlite3.Connection) -> None:
    many = made.file_of("buildspec.yml", made.DEFECT)
    (one,) = many.findings
    findings = tuple(one._replace(fingerprint=f"{number:016x}") for number in range(20_000))
    with no_hanging(20):
        for _ in range(2):
            run = made.ran(history, made.visit_of("r", many._replace(findings=findings)))
    assert sum(1 for _ in queries.findings(history, run, Wanted())) == 20_000


def test_the_plan_of_a_run_is_kept_without_passwords(tmp_path: pathlib.Path) -> None:
    from cblint.audit.pool import Local
    from cblint.audit.run import Watching, audit

    (tmp_path / "empty").mkdir()
    plan = Plan(made.planned().settings, made.planned().program, clones=str(tmp_path / "clones"))
    targets = [str(tmp_path / "list"), "https://u:s3cret@localhost:1/x"]
    (tmp_path / "list").write_text("# nothing\n")
    nobody = Watching(lambda _: None, lambda _: None, lambda _: None)
    audit(targets, plan, str(tmp_path / "a.db"), False, Local(1, 0), nobody)
    assert b"s3cret" not in (tmp_path / "a.db").read_bytes()


def test_what_was_written_in_part_is_taken_back_by_who_may_write(tmp_path: pathlib.Path) -> None:
    with made.store_at(tmp_path / "a.db") as one:
        run = made.ran(one, made.visit_of("r", ONE))
        store.end(one, run, store.DONE)  # which leaves it in one file
        one.execute("PRAGMA cache_size = 1")
        one.execute("BEGIN IMMEDIATE")
        one.execute("UPDATE findings SET message = ?", ("x" * 100_000,))
        one.execute("DELETE FROM visits")
        for name in ("a.db", "a.db-journal"):  # as they are when a process is killed now
            shutil.copy(tmp_path / name, tmp_path / name.replace("a", "b", 1))
        one.execute("ROLLBACK")
    # A journal of somebody else's may name any file to be deleted: who only reads does not follow it.
    with pytest.raises(StoreError, match="has left it in part, and --resume of that audit puts it in order"):
        reading(str(tmp_path / "b.db"))
    opened(str(tmp_path / "b.db")).close()
    with contextlib.closing(reading(str(tmp_path / "b.db"))) as found:
        assert [each.name for each in queries.visited(found, run)] == ["r"]
