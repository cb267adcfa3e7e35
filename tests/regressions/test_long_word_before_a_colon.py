"""Naming the error of a second colon took time that grew with the square of the line."""

from __future__ import annotations

import pytest

from tests.bounds import no_hanging
from tests.helpers import stream


@pytest.mark.parametrize("word", ["a" * 100_000 + "!", "'" * 99_999, "a'" * 50_000])
def test_a_second_colon_after_a_long_word_is_named_at_once(word: str) -> None:
    with no_hanging():
        assert stream(f"a: {word}: b").problem is not None
