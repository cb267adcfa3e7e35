"""The list of hostile input in docs/decisions/limits.md names tests that there are, and those beside this one."""

from __future__ import annotations

import ast
import os
import re

from tests.hostile.expressions import ROOT

PAGE = os.path.join(ROOT, "docs", "decisions", "limits.md")


def _rows() -> list[tuple[str, str, str]]:
    """The rows of the table: what comes in, what comes of it, and the test."""
    with open(PAGE, encoding="utf-8") as file:
        lines = [line for line in file if line.startswith("| ") and "---" not in line][1:]
    rows = [tuple(cell.strip() for cell in line.strip().strip("|").split(" | ")) for line in lines]
    return [(row[0], row[1], row[2]) for row in rows if len(row) == 3 and row[2]]


def test_every_kind_has_an_outcome_and_a_test() -> None:
    rows = _rows()
    assert len(rows) > 30
    for _, outcome, named in rows:
        match = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", named)
        assert outcome
        assert match is not None, named
        assert match[2] in _tests(os.path.join(ROOT, match[1])), named


def _tests(path: str) -> set[str]:
    with open(path, encoding="utf-8") as file:
        return {node.name for node in ast.parse(file.read()).body if isinstance(node, ast.FunctionDef)}


def test_every_file_of_this_folder_is_on_the_list() -> None:
    folder = os.path.dirname(__file__)
    files = {name for name in os.listdir(folder) if name.startswith("test_") and name.endswith(".py")}
    named = {os.path.basename(row[2].partition("::")[0].strip("`")) for row in _rows()}
    assert files - named == {os.path.basename(__file__)}
