"""Nodes began too late where no blank stood after their anchor or tag, or where their first key had one."""

from __future__ import annotations

import pytest

from cblint.examples import unmarked
from tests.helpers import root


@pytest.mark.parametrize(
    "text",
    ["&x«:a»", "&x«?a»", "!t\x85«'a'»", "!t\u2028«a»", "&x\n«&y a: b»", "!!map\n«!t a: b»", "!t &x\n«!t &y a: b»"],
)
def test_a_node_begins_right_after_its_own_anchor_and_tag(text: str) -> None:
    source, (marked,), _ = unmarked(text)
    assert root(source).span == marked
