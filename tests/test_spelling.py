"""The distance is the optimal string alignment distance, and a suggestion is only made where it is certain."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.spelling import closest, distance, suggestion
from tests.bounds import no_hanging

PHASES = ("install", "pre_build", "build", "post_build")
SHORT = st.text("abc", max_size=6)


def reference(left: str, right: str) -> int:
    """The distance by its recursive definition, from the ends of both strings."""

    @cache
    def steps(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        ways = [steps(i - 1, j) + 1, steps(i, j - 1) + 1, steps(i - 1, j - 1) + (left[i - 1] != right[j - 1])]
        if i > 1 and j > 1 and left[i - 2 : i] == right[j - 2 : j][::-1]:
            ways.append(steps(i - 2, j - 2) + 1)
        return min(ways)

    return steps(len(left), len(right))


@pytest.mark.parametrize(
    ("left", "right", "steps"),
    [
        ("", "", 0),
        ("", "ab", 2),
        ("ab", "ba", 1),
        ("xab", "xba", 1),
        ("ca", "abc", 3),
        ("a", "b", 1),
        ("abcd", "badc", 2),
    ],
)
def test_the_distance_of_a_pair(left: str, right: str, steps: int) -> None:
    assert distance(left, right) == reference(left, right) == steps


@given(SHORT, SHORT)
def test_the_distance_is_that_of_the_definition(left: str, right: str) -> None:
    assert distance(left, right) == reference(left, right)


@given(SHORT, SHORT)
def test_the_distance_is_symmetric_and_zero_only_for_equals(left: str, right: str) -> None:
    assert distance(left, right) == distance(right, left)
    assert (distance(left, right) == 0) == (left == right)
    assert abs(len(left) - len(right)) <= distance(left, right) <= max(len(left), len(right))


@given(st.text(), st.integers(0, 20), st.sampled_from(["insert", "delete", "replace", "swap"]))
def test_one_edit_is_at_most_one_step(text: str, at: int, edit: str) -> None:
    at = min(at, len(text))
    head, tail = text[:at], text[at:]
    changed = {
        "insert": head + "x" + tail,
        "delete": head + tail[1:],
        "replace": head + "x" * bool(tail) + tail[1:],
        "swap": head + tail[1:2] + tail[:1] + tail[2:],
    }[edit]
    assert distance(text, changed) <= 1


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("build", "build"),
        ("buid", "build"),
        ("bulid", "build"),
        ("Build", "build"),
        ("prebuild", "pre_build"),
        ("PreBuild", "pre_build"),
        ("post-build", "post_build"),
        ("post build", "post_build"),
        ("POST__BUILD", "post_build"),
        ("instal", "install"),
        ("installl", "install"),
        ("deploy", None),
        ("test", None),
        ("bd", None),
        ("", None),
        ("___", None),
        ("- -", None),
    ],
)
def test_what_a_misspelt_phase_was_meant_to_be(name: str, meant: str | None) -> None:
    assert closest(name, PHASES) == meant


def test_a_tie_suggests_nothing() -> None:
    assert closest("pat", ["cat", "bat"]) is None
    assert closest("pat", ["cat", "bat", "pat"]) == "pat"


def test_the_spelling_as_written_decides_between_names_that_differ_in_case_or_separators() -> None:
    assert closest("on-failure", ["on_failure", "on-failure"]) == "on-failure"
    assert closest("ON_FAILURE", ["on-failure", "ON-FAILURE"]) == "ON-FAILURE"
    assert closest("onfailure", ["on_failure", "on-failure"]) is None


def test_a_candidate_given_twice_is_no_tie_with_itself() -> None:
    assert closest("buid", ["build", "build"]) == "build"


@pytest.mark.parametrize("length", [4, 7, 8, 11, 12, 40])
def test_a_quarter_of_the_name_may_be_wrong_and_one_character_always(length: int) -> None:
    name = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"[:length]
    allowed = max(1, length // 4)
    assert closest("#" * allowed + name[allowed:], [name]) == name
    assert closest("#" * (allowed + 1) + name[allowed + 1 :], [name]) is None


def test_very_long_names_get_no_suggestion_and_take_no_time() -> None:
    assert closest("x" * 60, ["x" * 60]) == "x" * 60
    assert closest("x" * 61, ["x" * 61]) is None
    with no_hanging():
        assert closest("x" * 10_000_000, PHASES) is None
        assert closest("_" * 10_000_000, PHASES) is None
        assert closest("_" * 3_000_000 + "build", PHASES) is None
        assert closest("buid", ["x" * 1_000_000]) is None


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=5))
def test_what_is_suggested_is_near_and_one_of_the_candidates(name: str, candidates: list[str]) -> None:
    found = closest(name, candidates)
    assert found is None or found in candidates
    assert suggestion(name, candidates) == (f' Did you mean "{found}"?' if found else "")


def test_the_suggestion_is_a_sentence_that_follows_another() -> None:
    assert suggestion("buid", PHASES) == ' Did you mean "build"?'
    assert suggestion("deploy", PHASES) == ""
