"""What was said of an empty document pointed at nothing behind the last line."""

from __future__ import annotations

import pytest

from tests.helpers import lint


@pytest.mark.parametrize(
    ("text", "marked"),
    [("---\n", (2, 3)), ("---\n\n \n", (2, 3)), ("# x\n", (0, 1)), ("\n", (0, 1)), ("%YAML 1.1\n---\n", (12, 13))],
)
def test_a_character_is_pointed_at(text: str, marked: tuple[int, int]) -> None:
    assert [finding.span for finding in lint(text).findings] == [marked]
