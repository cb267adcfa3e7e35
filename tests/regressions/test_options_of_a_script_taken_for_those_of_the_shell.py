"""``bash ./track.sh -n name || true`` was called a check that is passed by: ``-n`` is the script's."""

from __future__ import annotations

import pytest

from cblint import Severity, lint_text
from tests.helpers import commands


@pytest.mark.parametrize(
    ("command", "severity"),
    [
        ("bash ./track.sh -n name || true", Severity.NOTE),
        ("sh -e track.sh -n name || true", Severity.NOTE),
        ("bash -n track.sh || true", Severity.WARNING),
        ("bash -en track.sh || true", Severity.WARNING),
    ],
)
def test_options_stand_before_the_script(command: str, severity: Severity) -> None:
    found = [each for each in lint_text(commands(command), "buildspec.yml") if each.rule == "masked-failure-or-true"]
    assert [each.severity for each in found] == [severity]
