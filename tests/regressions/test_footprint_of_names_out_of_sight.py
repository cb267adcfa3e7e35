"""Some commands changed variables that were not in what they can change at most."""

from __future__ import annotations

import pytest

from cblint.flow.footprint import footprint
from cblint.shell.parser import parse
from cblint.source.text import Text
from tests import flow_paper


@pytest.mark.parametrize(
    "command",
    ['printf -v "$N" x', ': "${!N:=x}"', 'command -p eval "$X"', 'command -- eval "$X"', "declare -n E=A; E=5"],
)
def test_they_can_change_anything(command: str) -> None:
    assert footprint(flow_paper.state({}), parse(Text.of(command))).names is None


@pytest.mark.parametrize(
    ("command", "name"), [("exec {A}>f", "A"), ("select A in p; do :; done", "REPLY"), ("wait -n -p A", "A")]
)
def test_they_can_change_it(command: str, name: str) -> None:
    names = footprint(flow_paper.state({}), parse(Text.of(command))).names
    assert names is not None
    assert name in names
