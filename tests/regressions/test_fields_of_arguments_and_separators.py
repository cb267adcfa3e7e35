"""Fields were counted wrong: defaults that are lists, empty arguments out of quotes, blanks beside a separator."""

from __future__ import annotations

import pytest

from tests import flow_paper


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize(
    ("words", "separators", "count"),
    [
        ('${1+"$@"}', " ", None),
        ('"${1+$@}"', " ", None),
        ('"$@"', ":", "2"),
        ('$A"x"$B', ": ", "2"),
        ("$N$1 $E $@", " ", "3"),
        ('"x"$A', ": ", "1"),
        ("a$C", ": ", "2"),
    ],
)
def test_they_are_counted(shell: str, words: str, separators: str, count: str | None) -> None:
    state = flow_paper.state({"A": "  ", "B": " :y", "C": " :b", "E": "", "IFS": separators}, ("p", "q"))
    end = flow_paper.run(f"set -- {words}; R=$#", shell, state).either
    assert end is not None
    assert end.variable("R").value.text == count
