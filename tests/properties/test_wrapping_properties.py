"""Paragraphs are wrapped as the standard library wraps them."""

from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from cblint.report.wrapping import wrapped

BLANKS = st.text(st.sampled_from(" \n\t\r"), min_size=1, max_size=3)


@given(
    st.lists(st.tuples(st.text(st.sampled_from("ab-é\xa0\u2003/"), max_size=12).map("a{}".format), BLANKS)),
    st.integers(1, 40),
)
def test_as_textwrap_does(words: list[tuple[str, str]], columns: int) -> None:
    text = "".join(word + blanks for word, blanks in words)
    assert wrapped(text, columns) == textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False)


def test_blanks_between_words_stay() -> None:
    assert wrapped("  a \n b\n\nc ", 5) == ["a   b", "c"]
    assert wrapped(" \n", 3) == []
