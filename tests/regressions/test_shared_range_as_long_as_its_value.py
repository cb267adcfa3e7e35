"""Characters that share a range were given places of their own once a part of them was as long as the range."""

from __future__ import annotations

from cblint.source.text import Piece, Text


def test_a_slice_of_a_shared_range_still_shares_it() -> None:
    text = Text([Piece("abc", 4, 6)], 4).slice(0, 2)
    assert [text.span(0, 1), text.span(1, 2)] == [(4, 6), (4, 6)]


def test_a_value_derived_from_an_escape_of_the_same_length_shares_it() -> None:
    text = Text([Piece("\n", 4, 6)], 4).derive([Piece("xy", 0, 1)], 0)
    assert [text.span(0, 1), text.span(1, 2)] == [(4, 6), (4, 6)]
