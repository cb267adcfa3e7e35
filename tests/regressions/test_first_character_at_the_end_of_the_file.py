"""The first character of a value that was not written at the end of a file stood past that end."""

from __future__ import annotations

from tests.helpers import child, root


def test_nothing_stands_past_the_end_of_the_file() -> None:
    assert child(root("a:"), "a").first_character == (2, 2)
