"""Text keeps the file place of every character through slices and derivations; Lines turns offsets to positions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.source.text import Lines, Piece, Position, Span, Text, Utf8Columns, Utf16Columns


def places(text: Text) -> list[Span]:
    """Where each character stands."""
    return [text.span(index, index + 1) for index in range(len(text))]


# "a", an escape written with four characters for "\n", and "b", from offset 10 on.
ESCAPED = Text([Piece("a", 10, 11), Piece("\n", 11, 15), Piece("b", 15, 16)], 10)


# Empty texts


def test_an_empty_text_stands_at_its_anchor() -> None:
    text = Text((), 7)
    assert (text.value, len(text), str(text)) == ("", 0, "")
    assert text.offset(0) == 7
    assert text.span(0, 0) == Span(7, 7)


def test_empty_pieces_vanish() -> None:
    text = Text([Piece("", 3, 9), Piece("a", 9, 10), Piece("", 10, 10)], 3)
    assert places(text) == [(9, 10)]


def test_an_empty_slice_stands_where_its_first_character_would_begin() -> None:
    assert ESCAPED.slice(1, 1).offset(0) == 11
    assert ESCAPED.slice(3, 3).offset(0) == 16
    assert ESCAPED.slice(2, 1).value == ""


def test_a_slice_of_an_empty_text_keeps_the_anchor() -> None:
    assert Text((), 7).slice(0, 0).offset(0) == 7


def test_deriving_nothing_stands_at_the_given_place() -> None:
    assert ESCAPED.derive((), 2).offset(0) == 15
    assert Text((), 7).derive((), 0).offset(0) == 7


# Places


def test_a_file_begins_at_offset_0() -> None:
    assert places(Text.of("ab")) == [(0, 1), (1, 2)]


def test_a_part_of_a_file_begins_where_it_is_said_to() -> None:
    assert places(Text.of("ab", 5)) == [(5, 6), (6, 7)]


def test_offsets_count_code_points_not_bytes_nor_utf16_units() -> None:
    assert Text.of("é😀x").span(2, 3) == Span(2, 3)


def test_a_character_made_from_several_has_their_whole_range() -> None:
    assert places(ESCAPED) == [(10, 11), (11, 15), (15, 16)]


def test_the_end_of_a_text_is_the_end_of_its_last_character() -> None:
    assert ESCAPED.slice(0, 2).offset(2) == 15


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [(0, 3, (10, 16)), (0, 2, (10, 15)), (1, 2, (11, 15)), (2, 3, (15, 16)), (2, 2, (15, 15)), (3, 3, (16, 16))],
)
def test_a_span_reaches_from_the_first_character_to_the_last(start: int, end: int, span: tuple[int, int]) -> None:
    assert ESCAPED.span(start, end) == span
    assert ESCAPED.span(start, end).empty == (start == end)


def test_a_span_of_the_wrong_way_round_is_empty() -> None:
    assert ESCAPED.span(2, 1) == Span(15, 15)


def test_all_characters_of_a_piece_of_another_length_share_its_range() -> None:
    assert places(Text([Piece("abc", 4, 6)], 4)) == [(4, 6), (4, 6), (4, 6)]


def test_the_representation_names_value_and_place() -> None:
    assert repr(Text.of("ab", 5)) == "Text('ab' at 5)"


# Slices


def test_a_slice_keeps_the_places() -> None:
    assert places(ESCAPED.slice(1, 3)) == [(11, 15), (15, 16)]


def test_a_slice_cuts_inside_a_piece() -> None:
    assert places(Text.of("abcdef", 10).slice(2, 4)) == [(12, 13), (13, 14)]


def test_part_of_a_shared_range_as_long_as_that_range_still_shares_it() -> None:
    assert places(Text([Piece("abc", 4, 6)], 4).slice(0, 2)) == [(4, 6), (4, 6)]


def test_pieces_are_cut_to_the_range() -> None:
    text = Text([Piece("abc", 0, 3), Piece("\n", 3, 5), Piece("def", 5, 8)], 0)
    assert list(text.pieces(1, 6)) == [Piece("bc", 1, 3), Piece("\n", 3, 5), Piece("de", 5, 7)]
    assert list(text.pieces(4, 4)) == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 20, "a\nb"), (10, 11, "a"), (11, 16, "\nb"), (11, 15, "\n"), (12, 16, "b"), (10, 14, "a"), (16, 20, "")],
)
def test_what_stands_in_a_range_of_the_file_are_the_characters_that_are_in_it_as_a_whole(
    start: int, end: int, expected: str
) -> None:
    assert ESCAPED.within(Span(start, end)) == expected


# Derivations


def test_a_piece_of_the_same_length_goes_character_by_character() -> None:
    assert places(ESCAPED.derive([Piece("xyz", 0, 3)], 0)) == [(10, 11), (11, 15), (15, 16)]


def test_a_piece_over_several_others_keeps_each_character() -> None:
    text = Text([Piece("ab", 0, 2), Piece("\n", 2, 4), Piece("cd", 4, 6)], 0).derive([Piece("vwxyz", 0, 5)], 0)
    assert text.value == "vwxyz"
    assert places(text) == [(0, 1), (1, 2), (2, 4), (4, 5), (5, 6)]


def test_a_piece_of_another_length_has_the_hull_of_what_it_was_made_from() -> None:
    assert places(ESCAPED.derive([Piece("x", 0, 2), Piece("y", 2, 3)], 0)) == [(10, 15), (15, 16)]


def test_a_value_as_long_as_the_hull_in_the_file_still_shares_it() -> None:
    # Four characters made from one that is written with four: none of the four has a place of its own.
    assert places(ESCAPED.derive([Piece("wxyz", 1, 2)], 0)) == [(11, 15)] * 4


def test_what_was_put_in_stands_between_its_neighbours() -> None:
    assert places(ESCAPED.derive([Piece("x", 1, 1)], 0)) == [(11, 11)]


def test_derivations_compose() -> None:
    file = Text.of("0123456789")
    outer = file.derive([Piece("x", 1, 3), Piece("yz", 5, 7)], 1)
    inner = outer.derive([Piece("n", 0, 2), Piece("z", 2, 3)], 0)
    assert places(inner) == [(1, 6), (6, 7)]


# Lines


def test_an_empty_file_has_one_empty_line() -> None:
    lines = Lines("")
    assert len(lines) == 1
    assert lines.position(0) == Position(1, 1)
    assert lines.line(1) == ""
    assert lines.span(1) == Span(0, 0)


def test_a_last_line_end_begins_an_empty_line() -> None:
    assert len(Lines("a\n")) == 2
    assert Lines("a\n").position(2) == Position(2, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_once(end: str) -> None:
    lines = Lines(f"ab{end}{end}cd")
    assert [lines.line(number) for number in range(1, len(lines) + 1)] == ["ab", "", "cd"]
    assert lines.position(2 + 2 * len(end)) == Position(3, 1)
    assert lines.number(2 + len(end)) == 2


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"])
def test_what_only_yaml_or_python_call_a_line_end_ends_none(char: str) -> None:
    assert len(Lines(f"a{char}b")) == 1
    assert Lines(f"a{char}b").position(2) == Position(1, 3)


def test_an_offset_inside_crlf_is_the_end_of_its_line() -> None:
    lines = Lines("ab\r\ncd")
    assert [lines.position(offset) for offset in (2, 3, 4)] == [(1, 3), (1, 3), (2, 1)]
    assert [lines.number(offset) for offset in (2, 3, 4)] == [1, 1, 2]


def test_lines_mix_their_ends() -> None:
    assert [Lines("a\rb\r\nc\n\rd").line(number) for number in range(1, 6)] == ["a", "b", "c", "", "d"]


def test_columns_count_code_points() -> None:
    assert Lines("é😀x").position(2) == Position(1, 3)


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [("", 1, 1), ("ab", 3, 3), ("éa", 2, 2), ("😀a", 1, 1), ("😀a", 2, 3), ("😀😀", 3, 5), ("a\U0010ffff", 3, 4)],
)
def test_utf16_columns_count_surrogates(line: str, column: int, expected: int) -> None:
    assert Utf16Columns(line).of(column) == expected


@given(st.text(st.characters() | st.sampled_from("aé漢😀\ud800"), max_size=30))
def test_columns_count_the_units_that_an_encoding_takes(line: str) -> None:
    for columns, encoding, size in ((Utf8Columns(line), "utf-8", 1), (Utf16Columns(line), "utf-16-le", 2)):
        for column in range(1, len(line) + 2):
            before = line[: column - 1].encode(encoding, "surrogatepass")
            assert columns.of(column) == len(before) // size + 1
