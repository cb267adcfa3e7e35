"""A variable that is read as ``${#NAME}`` or ``${!NAME}`` alone was not missed, unless another was."""

from __future__ import annotations

import pytest

from tests.helpers import commands, lint, said


@pytest.mark.parametrize("command", ["echo ${#STAGE_NAME}", "echo ${!STAGE_NAME}", "echo ${STAGE_NAME}"])
def test_it_is_missed(command: str) -> None:
    assert "variable-never-defined 5:14" in said(lint(commands(command)))


@pytest.mark.parametrize("command", ["echo $#", "echo ${#}", "echo ${!}", "echo ${#@}", "echo ${!STAGE_*}"])
def test_others_are_not(command: str) -> None:
    assert not any(each.startswith("variable-never-defined") for each in said(lint(commands(command))))
