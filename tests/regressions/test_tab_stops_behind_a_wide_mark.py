"""Where a mark ends inside an emoji, what follows was put at other tab stops than without a mark."""

from __future__ import annotations

from cblint.report.text import laid_out


def test_the_mark_does_not_move_what_follows() -> None:
    line = "👍🏽\ta"
    shown = {laid_out(line, start, end)[0] for end in range(1, 6) for start in range(1, end + 1)}
    assert shown == {"👍🏽  a"}
