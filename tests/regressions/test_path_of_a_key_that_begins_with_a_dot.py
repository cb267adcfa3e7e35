"""The path to a key such as .npmrc lost the key's own dot."""

from __future__ import annotations

from cblint.source.tree import path_to
from tests.helpers import root


def test_the_dot_of_a_key_stays() -> None:
    assert path_to(root(".npmrc: {..a: b}\n"), 10) == ".npmrc...a"
