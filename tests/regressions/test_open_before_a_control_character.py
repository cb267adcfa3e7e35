"""What a control character cut short was taken to be complete."""

from __future__ import annotations

from cblint.source.tree import walk
from tests.helpers import stream


def test_all_that_a_control_character_may_have_cut_short_is_open() -> None:
    tree = stream("a: 'b'\nc:\n  - d\n  - e\x01f\n").documents[0].root
    assert [(node.source, node.open) for node in walk(tree)] == [
        ("a: 'b'\nc:\n  - d\n  - e", True),
        *[("a", False), ("'b'", False), ("c", False)],
        *[("- d\n  - e", True), ("d", False), ("e", True)],
    ]


def test_what_ended_before_it_is_not_open() -> None:
    tree = stream("[a, 'b']\x01").documents[0].root
    assert [node.open for node in walk(tree)] == [False, False, False]
