"""Regular expressions are read as Python reads them: what they match beside what they name, and what is none."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cblint.source.regular import (
    Malformed,
    Sample,
    alternatives,
    has_literal,
    is_plain,
    leading,
    loose_dots,
    read,
    samples,
)


@pytest.mark.parametrize(
    ("pattern", "at"),
    [("(", 0), ("a(b|c", 1), ("a)", 1), ("*.md", 0), ("a|+", 2), ("(?:?)", 3), ("[a-", 0), ("ab[^", 2), ("a\\", 1)],
)
def test_what_no_dialect_reads_is_malformed_at_its_place(pattern: str, at: int) -> None:
    found = read(pattern)
    assert isinstance(found, Malformed)
    assert found.at == at
    assert found.why


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)", "a(?!b)", "(?<!a)b", r"\ba", r"(a)\1", r"\p{L}", r"\x41", "a**", "a*+", "a{2}{3}", "^*", "[a&&b]",
        "[[:alpha:]]", "[]a]", "[]", r"[^\d\W]", r"[\D]x[z-a]", "{", "a{2,1}", "(?m)^a",
        "(" * 50 + ")" * 50, "a" * 3000, r"\Qa\E", "(?>a)",
    ],
)  # fmt: skip
def test_what_dialects_read_differently_is_unknown(pattern: str) -> None:
    assert read(pattern) is None


def test_hostile_patterns_take_no_time() -> None:
    for pattern in ("(" * 2000, "(a|" * 39 + "b" + ")" * 39, "((((a{99}){99}){99}){99}){99}", "(a?|^b|c$|.*)" * 150):
        found = read(pattern)
        assert found is None or isinstance(found, Malformed) or samples(found) is None or len(samples(found) or ()) < 33
    long = read("(?:ab?){400}")
    assert long is not None
    assert not isinstance(long, Malformed)
    assert samples(long) is None


def _samples(pattern: str) -> list[Sample]:
    found = read(pattern)
    assert found is not None
    assert not isinstance(found, Malformed)
    return samples(found) or []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("12|34", [Sample("12")]),
        ("^12|345$", [Sample("12", start=True), Sample("345", end=True)]),
        ("^(?:12|34)$", [Sample("12", start=True, end=True)]),
        ("12|", [Sample(""), Sample("12")]),
        ("^a.*", [Sample("a", start=True, free_end=True)]),
        (".*a", [Sample("a", free_start=True)]),
        (".*^a$", [Sample("a", start=True, end=True)]),
        ("a$.*", [Sample("a", end=True)]),
        (r"\Aa{3}\z", [Sample("aaa", start=True, end=True)]),
        ("a$b", []),
        ("(?i)(?<id>a)", [Sample("a")]),
        ("XY{2}", [Sample("XYY")]),
        (r"[^/0]\.[x-z]\d", [Sample("a.x0")]),
        (r"\d\w\s[\s]\n", [Sample("00  \n")]),
        (r"\D\W\S[^\s]", [Sample("a-00")]),
    ],
)
def test_samples_are_the_shortest_of_each_form(pattern: str, expected: list[Sample]) -> None:
    assert _samples(pattern) == expected


def test_questions_to_a_tree() -> None:
    tree = read("^refs/(a|b.c)$|x.[0-9]")
    assert tree is not None
    assert not isinstance(tree, Malformed)
    first, second = alternatives(tree)
    assert (is_plain(first), is_plain(second)) == (True, False)
    assert (leading(first), leading(second)) == ("refs/", None)
    assert loose_dots(tree) == [10]
    assert has_literal(tree)
    for pattern in (".*", r"^\d+$", "[ab]", ""):
        bare = read(pattern)
        assert bare is not None
        assert not isinstance(bare, Malformed)
        assert not has_literal(bare)


# Python's own reading is the oracle.

_ATOMS = st.sampled_from(
    ["a", "b", "1", "/", r"\.", ".", "[ab]", "[^a]", "[0-9]", r"\d", r"\w", r"\s", r"\W", "[^\\s]", "^", "$"]
)
_COUNTS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{2,}", "*?"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.builds("(?:{}){}".format, inner, _COUNTS),
        st.sampled_from([".*", ".+", "a+", "[ab]*", "|"]),
    )


_PATTERNS = st.recursive(_ATOMS, _larger, max_leaves=8)
_TEXTS = st.text("ab1/.0-", max_size=6)


@given(_PATTERNS, _TEXTS, _TEXTS)
def test_each_sample_is_matched_with_whatever_may_stand_around_it(pattern: str, before: str, after: str) -> None:
    found = read(pattern)
    if found is None or isinstance(found, Malformed):
        return
    for sample in samples(found) or ():
        text = f"{'' if sample.start and not sample.free_start else before}{sample.text}"
        text += "" if sample.end and not sample.free_end else after
        assert re.search(pattern, text), (sample, text)


@given(_PATTERNS, _TEXTS)
def test_what_is_closed_is_never_found_inside_another_text(pattern: str, text: str) -> None:
    found = read(pattern)
    if found is None or isinstance(found, Malformed):
        return
    forms = samples(found)
    if forms is None:
        return
    match = re.search(pattern, text)
    if match is not None and match.start() > 0:
        assert any(not form.start or form.free_start for form in forms)
    if match is not None and match.end() < len(text):
        assert any(not form.end or form.free_end for form in forms)
    if all(form.start and form.end for form in forms):
        assert (match is None) == (re.fullmatch(pattern, text) is None)
    if match is not None:
        assert forms


@given(st.text("()[]|*+?^$\\.a1-:", max_size=10))
def test_what_is_called_malformed_is_none_in_python_either(pattern: str) -> None:
    found = read(pattern)
    if isinstance(found, Malformed):
        assert 0 <= found.at < len(pattern)
    if found is not None:
        assert _compiles(pattern) != isinstance(found, Malformed)


def _compiles(pattern: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of what classes may mean one day
        try:
            re.compile(pattern)
        except re.error:
            return False
    return True
