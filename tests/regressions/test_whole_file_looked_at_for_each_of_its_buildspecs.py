"""Each of the buildspecs that one file holds was taken for the text of all of it, by every rule."""

from __future__ import annotations

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import Settings, buildspecs_in, lint_text
from tests.bounds import no_hanging

PROJECT = """\
  P{}:
    Type: AWS::CodeBuild::Project
    Properties:
      Source:
        Type: NO_SOURCE
        BuildSpec:
          version: 0.2
          phases: {{build: {{commands: [make p{}]}}}} # of p{}
"""
DOCUMENT = "version: 0.2 # of {}\nphases: {{build: {{commands: [make p{}]}}}}\n"


def test_the_text_of_a_buildspec_is_that_of_its_own() -> None:
    template = "Resources:\n" + "".join(PROJECT.format(*[number] * 3) for number in range(3))
    files = "---\n".join(DOCUMENT.format(number, number) for number in range(3))
    for path, text in (("template.yml", template), ("buildspec.yml", files)):
        for number, buildspec in enumerate(buildspecs_in(text, path, Settings())):
            assert [each for each in range(3) if f"make p{each}" in buildspec.source] == [number]
            assert len(buildspec.comments) == 1


def test_an_alias_brings_what_it_stands_for() -> None:
    text = "Mappings: &a {A: {B: {C: make docs}}}\nResources:\n" + PROJECT.format(0, 0, 0).replace("[make p0]", "*a")
    (buildspec,) = buildspecs_in(text, "template.yml", Settings())
    assert "make docs" in buildspec.source


def test_a_thousand_buildspecs_take_a_thousand_times_one() -> None:
    text = "Resources:\n" + "".join(PROJECT.format(*[number] * 3) for number in range(600))
    with no_hanging(40):
        assert lint_text(text, Candidate("template.yml", True), Settings()).buildspecs == 600


@pytest.mark.parametrize("count", [999, 1_001])
def test_documents_without_end(count: int) -> None:
    with no_hanging(20):
        result = lint_text("---\n" * count, Candidate("buildspec.yml", True), Settings())
    assert result.skipped == ("" if count < 1_000 else "holds more than 1,000 YAML documents (line 1001)")
