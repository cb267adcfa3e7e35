"""The rule about credentials failed on a command that speaks of them in a phase that CodeBuild does not know."""

from __future__ import annotations

from tests.helpers import lint, said

TEXT = "version: 0.2\nphases:\n  bild:\n    commands:\n      - export AWS_ACCESS_KEY_ID=$KEY\n"


def test_there_is_no_last_command_then() -> None:
    assert "unknown-phase 3:3" in said(lint(TEXT))
