"""Two variables that the build may be given, and that were removed on one of two paths, were taken for equal."""

from __future__ import annotations

import pytest

from tests import flow_paper


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("asked", ['"${A?}" "${B?}"', '"${A:?}" "${B:?}"'])
def test_they_are_still_two(shell: str, asked: str) -> None:
    script = f'if make; then unset A; unset B; fi; : {asked}; if [ "$A" = "$B" ]; then X=1; else X=2; fi'
    end = flow_paper.run(script, shell, flow_paper.state({}, given=True)).either
    assert end is not None
    assert end.variable("X").value.text is None
