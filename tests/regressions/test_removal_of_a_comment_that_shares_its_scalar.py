"""A comment alone on its line was taken out with the closing quote, or without the lines it goes on over."""

from __future__ import annotations

import pytest

from cblint.fix import fixed_text
from tests.helpers import HEAD, lint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # The quote that closes on the comment's line stays.
        ('"make\\n\n\n      # cblint: ignore[duplicate-key]"', '"make\\n\n\n      "'),
        ("'make\n\n      # cblint: ignore[duplicate-key]'", "'make\n\n      '"),
        ('"make\\n\n\n      # cblint: ignore[duplicate-key]\\n\n      more"', '"make\\n\n\n      \\n\n      more"'),
        # Folding makes one line of several: all of it is comment, and none of it may become command.
        (">\n      make\n      # cblint: ignore[duplicate-key] -- it\n      goes on\n", ">\n      make\n"),
        (">\n      make # cblint: ignore[duplicate-key] -- it\n      goes on\n", ">\n      make\n"),
        (
            ">\n      make\n      # cblint: ignore[duplicate-key] -- it\n      goes on\n\n      more\n",
            ">\n      make\n\n      more\n",
        ),
    ],
)
def test_all_of_the_comment_and_only_the_comment_is_taken_out(before: str, after: str) -> None:
    text = f"{HEAD}    - {before}\n"
    result = lint(text)
    assert [finding.rule for finding in result.findings] == ["unused-suppression"]
    assert fixed_text(text, result.findings, unsafe=False) == (f"{HEAD}    - {after}\n", 1)
