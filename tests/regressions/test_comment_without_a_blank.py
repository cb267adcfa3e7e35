"""libyaml reads a comment right after a quote, a bracket or a block scalar's header; it was not found."""

from __future__ import annotations

import pytest

from cblint.source.comments import comments
from tests.helpers import stream


@pytest.mark.parametrize("before", ["- 'a'", '- "a"', "- [a]", "- {a: b}", "- [a,", "- |", "- >-"])
def test_a_comment_needs_no_blank_before_it(before: str) -> None:
    source = f"{before}#c\n" + ("]" if before.endswith(",") else "  a\n" if before[-1] in "|-" else "")
    assert stream(source).problem is None
    assert [comment.text for comment in comments(stream(source))] == ["#c"]


def test_a_comment_ends_where_yaml_ends_a_line() -> None:
    assert [comment.text for comment in comments(stream("# a\x85b: c # d\u2028e: f"))] == ["# a", "# d"]
