"""A tag whose escapes libyaml lets pass but Python cannot decode crashed the reading."""

from __future__ import annotations

import pytest

from tests.helpers import stream


@pytest.mark.parametrize("escapes", ["%ED%A0%80", "%C0%80", "%F7%BF%BF%BF"])
@pytest.mark.parametrize("before", ["- a # 50%C0\n- !", "a: b\nc: !<", "%TAG !e! tag:"])
def test_a_tag_without_characters_is_a_syntax_error(before: str, escapes: str) -> None:
    found = stream(f"{before}{escapes}{'>' if before.endswith('<') else ''}\n--- d\n").problem
    assert found is not None
    assert found.kind == "other"
    assert found.span == (len(before), len(before) + len(escapes))
