"""Text inside a quote that is never closed, or after an earlier error, was taken for comments."""

from __future__ import annotations

import pytest

from cblint.source.comments import comments
from tests.helpers import stream


@pytest.mark.parametrize(
    "text", ["a: b # c\nd: 'e # f\ng # h\n", 'a: b # c\nd: "e # f\\q"\n', "a: b # c\nd: 'e' f\ng: 'h # i'\nj: \x01"]
)
def test_comments_end_where_reading_ended(text: str) -> None:
    assert [comment.text for comment in comments(stream(text))] == ["# c"]
