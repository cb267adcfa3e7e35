"""The places of a block were worked out anew for each of thousands of things that ShellCheck said of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cblint.shellcheck.program import Comment
from cblint.shellcheck.scripts import asked
from cblint.source.text import Piece
from cblint.source.tree import Scalar
from tests.shellcheck import buildspec_of

LINES = 50


def test_the_places_of_a_command_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    [command] = asked(buildspec_of("\n".join(["cp $A b"] * LINES)))
    made = 0
    pieces = Scalar._pieces

    def counted(node: Scalar) -> Iterator[Piece]:
        nonlocal made
        made += 1
        yield from pieces(node)

    monkeypatch.setattr(Scalar, "_pieces", counted)
    found = [command.span(Comment("SC2086", "info", "", line, 4, line, 6)) for line in range(1, LINES + 1)]
    assert len(set(found)) == LINES
    assert made <= 1
