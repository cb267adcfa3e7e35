"""Merge keys that lead from alias to alias thousands of times exceeded Python's recursion limit."""

from __future__ import annotations

from cblint.source.tree import Mapping, Sequence
from tests.helpers import root


def test_a_long_chain_of_merge_keys_is_followed_to_its_end() -> None:
    links = [f"- &m{link} {'{<<: ' * 150}*m{link - 1}{'}' * 150}\n" for link in range(1, 60)]
    tree = root("- &m0 {a: b}\n" + "".join(links))
    assert isinstance(tree, Sequence)
    last = tree.items[-1]
    assert isinstance(last, Mapping)
    assert list(last.effective()) == ["a"]
