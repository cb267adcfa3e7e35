"""``wait -p`` of bash sets or unsets the variable that is named: its value was taken to be what it was before."""

from __future__ import annotations

import pytest

from tests import flow_paper


def value(script: str, shell: str) -> str | None:
    end = flow_paper.run(script, shell, flow_paper.state({})).either
    assert end is not None
    return end.variable("A").value.text


@pytest.mark.parametrize("wait", ["wait -p A", "wait -n -p A", "wait -np A", 'B=A; wait -p "$B"', 'wait -p "$(cat f)"'])
def test_it_is_unknown(wait: str) -> None:
    assert value(f"A=1; true & {wait}", "bash") is None


@pytest.mark.parametrize("wait", ["wait", "wait -n", "wait $!", 'wait "$B"', "wait -p C"])
def test_others_keep_their_values(wait: str) -> None:
    assert value(f"A=1; true & {wait}", "bash") == "1"


def test_dash_has_no_such_option() -> None:
    assert value("A=1; true & wait -p A", "dash") == "1"
