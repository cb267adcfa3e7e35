"""Comments are found wherever libyaml reads one, and nowhere else."""

from __future__ import annotations

import pytest

from cblint.examples import unmarked
from cblint.source.comments import comments
from cblint.source.loader import load
from cblint.source.text import Text
from cblint.source.tree import Scalar
from tests.bounds import no_hanging
from tests.helpers import child, root, stream


def found(text: str) -> list[tuple[str, bool]]:
    """Every comment, and whether it stands alone."""
    return [(comment.text, comment.alone) for comment in comments(stream(text))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: b#c",
        "a: http://x#y",
        "a: '# b'",
        'a: "b # c"',
        "a: 'b\n  # c'",
        'a: "b\n# c"',
        "a: |\n  # b\n",
        "a: |\n  b\n\n  # c\n",
        "a: |-\r\n  b # c\r\n",
        "a: >1\n # b\n",
        "a: |\n  b\n   # c",
        "a: &x |\n  # b\n",
        "? |\n  # a\n",
        "'# a': b",
        "[a#b, '# c']",
    ],
)
def test_a_number_sign_inside_a_scalar_begins_no_comment(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["a: 'b # c", 'a: "b\n  # c', "- a\n- 'b # c\n- d # e\n", "a: 'b # c\n\x01", "a: b: 'c' # d", "a: *b # c"],
)
def test_comments_end_at_a_syntax_error(text: str) -> None:
    assert stream(text).problem is not None
    assert found(text) == []


def test_comments_before_a_syntax_error_are_found() -> None:
    assert found("# a\nb: c # d\ne: 'f' g # h\n") == [("# a", True), ("# d", False)]


def test_comments_before_a_forbidden_character_are_found() -> None:
    assert found("# a\nb: |\n  # c\nd: e # f\n\x01 # g\n") == [("# a", True), ("# f", False)]


@pytest.mark.parametrize(
    "text",
    [
        "«# a»",
        "«#»",
        "«#a»\n",
        "  «# a»  \n",
        "a: b «# c»\n",
        "a: b\t«# c»\t\n",
        "a: «# b»\n  c\n",
        "a:\n«# b»\n  c: d\n",
        "a: 'b' «# c»\n",
        "a: 'b'«# c»\n",
        'a: "b"«#c # d»\n',
        "[a, «# b»\n c]«# d»",
        "[a,«# b»\n c]",
        "{a: b}«# c»",
        "a: | «# b»\n  c\n",
        "a: |«# b»\n  c # d\n",
        "a: >-2\t«# b»\n  c # d\n",
        "a: |\n  b\n«# c»\n",
        "a:\n  - |\n    b\n   «# c»\n  - d\n",
        "a: |\n  b\n\n«# c»\nd: e\n",
        "a: |\n«# b»\nc: d\n",
        "a: &x «# b»\n  c\n",
        "a: !t «# b»\n  c\n",
        "a: &x b\nc: *x «# d»\n",
        "a: «# 'b»\nc: '# d' «# e»\n",
        "--- «# a»\nb\n... «# c»\n«# d»\n",
        "%YAML 1.1 «# a»\n---\nb\n",
        "«# a»\r\nb: c «# d»\r\n",
        "«# a»\rb: c «# d»\r",
        "«# a»\x85b: c «# d»\u2028«# e»\u2029",
        "\ufeff«# a»\nb: c",
        "«# é😀»\nb: '😀' «# c»",
        '«# a \\»\n«# "b»\n',
    ],
)
def test_comments_are_found_at_their_places(text: str) -> None:
    source, marked, _ = unmarked(text)
    all_comments = comments(stream(source))
    assert [comment.span for comment in all_comments] == marked
    for comment in all_comments:
        assert source[slice(*comment.span)] == comment.text
        assert stream(source).text.span(comment.start, comment.start + len(comment.text)) == comment.span


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("# a", [True]),
        ("  # a\nb: c # d\n  # e\n", [True, False, True]),
        ("a: b # c\r\n# d\r\n", [False, True]),
        ("a: b # c\r# d\r", [False, True]),
        ("- # a\n  b\n", [False]),
        ("a: |\n  b\n# c\n", [True]),
        ("a: 'b\n  c' # d\n", [False]),
    ],
)
def test_a_comment_knows_whether_it_stands_alone(text: str, alone: list[bool]) -> None:
    assert [comment.alone for comment in comments(stream(text))] == alone


def test_a_comment_has_the_places_of_its_characters() -> None:
    text = "a: b # c\n"
    tree = stream(text)
    (comment,) = comments(tree)
    within = comment.within(tree.text)
    assert within.value == "# c"
    assert within.span(2, 3) == (7, 8)


def test_comments_inside_a_scalar_have_places_in_the_file() -> None:
    text = 'a: "b: c # d\\te\\n# f"\n'
    outer = child(root(text), "a")
    assert isinstance(outer, Scalar)
    inner = load(outer.text)
    all_comments = comments(inner)
    assert [text[slice(*comment.span)] for comment in all_comments] == ["# d\\te", "# f"]
    assert [comment.alone for comment in all_comments] == [False, True]
    assert text[slice(*all_comments[0].within(inner.text).span(3, 4))] == "\\t"


def test_many_comments_and_blocks_take_no_more_than_linear_time() -> None:
    tree = stream("- a # b\n- |\n  c\n" * 100_000)
    with no_hanging():
        assert len(comments(tree)) == 100_000


def test_an_empty_stream_has_no_comments() -> None:
    assert comments(load(Text.of(""))) == []
