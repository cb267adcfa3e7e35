"""A buildspec says the same in every format that it can stand in, at the characters that correspond."""

from __future__ import annotations

import json
import pathlib
import re
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.catalogue import find
from cblint.examples import Example
from cblint.finding import Finding
from cblint.hosts.definition import BUILDSPEC
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.source.text import Span
from tests.bounds import ALL
from tests.examples import all_examples
from tests.hosts import HOSTS, Hosted, fenced, heredoc, literal, substituted, workflow

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


SOME = PLAIN if ALL else PLAIN[::20]
"""A part of them; all in long runs."""
CERTAIN = [
    example
    for example in PLAIN
    if re.match(r"version: 0\.2\n", example.text)
    and re.search(r"(?m)^phases:\n  (?:install|pre_build|build|post_build):\n    commands:\n", example.text)
    and example.rule not in ("yaml-syntax-error", "unknown-key")
]
"""Those that are buildspecs wherever they stand."""
FENCES = [name for name in HOSTS if name.startswith(("fence", "template of"))]
"""Where only such ones are."""


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
    return [f"{example.id} in {name}: {each}" for each in compared(example, HOSTS[name](example.text), folder)]


def compared(example: Example, hosted: Hosted, folder: pathlib.Path) -> list[str]:
    here = {(finding.rule, finding.message, moved(finding, hosted)) for finding in alone(example.text, hosted, folder)}
    there = {(finding.rule, finding.message, finding.span) for finding in said(hosted.text, str(folder / hosted.path))}
    return [
        *(f"not there: {each}" for each in sorted(here - there)),
        *(f"not alone: {each}" for each in sorted(there - here)),
    ]


@pytest.mark.parametrize("name", [name for name in HOSTS if name not in FENCES])
def test_an_example_says_in_every_host_what_it_says_alone(name: str, tmp_path: pathlib.Path) -> None:
    found = [line for example in SOME for line in differences(example, name, tmp_path)]
    assert found == []


@pytest.mark.parametrize("name", FENCES)
def test_what_is_certainly_a_buildspec_says_there_what_it_says_alone(name: str, tmp_path: pathlib.Path) -> None:
    certain = [example for example in SOME if example in CERTAIN]
    assert len(certain) > len(SOME) / 3
    found = [line for example in certain for line in differences(example, name, tmp_path)]
    assert found == []


@st.composite
def hosted(draw: st.DrawFn) -> tuple[Example, Hosted]:
    """An example in a host, as deep, as far indented and as much quoted as it can be."""
    example = draw(st.sampled_from(CERTAIN))
    before, indentation = "", ""
    for _ in range(draw(st.integers(0, 3))):
        mark, blank = draw(st.sampled_from((("> ", "> "), ("- ", "  "), ("10) ", "    "))))
        before, indentation = before + mark, indentation + blank
    host = draw(
        st.sampled_from(
            (
                literal(example.text, draw(st.integers(9, 60))),
                substituted(example.text, draw(st.integers(9, 60))),
                heredoc(example.text, draw(st.integers(0, 40))),
                workflow(example.text, draw(st.integers(11, 60))),
                fenced(example.text, before, indentation),
            )
        )
    )
    return example, host


@settings(max_examples=1_000 if ALL else 30, deadline=None)
@given(hosted())
def test_indentation_and_nesting_move_findings_and_change_none(drawn: tuple[Example, Hosted]) -> None:
    example, host = drawn
    with tempfile.TemporaryDirectory() as folder:
        assert compared(example, host, pathlib.Path(folder)) == []
