"""In ``$((A += A = 3))`` bash adds to what A was before, dash to what it is now; it was taken to be as in dash."""

from __future__ import annotations

import pytest

from cblint.flow.arithmetic import Evaluation, Unclear


def _refuse(_name: str, _number: int) -> None:
    raise AssertionError


def test_it_is_unclear() -> None:
    variables = {"A": 1}
    with pytest.raises(Unclear):
        Evaluation("A += A = 3", variables.__getitem__, variables.__setitem__).result()


def test_another_name_is_clear() -> None:
    variables = {"A": 1, "B": 2}
    assert Evaluation("A += B = 3", variables.__getitem__, variables.__setitem__).result() == 4
    assert variables == {"A": 4, "B": 3}
    assert Evaluation("0 && (A += 1)", variables.__getitem__, _refuse).result() == 0
