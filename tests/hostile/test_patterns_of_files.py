"""Patterns as in `.gitignore` that a stranger has made to take long: too long, too many, with stars without end."""

from __future__ import annotations

import pytest

from cblint.hosts.discover import LONGEST_PATTERN, MOST_PATTERNS, matcher, useless
from tests.bounds import no_hanging
from tests.integration.conftest import DEFECT, Cblint

SECONDS = 15.0
"""Of work: each takes less than two, and took minutes."""


@pytest.mark.parametrize("char", ["\0", "?"])
def test_a_line_of_gitignore_longer_than_any_path_is_none(cblint: Cblint, char: str) -> None:
    cblint.put({"buildspec.yml": DEFECT, ".gitignore": f"{char * 1_000_000}\n*.yml\n!buildspec.yml\n"})
    with no_hanging(SECONDS):
        assert cblint().status == 1
    assert useless(char * LONGEST_PATTERN * 2) == "is longer than 4,096 characters"


def test_of_very_many_patterns_the_first_are_read(cblint: Cblint) -> None:
    lines = [f"a{number}" for number in range(MOST_PATTERNS - 1)]
    cblint.put({"buildspec.yml": DEFECT, "z-buildspec.yml": DEFECT})
    cblint.put({".gitignore": "\n".join([*lines, "z-*", "buildspec.yml", *lines * 10])})
    with no_hanging(SECONDS):
        assert cblint("--list-files").lines == ["buildspec.yml"]
    cblint.put({".cblint.yml": "exclude:\n" + "".join(f"- {line}\n" for line in [*lines, "a", "b"])})
    with no_hanging(SECONDS):
        done = cblint()
    assert (done.status, done.stderr) == (2, "cblint: .cblint.yml:10002:3: there are more than 10,000 patterns\n")


def test_a_pattern_that_is_long_enough_for_a_path_is_one() -> None:
    path = "a/" * (LONGEST_PATTERN // 2 - 1) + "bc"
    assert len(path) == LONGEST_PATTERN
    assert matcher([path])(path) is True
