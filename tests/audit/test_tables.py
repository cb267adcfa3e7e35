"""Tables: rows that are none, names of columns, more than memory holds, and what a repository's rows are in the end."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterable, Mapping

import pyarrow
import pytest
from pyarrow import parquet

from cblint.audit import tables
from cblint.audit.tables import About, Row, Spool, is_table, rows, spooled
from cblint.laying import LONGEST, laid_out
from cblint.source.file import Unreadable
from cblint.source.file import read as read_bytes_as_text
from tests.bounds import no_hanging


def lines(*values: object) -> bytes:
    """A table of JSON Lines; what is bytes is a line as it is."""
    return b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in values)


def row(repository: str = "r", path: str = "p", content: str | None = "c", **more: object) -> dict[str, object]:
    return {"repository": repository, "path": path, "content": content, **more}


def read(folder: pathlib.Path, data: bytes, name: str = "t.jsonl") -> list[Row | str]:
    (folder / name).write_bytes(data)
    return list(rows(str(folder / name)))


def filled(folder: pathlib.Path, data: bytes, name: str = "t.jsonl") -> tuple[Spool, tuple[str, ...]]:
    (folder / name).write_bytes(data)
    spool = Spool(str(folder / "spool"))
    return spool, spooled(str(folder / name), spool)


def in_parquet(folder: pathlib.Path, columns: Mapping[str, object], name: str = "t.parquet", size: int = 1000) -> str:
    path = str(folder / name)
    parquet.write_table(pyarrow.table(dict(columns)), path, row_group_size=size)
    return path


# What is wrong


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "it is not valid JSON."),
        (b"\xff\xfe{\0}\0", "it is not valid JSON."),
        (b"[" * 100_000, "it is not valid JSON."),
        (b'{"repository": ' + b"9" * 10_000 + b"}", "it is not valid JSON."),
        (b"\0", "it is not valid JSON."),
        (b"[]", "it is not a JSON object."),
        (b"null", "it is not a JSON object."),
        (lines({"path": "p", "content": "c"})[:-1], "none of {} is a name in it."),
        (lines(row(""))[:-1], "none of {} is a name in it."),
        (lines({"repository": {"name": "r"}})[:-1], "none of {} is a name in it."),
        (lines(row("x" * 4097))[:-1], "none of {} is a name in it."),
        (lines(row("\ud800"))[:-1], "none of {} is a name in it."),
        (lines(row("r", ""))[:-1], "none of path, file_path, file and sample_path is a name in it."),
        (lines(row("r", "p\udfff"))[:-1], "none of path, file_path, file and sample_path is a name in it."),
        (lines({"repository": "r", "path": "p", "content": 7})[:-1], "its content is not a text."),
        (lines({"repository": "r", "path": "p", "content": ["c"]})[:-1], "its content is not a text."),
    ],
)
def test_a_line_that_is_no_row_costs_one_sentence(tmp_path: pathlib.Path, line: bytes, said: str) -> None:
    names = "repository, repository_name, repo, repo_name and sample_repo_name"
    with no_hanging():
        found = read(tmp_path, lines(row(), line, b"", b" \t", row(path="q")))
    assert found == [Row("r", "p", b"c"), f"Line 2 is left out: {said.format(names)}", Row("r", "q", b"c")]


def test_a_line_longer_than_any_is_left_out(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LONGEST_LINE", 1024 * 1024)
    long = b'{"content": "' + b"x" * 5_000_000 + b'"}'
    (said,) = (each for each in read(tmp_path, lines(row(), long, row())) if isinstance(each, str))
    assert said == "Line 2 is left out: it is longer than 1 MB."
    assert read(tmp_path, long) == ["Line 1 is left out: it is longer than 1 MB."]


def test_a_line_that_never_ends_ends(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LONGEST_LINE", 1024)
    monkeypatch.setattr(tables, "MOST_READ", 1024 * 1024)
    data = gzip.compress(lines(row()) + b"x" * 50_000_000, 1)
    assert read(tmp_path, data, "t.jsonl.gz")[1:] == [
        "What comes after line 2 is left out: there is more than 0 GB before it."
    ]


def test_what_is_damaged_ends_there(tmp_path: pathlib.Path) -> None:
    data = gzip.compress(lines(*(row(path=os.urandom(500).hex()) for _ in range(100))))
    *found, said = read(tmp_path, data[:-30_000], "t.jsonl.gz")
    assert all(isinstance(each, Row) for each in found)
    assert 0 < len(found) < 100
    assert said == f"Line {len(found) + 1} and what comes after it are left out: the file is damaged there."
    with pytest.raises(Unreadable, match=r"^has no row that can be read. Line 1 and what comes after it are left out"):
        filled(tmp_path, b"no gzip", "u.jsonl.gz")


def test_only_so_many_sentences_are_told(tmp_path: pathlib.Path) -> None:
    _, said = filled(tmp_path, lines(row(), *range(50)))
    assert (len(said), said[0]) == (21, "Line 2 is left out: it is not a JSON object.")
    assert said[-1] == "So it is with 30 more rows."


def test_a_table_without_any_row_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Unreadable) as caught:
        filled(tmp_path, b"[\n1\n]\n")
    assert str(caught.value) == "has no row that can be read. Line 1 is left out: it is not valid JSON."
    spool, said = filled(tmp_path, b"")
    assert (list(spool.repositories()), said) == ([], ())


def test_what_is_no_file_is_refused(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    for name, said in (
        ("missing.jsonl", "cannot be read: No such file or directory"),
        ("pipe.jsonl", "is not a regular file"),
        (".", "is not a regular file"),
        ("a\0.jsonl", "cannot be read: the name holds a NUL character"),
    ):
        with pytest.raises(Unreadable) as caught:
            list(rows(f"{tmp_path}/{name}"))
        assert str(caught.value) == said


def test_a_database_that_has_no_room_is_told(tmp_path: pathlib.Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(lines(*(row(path=f"{number}", content="x" * 10_000) for number in range(50))))
    spool = Spool(str(tmp_path / "spool"))
    spool._database.execute("PRAGMA max_page_count = 20")
    with pytest.raises(Unreadable) as caught:
        spooled(str(tmp_path / "t.jsonl"), spool)
    assert str(caught.value) == "cannot be put into a temporary database: database or disk is full"
    assert list(spool.repositories()) == []


def test_names_that_lead_elsewhere_are_not_laid_out(tmp_path: pathlib.Path) -> None:
    paths = ("a/b", "../x", "/x", "a/../../x", ".git/config", "a\0b", "a//b", "n" * 300, "a/b/c")
    spool, said = filled(tmp_path, lines(*(row(path=path) for path in paths)))
    (tmp_path / "out").mkdir()
    left_out = laid_out(spool.files("r"), str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == ["a", "b"]
    assert (said, len(left_out)) == ((), 1)
    assert left_out[0].endswith(f": {len(paths) - 1} files.")


# What a repository's rows are


def test_columns_have_several_names(tmp_path: pathlib.Path) -> None:
    for names in itertools.product(tables.REPOSITORY, tables.PATH, tables.CONTENT):
        repository, path, content = names
        values = {repository: "o/r", path.upper(): "p", content: "ü"}
        assert read(tmp_path, b"\xef\xbb\xbf" + lines(values)) == [Row("o/r", "p", "ü".encode())]


def test_the_first_name_that_has_something_counts(tmp_path: pathlib.Path) -> None:
    values = {"code": "code", "repo": "repo", "repository": None, "path": "path", "file": 7, "text": ""}
    assert read(tmp_path, lines(values)) == [Row("repo", "path", b"")]


def test_what_is_said_of_a_repository_is_kept(tmp_path: pathlib.Path) -> None:
    data = lines(
        row("a", ref="refs/heads/main", commit_id="1", url="https://example.com/a"),
        row("a", "q", branch="", commit="2", url=["no", "name"]),
        row("b", commit=7),
        row("c", branch="x" * 5000),
    )
    spool, _ = filled(tmp_path, data)
    assert [spool.about(name) for name in "abcd"] == [
        About("2", "main", "https://example.com/a"),
        *[About("", "", "")] * 3,
    ]


def test_rows_come_in_any_order(tmp_path: pathlib.Path) -> None:
    data = lines(row("b", "2"), row("a", "1"), row("ü", "x"), row("b", "1"), row("a", "3"), row("B", "1"))
    spool, said = filled(tmp_path, data)
    found = {name: [path for path, _ in spool.files(name)] for name in spool.repositories()}
    assert list(found.items()) == [("B", ["1"]), ("a", ["1", "3"]), ("b", ["1", "2"]), ("ü", ["x"])]
    assert (said, list(spool.files("missing"))) == ((), [])


def test_the_last_of_several_rows_counts_and_is_told_once(tmp_path: pathlib.Path) -> None:
    data = lines(row(content="1"), row("s"), row(content="2"), row(content="3"))
    spool, said = filled(tmp_path, data)
    assert list(spool.files("r")) == [("p", b"3")]
    assert said == ("Left out, as a later row has the same repository and path: 2 rows.",)
    spool, said = filled(tmp_path, lines(row(content="4")), "u.jsonl")
    assert list(spool.files("r")) == [("p", b"4")]
    assert said == ("Left out, as a later row has the same repository and path: 1 row.",)


def test_a_file_whose_content_is_unknown_is_not_an_empty_one(tmp_path: pathlib.Path) -> None:
    data = lines(
        row(path="known"), row(path="none", content=None), {"repo": "r", "path": "missing"}, row(path="e", content="")
    )
    spool, _ = filled(tmp_path, data + lines(row(path="late", content="x"), row(path="late", content=None)))
    assert list(spool.files("r")) == [("e", b""), ("known", b"c")]
    assert spool.unknown("r") == ["late", "missing", "none"]


def test_of_a_long_content_no_more_is_kept_than_shows_that_it_is(tmp_path: pathlib.Path) -> None:
    spool, _ = filled(tmp_path, lines(row(content="ü" * LONGEST), row(path="q", content="\ud800")))
    assert [(path, len(data)) for path, data in spool.files("r")] == [("p", LONGEST + 1), ("q", 3)]
    (tmp_path / "out").mkdir()
    assert laid_out(spool.files("r"), str(tmp_path / "out")) == ()
    with pytest.raises(Unreadable, match="is larger than 4 MB"):
        read_bytes_as_text(str(tmp_path / "out" / "p"), False)


def test_another_process_reads_the_spool(tmp_path: pathlib.Path) -> None:
    spool, _ = filled(tmp_path, lines(row(), row("s")))
    spool.close()
    other = Spool(str(tmp_path / "spool"))
    assert [(name, list(other.files(name))) for name in other.repositories()] == [
        ("r", [("p", b"c")]),
        ("s", [("p", b"c")]),
    ]


def test_memory_does_not_grow_with_the_table(tmp_path: pathlib.Path) -> None:
    content = "x" * 50_000
    (tmp_path / "t.jsonl").write_bytes(
        b"".join(lines(row(f"{number % 7}", f"{number}", content)) for number in range(1_000))
    )
    in_parquet(tmp_path, {"repo": ["r"] * 1000, "path": [f"{n}" for n in range(1000)], "content": [content] * 1000})
    code = (
        "import resource, sys\nfrom cblint.audit.tables import Spool, spooled\n"
        "if 'parquet' in sys.argv[1]: from pyarrow import parquet\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\nspooled(sys.argv[1], Spool(sys.argv[2]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    for name in ("t.jsonl", "t.parquet"):
        command = [sys.executable, "-c", code, str(tmp_path / name), str(tmp_path / f"{name}.spool")]
        grown = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert grown < 25_000, name  # kilobytes of 50,000 that there are


# Parquet


def test_a_damaged_parquet_table_is_refused_or_ends(tmp_path: pathlib.Path) -> None:
    columns = {"repo": ["r"] * 2000, "path": [os.urandom(20).hex() for _ in range(2000)], "content": ["c"] * 2000}
    data = pathlib.Path(in_parquet(tmp_path, columns, size=200)).read_bytes()
    for spoiled in (b"", b"PAR1", b"no table" * 100, data[:-20]):
        with pytest.raises(Unreadable) as caught:
            read(tmp_path, spoiled, "t.parquet")
        assert str(caught.value) == "is damaged, or no Parquet table"
    assert read(tmp_path, data[100:], "t.parquet") == ["What comes after row 0 is left out: the file is damaged there."]
    *found, said = read(tmp_path, data[:20_000] + bytes(20_000) + data[40_000:], "t.parquet")
    assert found
    assert said == f"What comes after row {len(found)} is left out: the file is damaged there."


def test_columns_that_are_missing_are_told(tmp_path: pathlib.Path) -> None:
    for columns, said in (
        ({"path": ["p"], "content": ["c"]}, "repository of a file: it is to be called repository, repository_name,"),
        ({"repo": ["r"], "content": ["c"]}, "path of a file: it is to be called path, file_path, file or sample_path"),
        ({"repo": ["r"], "path": ["p"]}, "content of a file: it is to be called content, contents, text or code"),
    ):
        with pytest.raises(Unreadable, match=f"^has no column for the {said}"):
            list(rows(in_parquet(tmp_path, columns)))


def test_columns_of_any_type_give_rows_or_sentences(tmp_path: pathlib.Path) -> None:
    names = pyarrow.array(["r", "r", None, "", "s"]).dictionary_encode()
    columns: dict[str, object] = {
        "REPO_NAME": names,
        "Path": pyarrow.array([b"a", b"\xff", b"c", b"d", b"e"]),
        "Content": pyarrow.array(["1", "2", "3", "4", None], pyarrow.large_string()),
        "ref": ["refs/heads/main"] * 5,
        "other": [1] * 5,
    }
    found = list(rows(in_parquet(tmp_path, columns, size=2)))
    assert found[0] == Row("r", "a", b"1", "", "main")
    assert [str(each)[:17] for each in found[1:4]] == [f"Row {number} is left out" for number in (2, 3, 4)]
    assert found[4] == Row("s", "e", None, "", "main")
    columns["Content"] = [1, 2, 3, 4, 5]
    assert next(rows(in_parquet(tmp_path, columns))) == "Row 1 is left out: its content is not a text."
    columns["Content"] = pyarrow.array([["x"]] * 5)
    assert next(rows(in_parquet(tmp_path, columns))) == "Row 1 is left out: its content is not a text."


def test_text_that_is_no_utf_8_is_a_content_like_others(tmp_path: pathlib.Path) -> None:
    wrong = pyarrow.Array.from_buffers(
        pyarrow.string(), 1, [None, pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0"), pyarrow.py_buffer(b"\xff\xfe")]
    )
    assert list(rows(in_parquet(tmp_path, {"repo": ["r"], "path": ["p"], "content": wrong}))) == [
        Row("r", "p", b"\xff\xfe")
    ]


def test_without_pyarrow_it_is_said_how_to_get_it(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = in_parquet(tmp_path, {"repo": ["r"], "path": ["p"], "content": ["c"]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Unreadable) as caught:
        list(rows(path))
    assert str(caught.value) == (
        'is a Parquet table, which cannot be read without pyarrow: pip install "cblint[parquet]"'
    )


def test_tables_are_known_by_their_names() -> None:
    endings = ("jsonl", "ndjson", "json", "jsonl.gz", "json.gz", "NDJSON.GZ", "parquet", "pq", "Parquet")
    assert all(is_table(f"a/b.c.{ending}") for ending in endings)
    names: Iterable[str] = (".jsonl", "jsonl", "a.txt", "a.gz", "a.parquet.gz", "a.json/b", "a.csv", "")
    assert not any(map(is_table, names))
