"""What is known of a text holds whatever stands in its holes: values against the sets of texts that they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.flow.values import (
    EMPTY,
    NONZERO,
    SHORTEST_PART,
    UNKNOWN,
    Hole,
    Maybe,
    Value,
    both,
    concat,
    join,
    literal,
    negated,
    same,
)
from tests.bounds import draws

NAMES = ("A", "B")
LABELS = ("secret", "input")
CHARACTERS = "ab0"
STATUSES = ("1", "2", "127")

TEXTS = st.text(CHARACTERS, max_size=4)
PIECES = st.one_of(
    TEXTS.map(literal), st.sampled_from([UNKNOWN, Value((NONZERO,)), Value((Hole("A"),)), Value((Hole("B"),))])
)
LABELLED = st.builds(
    lambda value, labels: value._replace(labels=labels), PIECES, st.frozensets(st.sampled_from(LABELS), max_size=1)
)
VALUES = st.lists(LABELLED, max_size=4).map(concat)
NAMED = st.fixed_dictionaries(dict.fromkeys(NAMES, TEXTS))
"""What stands in the holes that have a name."""


def filled(value: Value, named: Mapping[str, str]) -> st.SearchStrategy[str]:
    """The texts that a value stands for."""
    return st.tuples(*(_of_piece(piece, named) for piece in value.pieces)).map("".join)


def _of_piece(piece: str | Hole, named: Mapping[str, str]) -> st.SearchStrategy[str]:
    if isinstance(piece, str):
        return st.just(piece)
    if piece == NONZERO:
        return st.sampled_from(STATUSES)
    return st.just(named[piece.name]) if piece.name else TEXTS


def filled_at_random(value: Value, named: Mapping[str, str], random: Random) -> str:
    """One of the texts that a value stands for; drawing it costs hypothesis nothing."""
    return "".join(
        piece
        if isinstance(piece, str)
        else random.choice(STATUSES)
        if piece == NONZERO
        else named[piece.name]
        if piece.name
        else random.choice(("", "a", "b0"))
        for piece in value.pieces
    )


def admits(value: Value, text: str, named: Mapping[str, str]) -> bool:
    """Whether a text is one of those that a value stands for."""
    pattern = "".join(
        re.escape(piece if isinstance(piece, str) else named[piece.name])
        if isinstance(piece, str) or (piece.name and piece != NONZERO)
        else "[1-9][0-9]{0,2}"
        if piece == NONZERO
        else ".*"
        for piece in value.pieces
    )
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def well_formed(value: Value) -> bool:
    """No piece is empty, and no two known ones stand side by side."""
    known = "".join("k" if isinstance(piece, str) else "h" for piece in value.pieces)
    return "" not in value.pieces and "kk" not in known


@given(VALUES, NAMED, st.data())
@settings(max_examples=draws(200))
def test_what_is_said_of_a_value_holds_for_every_text(value: Value, named: dict[str, str], data: st.DataObject) -> None:
    text = data.draw(filled(value, named))
    assert well_formed(value)
    assert admits(value, text, named)
    assert value.text in (None, text)
    assert value.is_empty in (None, text == "")
    assert text.startswith(value.start)


@given(TEXTS)
def test_of_a_known_text_everything_is_said(text: str) -> None:
    value = literal(text)
    assert (value.text, value.is_empty, value.start, value.written) == (text, text == "", text, text)
    assert value == concat(literal(char) for char in text)


@given(st.lists(VALUES, max_size=4), NAMED, st.data())
@settings(max_examples=draws(200))
def test_one_after_the_other(values: list[Value], named: dict[str, str], data: st.DataObject) -> None:
    joined = concat(values)
    texts = [data.draw(filled(value, named)) for value in values]
    assert well_formed(joined)
    assert admits(joined, "".join(texts), named)
    assert joined.labels == frozenset().union(*(value.labels for value in values))
    assert concat([EMPTY, joined, EMPTY]) == joined
    named_holes = [piece for value in values for piece in value.pieces if isinstance(piece, Hole) and piece.name]
    assert [piece for piece in joined.pieces if isinstance(piece, Hole) and piece.name] == named_holes


@given(VALUES, VALUES, NAMED, st.data())
@settings(max_examples=draws(250))
def test_one_of_two_may_be_either(first: Value, second: Value, named: dict[str, str], data: st.DataObject) -> None:
    joined = join(first, second)
    assert well_formed(joined)
    assert joined == join(second, first)
    assert joined.labels == first.labels | second.labels
    assert join(first, first) == first
    assert admits(joined, data.draw(filled(first, named)), named)
    assert admits(joined, data.draw(filled(second, named)), named)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
@settings(max_examples=draws(200))
def test_what_two_texts_have_in_common_stays_known(head: str, first: str, second: str, tail: str) -> None:
    joined = join(literal(f"{head}{first}{tail}"), literal(f"{head}{second}{tail}"))
    if first == second:
        assert joined.text == f"{head}{first}{tail}"
    else:
        # What is shorter than that is taken for chance.
        if len(head) >= SHORTEST_PART:
            assert joined.start.startswith(head)


@given(VALUES, VALUES, NAMED, st.data())
@settings(max_examples=draws(300))
def test_equal_or_not(first: Value, second: Value, named: dict[str, str], data: st.DataObject) -> None:
    answer = same(first, second)
    assert answer is same(second, first)
    texts = data.draw(filled(first, named)), data.draw(filled(second, named))
    assert answer in (None, texts[0] == texts[1])


@given(TEXTS, TEXTS)
def test_of_two_known_texts_it_is_sure(first: str, second: str) -> None:
    assert same(literal(first), literal(second)) is (first == second)


@given(VALUES)
def test_a_value_may_be_like_itself(value: Value) -> None:
    assert same(value, value) is not False
    if not any(piece in (Hole(), NONZERO) for piece in value.pieces):
        assert same(value, value) is True


def test_a_status_that_is_not_zero() -> None:
    failed = Value((NONZERO,))
    assert [same(failed, literal(text)) for text in ("0", "", "1", "127")] == [False, False, None, None]
    assert same(failed, failed) is None
    assert (failed.text, failed.is_empty, failed.start) == (None, None, "")
    assert same(Value((Hole("A"),)), Value((Hole("A"),))) is True
    assert same(UNKNOWN, UNKNOWN) is None


@given(st.sampled_from([True, False, None]), st.sampled_from([True, False, None]))
def test_answers(first: Maybe, second: Maybe) -> None:
    assert both(first, second) is both(second, first)
    assert both(first, first) is first
    assert both(first, second) in (None, first)
    assert negated(negated(first)) is first
    assert negated(first) is None or negated(first) is not first
