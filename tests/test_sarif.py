"""SARIF: what OASIS and GitHub ask of it, and what is said of a run."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from cblint.catalogue import rules
from cblint.engine import MOST_STEPS
from cblint.finding import Related, Severity
from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, lint_file
from cblint.report import Style, render, sarif, written
from cblint.report.fingerprint import fingerprints
from cblint.report.shown import printable
from cblint.running import Result, result_of
from tests.helpers import commands, finding, lint, repository
from tests.sarif_logs import ALL, ONE_RULE, PLAIN, STYLES, log, message_of, run_of, told

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
    assert message_of(" ", "\n") == "command-not-string"


def test_no_text_of_a_stranger_is_anything_but_ascii(runs: dict[str, Result]) -> None:
    for result in runs.values():
        text = "".join(render("sarif", result, ALL))
        assert text.isascii()
        for found in objects(json.loads(text)):
            for value in found.values():
                # Databases refuse NUL and lone surrogates, and with them the whole file.
                assert not isinstance(value, str) or not re.search("[\0\ud800-\udfff]", value)


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
    [text], said = written("sarif", result, PLAIN)
    [run] = json.loads(text)["runs"]
    assert len(run["results"]) == 25_000
    assert [found["message"]["text"] for found in run["results"]][-2:] == ["Something is wrong.", "It counts."]
    assert said == [
        "GitHub takes 25,000 results: the 1 least severe of 25,001 results are not in the SARIF output.",
        "GitHub shows the 5,000 most severe of 25,001 results.",
    ]
    notices = run["invocations"][0]["toolExecutionNotifications"]
    assert [(notice["level"], notice["message"]["text"]) for notice in notices] == [("warning", each) for each in said]
    assert list(written("json", result, PLAIN).omitted) == []


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
    assert list(written("sarif", result, PLAIN).omitted) == []
    assert len(list(written("sarif", result, ALL).omitted)) == 2
    assert not any("suppressions" in found for found in run_of(result, ALL)["results"])


@pytest.mark.usefixtures("small")
def test_of_too_many_related_places_the_first_are_written_and_the_rest_is_said() -> None:
    one = finding("x", (0, 1))
    place = Related("It is here", one.path, one.start, one.end)
    result = told(one._replace(related=(place,) * 4))
    assert len(run_of(result)["results"][0]["relatedLocations"]) == 2
    assert list(written("sarif", result, PLAIN).omitted) == [
        "GitHub takes 3 places of a result: 2 related ones are not in the SARIF output."
    ]


@pytest.mark.usefixtures("small")
def test_of_too_many_rules_the_last_are_not_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RULES", 3)
    first, *_, last = sorted(rules(), key=lambda rule: rule.code)
    one = finding("x", (0, 1))
    result = told(one._replace(code=first.code), one._replace(code=last.code))
    run = run_of(result)
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CB1001", "CB1002", "CB1003"]
    assert [found.get("ruleIndex") for found in run["results"]] == [0, None]
    count = len(rules())
    assert list(written("sarif", result, PLAIN).omitted) == [
        f"GitHub takes 3 rules: the last {count - 3} of {count} are not described in the SARIF output."
    ]


def test_of_a_log_that_is_too_large_the_most_severe_results_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def noise(number: int) -> str:
        return "".join(hashlib.sha256(f"{number} {part}".encode()).hexdigest() for part in range(200))

    note = finding("x", (0, 1))._replace(severity=Severity.NOTE)
    findings = [note._replace(message=f"{number} {noise(number)}") for number in range(40)]
    findings[30] = findings[30]._replace(severity=Severity.ERROR)
    result = told(*findings, text="x")
    room = len(zlib.compress("".join(render("sarif", told(), PLAIN)).encode()))
    monkeypatch.setattr(sarif, "MOST_BYTES", room + 100_000)
    [text], said = written("sarif", result, PLAIN)
    assert len(zlib.compress(text.encode())) <= room + 100_000
    run = run_of(result)
    assert [found["message"]["text"].split()[0] for found in run["results"]] == [*map(str, range(9)), "30"]
    limit = f"GitHub takes {room + 100_000:,} bytes, compressed"
    assert said == [f"{limit}: the 30 least severe of 40 results are not in the SARIF output."]
    assert notifications(result) == [("warning", said[0])]
    # What is not results is written even where that alone is too much.
    monkeypatch.setattr(sarif, "MOST_BYTES", 1)
    assert run_of(result)["results"] == []
    assert list(written("sarif", result, PLAIN).omitted) == [
        "GitHub takes 1 bytes, compressed: the 40 least severe of 40 results are not in the SARIF output."
    ]


def test_a_way_has_fewer_steps_than_github_takes() -> None:
    assert MOST_STEPS <= 1_000
