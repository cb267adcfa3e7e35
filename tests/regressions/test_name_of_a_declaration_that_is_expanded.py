"""dash takes ``X=$B`` for an assignment behind whatever becomes ``export``, where bash makes fields of it."""

from __future__ import annotations

import pytest

from tests import flow_paper

NAMES = ["$E", '"$E"', 'ex"port"', "\\export", "${E#a}"]


def value(script: str, shell: str) -> str | None:
    end = flow_paper.run(script, shell, flow_paper.state({"E": "export", "B": "a b"})).either
    assert end is not None
    return end.variable("X").value.text


@pytest.mark.parametrize("name", NAMES)
def test_it_is_not_taken_for_fields(name: str) -> None:
    assert value(f"{name} X=$B", "dash") is None
    assert value(f"{name} X=$B", "bash") == "a"


def test_what_is_sure_stays_known() -> None:
    assert value("export X=$B", "dash") == "a b"
    assert value("$E X=c", "dash") == "c"
