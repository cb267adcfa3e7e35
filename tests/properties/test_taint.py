"""Chains of up to five steps between a secret and a print: see tests/chains.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cblint.buildspec.shells import BASH
from tests.bounds import draws
from tests.chains import (
    NOT_FOLLOWED,
    SANITISERS,
    SHELLS,
    SINKS,
    STAYING_LOUD,
    SURE_OF_VARIABLES,
    UNSURE,
    chain,
    is_at_the_end,
    printed,
    steps_for,
)

LONGEST = 5


class Drawn(NamedTuple):
    """A chain before it is put together."""

    shell: str
    names: Sequence[str]
    blocks: Sequence[bool]
    sink: str
    given: bool

    @property
    def steps(self) -> list[Sequence[str]]:
        """The steps themselves."""
        return [steps_for(self.shell)[name] for name in self.names]


@st.composite
def chains(draw: st.DrawFn, longest: int = LONGEST) -> Drawn:
    """Steps that are followed, in one of the shells."""
    shell = draw(st.sampled_from(SHELLS))
    known = sorted(set(steps_for(shell)) - SURE_OF_VARIABLES)
    names = draw(st.lists(st.sampled_from(known), max_size=longest))
    blocks = draw(st.lists(st.booleans(), min_size=len(names), max_size=len(names)))
    sink = draw(st.sampled_from(sorted(SINKS)))
    return Drawn(shell, names, blocks, sink, draw(st.booleans()))


@given(chains())
@settings(max_examples=draws(150))
def test_a_secret_is_found_at_the_end_of_its_way(drawn: Drawn) -> None:
    found = chain(drawn.steps, SINKS[drawn.sink], drawn.given, drawn.blocks)
    (report,) = printed(found, drawn.shell)
    assert is_at_the_end(found, drawn.shell, report)
    assert report.steps[-1].label == "printed"
    # Longer ways are not followed to their beginning, but all of these are.
    assert report.steps[0].label == ("given" if drawn.given else "fetched")


@given(chains())
@settings(max_examples=draws(75))
def test_without_the_print_there_is_nothing_to_say(drawn: Drawn) -> None:
    assert printed(chain(drawn.steps, ":", drawn.given, drawn.blocks), drawn.shell) == []
    if drawn.sink not in STAYING_LOUD:
        quiet = chain(drawn.steps, SINKS[drawn.sink], drawn.given, drawn.blocks, quiet=True)
        assert printed(quiet, drawn.shell) == []


@given(chains(longest=2), st.sampled_from(sorted(SANITISERS)), chains(longest=2))
@settings(max_examples=draws(75))
def test_what_tells_nothing_of_a_secret_ends_its_way(before: Drawn, sanitiser: str, after: Drawn) -> None:
    assume(sanitiser not in SURE_OF_VARIABLES or UNSURE.isdisjoint((*before.names, *after.names)))
    steps = [*before.steps, SANITISERS[sanitiser], *after.steps]
    shell = before.shell if before.shell == after.shell else BASH
    blocks = [*before.blocks, True, *after.blocks]
    assert printed(chain(steps, SINKS["echo"], before.given, blocks), shell) == []


@given(chains(longest=2), st.sampled_from(sorted(NOT_FOLLOWED)), chains(longest=2))
@settings(max_examples=25)
def test_what_is_lost_is_not_found_again(before: Drawn, lost: str, after: Drawn) -> None:
    steps = [*before.steps, NOT_FOLLOWED[lost], *after.steps]
    for report in printed(chain(steps, SINKS["echo"], before.given), BASH):
        assert report.steps[-1].label == "printed"
