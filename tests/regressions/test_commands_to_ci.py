"""Names and contents of a stranger's files could command the CI service whose log showed them."""

from __future__ import annotations

import json

import pytest

from cblint.hosts.discover import Candidate
from cblint.linter import lint_text
from cblint.report import FORMATS, Style, render
from cblint.report.text import laid_out
from cblint.running import Result
from tests.helpers import ISOLATED, commands


def _rendered(format_: str, text: str, name: str = "buildspec.yml") -> str:
    result = Result((lint_text(text, Candidate(name, True), ISOLATED),))
    return "".join(render(format_, result, Style()))


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("command", ["##[add-mask]x", "##vso[task.complete]x"])
def test_no_command_that_counts_anywhere_in_a_line(format_: str, command: str) -> None:
    for text in (commands(f'echo "a: {command}"'), f"phases:\n  '{command}': {{}}\n"):
        output = _rendered(format_, text, f"{command}-buildspec.yml")
        assert command not in output
        assert "buildspec.yml" in output
        if format_ == "json":
            assert json.loads(output)["files"][0]["path"] == f"{command}-buildspec.yml"


@pytest.mark.parametrize("name", ["::error::buildspec.yml", " ::error::buildspec.yml", "\u2003::error::buildspec.yml"])
def test_no_command_that_counts_at_the_start_of_a_line(name: str) -> None:
    for format_ in ("text", "concise"):
        for text in (commands('echo "a: b"'), "Resources: {}\n"):
            for line in _rendered(format_, text, name).splitlines():
                assert not line.lstrip().startswith("::")


def test_carets_stand_under_what_is_escaped() -> None:
    assert laid_out("a ##[x] b", 3, 8) == ("a <U+0023>#[x] b", 2, 12)
    assert laid_out("a ##[x] b", 5, 6) == ("a <U+0023>#[x] b", 11, 1)
    assert laid_out("## [x] ##", 1, 2) == ("## [x] ##", 0, 1)
