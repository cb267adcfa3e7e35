"""The formats that other programs read, read as these do: every one tells the same findings, and fits its reader."""

from __future__ import annotations

import json
import os
import pathlib
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree as Tree

import jsonschema
import pytest

from cblint.facts.sources import read_schema
from cblint.finding import Related, Severity
from cblint.linter import FileResult
from cblint.opening import STDIN
from cblint.report import FORMATS, Style
from cblint.report.github import omitted
from cblint.report.shown import printable
from cblint.running import Result, lint_paths, result_of
from cblint.source.text import Position
from tests.helpers import ISOLATED, commands, finding, lint
from tests.readers import READERS, told, written
from tests.sarif_logs import told as run_of
from tests.workflow_commands import WorkflowCommand, commands_in, complaints

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_UNITS = {"github": "utf-16-le", "sarif": "utf-16-le", "rdjson": "utf-8"}
"""The encoding in whose units a format counts columns, if that is not the code point."""


def column_of(file: FileResult, line: int, column: int, name: str) -> int:
    """A column in code points, as a format counts it."""
    encoding = _UNITS.get(name)
    if encoding is None:
        return column
    units = file.excerpts[line][: column - 1].encode(encoding, "surrogatepass")
    return len(units) // (2 if encoding == "utf-16-le" else 1) + 1


def test_every_format_has_a_reader() -> None:
    assert tuple(READERS) == FORMATS


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_the_same_findings(name: str, runs: dict[str, Result]) -> None:
    for title, result in runs.items():
        files = {file.path: file for file in result.files}
        expected = [
            each._replace(column=column_of(files[each.path], each.line, each.column or 0, name))
            for each in told("json", written("json", result))
        ]
        found = told(name, written(name, result))
        if name not in ("json", "jsonl", "sarif"):  # these have the exact names
            expected = [each._replace(path=printable(each.path)) for each in expected]
        have_columns = [each.column is not None for each in found]
        assert found == [
            each if has else each._replace(column=None) for each, has in zip(expected, have_columns, strict=True)
        ], title
        assert all(have_columns) or name in ("github", "gitlab")


# JSON Lines


def test_a_line_of_jsonl_is_a_finding_of_the_json(runs: dict[str, Result]) -> None:
    schema = read_schema("output")
    one = jsonschema.Draft202012Validator({**schema["$defs"]["finding"], "$defs": schema["$defs"]})
    for result in runs.values():
        lines = written("jsonl", result).splitlines()
        assert [json.loads(line) for line in lines] == json.loads(written("json", result))["findings"]
        for line in lines:
            one.validate(json.loads(line))
    assert '"suppressed": {"reason": "It is in the baseline.", "kind": "baseline"}' in written(
        "jsonl", runs["in the baseline"]
    )


def first_cells(document: str, begin: str, end: str) -> list[str]:
    """What stands as code in the first column of a table of the documentation, between these texts."""
    with open(os.path.join(ROOT, document), encoding="utf-8") as file:
        part = file.read().partition(begin)[2].partition(end)[0]
    cells = re.findall(r"^\| (`[^|]+) \|", part, re.MULTILINE)
    return [name for cell in cells for name in re.findall("`(.+?)`", cell)]


def test_the_documentation_names_the_fields_of_the_schema_and_every_format() -> None:
    named = first_cells("docs/compatibility.md", "<!-- fields: begin", "<!-- fields: end -->")
    schema = read_schema("output")["$defs"]["finding"]
    assert sorted(named) == sorted(schema["required"]) == sorted(schema["properties"])
    assert first_cells("docs/ci.md", "## Formats", "\n## ") == ["--format", *FORMATS]


# GitHub


def annotated(result: Result) -> list[WorkflowCommand]:
    """What the runner takes from a run."""
    return commands_in(written("github", result))


def test_the_runner_reads_an_annotation_for_each_finding(runs: dict[str, Result]) -> None:
    for result in runs.values():
        found = annotated(result)
        troubles = sum(file.failed for file in result.files)
        assert len(found) == sum(1 for _, each in result.findings if each.is_open) + troubles
        assert [complaints(each) for each in found] == [[]] * len(found)
        for each in found:
            assert each.name in ("error", "warning", "notice")
            assert "\n" not in each.data


def test_an_annotation_says_what_the_log_shows_nothing_else_of() -> None:
    result = result_of([lint(commands("echo 50%: x"), name="a,b%3A.yml")])
    [command] = annotated(result)
    assert command.properties == {
        "file": "a,b%3A.yml",
        "line": "5",
        "endLine": "5",
        "col": "17",
        "endColumn": "18",
        "title": "cblint (command-not-string)",
    }
    assert command.data.startswith(
        "a,b%3A.yml:5:17: error[command-not-string] commands[0] is not a command but a YAML mapping: this colon splits "
        "it in two. CodeBuild stops in DOWNLOAD_SOURCE with "
    )
    assert "file=a%2Cb%253A.yml," in written("github", result)


def test_columns_are_told_only_of_what_is_one_line() -> None:
    text = "a: [\n1]\n"
    [command] = annotated(run_of(finding(text, (3, 6)), text=text))
    assert {name: command.properties.get(name) for name in ("line", "endLine", "col", "endColumn")} == {
        "line": "1",
        "endLine": "2",
        "col": None,
        "endColumn": None,
    }


def test_what_failed_is_an_annotation_and_what_was_skipped_a_line() -> None:
    files = [
        FileResult("ci/no.yml", "no.yml", skipped="cannot be read: Permission denied", failed=True),
        FileResult("ci/x.yml", "x.yml", "buildspec", 1, crashes=("rule x failed on x.yml: boom\n::error::y",)),
        FileResult("ci/b.yml", "b.yml", skipped="is something else"),
        FileResult("ci/c.yml", "c.yml", skipped="has no configuration", failed=True, error=".cblint.yml is broken"),
    ]
    output = written("github", result_of(files))
    assert [(each.name, each.properties.get("file"), each.data) for each in commands_in(output)] == [
        ("error", None, ".cblint.yml is broken"),
        ("error", "ci/no.yml", "no.yml cannot be read: Permission denied"),
        ("error", "ci/x.yml", "x.yml internal error: rule x failed on x.yml: boom<U+000A>::error::y"),
    ]
    plain = [line for line in output.splitlines() if not line.startswith("::")]
    assert plain == ["b.yml is something else", "No findings in 1 buildspec file (3 files skipped)."]
    assert len(written("github", result_of(files), Style(quiet=True)).splitlines()) == 3


def test_standard_input_has_no_file_to_show_and_a_link_the_one_that_it_leads_to() -> None:
    given = lint(commands("a: b"), name=STDIN)
    [command] = annotated(result_of([given]))
    assert "file" not in command.properties
    assert command.data.startswith("<stdin>:5:10: ")
    linked = lint(commands("a: b"))._replace(target="real/buildspec.yml")
    for name in ("github", "gitlab", "junit"):
        assert {each.path for each in told(name, written(name, result_of([linked])))} == {"real/buildspec.yml"}


@pytest.mark.parametrize(
    ("errors", "notes", "said"),
    [
        (10, 10, []),
        (11, 0, ["1 error"]),
        (13, 12, ["3 errors and 2 notices"]),
    ],
)
def test_it_is_said_once_that_github_does_not_show_all(errors: int, notes: int, said: list[str]) -> None:
    one = finding("x", (0, 1))
    found = [one] * errors + [one._replace(severity=Severity.NOTE)] * notes
    result = result_of([FileResult("a", "a", "buildspec", 1, tuple(found), {1: "x"})])
    assert omitted(result, Style()) == [
        f"GitHub shows 10 annotations of a level for each step; the log has {more} more." for more in said
    ]
    assert len(annotated(result)) == errors + notes


# GitLab and reviewdog


def fits(name: str, output: str) -> Any:
    """The document of an output, which must be what its reader takes."""
    with open(os.path.join(ROOT, "tests", "data", "formats.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    document = json.loads(output)
    jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"}).validate(document)
    return document


def test_gitlab_takes_every_report_and_keeps_every_issue(runs: dict[str, Result]) -> None:
    for result in runs.values():
        issues = fits("gitlab", written("gitlab", result))
        assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    issues = json.loads(written("gitlab", runs["one of each, and more than one"]))
    assert [issue["severity"] for issue in issues] == ["critical", "critical", "minor", "critical", "major", "minor"]
    assert fits("gitlab", written("gitlab", runs["no files"])) == []


def test_reviewdog_takes_every_report(runs: dict[str, Result]) -> None:
    for result in runs.values():
        fits("rdjson", written("rdjson", result))


def diagnostics(result: Result) -> list[dict[str, Any]]:
    """What reviewdog is told of a run."""
    found: list[dict[str, Any]] = json.loads(written("rdjson", result))["diagnostics"]
    return found


def applied(text: str, suggestion: dict[str, Any]) -> str:
    """The text with a suggestion in it, which counts in bytes."""
    lines = text.encode().split(b"\n")

    def offset(position: dict[str, int]) -> int:
        return sum(len(line) + 1 for line in lines[: position["line"] - 1]) + position["column"] - 1

    data, span = text.encode(), suggestion["range"]
    inserted: bytes = suggestion["text"].encode()
    return (data[: offset(span["start"])] + inserted + data[offset(span["end"]) :]).decode()


def test_a_suggestion_is_a_safe_fix_of_one_edit_in_bytes(runs: dict[str, Result]) -> None:
    several, inserted, unsafe = diagnostics(runs["fixes and places"])
    assert "suggestions" not in several
    assert "suggestions" not in unsafe
    assert len(inserted["suggestions"]) == 1
    text = commands('echo "漢😀é: b" # é')
    [diagnostic] = diagnostics(result_of([lint(text)]))
    [suggestion] = diagnostic["suggestions"]
    assert applied(text, suggestion) == commands("'echo \"漢😀é: b\"' # é")
    assert diagnostic["location"]["range"]["start"] == {"line": 5, "column": 15 + 3 + 4 + 2}


def test_bytes_are_counted_right_behind_a_secret_that_is_not_shown() -> None:
    secret = "pässwörd漢😀-Xq7rT2mK9"
    text = f'version: 0.2\nenv:\n  variables: {{DB_PASSWORD: "{secret}", A: 1, A: 2}}\n'
    result = result_of([lint(text)])
    places = {each.rule: each for each in told("rdjson", written("rdjson", result))}
    line = text.splitlines()[2]
    assert places["duplicate-key"].column == len(line[: line.rindex("A")].encode()) + 1
    places = {each.rule: each for each in told("github", written("github", result))}
    assert places["duplicate-key"].column == len(line[: line.rindex("A")].encode("utf-16-le")) // 2 + 1
    for name in FORMATS:
        assert "pässw" not in written(name, result)


def test_paths_are_those_of_the_working_directory_where_the_reader_is(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "ci" / "x").mkdir(parents=True)
    (tmp_path / "ci" / "x" / "buildspec.yml").write_text(commands("{a: b}"))
    monkeypatch.chdir(tmp_path / "ci")
    result = lint_paths(["."], ISOLATED)
    paths = {name: [each.path for each in told(name, written(name, result))] for name in FORMATS}
    assert {name for name, [path] in paths.items() if path == "x/buildspec.yml"} == {
        "text",
        "concise",
        "checkstyle",
        "rdjson",
    }
    assert {path for [path] in paths.values()} == {"x/buildspec.yml", "ci/x/buildspec.yml"}
    [file] = result.files
    here, there = Position(1, 1), Position(1, 2)
    related = tuple(Related("see", path, here, there) for path in ("ci/x/buildspec.yml", "ci/y.sh", "z/y.sh", "/etc/x"))
    moved = file._replace(findings=(file.findings[0]._replace(related=related),))
    [diagnostic] = diagnostics(result_of([moved]))
    assert [place["location"]["path"] for place in diagnostic["related_locations"]] == [
        "x/buildspec.yml",
        "y.sh",
        "../z/y.sh",
        "/etc/x",
    ]


# JUnit

_ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "file", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message", "type"},
    "system-out": set[str](),
}
"""What the XML schema of Jenkins' xUnit plugin (junit-10.xsd) lets pass, of what is used here."""


def suites(result: Result) -> list[Tree.Element]:
    """The suites of a run, which must be as every reader wants them."""
    root = Tree.fromstring(written("junit", result))
    for element in root.iter():
        assert set(element.attrib) <= _ATTRIBUTES[element.tag]
    found = root.findall("testsuite")
    for element in (root, *found):
        cases = list(element.iter("testcase"))
        sums = {tag: sum(case.find(tag) is not None for case in cases) for tag in ("failure", "error", "skipped")}
        assert int(element.attrib["tests"]) == len(cases) >= sum(sums.values())
        assert (int(element.attrib["failures"]), int(element.attrib["errors"])) == (sums["failure"], sums["error"])
        assert int(element.attrib.get("skipped", sums["skipped"])) == sums["skipped"]
    for suite in found:
        names = Counter(case.attrib["name"] for case in suite)
        assert names
        assert set(names.values()) == {1}
    return found


def test_junit_has_exact_sums_and_no_name_twice_in_a_suite(runs: dict[str, Result]) -> None:
    for result in runs.values():
        assert suites(result)


def outcomes(suite: Tree.Element) -> dict[str, str]:
    """Of each test case, by its name: the element that tells how it ended."""
    return {case.attrib["name"]: next((child.tag for child in case), "") for case in suite}


def test_only_what_fails_the_run_is_a_failure() -> None:
    text = commands('echo "a: b"', "", "# later", "{a: b}", "{a: b}")
    [suite] = suites(result_of([lint(text)._replace(fail_on="warning")]))
    assert list(outcomes(suite).values()) == ["failure", "failure", "system-out", "failure", "failure"]
    [suite] = suites(result_of([lint(text)._replace(fail_on="never")]))
    assert set(outcomes(suite).values()) == {"system-out"}
    twice = lint("version: 0.2\nversion: 0.2\nversion: 0.2\nphases: {build: {commands: [make]}}\n")
    assert list(outcomes(suites(result_of([twice]))[0])) == ["duplicate-key version", "duplicate-key version (2)"]


def test_what_was_not_linted_is_no_success() -> None:
    files = [
        FileResult("a.yml", "a.yml", "buildspec", 1),
        FileResult("b.yml", "b.yml", skipped="is something else"),
        FileResult("c.yml", "c.yml", skipped="is a binary file", failed=True),
        FileResult("d.yml", "d.yml", "buildspec", 1, crashes=("boom", "bang")),
        FileResult("e.yml", "e.yml", "buildspec", 1, skipped="has more"),
    ]
    assert [outcomes(suite) for suite in suites(result_of(files, ["The run is wrong."]))] == [
        {"no findings": ""},
        {"read": "skipped"},
        {"read": "error"},
        {"internal error": "error", "internal error (2)": "error"},
        {"read": "skipped"},
        {"the run": "error"},
    ]
    assert [outcomes(suite) for suite in suites(result_of([]))] == [{"the run": "skipped"}]


def test_checkstyle_names_files_without_findings_too(runs: dict[str, Result]) -> None:
    root = Tree.fromstring(written("checkstyle", runs["one of each, and more than one"]))
    assert (root.tag, [len(file) for file in root]) == ("checkstyle", [4, 2])
    assert {error.attrib["severity"] for error in root.iter("error")} == {"error", "warning", "info"}
    clean = Tree.fromstring(written("checkstyle", runs["nothing to say"]))
    assert [(file.attrib["name"], len(file)) for file in clean] == [("buildspec.yml", 0)]
    assert not re.search("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", written("checkstyle", runs["tabs"]))
