"""Joining states: it does not matter in which order, and nothing that was possible before is impossible behind it."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping
from random import Random
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.flow.layers import Layers
from cblint.flow.state import (
    ABSENT,
    ANYTHING,
    GIVEN,
    NEVER,
    NO_FUNCTION,
    NONE,
    PLACES_KEPT,
    UNKNOWN_FILE,
    UNSET,
    Causes,
    Ends,
    File,
    Options,
    Outcome,
    State,
    Variable,
    join_causes,
    join_files,
    join_outcomes,
    join_states,
    join_variables,
)
from cblint.flow.values import EMPTY, UNKNOWN, Hole, Maybe, Value, literal
from cblint.shell.commands import Function
from cblint.shell.parser import parse
from cblint.shell.syntax import Node, walk
from cblint.source.text import Text
from tests.bounds import draws
from tests.properties.test_flow_values import NAMED, VALUES, admits, filled_at_random

NAMES = ("A", "B", "C")
ALL_NAMES = (*NAMES, "D")
PATHS = ("/a", "/b")
NODES = tuple(Node(Text.of(""), 0, 0) for _ in range(4))
FUNCTIONS = tuple(node for node in walk(parse(Text.of("f() { :; }; g() { :; }"))) if isinstance(node, Function))
assert len(FUNCTIONS) == 2

SEEDS = st.integers(0, 1 << 32)
"""For what is drawn of the many things that a state may be."""
MAYBE = st.sampled_from([True, False, None])
PLACES = st.lists(st.sampled_from(NODES), max_size=2, unique_by=id).map(tuple)


@st.composite
def variables(draw: st.DrawFn, values: st.SearchStrategy[Value] = VALUES) -> Variable:
    """Variables as the interpreter makes them."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from([UNSET, ANYTHING, GIVEN]))
    array = draw(MAYBE)
    elements = draw(st.none() | st.lists(values, max_size=2).map(tuple)) if array else None
    value = (elements[0] if elements else EMPTY) if elements is not None else draw(values)
    return Variable(draw(MAYBE), value, draw(MAYBE), draw(MAYBE), draw(MAYBE), array, elements, draw(PLACES))


class Real(NamedTuple):
    """What a variable really is; ``elements`` are there if it is an array."""

    text: str | None
    marks: tuple[Maybe, ...]
    elements: tuple[str, ...] | None


def _real(variable: Variable, named: Mapping[str, str], random: Random) -> Real:
    """One of all that a variable may be."""
    marks = tuple(_sure(mark, random) for mark in (variable.exported, variable.readonly, variable.integer))
    if not _sure(variable.assigned, random):
        return Real(None, marks, None)
    is_array = _sure(variable.array, random)
    if not is_array or variable.elements is None:
        first = filled_at_random(variable.value, named, random)
        return Real(first, marks, (first, *("z" * random.randrange(2))) if is_array else None)
    elements = tuple(filled_at_random(value, named, random) for value in variable.elements)
    return Real(elements[0] if elements else "", marks, elements)


def _sure(mark: Maybe, random: Random) -> bool:
    return random.random() < 0.5 if mark is None else mark


def _allows(variable: Variable, real: Real, named: Mapping[str, str]) -> bool:
    """Whether a variable may be that."""
    if variable.assigned not in (None, real.text is not None):
        return False
    for mark, is_so in zip((variable.exported, variable.readonly, variable.integer), real.marks, strict=True):
        if mark not in (None, is_so):
            return False
    if real.text is None:
        return True
    if variable.array not in (None, real.elements is not None):
        return False
    if real.elements is not None and variable.elements is not None:
        return len(real.elements) == len(variable.elements) and all(
            admits(value, text, named) for value, text in zip(variable.elements, real.elements, strict=True)
        )
    return admits(variable.value, real.text, named)


REAL_NAMED = st.builds(lambda named, given: {**named, "*": given}, NAMED, st.sampled_from(["", "g", "a"]))


@given(variables(), variables(), REAL_NAMED, SEEDS)
@settings(max_examples=draws(200))
def test_a_variable_may_be_what_either_was(first: Variable, second: Variable, named: dict[str, str], seed: int) -> None:
    joined = join_variables(first, second)
    random = Random(seed)
    for variable in (first, second):
        assert _allows(joined, _real(variable, named, random), named)
    assert set(joined.places) == {*first.places, *second.places}


def _believed(variable: Variable) -> Hashable:
    """A variable without what means nothing: the text of what is not set, the order of places."""
    kept = variable._replace(places=())
    if variable.assigned is False:
        kept = kept._replace(value=EMPTY, elements=None, array=None)
    if variable.array is False:
        kept = kept._replace(elements=None)
    return kept, frozenset(map(id, variable.places))


@given(variables(), variables())
@settings(max_examples=draws(150))
def test_variables_are_joined_in_any_order(first: Variable, second: Variable) -> None:
    assert _believed(join_variables(first, second)) == _believed(join_variables(second, first))
    assert _believed(join_variables(first, first)) == _believed(first)


def test_only_so_many_places_are_kept() -> None:
    nodes = [Node(Text.of(""), 0, 0) for _ in range(2 * PLACES_KEPT)]
    joined = UNSET
    for node in nodes:
        joined = join_variables(joined, Variable(True, places=(node,)))
    assert joined.places == tuple(nodes[:PLACES_KEPT])


@given(st.lists(st.lists(st.sampled_from(NODES), max_size=3), min_size=1, max_size=4))
def test_causes_are_those_of_all(groups: list[list[Node]]) -> None:
    joined = NONE
    for group in groups:
        causes = NONE
        for node in group:
            causes = join_causes(causes, Causes(node))
        joined = join_causes(joined, causes)
    found = joined.nodes()
    assert {id(node) for node in found} == {id(node) for group in groups for node in group}
    assert len(found) == len({id(node) for node in found})
    assert join_causes(joined, joined) is joined


# Whole states

BASES = (Layers(GIVEN), Layers(UNSET, ({"A": Variable(True, literal("0"))},)), Layers(ANYTHING))
_SIMPLE = st.sampled_from([*map(literal, "abc"), EMPTY, UNKNOWN])
"""Texts that have nothing in common: what two others have in common depends on which are compared first."""


def _files(values: st.SearchStrategy[Value]) -> st.SearchStrategy[File]:
    return st.sampled_from([ABSENT, UNKNOWN_FILE, File("folder")]) | values.map(lambda value: File("file", value))


FILES = _files(VALUES)


@st.composite
def states(draw: st.DrawFn, values: st.SearchStrategy[Value] = VALUES, base: Layers[Variable] | None = None) -> State:
    """States in which anything may be believed."""
    start = draw(st.sampled_from(BASES)) if base is None else base
    succeeded = draw(MAYBE)
    code = None if succeeded is None else 0 if succeeded else draw(st.sampled_from([1, 2, None]))
    hidden = variables(values).filter(lambda variable: variable.value != GIVEN.value)
    return State(
        start.update(draw(st.dictionaries(st.sampled_from(NAMES), variables(values), max_size=3))),
        Layers[Function | bool | None](NO_FUNCTION).update(
            draw(st.dictionaries(st.sampled_from("fg"), st.sampled_from([*FUNCTIONS, False, None]), max_size=2))
        ),
        Layers(UNKNOWN_FILE).update(draw(st.dictionaries(st.sampled_from(PATHS), _files(values), max_size=2))),
        draw(values),
        draw(values),
        draw(st.builds(Options, MAYBE, MAYBE, noglob=MAYBE)),
        draw(st.none() | st.lists(values, max_size=2).map(tuple)),
        code,
        succeeded,
        Causes(draw(st.sampled_from(NODES))) if succeeded is not True else NONE,
        Causes(draw(st.sampled_from(NODES))),
        draw(values),
        draw(values),
        draw(st.none() | values),
        draw(st.none() | values),
        draw(st.none() | st.lists(values, max_size=2).map(tuple)),
        draw(st.dictionaries(st.sampled_from("AB"), st.tuples(hidden, st.sampled_from([True, None])), max_size=2)),
    )


def _belief(state: State | None) -> Hashable:
    """All that is believed in a state."""
    if state is None:
        return None
    return (
        tuple(_believed(state.variable(name)) for name in ALL_NAMES),
        tuple(state.functions.get(name) for name in "fgh"),
        tuple(state.files.get(path) for path in (*PATHS, "/c")),
        (state.cwd, state.before, state.options, state.positional, state.code, state.succeeded),
        (state.printed, state.input, state.exit_trap, state.pushed),
        frozenset(map(id, state.cause.nodes())),
        frozenset(map(id, state.failures.nodes())),
        frozenset((name, _believed(variable), surely) for name, (variable, surely) in state.shadowed.items()),
    )


def _outcome(outcome: Outcome) -> Hashable:
    return _belief(outcome.ok), _belief(outcome.failed)


@given(states(), states())
@settings(max_examples=40)
def test_states_are_joined_in_any_order(first: State, second: State) -> None:
    assert _belief(join_states(first, second)) == _belief(join_states(second, first))
    assert _belief(join_states(first, first._replace())) == _belief(first)
    assert join_states(first, first) is join_states(first, None) is join_states(None, first) is first
    joined = join_states(first, second)
    assert _belief(joined) == _belief(joined and joined._replace())


@given(states(), states(), REAL_NAMED, SEEDS)
@settings(max_examples=50)
def test_what_was_possible_stays_possible(first: State, second: State, named: dict[str, str], seed: int) -> None:
    joined = join_states(first, second)
    assert joined is not None
    random = Random(seed)
    given_names = {**named, **dict.fromkeys(ALL_NAMES, ""), **named, "C": "c", "D": "d"}
    for state in (first, second):
        for name in ALL_NAMES:
            real = _real(state.variable(name), given_names, random)
            assert _allows(joined.variable(name), real, given_names)
        _check_texts(state, joined, named, random)
        _check_rest(state, joined)


def _check_texts(state: State, joined: State, named: dict[str, str], random: Random) -> None:
    for value, after in (
        (state.cwd, joined.cwd),
        (state.before, joined.before),
        (state.printed, joined.printed),
        (state.input, joined.input),
    ):
        assert admits(after, filled_at_random(value, named, random), named)
    for values, kept in ((state.positional, joined.positional), (state.pushed, joined.pushed)):
        assert kept is None or kept == values
    # A trap that is not known may also be none.
    assert joined.exit_trap in (state.exit_trap, UNKNOWN)
    for name, (variable, surely) in state.shadowed.items():
        hidden, sure = joined.shadowed[name]
        assert sure in (surely, None)
        assert _allows(hidden, _real(variable, {**named, "C": ""}, random), {**named, "C": ""})
    for name, (_, sure) in joined.shadowed.items():
        assert sure is None or name in state.shadowed
    for path in (*PATHS, "/c"):
        file, found = state.files.get(path), joined.files.get(path)
        assert found.kind in (None, file.kind)
        assert admits(found.known, filled_at_random(file.known, named, random), named)


def _check_rest(state: State, joined: State) -> None:
    assert joined.code in (None, state.code)
    assert joined.succeeded in (None, state.succeeded)
    assert all(after in (None, mark) for mark, after in zip(state.options, joined.options, strict=True))
    assert all(joined.functions.get(name) in (None, state.functions.get(name)) for name in "fgh")
    for causes, after in ((state.cause, joined.cause), (state.failures, joined.failures)):
        assert {id(node) for node in causes.nodes()} <= {id(node) for node in after.nodes()}


@given(st.sampled_from(BASES).flatmap(lambda base: st.lists(_outcomes(base), max_size=9)))
@settings(max_examples=25)
def test_ends_are_joined_as_one_after_the_other(outcomes: list[Outcome]) -> None:
    ends = Ends()
    expected = NEVER
    assert not ends
    for outcome in outcomes:
        ends.add(outcome)
        expected = join_outcomes(expected, outcome)
        assert _outcome(ends.all()) == _outcome(expected)
        assert bool(ends) is (expected != NEVER)
    assert _outcome(ends.taken()) == _outcome(expected)
    assert not ends
    assert ends.all() == NEVER


def _outcomes(base: Layers[Variable]) -> st.SearchStrategy[Outcome]:
    state = st.none() | states(_SIMPLE, base)
    return st.builds(Outcome, state, state)


def test_a_thousand_ends_cost_little() -> None:
    """Each has one variable more than the one before: they are put together in pairs."""
    ends = Ends()
    state = State(Layers(UNSET), Layers(NO_FUNCTION), Layers(UNKNOWN_FILE), EMPTY)
    for number in range(1000):
        state = state.with_variable(f"V{number}", Variable(True, literal(str(number))))
        ends.add(Outcome(state, None))
        assert len(ends._joined) <= 10
    joined = ends.all().ok
    assert joined is not None
    assert joined.variable("V0") == Variable(True, literal("0"))
    assert joined.variable("V999").assigned is None


@given(FILES, FILES, NAMED, SEEDS)
@settings(max_examples=draws(100))
def test_a_file_may_be_what_either_was(first: File, second: File, named: dict[str, str], seed: int) -> None:
    joined = join_files(first, second)
    random = Random(seed)
    for file in (first, second):
        assert joined.kind in (None, file.kind)
        assert admits(joined.known, filled_at_random(file.known, named, random), named)
    assert joined == join_files(second, first)


@given(st.lists(st.sampled_from([GIVEN, UNSET]), min_size=2, max_size=3))
def test_what_the_build_is_given_is_known_by_its_name(found: list[Variable]) -> None:
    """Two variables that may have been removed are still two."""
    states = [State(Layers(GIVEN), Layers(NO_FUNCTION), Layers(UNKNOWN_FILE), EMPTY)] * len(found)
    ends: State | None = None
    for state, variable in zip(states, found, strict=True):
        ends = join_states(
            ends, state if variable is GIVEN else state.with_variable("A", UNSET).with_variable("B", UNSET)
        )
    assert ends is not None
    for one, other in itertools.permutations("AB", 2):
        if GIVEN in found:
            assert ends.variable(one).value == Value((Hole(one),)) != ends.variable(other).value
