"""Patterns against those of dash and bash: where something is said of one, every shell agrees."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cblint.flow.patterns import LONGEST, Pattern, Piece, Unclear
from tests.bounds import draws
from tests.flow_batches import BASHES, SHELLS, asked, many, needs_shells, quoted, wrong

PLAIN = "ab-A0]!^.:"
"""Unquoted characters that a script can hold as they are."""
SPECIAL = "*?["
OTHERS = " \t\n'\"\\$/}é"
CLASSES = ("[[:alpha:]]", "[![:digit:]]", "[a-b[:space:]]", "[[:upper:]0-]", "[]]", "[!]a]", "[a-]", "[-b]", "[+--]")


class Case(NamedTuple):
    """A pattern in pieces, a text, and whether the pattern stands in the script or comes from a variable."""

    pieces: tuple[Piece, ...]
    text: str
    expanded: bool

    @property
    def pattern(self) -> Pattern | None:
        """The pattern, if something is said of it."""
        try:
            return Pattern(self.pieces)
        except Unclear:
            return None

    @property
    def setting(self) -> str:
        """A command that sets the variables of the question."""
        names = [f"P{number}={quoted(piece.text)}" for number, piece in enumerate(self.pieces)]
        return "; ".join([f"T={quoted(self.text)}", *names])

    @property
    def written(self) -> str:
        """The pattern as it stands in the script."""
        return "".join(self._piece(number, piece) for number, piece in enumerate(self.pieces)) or "''"

    def _piece(self, number: int, piece: Piece) -> str:
        if self.expanded or (not piece.quoted and set(piece.text) - set(PLAIN + SPECIAL)):
            return f'"${{P{number}}}"' if piece.quoted else f"${{P{number}}}"
        return quoted(piece.text) if piece.quoted else piece.text


TEXTS = st.text("ab-A0]! \n", max_size=6) | st.text("ab", max_size=6)
PIECES = st.one_of(
    st.builds(Piece, st.sampled_from(["*", "?", "[", "]", "-", "!", *CLASSES]), st.just(False)),
    st.builds(Piece, st.text(PLAIN + SPECIAL, min_size=1, max_size=4), st.booleans()),
    st.builds(Piece, st.text("ab", min_size=1, max_size=2), st.booleans()),
    st.builds(Piece, st.text(PLAIN + SPECIAL + OTHERS, max_size=3), st.booleans()),
)
CASES = st.builds(Case, st.lists(PIECES, max_size=4).map(tuple), TEXTS, st.booleans())
SEARCHED = CASES.filter(
    lambda case: (
        case.written[:1] not in "/#%" and not re.search(r"\[!?\]", "".join(piece.text for piece in case.pieces))
    )
)
"""bash counts how many characters it needs, and miscounts `[]a]`; `/`, `#` and `%` are part of the operator."""


@needs_shells
@given(many(CASES))
@asked(15)
def test_what_fits_a_whole_text(cases: list[Case]) -> None:
    def expected(case: Case, _: str) -> str | None:
        pattern = case.pattern
        return None if pattern is None else "yes" if pattern.matches(case.text) else "no"

    def question(case: Case) -> str:
        return f'{case.setting}\ncase "$T" in {case.written}) printf yes;; *) printf no;; esac'

    assert wrong(cases, SHELLS, question, expected) == []


@needs_shells
@given(many(CASES))
@asked(15)
def test_what_is_taken_from_the_ends(cases: list[Case]) -> None:
    def expected(case: Case, _: str) -> str | None:
        pattern = case.pattern
        if pattern is None:
            return None
        text = case.text
        prefixes, suffixes = pattern.prefixes(text) or [0], pattern.suffixes(text) or [len(text)]
        left = [text[prefixes[0] :], text[prefixes[-1] :], text[: suffixes[0]], text[: suffixes[-1]]]
        return "".join(f"<{rest}>" for rest in left)

    def question(case: Case) -> str:
        operators = " ".join(f'"${{T{operator}{case.written}}}"' for operator in ("#", "##", "%", "%%"))
        return f"{case.setting}\nprintf '<%s>' {operators}"

    assert wrong(cases, SHELLS, question, expected) == []


@needs_shells
@given(many(SEARCHED))
@asked(10)
def test_the_first_place_that_fits(cases: list[Case]) -> None:
    def expected(case: Case, _: str) -> str | None:
        pattern = case.pattern
        if pattern is None or not case.text or not any(piece.text for piece in case.pieces):
            return None
        found = pattern.find(case.text, 0)
        return case.text if found is None else f"{case.text[: found[0]]}<>{case.text[found[1] :]}"

    def question(case: Case) -> str:
        name = case.written.replace("/", "\\/")
        return f'{case.setting}; R="<>"\nT=${{T/{name}/$R}}; printf %s "$T"'

    assert wrong(cases, BASHES, question, expected) == []


@given(CASES, TEXTS)
@settings(max_examples=draws(120))
def test_what_fits_a_text_may_fit_its_beginnings(case: Case, text: str) -> None:
    pattern = case.pattern
    if pattern is None:
        return
    lengths = pattern.prefixes(text)
    assert lengths == [length for length in range(len(text) + 1) if pattern.matches(text[:length])]
    starts = pattern.suffixes(text)
    assert starts == sorted((at for at in range(len(text) + 1) if pattern.matches(text[at:])), reverse=True)
    if pattern.matches(text):
        assert all(pattern.may_begin(text[:length]) for length in range(len(text) + 1))


@given(st.lists(CASES, min_size=200, max_size=200))
@settings(max_examples=2)
def test_most_patterns_are_clear(cases: list[Case]) -> None:
    assert sum(case.pattern is not None for case in cases) > len(cases) * 0.6


def test_long_ones_are_not_clear() -> None:
    with pytest.raises(Unclear):
        Pattern([Piece("*" * (LONGEST + 1), False)])
    pattern = Pattern([Piece("*", False)])
    for question in (pattern.matches, pattern.prefixes, pattern.suffixes, lambda text: pattern.find(text, 0)):
        with pytest.raises(Unclear):
            question("a" * (LONGEST + 1))
    assert pattern.may_begin("a" * (LONGEST + 1))
