"""A variable that ``local`` hides on each of two paths got back, behind the function, what the first of them had."""

from __future__ import annotations

import pytest

from tests import flow_paper


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_either_may_come_back(shell: str) -> None:
    script = "f() { if make; then local A=1; else A=5; local A=2; fi; A=3; }; A=0; f"
    end = flow_paper.run(script, shell, flow_paper.state({})).either
    assert end is not None
    assert end.variable("A").value.text is None
