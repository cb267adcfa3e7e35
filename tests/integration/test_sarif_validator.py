"""SARIF logs before Microsoft's validator, which has GitHub's requirements as rules: Sarif.Multitool."""

from __future__ import annotations

import json
import os
import pathlib
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import FileResult, lint_file
from cblint.opening import STDIN
from cblint.running import Result, result_of
from tests import bounds
from tests.helpers import ISOLATED, finding
from tests.integration.conftest import ROOT, Cblint
from tests.sarif_logs import ALL, PLAIN, log, told
from tools.corpus import CORPUS, available

VALIDATOR = os.path.join(
    sys.prefix, "multitool", "node_modules", "@microsoft", "sarif-multitool-linux", "Sarif.Multitool"
)

pytestmark = pytest.mark.skipif(
    not os.access(VALIDATOR, os.X_OK) or platform.machine() != "x86_64",
    reason="there is no Sarif.Multitool: make test installs it on Linux (x86-64) if npm and its registry are at hand",
)

NOTES = {
    "SARIF2002": "a message should have an id and arguments: GitHub refuses one without text",
    "SARIF2003": "versionControlProvenance is missing: GitHub knows the commit, and git is not called",
    "SARIF2010": "there is no snippet: GitHub reads the file, and a line can hold a secret",
    "SARIF2011": "there is no contextRegion, for the same reason",
}
"""What the validator would like to have and does not get, and why."""
ELSEWHERE = {
    "SARIF2012": "an own rule need not have a page that helps",
    "SARIF2016": "what is not in the repository has no path in it",
}
"""The same of logs that have such things."""


class Said(NamedTuple):
    """What the validator says, and of what part of the log."""

    rule: str
    level: str
    where: str


def validated(folder: pathlib.Path, logs: Mapping[str, Any]) -> dict[str, list[Said]]:
    """What the validator says of each log. It takes a second to start: it is given all of them.

    Its rule 2006 would follow every link, and a test that needs a network is none.
    """
    for name, document in logs.items():
        (folder / name).write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    (folder / "settings.json").write_text('{"SARIF2006.UrisShouldBeReachable.Options": {"RuleEnabled": "Disabled"}}')
    done = subprocess.run(
        [
            *(VALIDATOR, "validate", *logs, "--config", "settings.json", "--rule-kind", "Sarif;Ghas"),
            *("--level", "Error;Warning;Note", "--output", "report.json", "--log", "ForceOverwrite"),
        ],
        cwd=folder,
        env={"HOME": str(folder), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [run] = json.loads((folder / "report.json").read_text(encoding="utf-8-sig"))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True
    assert "toolExecutionNotifications" not in run["invocations"][0]
    found: dict[str, list[Said]] = {name: [] for name in logs}
    for each in run["results"]:
        name = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].rpartition("/")[2]
        where = (each["message"].get("arguments") or [each["message"].get("text", "")])[0]
        found[name].append(Said(each["ruleId"], each.get("level", "warning"), where))
    return found


# What cblint writes


def odd(files: list[FileResult]) -> Result:
    """A run over these files and some that have no path in a repository, in which much went wrong."""
    paths = (STDIN, "/srv/a b/buildspec.yml", "a:b/buildspec.yml", "bücher/100%/c#.yml", "caf\udce9.yml")
    return result_of(
        [
            *files,
            *(file for path in paths for file in told(finding("x", (0, 1))._replace(path=path), path=path).files),
            FileResult("a", "a", crashes=("a: [b]",)),
            FileResult("b", "b", skipped="is a binary file", failed=True),
        ],
        ["the configuration is wrong"],
    )


def corpus() -> Result:
    """A run over the corpus, or one in four of its files, with the hashes of lines."""
    names = [os.path.join(folder, name) for folder, _, names in os.walk(".") for name in names]
    return result_of(
        lint_file(Candidate(name, False), ISOLATED._replace(line_hashes=True))
        for name in sorted(names)[:: 1 if bounds.ALL else 4]
    )


def written(runs: dict[str, Result], cblint: Cblint, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """Logs of all that can be in one, by name."""
    files = [file for result in runs.values() for file in result.files]
    yield "odd.sarif", log(odd(files), PLAIN)
    yield "suppressed.sarif", log(result_of(files), ALL)
    yield "clean.sarif", log(result_of([]), PLAIN)
    options = (
        "--sarif-line-hash",
        "--shellcheck=auto",
        "--sarif-include-suppressed",
        "--rules",
        os.path.join(ROOT, "examples", "own-rules"),
    )
    yield "examples.sarif", cblint(os.path.join(ROOT, "examples"), "--format", "sarif", *options).stdout
    if available():
        with monkeypatch.context() as patch:
            patch.chdir(CORPUS)
            yield "corpus.sarif", log(corpus(), ALL)


# What it must not write


def spoilt(document: dict[str, Any]) -> dict[str, Any]:
    """The log with many defects, each of which a linter in use has had."""
    [run] = document["runs"]
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    document["$schema"] = document["$schema"].replace("2.1.0", "2.1.0-rtm.5")
    del rules[0]["shortDescription"]
    del rules[1]["fullDescription"]
    del rules[2]["help"]
    rules[3]["helpUri"] = "see the manual"
    results[0]["locations"][0]["physicalLocation"]["region"]["startColumn"] = 0
    results[1]["message"] = {"id": "only"}
    results[2]["locations"] = []
    results[3]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b\\c.yml"
    results[4]["ruleIndex"] = 9999
    results[5]["locations"][0]["physicalLocation"]["region"].update(endLine=1, startLine=2)
    return document


def bare(document: dict[str, Any]) -> dict[str, Any]:
    """More runs than GitHub takes, which describe no rules and have nothing to say."""
    [run] = document["runs"]
    del run["tool"]["driver"]["rules"]
    return {**document, "runs": [{**run, "results": []}] * 21}


EXPECTED = {
    ("GH1011", "$schema"),
    ("SARIF1011", "$schema"),
    ("JSON1008", "runs[0].results[0].locations[0].physicalLocation.region.startColumn"),
    *((rule, "runs[0].results[1].message") for rule in ("GH1015", "GH1017", "GH2012")),
    ("SARIF1012", "runs[0].results[1]"),
    *((rule, "runs[0].results[2]") for rule in ("GH1015", "GH1017", "GH2012")),
    ("SARIF1002", "runs[0].results[3].locations[0].physicalLocation.artifactLocation.uri"),
    ("SARIF1009", "runs[0].results[4]"),
    ("SARIF1007", "runs[0].results[5].locations[0].physicalLocation.region.endLine"),
    *(("GH2012", f"runs[0].tool.driver.rules[{number}]") for number in range(3)),
    ("SARIF1002", "runs[0].tool.driver.rules[3].helpUri"),
}
"""What the validator says of the defects of ``spoilt``, and of what part."""


def test_the_validator_finds_nothing_but_what_is_put_in_its_way(
    runs: dict[str, Result], cblint: Cblint, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    logs = dict(written(runs, cblint, monkeypatch))
    bad = {"spoilt.sarif": spoilt(log(runs["hostile names"])), "bare.sarif": bare(log(result_of([])))}
    found = validated(tmp_path, {**logs, **bad})
    # That it finds defects shows that its silence means something.
    errors = {name: [(each.rule, each.where) for each in found.pop(name) if each.level == "error"] for name in bad}
    assert sorted(errors["spoilt.sarif"]) == sorted(EXPECTED)
    assert {rule for rule, _ in errors["bare.sarif"]} == {"GH1013", "GH1018"}
    for name, said in found.items():
        known = {**NOTES, **ELSEWHERE} if name in ("odd.sarif", "examples.sarif") else NOTES
        assert [each for each in said if each.level != "note" or each.rule not in known] == [], name
    assert {each.rule for said in found.values() for each in said} == {*NOTES, *ELSEWHERE}
    hashed = json.loads(logs["examples.sarif"])["runs"][0]["results"]
    assert all("primaryLocationLineHash" in result["partialFingerprints"] for result in hashed)
