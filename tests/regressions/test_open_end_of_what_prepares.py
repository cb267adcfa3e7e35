"""Where a command that only prepares others ended in an operator, "set -e" was put before it fifty times."""

from __future__ import annotations

import pytest

from cblint.fix import fix_bytes
from cblint.hosts.discover import Candidate
from tests.helpers import ISOLATED, commands


@pytest.mark.parametrize("command", ["apt-get update", "cd app", "make"])
def test_the_operator_is_taken_away(command: str) -> None:
    text = commands(f">-\n        {command} &&")
    change, new = fix_bytes(
        text.encode(), Candidate("buildspec.yml", True), ISOLATED._replace(profile="pedantic"), True
    )
    assert change.fixed == 1
    assert new.decode() == commands(f">-\n        {command}")
