"""Findings with the way to them, of a rule that exists for the tests only."""

from __future__ import annotations

import re

from cblint import engine
from cblint.buildspec.model import Buildspec
from cblint.catalogue import Rule, find
from cblint.catalogue.model import rule_from
from cblint.finding import Finding, Report, Step
from cblint.hiding import Hiding
from cblint.linter import FileResult, _excerpts
from cblint.running import Result, result_of
from cblint.source.loader import load
from cblint.source.text import Lines, Span, Text

PATH = "buildspec.yml"
TEXT = (
    """\
version: 0.2
env:
  secrets-manager:
    TOKEN: production/api:token
phases:
  build:
    commands:
      - LOGIN="漢😀 $TOKEN"
      - echo "$LOGIN"
      - echo "$TOKEN" > /tmp/login
      - cat /tmp/login; echo "$USER" # ${TOKEN}
  post_build:
    commands:
      - ./deploy.sh "$URL"
"""
    + "      - A=$A$TOKEN\n" * 13
)


def rule() -> Rule:
    """A rule that has labels, in the place of one that every format knows."""
    real = find("unknown-phase")
    return rule_from(
        {
            "code": real.code,
            "name": real.name,
            "summary": "",
            "severity": "error",
            "confidence": "high",
            "category": "secrets",
            "profile": "default",
            "status": "stable",
            "variants": {
                "printed": {"message": "${name} holds a secret and is printed.", "detail": "Do not print it."}
            },
            "labels": {
                "declared": "a secret is declared here",
                "taken": "{name} takes it over",
                "written": "it is written to {file}",
                "printed": "it is printed here",
                "beside": "another copy of ${name}",
            },
            "fix": {"safety": "none"},
        }
    )


def span(text: str, occurrence: int = 0) -> Span:
    """Where the characters stand in the text."""
    start, end = [match.span() for match in re.finditer(re.escape(text), TEXT)][occurrence]
    return Span(start, end)


def buildspec() -> Buildspec:
    """The view of the text."""
    return engine.buildspecs_of(load(Text.of(TEXT)), PATH)[0]


def placed(*reports: Report) -> list[Finding]:
    """What the engine makes of reports on the text."""
    target, view, mine = engine.Target(PATH, Lines(TEXT), Hiding(TEXT)), buildspec(), rule()
    return [engine.place(target, mine, report, view) for report in reports]


def reports() -> list[Report]:
    """Ways that are short, in another order than the file, long, or have words that do not fit."""
    declared, taken = Step("declared", span("TOKEN")), Step("taken", span("LOGIN="), {"name": "LOGIN"})
    written = Step("written", span("/tmp/login"), {"file": "/tmp/login"})
    hostile = "/tmp/" + "long " * 12 + "::error::x\x1b[31m ##[error] " + "::add-mask::y " * 7
    return [
        Report(span("$LOGIN"), "printed", {"name": "LOGIN"}, steps=(declared, taken, Step("printed", span("$LOGIN")))),
        Report(
            span("/tmp/login", 1),
            "printed",
            {"name": "TOKEN"},
            (("beside", span("${TOKEN}")),),
            # Two steps at one place, and none for the finding itself.
            steps=(declared, Step("taken", written.span, {"name": "echo"}), written),
        ),
        Report(
            span("$USER"),
            "printed",
            {"name": "USER"},
            steps=(Step("written", span("cat"), {"file": hostile}), Step("taken", span("post_build")), declared),
        ),
        Report(
            span("$URL"),
            "printed",
            {"name": "URL"},
            steps=(
                declared,
                *(Step("taken", span("A=", number), {"name": f"A{number}"}) for number in range(13)),
                Step("printed", span("$URL")),
            ),
        ),
    ]


def result() -> Result:
    """A run whose findings have ways; a step of one stands in another file."""
    first, *others = placed(*reports())
    elsewhere = first.steps[1]._replace(path="scripts/build dir/login.sh")
    first = first._replace(steps=(first.steps[0], elsewhere, first.steps[2]))
    findings = (first, *others)
    excerpts, hidden = _excerpts(Lines(TEXT), list(findings), Hiding(TEXT))
    file = FileResult(PATH, PATH, "buildspec", 1, findings, excerpts, hidden)
    return result_of([file])
