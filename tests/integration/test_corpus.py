"""Every file of the corpus, whatever its kind: nothing crashes, and what is malformed is said on its line."""

from __future__ import annotations

import csv
import os

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import lint_bytes, lint_file
from cblint.report import FORMATS, Style, render
from cblint.running import result_of
from tests.helpers import ISOLATED
from tests.integration.conftest import ROOT, Cblint, assert_harmless, valid_json
from tests.readers import told
from tools.corpus import CORPUS, available

pytestmark = pytest.mark.skipif(
    not available(), reason=f"the corpus is not at {os.path.normpath(CORPUS)} (set CBLINT_CORPUS)"
)


def _files(*folders: str) -> list[str]:
    """Every file below the corpus, or below these folders of it, relative to it."""
    found = []
    for folder in folders or ("",):
        for directory, _, names in os.walk(os.path.join(CORPUS, folder)):
            found += [os.path.relpath(os.path.join(directory, name), CORPUS) for name in names]
    return sorted(found)


def _malformed() -> dict[str, int]:
    """The line on which each file of ``malformed/`` breaks."""
    with open(os.path.join(ROOT, "tests", "corpus", "malformed.tsv"), encoding="utf-8", newline="") as file:
        return {row["file"]: int(row["line"]) for row in csv.DictReader(file, delimiter="\t")}


def test_the_corpus_is_all_there() -> None:
    folders = {name.split(os.sep)[0] for name in _files()}
    assert {
        "buildspec",
        "cdk",
        "cloudformation",
        "historical",
        "malformed",
        "markdown",
        "other",
        "terraform",
    } <= folders
    assert len(_files()) > 300


def test_every_file_is_linted_and_rendered_without_a_crash() -> None:
    results = [lint_file(Candidate(os.path.join(CORPUS, name), True), ISOLATED) for name in _files()]
    assert [crash for result in results for crash in result.crashes] == []
    assert [result.shown for result in results if result.failed] == []
    assert sum(result.kind == "buildspec" for result in results) > 200
    said: dict[str, list[tuple[str, int, str]]] = {}
    for format_ in FORMATS:
        output = "".join(render(format_, result_of(results), Style(statistics=True)))
        said[format_] = [(os.path.basename(each.path), each.line, each.rule) for each in told(format_, output)]
        assert_harmless(output.encode(), format_)
        if format_ == "json":
            valid_json(output)
    assert len(said["json"]) > 900
    assert [name for name in FORMATS if said[name] != said["json"]] == []


def test_every_file_can_be_taken_for_a_buildspec() -> None:
    for name in _files():
        with open(os.path.join(CORPUS, name), "rb") as file:
            data = file.read()
        result = lint_bytes(data, Candidate("buildspec.yml", True), ISOLATED)
        assert (name, result.crashes, result.failed) == (name, (), False)


def test_every_buildspec_is_recognised_by_its_content(tmp_path: os.PathLike[str]) -> None:
    for name in _files("buildspec", "historical", "historical_fixed"):
        with open(os.path.join(CORPUS, name), "rb") as file:
            data = file.read()
        result = lint_bytes(data, Candidate(os.path.join(tmp_path, "any.yml"), True), ISOLATED)
        assert (name, result.kind, result.skipped) == (name, "buildspec", "")


@pytest.mark.parametrize(("name", "line"), _malformed().items())
def test_a_malformed_file_has_its_syntax_error_on_its_line(name: str, line: int) -> None:
    result = lint_file(Candidate(os.path.join(CORPUS, "malformed", name), True), ISOLATED)
    errors = [finding for finding in result.findings if finding.rule == "yaml-syntax-error"]
    assert [finding.start.line for finding in errors] == [line]


def test_every_malformed_file_is_recorded() -> None:
    assert [os.path.basename(name) for name in _files("malformed")] == sorted(_malformed())


def test_no_other_buildspec_is_malformed() -> None:
    results = [lint_file(Candidate(os.path.join(CORPUS, name), True), ISOLATED) for name in _files("buildspec")]
    broken = [
        (result.shown, finding.start) for result in results for finding in result.findings if finding.code == "CB1001"
    ]
    assert broken == []


def test_the_json_of_a_run_over_all_fits_the_schema(cblint: Cblint) -> None:
    arguments = (".", "--isolated", "--format", "json")
    done = cblint(*arguments, cwd=CORPUS)
    assert done.status == 1
    document = done.json
    assert len(document["files"]) == document["summary"]["files"] > 200
    found = {finding["path"] for finding in document["findings"] if finding["rule"] == "yaml-syntax-error"}
    listed = set(cblint(".", "--isolated", "--list-files", cwd=CORPUS).lines)
    assert found >= {f"malformed/{name}" for name in _malformed()} & listed
    in_processes = cblint.process("check", *arguments, "--jobs", "2", cwd=CORPUS)
    assert in_processes == done
