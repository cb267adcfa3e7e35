"""SARIF: whether its places are those of the findings, and its paths lead to their files."""

from __future__ import annotations

import os
import pathlib
import re
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.finding import Finding, Related
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, lint_bytes, lint_file
from cblint.opening import STDIN
from cblint.running import Result, result_of
from cblint.source.text import Lines, Position
from tests import ways
from tests.bounds import no_hanging
from tests.helpers import commands, finding, repository
from tests.runs import RUNS, bytes_of
from tests.sarif_logs import ALL, ONE_RULE, run_of, told

BOM = b"\xef\xbb\xbf"


# Places


def regions(found: dict[str, Any]) -> list[dict[str, int]]:
    """The regions of a result: its own, the related ones, those of the way to it, those of its fix."""
    places = [*found["locations"], *found.get("relatedLocations", []), *way_of(found)]
    changes = [change for fix in found.get("fixes", []) for change in fix["artifactChanges"]]
    return [
        *(place["physicalLocation"]["region"] for place in places),
        *(replacement["deletedRegion"] for change in changes for replacement in change["replacements"]),
    ]


def way_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The locations of the one flow that a result can have."""
    if "codeFlows" not in found:
        return []
    [flow] = found["codeFlows"]
    [thread] = flow["threadFlows"]
    return [step["location"] for step in thread["locations"]]


def marked(data: bytes, region: dict[str, int]) -> str:
    """What a consumer that knows nothing but the file and the region marks."""
    text = data.removeprefix(BOM).decode()
    lines = [line.encode("utf-16-le") for line in re.findall("[^\r\n]*(?:\r\n|\r|\n|$)", text)]

    def offset(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + 2 * (column - 1)

    start = offset(region["startLine"], region["startColumn"])
    end = offset(region["endLine"], region["endColumn"])
    return b"".join(lines)[start:end].decode("utf-16-le")


def spans(found: Finding, text: str) -> list[str]:
    """The characters that ``marked`` must give for each of the ``regions``."""
    lines = Lines(text)

    def between(place: Related) -> str:
        (first, start), (last, end) = place.start, place.end
        return text[lines.span(first).start + start - 1 : lines.span(last).start + end - 1]

    edits = found.fix.edits if found.fix is not None else ()
    return [
        text[slice(*found.span)],
        *(between(place) for place in (*found.related, *found.steps)),
        *(text[slice(*edit.span)] for edit in edits),
    ]


def test_the_regions_of_every_run_mark_the_characters_of_the_findings(runs: dict[str, Result]) -> None:
    for name, result in runs.items():
        written = iter(run_of(result, ALL)["results"])
        for file, content in zip(result.files, RUNS[name].values(), strict=True):
            data = bytes_of(content)
            for found in file.findings:
                places = regions(next(written))
                expected = spans(found, data.removeprefix(BOM).decode())
                assert [marked(data, region) for region in places] == expected, (name, found)
        assert next(written, None) is None


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("      - echo a: b", 15),
        ("      - echo é: b", 15),
        ("      - echo e\u0301: b", 16),
        ("      - echo 漢: b", 15),
        ("      - echo 😀: b", 16),
        ("      - echo 👩\u200d👩\u200d👧: b", 22),
        ("      - echo\ta: b", 15),
        ('      - "x" # é: 😀', 9),
    ],
)
@pytest.mark.parametrize("bom", [b"", BOM])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_columns_count_utf16_units(line: str, column: int, bom: bytes, end: str) -> None:
    source = "version: 0.2\nphases:\n  build:\n    commands:\n" + line + "\n"
    if '"x"' in line:
        source = source.replace('"x"', "{x: y}")
    data = bom + source.replace("\n", end).encode()
    result = result_of([lint_bytes(data, Candidate("buildspec.yml", True), ONE_RULE)])
    [found] = run_of(result)["results"]
    region = found["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 5, "startColumn": column, "endLine": 5, "endColumn": column + 1}
    before = source.split("\n")[4].partition("{" if "{" in source else ": b")[0]
    assert column == len(before.encode("utf-16-le")) // 2 + 1


CHARACTERS = st.sampled_from([*"ab :\t\n\réß漢", "\r\n", "😀", "e\u0301", "\U0010ffff", "\u2028", "\x85"])


@given(st.lists(CHARACTERS, min_size=1, max_size=30).map("".join), st.booleans(), st.data())
def test_a_region_marks_the_characters_of_its_span(text: str, bom: bool, data: st.DataObject) -> None:
    # Nothing begins or ends between the two characters of one line end.
    places = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n" or at == 0]
    first, last = (
        data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True).map(sorted)) for _ in "12"
    )
    inserted = data.draw(st.sampled_from(places))
    lines = Lines(text)
    found = finding(text, (first[0], first[1]), edits=[(last[0], last[1], "x"), (inserted, inserted, "y")])
    other = Related("It is here", found.path, lines.position(last[0]), lines.position(last[1]))
    found = found._replace(related=(other,))
    [written] = run_of(told(found, text=text))["results"]
    content = (BOM if bom else b"") + text.encode()
    assert [marked(content, region) for region in regions(written)] == [
        text[slice(*first)],
        text[slice(*last)],
        text[slice(*last)],
        "",
    ]


def test_the_way_to_a_finding_ends_at_its_place() -> None:
    for found in run_of(ways.result())["results"]:
        steps = way_of(found)
        assert steps[-1]["physicalLocation"] == found["locations"][0]["physicalLocation"]
        assert len(steps) > 1
        assert all(step["message"]["text"] for step in steps)


def test_a_way_is_told_in_its_order_and_what_is_left_out_is_counted() -> None:
    def told(number: int) -> list[str]:
        return [step["message"]["text"] for step in way_of(run_of(ways.result())["results"][number])]

    assert told(0) == ["a secret is declared here", "LOGIN takes it over", "it is printed here"]
    # Without words of its own, the last step has the message.
    assert told(1)[-1] == "$TOKEN holds a secret and is printed."
    assert told(3)[5:7] == ["A4 takes it over", "… 3 steps, then: A8 takes it over"]


def test_a_step_in_another_file_is_there() -> None:
    there = way_of(run_of(ways.result())["results"][0])[1]["physicalLocation"]["artifactLocation"]
    assert there == {"uri": "scripts/build%20dir/login.sh", "uriBaseId": "%SRCROOT%"}


def test_a_finding_without_steps_has_no_flow() -> None:
    [found] = run_of(told(finding("x", (0, 1))))["results"]
    assert "codeFlows" not in found


def test_a_place_is_never_empty() -> None:
    [found] = run_of(told(finding("ab\n", (2, 2)), text="ab\n"))["results"]
    assert regions(found) == [{"startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 4}]


def test_a_long_line_of_wide_characters_takes_no_quadratic_time() -> None:
    text = "😀" * 1_000_000
    one = finding(text, (0, 1))
    numbers = range(900_000, 1_000_000, 100)
    findings = [one._replace(start=Position(1, number), end=Position(1, number + 1)) for number in numbers]
    with no_hanging():
        found = run_of(told(*findings, text=text))["results"]
    assert [regions(one)[0]["startColumn"] for one in found] == [2 * number - 1 for number in numbers]


# Paths

REFERENCE = re.compile(r"(?:[A-Za-z0-9._~/:-]|%[0-9A-F]{2})+")


def location(path: str) -> dict[str, str]:
    """Where a result in a file of that name is said to be."""
    [found] = run_of(told(finding("x", (0, 1)), path=path))["results"]
    place = found["locations"][0]["physicalLocation"]["artifactLocation"]
    assert REFERENCE.fullmatch(place["uri"])
    assert isinstance(place, dict)
    return place


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("buildspec.yml", "buildspec.yml"),
        ("ci/buildspec.yml", "ci/buildspec.yml"),
        ("my app/build spec.yml", "my%20app/build%20spec.yml"),
        ("c#/buildspec.yml", "c%23/buildspec.yml"),
        ("100%/buildspec.yml", "100%25/buildspec.yml"),
        ("a%20b.yml", "a%2520b.yml"),
        ("bücher/😀.yml", "b%C3%BCcher/%F0%9F%98%80.yml"),
        ("what?.yml", "what%3F.yml"),
        ("a\\b.yml", "a%5Cb.yml"),
        ("a\n\x1b.yml", "a%0A%1B.yml"),
        ("a:b.yml", "./a:b.yml"),
        ("::error::/x.yml", "./::error::/x.yml"),
        ("ci/a:b.yml", "ci/a:b.yml"),
        ("##[error]x.yml", "%23%23%5Berror%5Dx.yml"),
        ("caf\udce9.yml", "caf%E9.yml"),
        ("\ud800.yml", "%ED%A0%80.yml"),
    ],
)
def test_a_path_is_a_reference_from_the_root_of_the_repository(path: str, uri: str) -> None:
    assert location(path) == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    assert run_of(told())["originalUriBaseIds"]["%SRCROOT%"].keys() == {"description"}


def test_a_path_outside_is_absolute() -> None:
    assert location("/a b/c:d.yml") == {"uri": "file:///a%20b/c:d.yml"}
    assert location("//a/b.yml") == {"uri": "file:///a/b.yml"}


def test_standard_input_without_a_name_is_no_file_of_the_repository() -> None:
    assert location(STDIN) == {"uri": "%3Cstdin%3E"}


@given(st.binary(min_size=1, max_size=30).filter(lambda name: b"\0" not in name and name[0] != ord("/")))
def test_any_path_is_a_valid_reference(name: bytes) -> None:
    uri = location(os.fsdecode(name))["uri"]
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert unquote_to_bytes(uri.removeprefix("./") if b":" in name.split(b"/")[0] else uri) == name


def uris(*files: FileResult) -> list[str]:
    """The URIs of the results of some files."""
    return [
        found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for found in run_of(result_of(files))["results"]
    ]


def test_a_path_does_not_depend_on_the_working_directory(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path, {"ci/a b/buildspec.yml": commands("{a: b}")})
    for folder, path in ((".", "ci/a b/buildspec.yml"), ("ci", "a b/buildspec.yml"), ("ci/a b", "buildspec.yml")):
        monkeypatch.chdir(tmp_path / folder)
        assert uris(lint_file(Candidate(path, True), ONE_RULE)) == ["ci/a%20b/buildspec.yml"]
    monkeypatch.chdir("/")
    full = os.fspath(tmp_path / "ci" / "a b" / "buildspec.yml")
    assert uris(lint_file(Candidate(full, True), ONE_RULE)) == ["ci/a%20b/buildspec.yml"]


def test_outside_a_repository_a_path_starts_at_the_working_directory(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cblint.linter.git_root", lambda folder: None)
    (tmp_path / "here").mkdir()
    for name in ("here/buildspec.yml", "buildspec.yml"):
        (tmp_path / name).write_text(commands("{a: b}"))
    monkeypatch.chdir(tmp_path / "here")
    assert uris(lint_file(Candidate("buildspec.yml", True), ONE_RULE)) == ["buildspec.yml"]
    assert uris(lint_file(Candidate("../buildspec.yml", True), ONE_RULE)) == [(tmp_path / "buildspec.yml").as_uri()]


def test_a_link_is_told_of_the_file_that_it_leads_to(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, outside = tmp_path / "repository", tmp_path / "outside.yml"
    root.mkdir()
    repository(root, {"ci/real.yml": commands("{a: b}")})
    outside.write_text(commands("{a: b}"))
    (root / "buildspec.yml").symlink_to("ci/real.yml")
    (root / "linked").symlink_to("ci")
    (root / "out-buildspec.yml").symlink_to(outside)
    (tmp_path / "way").symlink_to("repository")
    monkeypatch.chdir(root)
    for name, uri in (
        ("buildspec.yml", "ci/real.yml"),
        ("linked/real.yml", "ci/real.yml"),
        ("out-buildspec.yml", "out-buildspec.yml"),
        (os.fspath(tmp_path / "way" / "ci" / "real.yml"), "ci/real.yml"),
        (os.fspath(tmp_path / "way" / "buildspec.yml"), "ci/real.yml"),
    ):
        on_disk = lint_file(Candidate(name, True), ONE_RULE)
        given = lint_bytes(commands("{a: b}").encode(), Candidate(name, True), ONE_RULE)
        assert uris(on_disk) == uris(given) == [uri], name
