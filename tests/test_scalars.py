"""The pieces that a YAML scalar's value is made of, style by style, with the text that each stands for."""

from __future__ import annotations

import pytest

from cblint.source import scalars
from cblint.source.tree import Scalar, walk
from tests.helpers import stream
from tests.properties.strategies import ESCAPES


def made_of(source: str) -> list[tuple[str, str]]:
    """The pieces of the last scalar that is not empty: part of its value, and the text that it stands for."""
    found = stream(source)
    assert found.problem is None
    text = [
        node.text
        for document in found.documents
        for node in walk(document.root)
        if isinstance(node, Scalar) and not node.empty
    ][-1]
    return [(piece.value, source[piece.start : piece.end]) for piece in text.pieces(0, len(text))]


# Nothing to map


@pytest.mark.parametrize("style", ["", "'", '"', "|", ">"])
def test_a_value_that_the_text_does_not_give_has_no_pieces(style: str) -> None:
    source = {"": "text", "'": "'text'", '"': '"text"', "|": "|\n  text", ">": ">\n  text"}[style]
    assert scalars.pieces(source, 0, len(source), style, "other") is None


def test_an_unknown_escape_has_no_pieces() -> None:
    assert scalars.pieces(r'"\q"', 0, 4, '"', "q") is None


def test_a_backslash_at_the_end_has_no_pieces() -> None:
    assert scalars.pieces('"\\"', 0, 3, '"', '"') is None


@pytest.mark.parametrize("source", ["|", "|-", ">+", "|2", "| # note"])
def test_a_header_without_lines_is_an_empty_value(source: str) -> None:
    assert scalars.pieces(source, 0, len(source), source[0], "") == []


@pytest.mark.parametrize("source", ["''", '""'])
def test_empty_quotes_are_an_empty_value(source: str) -> None:
    assert scalars.pieces(source, 0, 2, source[0], "") == []


def test_an_empty_node_is_an_empty_value() -> None:
    assert scalars.pieces("key:", 4, 4, "", "") == []


# Plain


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("a", [("a", "a")]),
        ("- a", [("a", "a")]),
        ("- a  # c\n", [("a", "a")]),
        ("k: a b\tc  \n", [("a b\tc", "a b\tc")]),
        ("- é😀\n", [("é😀", "é😀")]),
        ("- it's \\n\n", [("it's \\n", "it's \\n")]),
        ("- a\n  b\n", [("a", "a"), (" ", "\n"), ("b", "b")]),
        ("- a \t\n   b\n", [("a", "a"), (" ", "\n"), ("b", "b")]),
        ("- a\r\n  b\r\n", [("a", "a"), (" ", "\r\n"), ("b", "b")]),
        ("- a\r  b\r", [("a", "a"), (" ", "\r"), ("b", "b")]),
        ("- a\n\n  b", [("a", "a"), ("\n", "\n"), ("b", "b")]),
        ("- a\r\n \r\n  b", [("a", "a"), ("\n", "\r\n"), ("b", "b")]),
        ("- a\n\r  b", [("a", "a"), ("\n", "\r"), ("b", "b")]),
        ("- a\x85  b", [("a", "a"), (" ", "\x85"), ("b", "b")]),
        ("- a\n\x85  b", [("a", "a"), ("\n", "\x85"), ("b", "b")]),
        ("- a\u2028  b", [("a", "a"), ("\u2028", "\u2028"), ("b", "b")]),
        ("- a\u2029\n  b", [("a", "a"), ("\u2029", "\u2029"), ("\n", "\n"), ("b", "b")]),
        ("- a\n\u2028  b", [("a", "a"), ("\u2028", "\u2028"), ("b", "b")]),
        ("[a\nb]", [("a", "a"), (" ", "\n"), ("b", "b")]),
        ("a: &x !t b", [("b", "b")]),
        ("a: !t\n  # why\n  b", [("b", "b")]),
    ],
)
def test_lines_of_plain_scalars_are_folded(source: str, pieces: list[tuple[str, str]]) -> None:
    assert made_of(source) == pieces


# Single-quoted


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("''''", [("'", "''")]),
        ("- 'it''s'", [("it", "it"), ("'", "''"), ("s", "s")]),
        ("- ' a '", [(" a ", " a ")]),
        ("- '\\n\"'", [('\\n"', '\\n"')]),
        ("- 'a\n  b'", [("a", "a"), (" ", "\n"), ("b", "b")]),
        ("- 'a  \n\n\t b'", [("a", "a"), ("\n", "\n"), ("b", "b")]),
        ("- '\n  '", [(" ", "\n")]),
        ("- 'a''\r\n  ''b'", [("a", "a"), ("'", "''"), (" ", "\r\n"), ("'", "''"), ("b", "b")]),
        ("- 'a\u2028 b'", [("a", "a"), ("\u2028", "\u2028"), ("b", "b")]),
        ("- !t &x 'a'", [("a", "a")]),
        ("{'a': 1}", [("1", "1")]),
    ],
)
def test_single_quotes_are_doubled_and_lines_folded(source: str, pieces: list[tuple[str, str]]) -> None:
    assert made_of(source) == pieces


# Double-quoted


@pytest.mark.parametrize(("name", "char"), ESCAPES.items())
def test_every_escape_of_one_letter(name: str, char: str) -> None:
    assert made_of(f'- "a\\{name}b"') == [("a", "a"), (char, f"\\{name}"), ("b", "b")]


@pytest.mark.parametrize(
    ("written", "char"),
    [
        ("\\x41", "A"),
        ("\\xe9", "é"),
        ("\\u00E9", "é"),
        ("\\u2028", "\u2028"),
        ("\\U0001F600", "😀"),
        ("\\x0a", "\n"),
    ],
)
def test_every_escape_of_a_number(written: str, char: str) -> None:
    assert made_of(f'- "{written}0"') == [(char, written), ("0", "0")]


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ('- "it\'s"', [("it's", "it's")]),
        ('- "a\n  b"', [("a", "a"), (" ", "\n"), ("b", "b")]),
        ('- "a \n \n  b"', [("a", "a"), ("\n", "\n"), ("b", "b")]),
        ('- "a\\\n  b"', [("a", "a"), ("b", "b")]),
        ('- "a \\\r\n  b"', [("a ", "a "), ("b", "b")]),
        ('- "a\\\n\n  b"', [("a", "a"), ("\n", "\n"), ("b", "b")]),
        ('- "a\\\n  \\ b"', [("a", "a"), (" ", "\\ "), ("b", "b")]),
        ('- "a\\ \n  b"', [("a", "a"), (" ", "\\ "), (" ", "\n"), ("b", "b")]),
        ('- "\\\n  a"', [("a", "a")]),
        ('- "a\\\x85 b"', [("a", "a"), ("b", "b")]),
        ('- "a\\\u2028 b"', [("a", "a"), ("b", "b")]),
        ('- "\\n\\n"', [("\n", "\\n"), ("\n", "\\n")]),
        ('["\\\\", "\\""]', [('"', '\\"')]),
        ('{"a": "\\/"}', [("/", "\\/")]),
    ],
)
def test_lines_in_double_quotes_are_folded_or_joined(source: str, pieces: list[tuple[str, str]]) -> None:
    assert made_of(source) == pieces


# Literal


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("- |\n  a\n", [("a", "a"), ("\n", "\n")]),
        ("- |\n  a", [("a", "a")]),
        ("|\n a\n", [("a", "a"), ("\n", "\n")]),
        ("- |\r\n  a\r\n  b\r\n", [("a", "a"), ("\n", "\r\n"), ("b", "b"), ("\n", "\r\n")]),
        ("- |\r  a\r", [("a", "a"), ("\n", "\r")]),
        ("- |\x85  a\x85", [("a", "a"), ("\n", "\x85")]),
        ("- |\n  a\u2028  b\n", [("a", "a"), ("\u2028", "\u2028"), ("b", "b"), ("\n", "\n")]),
        ("- |\n  a\n    b\n", [("a", "a"), ("\n", "\n"), ("  b", "  b"), ("\n", "\n")]),
        ("- |\n  a \n", [("a ", "a "), ("\n", "\n")]),
        ("- |\n  a\n  \tb\n", [("a", "a"), ("\n", "\n"), ("\tb", "\tb"), ("\n", "\n")]),
        ("- |\n\n  a\n", [("\n", "\n"), ("a", "a"), ("\n", "\n")]),
        ("- |\n  a\n\n  b\n", [("a", "a"), ("\n", "\n"), ("\n", "\n"), ("b", "b"), ("\n", "\n")]),
        ("- |\n  a\n   \n  b", [("a", "a"), ("\n", "\n"), (" ", " "), ("\n", "\n"), ("b", "b")]),
        ("- | # why: |\n  a\n", [("a", "a"), ("\n", "\n")]),
        ("- |\n  # a\n", [("# a", "# a"), ("\n", "\n")]),
        ("- |2\n    a\n", [("  a", "  a"), ("\n", "\n")]),
        ("- |1-\n  \n   a\n", [(" ", " "), ("\n", "\n"), ("  a", "  a")]),
        ("k:\n  l: |2\n      a\n", [("  a", "  a"), ("\n", "\n")]),
        ("- &x !t |\n  a\n", [("a", "a"), ("\n", "\n")]),
        ("? |\n  a\n", [("a", "a"), ("\n", "\n")]),
    ],
)
def test_lines_of_literal_scalars_lose_their_indentation(source: str, pieces: list[tuple[str, str]]) -> None:
    assert made_of(source) == pieces


@pytest.mark.parametrize(
    ("header", "kept"), [("|-", 0), ("|", 1), ("|+", 3), ("|2-", 0), ("|-2", 0), ("|2+", 3), ("|+2", 3)]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_chomping_decides_about_line_ends_at_the_end(header: str, kept: int, end: str) -> None:
    assert made_of(f"- {header}{end}  a{end}  {end}{end}") == [("a", "a"), *[("\n", end)] * kept]


def test_the_last_line_may_have_no_end_to_keep() -> None:
    assert made_of("- |+\n  a") == [("a", "a")]


@pytest.mark.parametrize(("header", "kept"), [("|-", 0), ("|", 0), ("|+", 3), (">+", 3), ("|1+", 3)])
def test_block_scalars_of_blank_lines_keep_them_only_if_told(header: str, kept: int) -> None:
    assert made_of(f"- {header}\n\n \n\n") == [("\n", "\n")] * kept


def test_lines_of_blanks_at_the_end_of_the_file_belong_to_nothing() -> None:
    assert made_of("- |+\n  a\n ") == [("a", "a"), ("\n", "\n")]


# Folded


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("- >\n  a\n  b\n", [("a", "a"), (" ", "\n"), ("b", "b"), ("\n", "\n")]),
        ("- >-\n  a\n  b", [("a", "a"), (" ", "\n"), ("b", "b")]),
        ("- >\r\n  a\r\n  b\r\n", [("a", "a"), (" ", "\r\n"), ("b", "b"), ("\n", "\r\n")]),
        ("- >-\n  a\n\n  b\n", [("a", "a"), ("\n", "\n"), ("b", "b")]),
        ("- >-\n  a\n\n\n  b\n", [("a", "a"), ("\n", "\n"), ("\n", "\n"), ("b", "b")]),
        ("- >-\n\n  a\n", [("\n", "\n"), ("a", "a")]),
        ("- >-\n  a\n   b\n  c\n", [("a", "a"), ("\n", "\n"), (" b", " b"), ("\n", "\n"), ("c", "c")]),
        ("- >-\n  a\n\n   b\n", [("a", "a"), ("\n", "\n"), ("\n", "\n"), (" b", " b")]),
        ("- >-\n  a\n  \tb\n  c", [("a", "a"), ("\n", "\n"), ("\tb", "\tb"), ("\n", "\n"), ("c", "c")]),
        ("- >-\n  a \n  b", [("a ", "a "), (" ", "\n"), ("b", "b")]),
        ("- >-\n  a\u2028  b", [("a", "a"), ("\u2028", "\u2028"), ("b", "b")]),
        ("- >-\n  a\n\u2028  b", [("a", "a"), ("\u2028", "\u2028"), ("b", "b")]),
        ("- >-\n  a\x85  b", [("a", "a"), (" ", "\x85"), ("b", "b")]),
        ("- >1-\n   a\n  b\n", [("  a", "  a"), ("\n", "\n"), (" b", " b")]),
    ],
)
def test_folded_scalars_join_lines_of_text_and_keep_others(source: str, pieces: list[tuple[str, str]]) -> None:
    assert made_of(source) == pieces
