"""A buildspec says the same in every format that it can stand in, at the characters that correspond."""

from __future__ import annotations

import json
import pathlib
import re

import pytest

from cblint.catalogue import find
from cblint.finding import Finding
from cblint.hosts.definition import BUILDSPEC
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.source.text import Span
from tests.bounds import ALL
from tests.examples import Example, all_examples
from tests.hosts import HOSTS, Hosted

# Without those that are about the file itself: several documents in it, its lines, that it is no buildspec at all.
PLAIN = [
    example
    for example in all_examples()
    if not example.given
    and example.spans
    and "\n" in example.text.strip()  # a text of one line is a path
    and find(example.rule).category != "cblint"
    and BUILDSPEC in find(example.rule).subjects
    and re.search(r"(?m)^---|\A |[^\n -~\xa0-\U0010ffff]", example.text) is None
]


SOME = PLAIN if ALL else PLAIN[::12]
"""A part of them; all in long runs."""
FENCES = [name for name in HOSTS if name.startswith(("fence", "template of"))]
"""Where only what is certainly a buildspec is one."""


def said(text: str, path: str) -> list[Finding]:
    result = lint_text(text, Candidate(path, True), Settings(profile="pedantic"))
    assert not result.crashes, result.crashes
    return [finding for finding in result.findings if BUILDSPEC in find(finding.rule).subjects]


def alone(text: str, hosted: Hosted, folder: pathlib.Path) -> list[Finding]:
    """What is said of the buildspec in a file of its own, with all that its host tells of the project."""
    where = folder / "alone" / hosted.path
    where.mkdir(parents=True, exist_ok=True)
    if hosted.project:
        (where / ".cblint.yml").write_text(json.dumps({"projects": [hosted.project]}))
    return said(text, str(where / "buildspec.yml"))


def moved(finding: Finding, hosted: Hosted) -> Span:
    start, end = finding.span
    places = hosted.places[start:end] or [hosted.places[min(start, len(hosted.places) - 1)]]
    known = [place for place in places if place[0] >= 0]
    return Span(known[0][0], known[-1][1]) if known else Span(-1, -1)


def differences(example: Example, name: str, folder: pathlib.Path) -> list[str]:
    """What is said alone and not there, or there and not alone."""
    hosted = HOSTS[name](example.text)
    here = {(finding.rule, finding.message, moved(finding, hosted)) for finding in alone(example.text, hosted, folder)}
    there = {(finding.rule, finding.message, finding.span) for finding in said(hosted.text, str(folder / hosted.path))}
    return [
        *(f"{example.id} in {name}: not there: {each}" for each in sorted(here - there)),
        *(f"{example.id} in {name}: not alone: {each}" for each in sorted(there - here)),
    ]


@pytest.mark.parametrize("name", [name for name in HOSTS if name not in FENCES])
def test_an_example_says_in_every_host_what_it_says_alone(name: str, tmp_path: pathlib.Path) -> None:
    found = [line for example in SOME for line in differences(example, name, tmp_path)]
    assert found == []


@pytest.mark.parametrize("name", FENCES)
def test_what_is_certainly_a_buildspec_says_there_what_it_says_alone(name: str, tmp_path: pathlib.Path) -> None:
    certain = [
        example
        for example in SOME
        if re.match(r"version: 0\.2\n", example.text)
        and re.search(r"(?m)^phases:\n  (?:install|pre_build|build|post_build):\n    commands:\n", example.text)
        and example.rule not in ("yaml-syntax-error", "unknown-key")
    ]
    assert len(certain) > len(SOME) / 3
    found = [line for example in certain for line in differences(example, name, tmp_path)]
    assert found == []
