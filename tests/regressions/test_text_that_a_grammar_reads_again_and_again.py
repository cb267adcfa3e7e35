"""Blanks and operators in the wrong place took the parsers of tree-sitter the square of their length."""

from __future__ import annotations

import pytest

from cblint.hosts import syntax_trees
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from tests.bounds import ALL, no_hanging

PROJECT = 'resource "aws_codebuild_project" "a" {{\n  description = {}\n}}\n'
CDK = "import * as codebuild from 'aws-cdk-lib/aws-codebuild';\nconst a = {};\n"
TEXTS = {
    "main.tf": [PROJECT.format("? " * 60_000), PROJECT.format(" " * 120_000), PROJECT.format("\n" * 120_000)],
    "app.ts": [CDK.format("->" * 60_000), CDK.format("|-|\n" * 30_000)],
}


@pytest.mark.parametrize(("path", "text"), [(path, text) for path, texts in TEXTS.items() for text in texts])
def test_it_is_said_that_reading_takes_too_long(path: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not ALL:  # the time that it is given passes to its end
        monkeypatch.setattr(syntax_trees, "LONGEST", 0.1)
        monkeypatch.setattr(syntax_trees, "LONGEST_OF_BYTE", 4e-7)
    with no_hanging(20):
        result = lint_text(text, Candidate(path, True), Settings())
    assert "takes too long" in result.skipped
    assert result.failed


def test_a_large_file_is_read_to_its_end() -> None:
    text = "".join(f'resource "aws_codebuild_project" "p{number}" {{}}\n' for number in range(1_200))
    result = lint_text(text + 'resource "aws_codebuild_project" "{" {\n', Candidate("main.tf", True), Settings())
    assert "from line 1202 on" in result.skipped
