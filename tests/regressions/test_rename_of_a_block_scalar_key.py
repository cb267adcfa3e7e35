"""The value of a block scalar ends in a line end, which renaming the key took away with the rest."""

from __future__ import annotations

import pytest

from tests.helpers import lint


@pytest.mark.parametrize("style", ["|", ">", "|+", "|-", ">-"])
def test_no_rename_is_offered_for_a_key_written_as_a_block_scalar(style: str) -> None:
    result = lint(f"version: 0.2\nphases:\n  ? {style}\n    buil\n  :\n    commands: [make]\n")
    assert [(finding.rule, finding.fix) for finding in result.findings] == [("unknown-phase", None)]
