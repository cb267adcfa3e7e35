"""``. -- ./file`` sources the file in dash, too: it was taken to look for a file called ``--``, and to end there."""

from __future__ import annotations

import pytest

from cblint.flow.values import Maybe
from tests import flow_paper


def ends_well(script: str, shell: str) -> Maybe:
    outcome = flow_paper.run(script, shell, flow_paper.state({}))
    return None if outcome.ok and outcome.failed else outcome.ok is not None


@pytest.mark.parametrize("shell", ["dash", "bash", "bash-as-sh"])
def test_how_it_ends_is_unknown(shell: str) -> None:
    assert ends_well("echo A=1 >f; . -- ./f", shell) is None


def test_without_them_it_is_known() -> None:
    assert ends_well("echo A=1 >f; . ./f", "dash") is True
