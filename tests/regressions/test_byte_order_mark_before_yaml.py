"""libyaml does not count a byte order mark at the start, so every place after one was off by one."""

from __future__ import annotations

from cblint.source.loader import load
from cblint.source.tree import Scalar
from tests.helpers import child, root


def test_a_document_with_a_mark_inside_a_scalar_keeps_its_places() -> None:
    source = 'a: "\\uFEFFb: cd"\n'
    outer = child(root(source), "a")
    assert isinstance(outer, Scalar)
    inner = load(outer.text).documents[0].root
    assert inner is not None
    assert source[slice(*child(inner, "b").span)] == "cd"


def test_a_mark_that_begins_a_later_line_is_no_part_of_a_node() -> None:
    assert root("!t\n\ufeffab").span == (4, 6)
