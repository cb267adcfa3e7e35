"""A comment alone on its line was taken out with the closing quote, or without the lines it goes on over."""

from __future__ import annotations

import pytest

from cblint.fix import fixed_text
from tests.helpers import HEAD, lint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"echo\\n\n\n      # cblint: ignore[duplicate-key]"', '"echo\\n\n\n      "'),
        ("'echo\n\n      # cblint: ignore[duplicate-key]'", "'echo\n\n      '"),
        ('"echo\\n\n\n      # cblint: ignore[duplicate-key]\\n\n      more"', '"echo\\n\n\n      \\n\n      more"'),
        (">\n      echo\n\n      # cblint: ignore[duplicate-key]\n\n      more\n", ">\n      echo\n\n\n      more\n"),
    ],
)
def test_the_quote_that_closes_behind_it_stays(before: str, after: str) -> None:
    text = f"{HEAD}    - {before}\n"
    result = lint(text)
    assert [finding.rule for finding in result.findings] == ["unused-suppression"]
    assert fixed_text(text, result.findings, unsafe=False) == (f"{HEAD}    - {after}\n", 1)


@pytest.mark.parametrize(
    "lines",
    [
        ["# cblint: ignore[duplicate-key] -- why", "echo"],
        ["echo", "# cblint: ignore[duplicate-key] -- it", "goes on"],
        ["echo # cblint: ignore[duplicate-key] -- it", "goes on"],
    ],
)
def test_no_fix_takes_a_command_that_folding_made_part_of_the_comment(lines: list[str]) -> None:
    # Without the comment the command would run, which it does not now; with all of it gone its text would be lost.
    text = f"{HEAD}    - >\n      {f'{chr(10)}      '.join(lines)}\n"
    result = lint(text)
    assert [(finding.rule, finding.fix) for finding in result.findings] == [("unused-suppression", None)]
