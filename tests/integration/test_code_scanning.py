"""``--format sarif`` as a workflow uses it: beside the text, without failing, within GitHub's limits."""

from __future__ import annotations

import json

import pytest

from cblint.report import sarif
from tests.helpers import commands
from tests.integration.conftest import CLEAN, DEFECT, Cblint

SUPPRESSED = commands('echo "a: b" # cblint: ignore[command-not-string] -- because')


def test_one_run_prints_text_and_writes_sarif_and_leaves_the_verdict_to_github(cblint: Cblint) -> None:
    cblint.put({"ci/buildspec.yml": DEFECT, "buildspec.yml": CLEAN})
    arguments = ("--format", "text", "--format", "sarif", "--output", "-", "--output", "cblint.sarif")
    done = cblint(*arguments, "--exit-zero")
    assert (done.status, done.err) == (0, b"")
    assert done.out == cblint().out
    assert cblint(*arguments).status == 1
    [run] = json.loads((cblint.folder / "cblint.sarif").read_text(encoding="ascii"))["runs"]
    [result] = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "ci/buildspec.yml"
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_a_report_is_written_even_if_something_could_not_be_read(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    done = cblint("buildspec.yml", "missing.yml", "--format", "sarif")
    assert done.status == 2
    assert len(done.sarif["results"]) == 1
    [invocation] = done.sarif["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [said["message"]["text"] for said in invocation["toolExecutionNotifications"]] == [
        "missing.yml cannot be read: No such file or directory"
    ]


def test_suppressed_findings_are_written_only_if_asked_for(cblint: Cblint) -> None:
    cblint.put({"buildspec.yml": SUPPRESSED})
    assert cblint("--format", "sarif").sarif["results"] == []
    [result] = cblint("--format", "sarif", "--sarif-include-suppressed").sarif["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "because"}]
    assert cblint("--sarif-include-suppressed").out == cblint().out
    assert cblint("--format", "concise", "--sarif-include-suppressed").out == b""


def test_what_github_does_not_take_is_said_on_standard_error(cblint: Cblint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    cblint.put({"buildspec.yml": commands("make", "# later", '- echo "a: b"', '- echo "c: d"')})
    done = cblint("--format", "sarif")
    assert [result["level"] for result in done.sarif["results"]] == ["error", "error"]
    said = "GitHub takes 2 results: the 1 least severe of 3 results are not in the SARIF output."
    assert done.stderr == f"cblint: {said}\n"
    assert done.sarif["invocations"][0]["toolExecutionNotifications"] == [
        {"level": "warning", "message": {"text": said}}
    ]
    assert cblint("--format", "json").err == b""


def test_standard_input_has_the_place_of_the_file_that_it_is_taken_for(cblint: Cblint) -> None:
    def location(*arguments: str, cwd: str = ".") -> object:
        done = cblint("-", "--format", "sarif", *arguments, cwd=cwd, stdin=DEFECT.encode())
        return done.sarif["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]

    cblint.put({"ci/empty": ""})
    assert location("--stdin-filename", "buildspec.yml", cwd="ci") == {
        "uri": "ci/buildspec.yml",
        "uriBaseId": "%SRCROOT%",
    }
    assert location() == {"uri": "%3Cstdin%3E"}


def test_the_line_hash_of_github_is_written_if_asked_for(cblint: Cblint) -> None:
    def hashes(*arguments: str, stdin: bytes = b"") -> list[str | None]:
        results = cblint("--format", "sarif", *arguments, stdin=stdin).sarif["results"]
        return [result["partialFingerprints"].get("primaryLocationLineHash") for result in results]

    many = {f"{number:02}/buildspec.yml": "#\n" * number + DEFECT for number in range(10)}
    cblint.put(many)
    assert hashes() == [None] * 10
    # The line and what follows it are the same in all files, whatever stands before it.
    assert hashes("--sarif-line-hash") == ["18ed7828e6a1414e:1"] * 10
    assert hashes("--sarif-line-hash", "--jobs", "2") == ["18ed7828e6a1414e:1"] * 10
    assert hashes("-", "--sarif-line-hash", stdin=DEFECT.encode()) == ["18ed7828e6a1414e:1"]
    assert hashes("-", "--sarif-line-hash", stdin=f"{DEFECT}#\n".encode()) != ["18ed7828e6a1414e:1"]
    assert cblint("--sarif-line-hash", "--format", "json").out == cblint("--format", "json").out
