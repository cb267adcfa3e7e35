"""What fixes all in a file of lines that are alike took minutes to be told line by line."""

from __future__ import annotations

from cblint.lsp.actions import _differences

MOST = 200_000


def test_a_line_among_many_that_are_alike_is_replaced() -> None:
    same = "      - make\n" * MOST
    old, new = f"comands:\n{same}x\n{same}", f"commands:\n{same}y\n{same}"
    for edit in reversed(_differences(old, new)):
        old = old[: edit.span.start] + edit.text + old[edit.span.end :]
    assert old == new
