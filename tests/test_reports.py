"""The output formats over one set of results, whole and byte for byte; carets stand where they should; prints last."""

from __future__ import annotations

import json
import os
import pathlib
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from cblint.catalogue import rules
from cblint.facts.sources import read_schema
from cblint.finding import Finding, Severity
from cblint.linter import FileResult
from cblint.report import FORMATS, Style, render, sarif_rules
from cblint.report.fingerprint import fingerprints
from cblint.report.text import summary
from cblint.running import Result, result_of
from tests.conftest import Golden
from tests.helpers import commands, finding, lint
from tests.runs import RULES, RUNS


def written(runs: dict[str, Result], name: str, style: Style) -> str:
    """A format's text for every run, under its title."""
    return "".join(f"##### {title}\n{''.join(render(name, result, style))}" for title, result in runs.items())


@pytest.mark.parametrize(
    ("file", "name", "style"),
    [
        ("text.txt", "text", Style()),
        ("text-colour.txt", "text", Style(colour=True)),
        ("concise.txt", "concise", Style(colour=True, statistics=True)),
        ("json.txt", "json", Style()),
        ("sarif.txt", "sarif", Style(suppressed=True)),
        ("jsonl.txt", "jsonl", Style()),
        ("github.txt", "github", Style()),
        ("gitlab.txt", "gitlab", Style()),
        ("junit.txt", "junit", Style()),
        ("checkstyle.txt", "checkstyle", Style()),
        ("rdjson.txt", "rdjson", Style()),
    ],
)
def test_a_format_is_what_the_golden_file_holds(
    file: str,
    name: str,
    style: Style,
    runs: dict[str, Result],
    golden: Golden,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("json", "sarif"):
        monkeypatch.setattr(f"cblint.report.{module}.__version__", "0.0.0")
    mine = tuple(rule for rule in rules() if rule.name in RULES)
    monkeypatch.setattr("cblint.report.sarif_rules.rules", lambda: mine)
    monkeypatch.setattr(sarif_rules, "_built_in", sarif_rules._built_in.__wrapped__)  # not what is kept of all rules
    golden.check(file, without_descriptions(written(runs, name, style)))


def without_descriptions(sarif: str) -> str:
    """The output without what every log of SARIF says of the rules: their words change with the catalogue."""
    return re.sub(r'"rules": \[\n.*?\n {10}\]', '"rules": "…"', sarif, flags=re.DOTALL)


# What no format may print


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("style", [Style(), Style(statistics=True)])
def test_nothing_that_a_terminal_or_a_log_obeys_is_printed(name: str, style: Style, runs: dict[str, Result]) -> None:
    for line in written(runs, name, style).splitlines():
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", line)
        assert name == "github" or not line.lstrip().startswith("::")
        assert "##[" not in line
        line.encode()


def test_colours_are_all_that_colour_adds(runs: dict[str, Result]) -> None:
    coloured = written(runs, "text", Style(colour=True))
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == written(runs, "text", Style())
    for line in coloured.splitlines():
        assert len(re.findall("\x1b\\[[1-9][0-9;]*m", line)) == line.count("\x1b[0m")


def test_every_finding_is_one_line_of_the_concise_format(runs: dict[str, Result]) -> None:
    for result in runs.values():
        lines = "".join(render("concise", result, Style())).splitlines()
        assert len(lines) == sum(1 for _, found in result.findings if found.is_open)


@pytest.mark.parametrize(
    ("items", "told"),
    [
        (["make"], ""),
        (["apt-get install jq"], "--fix mends 1."),
        (
            ["docker run --rm -it alpine", "|\n        npm test\n        npm run build"],
            "--fix mends 1, with --unsafe-fixes 3.",
        ),
        (["|\n        npm test\n        npm run build"], "--fix --unsafe-fixes mends 1."),
        (["apt-get install jq # cblint: ignore[apt-not-assume-yes] -- asked for"], ""),
    ],
)
def test_it_is_said_what_fixes_would_mend(items: list[str], told: str) -> None:
    result = result_of([lint(commands(*items))])
    assert "".join(render("text", result, Style())).splitlines()[-1].partition(".")[2].strip() == told


def test_quiet_leaves_out_what_is_no_finding_and_statistics_count(runs: dict[str, Result]) -> None:
    result = runs["one of each, and more than one"]
    loud = "".join(render("text", result, Style()))
    quiet = "".join(render("text", result, Style(quiet=True)))
    assert loud == quiet + "3 errors, 1 warning and 2 notes in 2 buildspec files. --fix mends 3.\n"
    counted = "".join(render("text", result, Style(quiet=True, statistics=True)))
    assert counted == quiet + (
        "     2  error    CB1002  command-not-string  --fix mends 2.\n"
        "     2  note     CB1002  command-not-string\n"
        "     1  warning  CB1002  command-not-string\n"
        "     1  error    CB1003  unknown-phase       --fix mends 1.\n"
    )
    assert "".join(render("text", runs["skipped"], Style(quiet=True))) == ""


# The summary


def counted(errors: int, warnings: int, notes: int, suppressed: int, checked: int, skipped: int) -> Result:
    """A run of so many findings and files."""
    one = finding("x", (0, 1))
    found = [
        *[one._replace(severity=Severity.NOTE)] * notes,
        *[one] * errors,
        *[one._replace(severity=Severity.WARNING)] * warnings,
        *[one._replace(suppressed="")] * suppressed,
    ]
    files = [FileResult("a", "a", "buildspec", 1, tuple(found))] if checked else []
    files += [FileResult("b", "b", "buildspec", 1)] * (checked - 1)
    return result_of([*files, *[FileResult("c", "c", skipped="is something else")] * skipped])


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ((0, 0, 0, 0, 0, 0), "No buildspec was found."),
        ((0, 0, 0, 0, 0, 1), "No buildspec was checked (1 file skipped)."),
        ((0, 0, 0, 0, 0, 2), "No buildspec was checked (2 files skipped)."),
        ((0, 0, 0, 0, 1, 0), "No findings in 1 buildspec file."),
        ((0, 0, 0, 0, 2, 0), "No findings in 2 buildspec files."),
        ((0, 0, 0, 1, 1, 0), "No findings in 1 buildspec file (1 suppressed)."),
        ((1, 0, 0, 0, 1, 0), "1 error in 1 buildspec file."),
        ((2, 0, 0, 0, 1, 0), "2 errors in 1 buildspec file."),
        ((0, 1, 0, 0, 1, 0), "1 warning in 1 buildspec file."),
        ((0, 0, 3, 0, 2, 0), "3 notes in 2 buildspec files."),
        ((1, 0, 1, 0, 1, 0), "1 error and 1 note in 1 buildspec file."),
        ((2, 1, 3, 0, 9, 0), "2 errors, 1 warning and 3 notes in 9 buildspec files."),
        ((1, 1, 1, 2, 1, 3), "1 error, 1 warning and 1 note in 1 buildspec file (2 suppressed, 3 files skipped)."),
    ],
)
def test_the_summary_counts_in_words(counts: tuple[int, int, int, int, int, int], text: str) -> None:
    result = counted(*counts)
    assert summary(result) == text
    assert "".join(render("text", result, Style())).endswith(text + "\n")
    said = json.loads("".join(render("json", result, Style())))["summary"]
    assert [said[key] for key in ("error", "warning", "note", "suppressed", "files")] == list(counts[:5])
    assert said["skipped"] == [{"path": "c", "why": "is something else"}] * counts[5]


# Carets


CHARACTERS = st.sampled_from([*"abc ~:'\t\t漢ビ한éﾊة\u0301😀", "e\u0301", "👩\u200d👩\u200d👧", "👍🏽", "❤\ufe0f"])
LINES = st.lists(CHARACTERS, max_size=40).map("".join)


def excerpt(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The line as the text format shows it, the column of the first caret from 0 and how many there are."""
    found = finding(line, (start, end))
    file = FileResult("buildspec.yml", "buildspec.yml", "buildspec", 1, (found,), {1: line})
    shown, carets = "".join(render("text", result_of([file]), Style())).split("\n")[1:3]
    match = re.fullmatch(r"  \| ( *)(\^+)", carets)
    assert match is not None
    assert shown.startswith("1 |")
    return shown[4:], len(match[1]), len(match[2])


def displayed(line: str) -> str:
    """A line with its tabs as blanks, by what wcwidth says of all that stands before each."""
    out = ""
    for character in line:
        out += " " * (4 - wcswidth(out) % 4) if character == "\t" else character
    return out


@given(LINES, st.data())
def test_the_carets_stand_under_the_marked_characters(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    shown, column, carets = excerpt(line, start, end)
    assert shown.rstrip() == displayed(line).rstrip()
    before = wcswidth(displayed(line[:start]))
    assert column == before
    assert carets == max(1, wcswidth(displayed(line[:end])) - before)


@given(
    st.lists(CHARACTERS, max_size=300).map("".join),
    st.lists(st.sampled_from(["§", "誤"]), min_size=1, max_size=200).map("".join),
    st.lists(CHARACTERS, max_size=300).map("".join),
)
def test_of_a_long_line_the_marked_part_is_shown_with_its_carets(left: str, marked: str, right: str) -> None:
    line = left + marked + right
    shown, column, carets = excerpt(line, len(left), len(left) + len(marked))
    first = shown.index(marked[0])
    last = max(shown.rindex(character) for character in set(marked) if character in shown)
    assert column == wcswidth(shown[:first])
    assert carets == wcswidth(shown[: last + 1]) - column
    visible = shown[first : last + 1]
    assert marked.startswith(visible)
    assert len(visible) == len(marked) or len(visible) >= 80
    whole = len(line) <= 160
    assert whole or len(shown.replace(" ", "")) <= 250
    assert ("…" not in shown) == whole


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_a_long_line_is_cut_on_both_sides_only_where_something_is_left_out(left: int, marked: int, right: int) -> None:
    line = "a" * left + "b" * marked + "c" * right
    shown, column, carets = excerpt(line, left, left + marked)
    inner = shown.strip("…")
    assert inner in line
    assert shown.startswith("…") == (inner.count("a") < left)
    assert shown.endswith("…") == (inner.count("b") < marked or inner.count("c") < right)
    if len(line) > 160:
        assert 160 <= len(inner) <= 300
        assert column >= min(left, 20)
    if marked:
        assert shown[column : column + carets] == "b" * carets


def test_a_mark_that_goes_on_over_the_line_has_carets_to_its_end() -> None:
    text = "first: [\nx]\n"
    found = finding(text, (7, 11))
    file = FileResult("b", "b", "buildspec", 1, (found,), {1: "first: [", 2: "x]"})
    lines = "".join(render("text", result_of([file]), Style())).split("\n")
    assert lines[1:3] == ["1 | first: [", "  |        ^"]


# JSON


SCHEMA = jsonschema.Draft202012Validator(read_schema("output"))


def test_the_json_of_every_run_fits_its_schema(runs: dict[str, Result]) -> None:
    SCHEMA.check_schema(SCHEMA.schema)
    for result in runs.values():
        text = "".join(render("json", result, Style()))
        assert text.isascii()
        SCHEMA.validate(json.loads(text))


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("tool"),
        lambda document: document["findings"][0].pop("fingerprint"),
        lambda document: document["findings"][0]["start"].update(line=0),
        lambda document: document["findings"][0].update(severity="fatal"),
        lambda document: document["summary"].update(error=-1),
        lambda document: document.update(version=2),
    ],
)
def test_the_schema_can_refuse(change: Callable[[dict[str, Any]], Any], runs: dict[str, Result]) -> None:
    document = json.loads("".join(render("json", runs["one error"], Style())))
    assert SCHEMA.is_valid(document)
    change(document)
    assert not SCHEMA.is_valid(document)


def test_the_json_holds_the_exact_text_of_the_file_and_its_name(runs: dict[str, Result]) -> None:
    document = json.loads("".join(render("json", runs["hostile names"], Style())))
    assert [finding["path"] for finding in document["findings"]][:4] == list(RUNS["hostile names"])[:4]
    fixed = json.loads("".join(render("json", runs["one error"], Style())))["findings"][0]["fix"]
    assert fixed == {
        "safe": True,
        "title": "Put the command in single quotes",
        "edits": [
            {
                "start": {"line": 5, "column": 9},
                "end": {"line": 5, "column": 27},
                "text": "'echo \"Hash: $HASH\"'",
            }
        ],
    }


def test_paths_in_json_start_at_the_repository_and_in_text_at_the_working_directory(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a")
    result = result_of([lint(commands("{a: b}"), name=os.path.join("b", "buildspec.yml"))])
    assert json.loads("".join(render("json", result, Style())))["findings"][0]["path"] == "a/b/buildspec.yml"
    assert "".join(render("concise", result, Style())).startswith("b/buildspec.yml:5:9: ")


# Fingerprints


def prints(text: str, name: str = "buildspec.yml") -> dict[str, str]:
    """The fingerprint of each finding, by the characters that it points at."""
    result = lint(text, name=name)
    return dict(zip((_pointed(text, found) for found in result.findings), fingerprints(result), strict=True))


def _pointed(text: str, found: Finding) -> str:
    """The marked characters and the line they stand on, with how many such lines were before."""
    line = text.splitlines()[found.start.line - 1].strip()
    before = [other.strip() for other in text.splitlines()[: found.start.line - 1]].count(line)
    return f"{text[slice(*found.span)]} in {line} ({before})"


DEFECTS = (
    commands('echo "a: b"', "make", 'echo "c: d"', "{echo: x, y: z}", 'echo "a: b"')
    + '  deploy: {commands: [make]}\n  build:\n    commands:\n      - echo "a: b"\n'
)


def test_a_fingerprint_stays_when_lines_are_put_above() -> None:
    before = prints(DEFECTS)
    assert len(before) == 7
    for changed in (
        "# a comment\n\n" + DEFECTS,
        DEFECTS.replace("phases:", "env:\n  variables: {A: b}\nphases:\n  install: {commands: [make]}"),
        DEFECTS.replace("    commands:\n", "    on-failure: ABORT\n    commands:\n", 1),
        DEFECTS.replace("      - make\n", "      - make\n      # why\n\n"),
        DEFECTS.replace("\n", "\r\n"),
    ):
        assert prints(changed) == before


def test_a_fingerprint_stays_when_a_line_is_indented_otherwise() -> None:
    text = commands('echo "a: b"')
    assert list(prints(text).values()) == list(prints(text.replace("      -", "    -  ")).values())


def test_different_places_have_different_fingerprints() -> None:
    assert len(set(prints(DEFECTS).values())) == 7
    (one,) = prints(commands('echo "a: b"')).values()
    (other,) = prints(commands('echo "a: c"')).values()
    (elsewhere,) = prints(commands('echo "a: b"'), "ci/buildspec.yml").values()
    (phase,) = prints(commands('echo "a: b"').replace("build:", "install:")).values()
    assert len({one, other, elsewhere, phase}) == 4


def test_two_findings_of_one_rule_on_one_line_have_different_fingerprints() -> None:
    text = "version: 0.2\nphases: {build: {commands: [{a: b}, {a: b}, {a: b}]}}\n"
    result = lint(text)
    assert len(result.findings) == 3
    assert len(set(fingerprints(result))) == 3


def test_a_fingerprint_does_not_tell_the_text() -> None:
    for fingerprint in fingerprints(lint(commands("{password: hunter2}"))):
        assert re.fullmatch("[0-9a-f]{16}", fingerprint)


def test_of_many_related_places_of_one_kind_only_the_first_is_shown_with_its_line() -> None:
    task = "    - identifier: t{}\n      env:\n        image: aws/codebuild/standard:5.0\n"
    head = "version: 0.2\nphases:\n  build:\n    commands: [make]\nbatch:\n  build-list:\n"
    shown = {}
    for count in (4, 5, 30):
        text = head + "".join(task.format(number) for number in range(count))
        printed = "".join(render("text", result_of([lint(text)]), Style()))
        lists = [line.strip() for line in printed.splitlines() if "and so at" in line]
        shown[count] = printed.count("this task runs on it too"), lists
    assert shown[4] == (3, [])
    assert shown[5] == (1, ["and so at 15:16, 18:16, 21:16"])
    assert shown[30][0] == 1
