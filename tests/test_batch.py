"""The typed view of a batch, however odd the file is, and the circles of a graph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.buildspec.batch import cycles, matrix, tasks
from cblint.engine import buildspecs_of
from cblint.source.loader import load
from cblint.source.text import Text

EDGES = st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefghxy"), max_size=4))


def _reachable(edges: dict[str, list[str]], start: str) -> set[str]:
    """The names that lead from one on, found without any cleverness."""
    found: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        name = waiting.pop()
        if name in edges and name not in found:
            found.add(name)
            waiting += edges[name]
    return found


@given(EDGES)
def test_two_names_are_in_a_circle_if_each_leads_to_the_other(edges: dict[str, list[str]]) -> None:
    reach = {name: _reachable(edges, name) for name in edges}
    expected = {
        frozenset({name, *(other for other in edges if other in reach[name] and name in reach[other])})
        for name in edges
    }
    found = cycles(edges)
    assert {frozenset(group) for group in found} == {group for group in expected if len(group) > 1}
    order = list(edges)
    assert all(group == sorted(group, key=order.index) for group in found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "batch:",
        "batch: x",
        "batch: [a]",
        "batch: {build-list: x, build-graph: {a: b}, build-matrix: [x]}",
        "batch: {build-list: [x, [y], , {identifier: [a], depend-on: x}, {identifier: }]}",
        "batch: {build-graph: [{identifier: a, depend-on: [[b], {c: d}, ]}, {? [x] : y}]}",
        "batch: {build-matrix: {dynamic: {env: {variables: [x], image: }}, static: x}}",
        "batch: {build-graph: [{identifier: a, depend-on: [",
    ],
)
def test_an_odd_batch_is_seen_calmly(text: str) -> None:
    for buildspec in buildspecs_of(load(Text.of(text)), ""):
        for task in tasks(buildspec):
            assert task.identifier is None or task.identifier.value
            assert all(name.value for name in task.dependencies)
        assert matrix(buildspec, "dynamic") is None or buildspec.get("batch", "build-matrix") is not None


def test_the_tasks_of_both_forms_are_found() -> None:
    text = "batch: {build-graph: [{identifier: b, depend-on: [a, 1]}], build-list: [{identifier: a}, x, {}]}"
    (buildspec,) = buildspecs_of(load(Text.of(text)), "")
    found = [(task.form, task.number, task.identifier and task.identifier.value) for task in tasks(buildspec)]
    assert found == [("build-list", 0, "a"), ("build-list", 2, None), ("build-graph", 0, "b")]
    assert [name.value for name in tasks(buildspec)[2].dependencies] == ["a", "1"]
