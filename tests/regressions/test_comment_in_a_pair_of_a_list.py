"""A pair written in a flow list without braces covered the comment after it."""

from __future__ import annotations

from cblint.source.tree import Sequence
from tests.helpers import root


def test_a_pair_in_a_list_ends_with_its_value() -> None:
    source = "[a: b # why\n, c]"
    tree = root(source)
    assert isinstance(tree, Sequence)
    assert source[slice(*tree.items[0].span)] == "a: b"
