"""SARIF: what OASIS and GitHub ask of it, and whether its places are those of the findings."""

from __future__ import annotations

import json
import os
import pathlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from cblint.catalogue import Rule, help_texts, rules
from cblint.catalogue.model import rule_from
from cblint.finding import Finding, Related, Severity
from cblint.hiding import Hiding
from cblint.hosts.discover import Candidate
from cblint.linter import STDIN, FileResult, Result, Settings, _excerpts, lint_bytes, lint_file, result_of
from cblint.report import HOME, Style, omitted, render, sarif, sarif_rules
from cblint.report.fingerprint import fingerprints
from cblint.report.shown import printable
from cblint.source.text import Lines, Position
from tests import ways
from tests.bounds import no_hanging
from tests.helpers import commands, finding, lint, repository
from tests.runs import RUNS, bytes_of

PLAIN, ALL = Style(), Style(suppressed=True)
STYLES = [PLAIN, ALL]
ONE_RULE = Settings(isolated=True, select=("command-not-string",))
BOM = b"\xef\xbb\xbf"


def log(result: Result, style: Style = PLAIN) -> dict[str, Any]:
    """The SARIF of a run as plain data."""
    document: dict[str, Any] = json.loads("".join(render("sarif", result, style)))
    return document


def run_of(result: Result, style: Style = PLAIN) -> dict[str, Any]:
    """The only run of the log."""
    [run] = log(result, style)["runs"]
    assert isinstance(run, dict)
    return run


def told(*findings: Finding, text: str = "", path: str = "buildspec.yml") -> Result:
    """A run over one file that holds the text and has these findings."""
    excerpts, _ = _excerpts(Lines(text), list(findings), Hiding(text))
    return result_of([FileResult(path, path, "buildspec", 1, findings, excerpts)])


def message_of(text: str, detail: str = "") -> str:
    """The message of a finding that says this."""
    found = finding("x", (0, 1), message=text)._replace(detail=detail)
    message = run_of(told(found))["results"][0]["message"]["text"]
    assert isinstance(message, str)
    return message


# The schema


@pytest.fixture(scope="module")
def schema() -> Validator:
    """OASIS's own schema, as it is published."""
    path = os.path.join(os.path.dirname(__file__), "data", "sarif-schema-2.1.0.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    kind = validator_for(document)  # which draft it is of, it says itself
    assert kind.META_SCHEMA["$id"] == document["$schema"]
    kind.check_schema(document)
    return kind(document)


@pytest.mark.parametrize("style", STYLES)
def test_every_run_fits_the_schema(schema: Validator, runs: dict[str, Result], style: Style) -> None:
    for result in runs.values():
        schema.validate(log(result, style))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), "2.0.0"),
        (("runs", 0, "columnKind"), "bytes"),
        (("runs", 0, "results", 0, "level"), "fatal"),
        (("runs", 0, "results", 0, "message"), None),
        (("runs", 0, "results", 0, "start_line"), 1),
        (("runs", 0, "results", 0, "locations", 0, "physicalLocation", "region", "startLine"), 0),
        (("runs", 0, "tool", "driver", "rules", 0, "id"), None),
        (("runs", 0, "invocations", 0, "executionSuccessful"), "yes"),
    ],
)
def test_the_schema_can_refuse(
    schema: Validator, runs: dict[str, Result], path: tuple[str | int, ...], value: object
) -> None:
    document = log(runs["one error"])
    inner: Any = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert not schema.is_valid(document)


# What GitHub requires beyond the schema

REQUIRED = (
    "$schema",
    "version",
    "runs[].tool.driver.name",
    "runs[].tool.driver.semanticVersion",
    "runs[].tool.driver.rules[].id",
    "runs[].tool.driver.rules[].name",
    "runs[].tool.driver.rules[].shortDescription.text",
    "runs[].tool.driver.rules[].fullDescription.text",
    "runs[].tool.driver.rules[].help.text",
    "runs[].tool.driver.rules[].help.markdown",
    "runs[].tool.driver.rules[].helpUri",
    "runs[].tool.driver.rules[].defaultConfiguration.level",
    "runs[].tool.driver.rules[].properties.tags[]",
    "runs[].tool.driver.rules[].properties.precision",
    "runs[].columnKind",
    "runs[].results[].ruleId",
    "runs[].results[].level",
    "runs[].results[].message.text",
    "runs[].results[].locations[].physicalLocation.artifactLocation.uri",
    "runs[].results[].locations[].physicalLocation.region.startLine",
    "runs[].results[].locations[].physicalLocation.region.startColumn",
    "runs[].results[].locations[].physicalLocation.region.endLine",
    "runs[].results[].locations[].physicalLocation.region.endColumn",
    "runs[].results[].partialFingerprints.cblint/v1",
)
"""Each must be there and not be empty, on every object of the lists that lead to it."""


def values(document: Any, path: str) -> Iterator[Any]:
    """What stands at a path; None for what is missing on the way."""
    key, _, rest = path.partition(".")
    found = document.get(key.removesuffix("[]"))
    for value in found if key.endswith("[]") and found is not None else [found]:
        if rest and value is not None:
            yield from values(value, rest)
        else:
            yield value


def lacking(document: dict[str, Any]) -> list[str]:
    """The required properties that are missing or empty somewhere."""
    return [path for path in REQUIRED if not all(values(document, path))]


@pytest.mark.parametrize("style", STYLES)
def test_every_run_has_what_github_requires(runs: dict[str, Result], style: Style) -> None:
    for result in runs.values():
        document = log(result, style)
        assert lacking(document) == []
        assert document["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json"
        assert document["version"] == "2.1.0"
        [run] = document["runs"]
        assert isinstance(run["results"], list)
        assert all(len(found["locations"]) == 1 for found in run["results"])


def test_the_walker_sees_what_is_missing_or_empty(runs: dict[str, Result]) -> None:
    document = log(runs["one error"])
    document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].pop("endColumn")
    document["runs"][0]["tool"]["driver"]["rules"][-1]["help"]["text"] = ""
    document["runs"][0].pop("columnKind")
    assert lacking(document) == [
        "runs[].tool.driver.rules[].help.text",
        "runs[].columnKind",
        "runs[].results[].locations[].physicalLocation.region.endColumn",
    ]


def test_a_clean_run_has_no_results_but_the_list_and_the_rules(runs: dict[str, Result]) -> None:
    for name in ("no files", "nothing to say"):
        run = run_of(runs[name])
        assert run["results"] == []
        assert run["invocations"] == [{"executionSuccessful": True}]
        assert len(run["tool"]["driver"]["rules"]) == len(rules())


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in the document."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from objects(item)


def test_defaults_are_left_out_but_a_level_never_is(runs: dict[str, Result]) -> None:
    levels = set()
    for result in runs.values():
        for found in objects(log(result)):
            assert None not in found.values()
            assert not {"kind", "rank", "occurrenceCount", "byteOffset", "enabled", "index"} & found.keys()
            if "ruleId" in found:
                levels.add(found["level"])
                assert found["level"] in ("error", "warning", "note")
    assert levels == {"error", "warning", "note"}


# Results


def test_the_parts_of_a_result() -> None:
    result = result_of([lint(commands("make", 'echo "Hash: $HASH"'), ONE_RULE, name="ci/buildspec.yml")])
    run = run_of(result)
    place = {"uri": "ci/buildspec.yml", "uriBaseId": "%SRCROOT%"}
    rule = next(number for number, rule in enumerate(rules()) if rule.name == "command-not-string")
    assert run["tool"]["driver"]["rules"][rule]["id"] == "CB1002"
    [found] = run["results"]
    assert found.pop("message")["text"].startswith(
        "commands\\[1\\] is not a command but a YAML mapping: this colon splits it in two. CodeBuild stops in "
    )
    assert found == {
        "ruleId": "CB1002",
        "ruleIndex": rule,
        "level": "error",
        "locations": [
            {
                "logicalLocations": [{"fullyQualifiedName": "phases.build.commands[1]"}],
                "physicalLocation": {
                    "artifactLocation": place,
                    "region": {"startLine": 6, "startColumn": 19, "endLine": 6, "endColumn": 20},
                },
            }
        ],
        "partialFingerprints": {"cblint/v1": fingerprints(result.files[0])[0]},
        "fixes": [
            {
                "description": {"text": "Put the command in single quotes"},
                "artifactChanges": [
                    {
                        "artifactLocation": place,
                        "replacements": [
                            {
                                "deletedRegion": {"startLine": 6, "startColumn": 9, "endLine": 6, "endColumn": 27},
                                "insertedContent": {"text": "'echo \"Hash: $HASH\"'"},
                            }
                        ],
                    }
                ],
                "properties": {"safe": True},
            }
        ],
    }


def test_a_related_place_has_a_number_and_words(runs: dict[str, Result]) -> None:
    found = next(found for found in run_of(runs["related places"])["results"] if "relatedLocations" in found)
    assert [place["id"] for place in found["relatedLocations"]] == [1]
    assert found["relatedLocations"][0]["message"]["text"]
    assert found["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] > 1


def test_an_insertion_deletes_nothing_and_a_deletion_inserts_nothing() -> None:
    found = finding("abc", (0, 3), edits=[(1, 1, "x"), (2, 3, "")], safe=False)
    [fix] = run_of(told(found, text="abc"))["results"][0]["fixes"]
    assert fix["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 1, "startColumn": 2, "endLine": 1, "endColumn": 2},
            "insertedContent": {"text": "x"},
        },
        {"deletedRegion": {"startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 4}},
    ]
    assert (fix["description"]["text"], fix["properties"]) == (
        "Mend it (unsafe: it may change what the build does)",
        {"safe": False},
    )


def test_a_rule_that_is_not_in_the_catalogue_has_no_index() -> None:
    [found] = run_of(told(finding("x", (0, 1))._replace(code="CB1999")))["results"]
    assert (found["ruleId"], "ruleIndex" in found) == ("CB1999", False)


def test_files_of_one_name_keep_their_own_lines() -> None:
    texts = ("😀x", "ax")
    files = [told(finding(text, (1, 2)), text=text).files[0] for text in texts]
    columns = [
        found["locations"][0]["physicalLocation"]["region"]["startColumn"]
        for found in run_of(result_of(files))["results"]
    ]
    assert columns == [3, 2]


# Messages


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("commands[0] is wrong.", "commands\\[0\\] is wrong."),
        ("See [this](https://example.com).", "See \\[this\\](https://example.com)."),
        ("C:\\temp and \\[x\\]", "C:\\\\temp and \\\\\\[x\\\\\\]"),
        ("{0} stays", "{0} stays"),
        ("##[error]x", "<U+0023>#\\[error\\]x"),
        ("a\x1b[31m\u202eb\x00\ud800", "a<U+001B>\\[31m<U+202E>b<U+0000><U+D800>"),
    ],
)
def test_a_message_is_plain_text_without_links_or_controls(text: str, written: str) -> None:
    assert message_of(text) == written


@given(st.text(st.sampled_from("\\[]()a0 "), max_size=20) | st.text(max_size=20))
def test_a_message_is_read_back_as_it_was_and_holds_no_link(text: str) -> None:
    written = message_of(f"a{text}.")
    assert re.sub(r"\\([\\\[\]])", r"\1", written) == printable(f"a{text}.")
    assert not re.search(r"[\[\]]", re.sub(r"\\[\\\[\]]", "", written))


def test_the_first_sentence_is_that_of_the_rule() -> None:
    assert message_of("It is wrong.", "Do this. Or that.") == "It is wrong. Do this. Or that."
    assert message_of("It is wrong.") == "It is wrong."


def test_no_text_of_a_stranger_is_anything_but_ascii(runs: dict[str, Result]) -> None:
    for result in runs.values():
        text = "".join(render("sarif", result, ALL))
        assert text.isascii()
        for found in objects(json.loads(text)):
            for value in found.values():
                # Databases refuse NUL and lone surrogates, and with them the whole file.
                assert not isinstance(value, str) or not re.search("[\0\ud800-\udfff]", value)


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


# Suppressions

SUPPRESSED = commands('echo "a: b" # cblint: ignore[command-not-string] -- a [reason]', '- echo "c: d"')


def test_suppressed_findings_are_left_out_unless_asked_for() -> None:
    result = result_of([lint(SUPPRESSED, ONE_RULE)])
    assert len(run_of(result)["results"]) == 1
    first, second = run_of(result, ALL)["results"]
    assert first["suppressions"] == [{"kind": "inSource", "justification": "a [reason]"}]
    assert second["suppressions"] == []


def test_all_results_of_a_run_have_suppressions_or_none_has(runs: dict[str, Result]) -> None:
    both = result_of([*runs["suppressed"].files, *runs["one error"].files])
    for result in (*runs.values(), both):
        for style in STYLES:
            found = run_of(result, style)["results"]
            assert len({"suppressions" in one for one in found}) <= 1
    assert [len(one["suppressions"]) for one in run_of(both, ALL)["results"]] == [1, 1, 0]
    assert not any("suppressions" in one for one in run_of(runs["one error"], ALL)["results"])


def test_a_suppression_without_a_reason_has_no_justification() -> None:
    [found] = run_of(told(finding("x", (0, 1))._replace(suppressed="")), ALL)["results"]
    assert found["suppressions"] == [{"kind": "inSource"}]


# The run


def notifications(result: Result) -> list[tuple[str, str]]:
    """The level and the words of each notification."""
    [invocation] = run_of(result)["invocations"]
    return [(said["level"], said["message"]["text"]) for said in invocation.get("toolExecutionNotifications", [])]


def test_what_was_not_linted_is_said_with_the_reason(runs: dict[str, Result]) -> None:
    [invocation] = run_of(runs["skipped"])["invocations"]
    assert invocation["executionSuccessful"] is False  # a named file is binary
    said = invocation["toolExecutionNotifications"]
    assert [(one["level"], one["message"]["text"]) for one in said] == [
        ("error", "binary/buildspec.yml is a binary file"),
        ("note", "buildspec.tmpl.yml is a template that is not YAML yet"),
    ]
    assert said[0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "binary/buildspec.yml", "uriBaseId": "%SRCROOT%"}
    }


@pytest.mark.parametrize(
    ("result", "successful", "said"),
    [
        (result_of([FileResult("a", "a", skipped="is x")]), True, [("note", "a is x")]),
        (result_of([FileResult("a", "a", skipped="is x", failed=True)]), False, [("error", "a is x")]),
        (result_of([FileResult("a", "a", "buildspec", 1, skipped="was cut")]), True, [("warning", "a was cut")]),
        (result_of([FileResult("a", "a", crashes=("a: [b]",))]), False, [("error", "internal error: a: \\[b\\]")]),
        (result_of([], ["the configuration is wrong"]), False, [("error", "the configuration is wrong")]),
        (told(finding("x", (0, 1))), True, []),
    ],
)
def test_a_run_is_successful_unless_something_could_not_be_done(
    result: Result, successful: bool, said: list[tuple[str, str]]
) -> None:
    assert run_of(result)["invocations"][0]["executionSuccessful"] is successful
    assert notifications(result) == said


def test_the_output_is_the_same_wherever_it_is_made(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        repository(tmp_path / name, {"buildspec.yml": commands("{a: b}"), "ci/buildspec.yml": b"\0"})
        monkeypatch.chdir(tmp_path / name)
        files = [lint_file(Candidate(path, True), ONE_RULE) for path in ("buildspec.yml", "ci/buildspec.yml")]
        outputs.append("".join(render("sarif", result_of(files), PLAIN)))
    assert outputs[0] == outputs[1]
    assert os.fspath(tmp_path) not in outputs[0]


# Limits


def test_of_too_many_results_the_most_severe_are_written_and_the_rest_is_said() -> None:
    note = finding("x", (0, 1))._replace(severity=Severity.NOTE)
    findings = [note] * 25_000 + [note._replace(severity=Severity.ERROR, message="It counts.")]
    result = told(*findings, text="x")
    run = run_of(result)
    assert len(run["results"]) == 25_000
    assert [found["message"]["text"] for found in run["results"]][-2:] == ["Something is wrong.", "It counts."]
    expected = [
        "GitHub takes 25,000 results: the 1 least severe of 25,001 are not in the SARIF output.",
        "GitHub shows the 5,000 most severe of 25,001 results.",
    ]
    assert omitted("sarif", result, PLAIN) == expected
    assert notifications(result) == [("warning", sentence) for sentence in expected]
    assert omitted("json", result, PLAIN) == []


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can reach."""
    monkeypatch.setattr(sarif, "MOST_RESULTS", 4)
    monkeypatch.setattr(sarif, "MOST_PLACES", 3)
    monkeypatch.setattr(sarif, "MOST_SHOWN", 4)


@pytest.mark.usefixtures("small")
def test_what_is_written_stays_in_order_and_suppressed_findings_go_first() -> None:
    one = finding("x", (0, 1))
    findings = [
        one._replace(message=message, severity=Severity(severity), suppressed=suppressed)
        for message, severity, suppressed in (
            ("1", "note", None),
            ("2", "error", ""),
            ("3", "warning", None),
            ("4", "note", None),
            ("5", "error", None),
        )
    ]
    result = told(*findings)

    def messages(style: Style) -> list[str]:
        return [found["message"]["text"] for found in run_of(result, style)["results"]]

    assert messages(PLAIN) == ["1", "3", "4", "5"]
    assert messages(ALL) == ["1", "3", "4", "5"]
    assert omitted("sarif", result, PLAIN) == []
    assert len(omitted("sarif", result, ALL)) == 2
    assert not any("suppressions" in found for found in run_of(result, ALL)["results"])


@pytest.mark.usefixtures("small")
def test_of_too_many_related_places_the_first_are_written_and_the_rest_is_said() -> None:
    one = finding("x", (0, 1))
    place = Related("It is here", one.path, one.start, one.end)
    result = told(one._replace(related=(place,) * 4))
    assert len(run_of(result)["results"][0]["relatedLocations"]) == 2
    assert omitted("sarif", result, PLAIN) == [
        "GitHub takes 3 places of a result: 2 related ones are not in the SARIF output."
    ]


# Rules


def entry(**changes: Any) -> Rule:
    """An artificial rule."""
    fields = {
        "code": "CB8001",
        "name": "secret-in-clear",
        "summary": "A secret stands in the file",
        "severity": "error",
        "confidence": "medium",
        "category": "secrets",
        "profile": "default",
        "status": "stable",
        "former-names": ["clear-secret"],
        "fix": {"safety": "none"},
        "variants": {},
    }
    return rule_from({**fields, **changes})


TEXTS = {
    "why": "Anyone who can\nread the file has it.\n",
    "advice": "Take it out.\n",
    "references": ["https://example.com/a"],
    "examples": [{"bad": "a: «b»\n", "variant": "x", "fixed": "a: c\n"}, {"good": "a: ‹d›\n"}],
}


def described(rule: Rule, texts: dict[str, Any] | None = None) -> dict[str, Any]:
    """What SARIF says of a rule."""
    found = sarif._plain(sarif_rules.descriptor(rule, {**TEXTS, **(texts or {})}))
    assert isinstance(found, dict)
    return found


def test_the_parts_of_a_rule() -> None:
    url = f"{HOME}/blob/main/docs/rules/secret-in-clear.md"
    comment = (
        "A comment suppresses it, on its line or alone on the line above: "
        "`# cblint: ignore[secret-in-clear] -- why it is right here`"
    )
    assert described(entry()) == {
        "id": "CB8001",
        "name": "SecretInClear",
        "deprecatedNames": ["ClearSecret"],
        "shortDescription": {"text": "A secret stands in the file"},
        "fullDescription": {"text": "Anyone who can read the file has it."},
        "help": {
            "text": f"Anyone who can\nread the file has it.\n\nWhat to do: Take it out.\n\n{comment}\n\n"
            f"{url}\nhttps://example.com/a",
            "markdown": "Anyone who can\nread the file has it.\n\n## What to do\n\nTake it out.\n\n"
            "## Example\n\n```yaml\na: b\n```\n\nMended:\n\n```yaml\na: c\n```\n\n"
            f"## Suppress it\n\n{comment}\n\n## References\n\n- {url}\n- https://example.com/a",
        },
        "helpUri": url,
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["secrets", "security"], "precision": "medium", "security-severity": "8.0"},
    }


def test_without_a_mended_example_there_is_a_good_one() -> None:
    examples = [{"bad": "a: «b»\n", "variant": "x"}, {"good": "c: d\n"}]
    markdown = described(entry(), {"examples": examples})["help"]["markdown"]
    assert "```yaml\na: b\n```\n\nNothing is said of:\n\n```yaml\nc: d\n```" in markdown


@pytest.mark.parametrize("category", ["secrets", "supply-chain", "project"])
@pytest.mark.parametrize(
    ("severity", "least", "below"), [("error", 7.0, 9.0), ("warning", 4.0, 7.0), ("note", 0.1, 4.0)]
)
def test_a_security_rule_has_a_score_and_no_problem_severity(
    category: str, severity: str, least: float, below: float
) -> None:
    properties = described(entry(category=category, severity=severity))["properties"]
    assert properties["tags"] == [category, "security"]
    assert least <= float(properties["security-severity"]) < below
    assert "problem.severity" not in properties


@pytest.mark.parametrize(
    ("severity", "problem"), [("error", "error"), ("warning", "warning"), ("note", "recommendation")]
)
def test_any_other_rule_has_a_problem_severity_and_no_score(severity: str, problem: str) -> None:
    found = described(entry(category="cache", severity=severity, confidence="low"))
    assert found["properties"] == {"tags": ["cache"], "precision": "low", "problem.severity": problem}
    assert found["defaultConfiguration"] == {"level": severity}


def test_a_description_is_no_longer_than_github_takes_it() -> None:
    text = described(entry(), {"why": "word " * 1000})["fullDescription"]["text"]
    assert len(text) == 1024
    assert text.endswith("…")


def test_every_rule_of_the_catalogue_is_described() -> None:
    found = run_of(result_of([]))["tool"]["driver"]["rules"]
    assert [one["id"] for one in found] == sorted(rule.code for rule in rules())
    assert len({one["name"] for one in found}) == len(found) == len(help_texts())
    for one in found:
        assert re.fullmatch("CB[1-9][0-9]{3}", one["id"])
        assert re.fullmatch("([A-Z0-9][a-z0-9]*)+", one["name"])
        assert len(one["name"]) <= 255
        assert max(len(one[key]["text"]) for key in ("shortDescription", "fullDescription")) <= 1024
        assert one["helpUri"].startswith("https://")
        assert 1 <= len(one["properties"]["tags"]) <= 10
        assert not re.search("[«»‹›]", one["help"]["markdown"])
        assert one["help"]["markdown"].count("```") % 2 == 0
        assert not re.search(r"<[a-z/!]", re.sub("`[^`]*`|```.*?```", "", one["help"]["markdown"], flags=re.DOTALL))
