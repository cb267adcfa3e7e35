"""A secret is found where it is printed, whatever it went through, and not where it is not: see tests/chains.py."""

from __future__ import annotations

from itertools import product

import pytest

from cblint.buildspec.shells import BASH
from tests.chains import (
    ANYWHERE,
    FETCHED,
    IN_BASH,
    NOT_FOLLOWED,
    SANITISERS,
    SHELLS,
    SINKS,
    STAYING_LOUD,
    SURE_OF_VARIABLES,
    Chain,
    chain,
    is_at_the_end,
    printed,
    steps_for,
)

IN_EACH = [(shell, name) for shell in SHELLS for name in steps_for(shell)]


@pytest.mark.parametrize(("shell", "name"), IN_EACH)
def test_a_secret_is_followed_through_a_step(shell: str, name: str) -> None:
    for given, in_block in product((True, False), repeat=2):
        found = chain([steps_for(shell)[name]], SINKS["echo"], given, [in_block])
        (report,) = printed(found, shell)
        assert is_at_the_end(found, shell, report)
        assert report.steps[0].label == ("given" if given else "fetched")
        assert report.steps[-1].label == "printed"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("sink", SINKS)
def test_a_secret_is_found_where_it_is_printed(sink: str, shell: str) -> None:
    found = chain([ANYWHERE["base64"]], SINKS[sink])
    (report,) = printed(found, shell)
    assert is_at_the_end(found, shell, report)
    assert report.variant == "changed"
    if sink not in STAYING_LOUD:
        assert printed(chain([ANYWHERE["base64"]], SINKS[sink], quiet=True), shell) == []


@pytest.mark.parametrize("in_block", [False, True], ids=["items", "block"])
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", SANITISERS)
def test_what_tells_nothing_of_a_secret_is_not_reported(name: str, shell: str, in_block: bool) -> None:
    for steps in ([SANITISERS[name]], [ANYWHERE["rename"], SANITISERS[name]], [SANITISERS[name], ANYWHERE["base64"]]):
        assert printed(chain(steps, SINKS["echo"], True, [in_block] * len(steps)), shell) == []


@pytest.mark.parametrize("name", NOT_FOLLOWED)
def test_what_is_not_followed_is_known(name: str) -> None:
    assert printed(chain([NOT_FOLLOWED[name]], SINKS["echo"]), BASH) == []


def test_the_way_is_told_step_by_step() -> None:
    steps = [ANYWHERE["rename"], ANYWHERE["file"], IN_BASH["substring"], ANYWHERE["argument"]]
    (report,) = printed(chain(steps, SINKS["echo"], given=False), BASH)
    told = [(step.label, step.fields.get("name", "")) for step in report.steps]
    assert told == [
        ("fetched", "aws secretsmanager get-secret-value"),
        ("taken", "SECRET"),
        ("taken", "V0"),
        ("written", "file1"),
        ("taken", "V1"),
        ("taken", "V2"),
        ("handed", "f"),
        ("taken", "V3"),
        ("printed", ""),
    ]


def test_a_secret_is_followed_through_all_steps_one_after_the_other() -> None:
    everything = [step for name, step in steps_for(BASH).items() if name not in SURE_OF_VARIABLES]
    for begin in range(0, len(everything), 10):
        found = chain(everything[begin : begin + 10], SINKS["printf"])
        (report,) = printed(found, BASH)
        assert is_at_the_end(found, BASH, report)


def test_nothing_is_said_of_another_variable() -> None:
    assert printed(Chain((FETCHED, "OTHER=$(date)", 'echo "$OTHER"'), False), BASH) == []
