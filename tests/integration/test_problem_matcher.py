"""The problem matcher for GitHub Actions finds in the concise format what it says, in Python and in JavaScript.

The runner compiles it with .NET's RegexOptions.ECMAScript: https://github.com/actions/runner,
src/Runner.Worker/IssueMatcher.cs, which also says what a matcher may hold.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from typing import Any, NamedTuple

import pytest

from cblint.report import Style, render, shown
from cblint.running import Result
from tests.helpers import commands
from tests.integration.conftest import DEFECT, NOTE, ROOT, WARNING, Cblint

with open(os.path.join(ROOT, ".github", "cblint-matcher.json"), encoding="utf-8") as _file:
    MATCHERS: list[dict[str, Any]] = json.load(_file)["problemMatcher"]
NOTICE = {"note": "notice"}
"""What GitHub calls our severities, where it does so otherwise."""
HOSTILE = [
    "a:b/buildspec.yml",
    "a:1:1: error[x] b/buildspec.yml",
    "::error::x/buildspec.yml",
    "a b/buildspec.yml",
    "error[x] y:2:2: z/buildspec.yml",
    "a\nb.yml:3:3: error[x] y/buildspec.yml",
]


class Annotation(NamedTuple):
    """What GitHub shows at a line."""

    severity: str
    path: str
    line: str
    column: str
    code: str
    message: str


def annotated(line: str) -> list[Annotation]:
    """What the matchers make of a line, as the runner does: the severity of the pattern before that of the matcher."""
    found = []
    for matcher in MATCHERS:
        [pattern] = matcher["pattern"]
        match = re.search(pattern["regexp"], line, re.ASCII)
        if match is not None:
            keys = ("severity", "file", "line", "column", "code", "message")
            values = [match[pattern[key]] if key in pattern else matcher["severity"] for key in keys]
            found.append(Annotation(*values))
    return found


def expected(result: Result) -> list[list[Annotation]]:
    """What is to be shown, line by line of the concise format."""
    return [
        [
            Annotation(
                NOTICE.get(finding.severity.value, finding.severity.value),
                shown.path(file.shown),
                str(finding.start.line),
                str(finding.start.column),
                finding.rule,
                shown.printable(finding.message),
            )
        ]
        for file, finding in result.findings
        if finding.is_open
    ]


def test_the_matchers_are_such_as_the_runner_takes() -> None:
    assert [(matcher["owner"], matcher.get("severity")) for matcher in MATCHERS] == [
        ("cblint", None),
        ("cblint-note", "notice"),
    ]
    for matcher in MATCHERS:
        [pattern] = matcher["pattern"]
        groups = re.compile(pattern["regexp"]).groups
        numbers = [value for key, value in pattern.items() if key != "regexp"]
        assert sorted(numbers) == list(range(1, groups + 1))
        assert "message" in pattern


def test_every_finding_is_shown_where_it_is(runs: dict[str, Result]) -> None:
    seen = 0
    for result in runs.values():
        lines = [line.removesuffix("\n") for line in render("concise", result, Style())]
        assert [annotated(line) for line in lines] == expected(result)
        seen += len(lines)
    assert seen > 20


def test_a_line_that_can_be_read_in_two_ways_is_shown_nowhere(cblint: Cblint) -> None:
    texts = (DEFECT, WARNING, NOTE, commands("make", "'x:1:1: error[y] z': z"), commands("make", "[':2:2: note[y] z']"))
    cblint.put({f"{number}/{name}": text for number, text in enumerate(texts) for name in HOSTILE})
    lines = cblint("--format", "concise").lines
    assert len(lines) >= len(texts) * len(HOSTILE)
    shown = {line: annotated(line) for line in lines}
    twice = re.compile(r":\d+:\d+: (?:error|warning|note)\[.*:\d+:\d+: (?:error|warning|note)\[")
    assert [line for line, found in shown.items() if len(found) != (0 if twice.search(line) else 1)] == []
    severities = Counter(found[0].severity for found in shown.values() if found)
    # Two of the names are such.
    assert {severity: severities[severity] for severity in ("warning", "notice")} == {"warning": 4, "notice": 4}
    assert severities["error"] >= 4
    assert annotated("cblint: x.yml cannot be read: No such file") == annotated("1 error in 1 buildspec file.") == []


@pytest.mark.parametrize("line", ["a:1:1: error[" * 20_000, ":1" * 100_000, "a" * 200_000, ":" + "1" * 200_000])
def test_no_line_takes_long(line: str) -> None:
    started = time.perf_counter()
    assert annotated(line) == []
    assert len(annotated(f"a:1:1: error[x] {line}")) == ("error[" not in line)
    # The runner gives a line a second, and after three such lines takes the matcher away.
    assert time.perf_counter() - started < 1


@pytest.mark.skipif(shutil.which("node") is None, reason="what JavaScript makes of it is not known: there is no node")
def test_javascript_reads_it_alike(runs: dict[str, Result]) -> None:
    lines = [line.rstrip("\n") for result in runs.values() for line in render("concise", result, Style())]
    lines += [f"{name}:1:2: {severity}[a-rule] x" for name in HOSTILE for severity in ("error", "warning", "note")]
    patterns = [matcher["pattern"][0]["regexp"] for matcher in MATCHERS]
    program = (
        "const [patterns, lines] = JSON.parse(require('fs').readFileSync(0));"
        "console.log(JSON.stringify(patterns.map(p => lines.map(l => { const m = new RegExp(p).exec(l);"
        " return m && [...m]; }))))"
    )
    done = subprocess.run(["node", "-e", program], input=json.dumps([patterns, lines]), capture_output=True, text=True)
    matches = [[re.search(pattern, line, re.ASCII) for line in lines] for pattern in patterns]
    assert json.loads(done.stdout) == [[each and [each[0], *each.groups()] for each in row] for row in matches]
