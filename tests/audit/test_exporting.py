"""Exports: what cannot be written, what strangers say in tables, and logs that say what a check would say."""

from __future__ import annotations

import csv
import json
import os
import pathlib
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from pyarrow import parquet

from cblint.audit import exporting, store
from cblint.audit.exporting import COLUMNS, Unwritable, csv_lines, export_to
from cblint.audit.model import Problem
from cblint.audit.overview import AuditedRule
from cblint.audit.queries import Wanted
from cblint.audit.store import Run, StoreError
from cblint.linter import Settings
from cblint.report import Style, render
from cblint.running import lint_paths
from tests import git
from tests.audit import made
from tests.helpers import commands

HOSTILE = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\0=1", 'a "b", c', "x\r\ny", "é漢\u202e", "'quoted'", "")


@pytest.fixture
def one() -> Iterator[sqlite3.Connection]:
    with made.store_at() as found:
        yield found


def filled(one: sqlite3.Connection) -> Run:
    """A run over a repository of which strangers have written all they can."""
    (finding,) = made.file_of("buildspec.yml", made.DEFECT).findings
    file = made.file_of("buildspec.yml", made.DEFECT, owners=("@team", "=cmd()"))
    findings = tuple(
        finding._replace(message=text, place=text, reason=text, fingerprint=f"{number:016x}")
        for number, text in enumerate(HOSTILE)
    )
    visit = made.visit_of("=name", file._replace(findings=findings), branch="-x", commit="+c")
    return made.ran(one, visit._replace(unit=visit.unit._replace(url="@url")), made.visit_of("empty"))


def exported(one: sqlite3.Connection, run: Run, style: str, path: pathlib.Path) -> list[str]:
    return list(export_to(one, run, Wanted(), style, os.fspath(path)))


# What cannot be written


@pytest.mark.parametrize("style", ["csv", "jsonl", "parquet", "sarif"])
def test_what_cannot_be_written_is_a_sentence(one: sqlite3.Connection, style: str, tmp_path: pathlib.Path) -> None:
    run = filled(one)
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "name.sarif").mkdir()
    places = ["file/x", "file"] if style == "sarif" else ["file/x", "folder", "missing/x"]
    for place in places + (["folder"] if style == "sarif" else []):
        with pytest.raises(Unwritable) as caught:
            exported(one, run, style, tmp_path / place)
        assert str(caught.value).startswith(f"Cannot write {tmp_path / place}: ")
    assert (tmp_path / "file").read_bytes() == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no disk that is full")
@pytest.mark.parametrize("style", ["csv", "jsonl"])
def test_a_full_disk_is_a_sentence(one: sqlite3.Connection, style: str) -> None:
    with pytest.raises(Unwritable, match="Cannot write /dev/full: No space left on device"):
        exported(one, filled(one), style, pathlib.Path("/dev/full"))


def test_a_damaged_record_is_a_sentence(one: sqlite3.Connection, tmp_path: pathlib.Path) -> None:
    run = filled(one)
    one.execute("UPDATE files SET record = x'0011'")
    with pytest.raises(StoreError, match="The store is damaged: a record cannot be read: "):
        exported(one, run, "sarif", tmp_path / "logs")


def test_parquet_needs_what_reads_it(
    one: sqlite3.Connection, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Unwritable, match="Parquet needs pyarrow: pip install"):
        exported(one, filled(one), "parquet", tmp_path / "x")


# Tables


def test_csv_comes_back_and_no_cell_is_a_formula(one: sqlite3.Connection, tmp_path: pathlib.Path) -> None:
    assert exported(one, filled(one), "csv", tmp_path / "x.csv") == []
    with open(tmp_path / "x.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["message"].removeprefix("'") for row in rows] == [text.removeprefix("'") for text in HOSTILE]
    assert [row["message"] for row in rows[:9]] == [*(f"'{text}" for text in HOSTILE[:8]), HOSTILE[8]]
    for row in rows:
        assert list(row) == list(COLUMNS)
        assert not any(cell and cell[0] in "=+-@\t\r\n\0" for cell in row.values())
        assert (row["repository"], row["url"], row["branch"]) == ("'=name", "'@url", "'-x")
        assert (row["line"], row["column"], row["owners"]) == ("5", "16", "'@team =cmd()")


def test_numbers_are_no_formulas() -> None:
    assert list(csv_lines(["a", "=b"], [[-1, "-1"], [None, 1.5]])) == ["a,'=b\r\n", "-1,'-1\r\n", ",1.5\r\n"]
    assert list(csv_lines(["a"], iter([["x"], ['"']]))) == ["a\r\n", "x\r\n", '""""\r\n']


def test_lines_of_json_come_back_as_they_are(one: sqlite3.Connection, tmp_path: pathlib.Path) -> None:
    assert exported(one, filled(one), "jsonl", tmp_path / "x") == []
    data = (tmp_path / "x").read_bytes()
    assert data.isascii()
    rows = [json.loads(line) for line in data.splitlines()]
    assert [row["message"] for row in rows] == list(HOSTILE)
    assert rows[0] == {
        "repository": "=name",
        "url": "@url",
        "branch": "-x",
        "commit": "+c",
        "path": "buildspec.yml",
        "line": 5,
        "column": 16,
        "end_line": 5,
        "end_column": 17,
        "severity": "error",
        "rule": "command-not-string",
        "code": "CB1002",
        "category": "syntax",
        "confidence": "high",
        "message": "=1+1",
        "place": "=1+1",
        "suppressed": "",
        "reason": "=1+1",
        "fix": rows[0]["fix"],
        "owners": "@team =cmd()",
        "fingerprint": "0" * 16,
        "first_seen": rows[0]["first_seen"],
    }
    assert rows[0]["first_seen"].endswith("Z")


@pytest.mark.parametrize("group", [1, 5, 10_000])
def test_parquet_comes_back_as_it_is(
    one: sqlite3.Connection, tmp_path: pathlib.Path, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS_OF_GROUP", group)
    run = filled(one)
    for style in ("parquet", "jsonl"):
        assert exported(one, run, style, tmp_path / style) == []
    table = parquet.read_table(tmp_path / "parquet")
    assert table.column_names == list(COLUMNS)
    assert str(table.schema.field("line").type) == "int32"
    assert table.to_pylist() == [json.loads(line) for line in (tmp_path / "jsonl").read_text().splitlines()]


@pytest.mark.parametrize("style", ["csv", "jsonl", "parquet"])
def test_a_run_without_findings_is_an_empty_table(one: sqlite3.Connection, style: str, tmp_path: pathlib.Path) -> None:
    run = made.ran(one, made.visit_of("r", made.file_of("buildspec.yml", made.CLEAN)))
    assert exported(one, run, style, tmp_path / "x") == []
    data = (tmp_path / "x").read_bytes()
    if style == "parquet":
        table = parquet.read_table(tmp_path / "x")
        assert (table.num_rows, table.column_names) == (0, list(COLUMNS))
    else:
        assert data.decode() == ("" if style == "jsonl" else ",".join(COLUMNS) + "\r\n")


# SARIF


@pytest.fixture(scope="module")
def schema() -> Validator:
    path = os.path.join(os.path.dirname(__file__), os.pardir, "data", "sarif-schema-2.1.0.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    return validator_for(document)(document)


def logs(folder: pathlib.Path) -> dict[str, Any]:
    """The only run of each log in a folder, by the name of its file."""
    found = {}
    for name in sorted(os.listdir(folder)):
        (found[name],) = json.loads((folder / name).read_bytes())["runs"]
    return found


OWN_RULE = "name: {}\nmessage: Make is not ours.\nmatch: {{command: make}}\n"


def full(folder: pathlib.Path, name: str) -> pathlib.Path:
    """A repository with all that a log tells of: links, notes, suppressions, own rules, broken files."""
    root = made.cloned(
        folder,
        {
            "buildspec.yml": made.DEFECT_AND_NOTE,
            "ci/buildspec.yml": commands("make", "make", 'echo "a: b" # cblint: ignore[command-not-string]'),
            "ci/real.txt": made.DEFECT,
            "broken/buildspec.yml": b"\0",
            "wrong/buildspec.yml": made.DEFECT,
            "wrong/.cblint.yml": "profile: nonsense\n",
            ".cblint.yml": "profile: pedantic\nrules: [own.yml]\n",
            "own.yml": OWN_RULE.format(name),
        },
    )
    (root / "linked").mkdir()
    (root / "linked" / "buildspec.yml").symlink_to("../ci/real.txt")
    with open(os.path.join(os.fsencode(root), b"buildspec-\xff.yml"), "wb") as file:
        file.write(made.DEFECT.encode())
    git.commit(root)
    return root


def test_a_log_says_what_a_check_of_its_repository_says(
    one: sqlite3.Connection, tmp_path: pathlib.Path, schema: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = {name: full(tmp_path / name, f"no-make-in-{name}") for name in ("one", "two")}
    failed = made.visit_of("failed", failed=True, problems=(Problem("", "cannot be read"),))
    run = made.ran(one, *(made.looked(made.unit_of(root)) for root in roots.values()), failed, made.visit_of("clean"))
    assert exported(one, run, "sarif", tmp_path / "logs") == []
    assert sorted(os.listdir(tmp_path / "logs")) == ["clean.sarif", "one.sarif", "two.sarif"]
    for name in ("clean", "one", "two"):
        schema.validate(json.loads((tmp_path / "logs" / f"{name}.sarif").read_bytes()))
    found = logs(tmp_path / "logs")
    assert found["clean.sarif"]["results"] == []
    for name, root in roots.items():
        monkeypatch.chdir(root)
        checked = lint_paths(["."], Settings(jobs=1))
        (expected,) = json.loads("".join(render("sarif", checked, Style())))["runs"]
        log = found[f"{name}.sarif"]
        by_name = [sorted(each["results"], key=_fingerprint) for each in (log, expected)]
        assert by_name[0] == by_name[1]
        assert any(each["ruleId"] == f"no-make-in-{name}" for each in by_name[0])
        assert [rule["id"] for rule in log["tool"]["driver"]["rules"]] == [
            rule["id"] for rule in expected["tool"]["driver"]["rules"]
        ]
        assert log["invocations"][0]["executionSuccessful"] == expected["invocations"][0]["executionSuccessful"]
        assert sorted(_notifications(log)) == sorted(_notifications(expected))


def _fingerprint(result: Any) -> str:
    return str(result["partialFingerprints"]["cblint/v1"])


def _notifications(run: Any) -> list[str]:
    return [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]


def test_own_rules_are_described_where_they_have_had_findings(one: sqlite3.Connection, tmp_path: pathlib.Path) -> None:
    rule = AuditedRule("no-make", "no-make", "note", "own", " ", "", "Use just.", "https://example.com/make")
    file = made.file_of("buildspec.yml", made.DEFECT)
    own = file._replace(findings=(file.findings[0]._replace(rule="no-make", code="no-make"),), record=b"")
    made.ran(one, made.visit_of("with", own, rules=(rule,)), made.visit_of("without", file))
    run = made.ran(one, made.visit_of("with", rules=(rule,)), made.visit_of("without", file))
    assert exported(one, run, "sarif", tmp_path / "logs") == []
    described = {
        name: [each for each in found["tool"]["driver"]["rules"] if each["id"] == "no-make"]
        for name, found in logs(tmp_path / "logs").items()
    }
    assert described["without.sarif"] == []
    (described_rule,) = described["with.sarif"]
    assert (described_rule["shortDescription"]["text"], described_rule["helpUri"]) == ("no-make", rule.url)
    assert "Use just." in described_rule["help"]["text"]


def test_every_repository_has_a_log_of_its_own_in_the_folder(one: sqlite3.Connection, tmp_path: pathlib.Path) -> None:
    names = [
        *(
            "a/b",
            "a-b",
            "A/B",
            "a b",
            "..",
            "../../etc/passwd",
            "/",
            "",
            "\0",
            "con",
            "NUL.x",
            "com1",
            "-rf",
            ".hidden",
        ),
        *("x" * 300, "x" * 300 + "y", "漢字", "漢", "a-b-2", "x\n::error::y", "C:\\x"),
    ]
    run = made.ran(one, *map(made.visit_of, names))
    assert exported(one, run, "sarif", tmp_path / "deep" / "logs") == []
    written = os.listdir(tmp_path / "deep" / "logs")
    assert len(written) == len({name.lower() for name in written}) == len(names)
    for name in written:
        stem = name.removesuffix(".sarif")
        assert stem.isascii()
        assert len(name) < 200
        assert not stem.startswith(("-", "."))
        assert stem.lower() not in ("con", "nul.x", "com1")
    assert sorted(os.listdir(tmp_path)) == ["deep"]


def test_what_github_does_not_take_is_said_with_the_repository(
    one: sqlite3.Connection, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cblint.report.sarif.MOST_RESULTS", 1)
    run = made.ran(one, made.visit_of("r", *(made.file_of(f"{each}/buildspec.yml", made.DEFECT) for each in "ab")))
    (said,) = exported(one, run, "sarif", tmp_path / "logs")
    assert said.startswith("r: GitHub takes ")


def test_a_log_is_small_and_soon_made(one: sqlite3.Connection, tmp_path: pathlib.Path) -> None:
    run = made.ran(one, *(made.visit_of(str(each), made.file_of("buildspec.yml", made.DEFECT)) for each in range(3)))
    assert exported(one, run, "sarif", tmp_path / "logs") == []
    sizes = {os.path.getsize(tmp_path / "logs" / name) for name in os.listdir(tmp_path / "logs")}
    assert max(sizes) < 600_000  # nearly all of it describes the rules


def test_a_run_that_was_stopped_can_be_exported(one: sqlite3.Connection, tmp_path: pathlib.Path) -> None:
    run = made.ran(one, made.visit_of("r", made.file_of("buildspec.yml", made.DEFECT)), status=store.STOPPED)
    assert exported(one, run, "jsonl", tmp_path / "x") == []
    assert len((tmp_path / "x").read_text().splitlines()) == 1
