"""Layers against a plain dictionary: whatever is made of them stands for the same, and is never deep."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.flow.layers import Layers
from tests.bounds import draws

NAMES = "abcdefgh"
VALUES = st.integers(0, 5)
CHANGES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)
MANY = 2000


class Known(NamedTuple):
    """Layers, and a dictionary of what they must hold; ``given`` are the names that were ever set."""

    layers: Layers[int]
    model: dict[str, int]
    default: int
    given: frozenset[str]

    def get(self, name: str) -> int:
        return self.model.get(name, self.default)


def _updated(known: Known, changes: dict[str, int]) -> Known:
    given = known.given | frozenset(changes)
    return Known(known.layers.update(changes), {**known.model, **changes}, known.default, given)


def _set(known: Known, name: str, value: int) -> Known:
    return Known(known.layers.set(name, value), {**known.model, name: value}, known.default, known.given | {name})


def _joined(first: Known, second: Known) -> Known:
    given = first.given | second.given
    model = {name: max(first.get(name), second.get(name)) for name in given}
    return Known(first.layers.join(second.layers, max), model, max(first.default, second.default), given)


@st.composite
def _made(draw: st.DrawFn) -> list[Known]:
    """Layers that share what they have with one another, as the states of a build do."""
    found = [Known(Layers(default), {}, default, frozenset()) for default in (0, 0, 3)]
    for _ in range(draw(st.integers(0, 12))):
        one = draw(st.sampled_from(found))
        how = draw(st.sampled_from(["set", "update", "join", "join"]))
        if how == "set":
            found.append(_set(one, draw(st.sampled_from(NAMES)), draw(VALUES)))
        elif how == "update":
            found.append(_updated(one, draw(CHANGES)))
        else:
            found.append(_joined(one, draw(st.sampled_from(found))))
    return found


@given(_made())
@settings(max_examples=draws(120))
def test_they_stand_for_what_a_dictionary_does(found: list[Known]) -> None:
    for known in found:
        assert [known.layers.get(name) for name in NAMES] == [known.get(name) for name in NAMES]
        assert (known.layers.get("other"), known.layers.default) == (known.default, known.default)
        names = list(known.layers.names())
        assert len(names) == len(set(names))
        assert set(names) <= known.given
        assert {name for name in known.model if known.get(name) != known.default} <= set(names)


@given(_made())
@settings(max_examples=draws(120))
def test_in_what_two_of_them_differ(found: list[Known]) -> None:
    for first in found:
        for second in found:
            differing = set(first.layers.differing(second.layers))
            if first.default == second.default:
                assert {name for name in NAMES if first.get(name) != second.get(name)} <= differing
            assert differing <= first.given | second.given
            alike = all(first.get(name) == second.get(name) for name in (*NAMES, "other"))
            assert first.layers.equals(second.layers) is alike


@given(_made())
@settings(max_examples=draws(120))
def test_joining_does_not_change_what_is_joined(found: list[Known]) -> None:
    first, second = found[-1], found[len(found) // 2]
    one, other = first.layers.join(second.layers, max), second.layers.join(first.layers, max)
    assert [one.get(name) for name in (*NAMES, "other")] == [other.get(name) for name in (*NAMES, "other")]
    assert one.equals(other)
    assert first.layers.join(first.layers, max) is first.layers
    assert [first.layers.get(name) for name in NAMES] == [first.get(name) for name in NAMES]


def test_only_what_differs_is_merged() -> None:
    merged: list[tuple[int, int]] = []

    def merge(first: int, second: int) -> int:
        merged.append((first, second))
        return max(first, second)

    base = Layers(0).update({f"n{number}": number for number in range(MANY)})
    base.set("a", 1).join(base.set("b", 2), merge)
    assert sorted(merged) == [(0, 2), (1, 0)]


@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=60))
@settings(max_examples=draws(100))
def test_they_are_not_deep(batches: list[tuple[int, bool]]) -> None:
    layers: Layers[int] = Layers(0)
    count = 0
    for size, again in batches:
        first = 0 if again else count
        layers = layers.update({f"n{number}": number for number in range(first, first + size)})
        count = max(count, first + size)
        assert _depth(layers) <= math.log2(count) + 1
    assert list(layers.names()) == list(dict.fromkeys(layers.names()))
    assert len(list(layers.names())) == count


def test_one_by_one_they_are_not_deep() -> None:
    _check_depth(lambda layers, number: layers.set(f"n{number}", number))


def test_joined_one_by_one_they_are_not_deep() -> None:
    _check_depth(lambda layers, number: layers.join(layers.set(f"n{number}", number), max))


def _check_depth(grow: Callable[[Layers[int], int], Layers[int]]) -> None:
    layers: Layers[int] = Layers(0)
    for number in range(1, MANY + 1):
        layers = grow(layers, number)
        assert _depth(layers) <= math.log2(number) + 1
    assert all(layers.get(f"n{number}") == number for number in range(1, MANY + 1))


def _depth(layers: Layers[int]) -> int:
    return len(layers._layers)
