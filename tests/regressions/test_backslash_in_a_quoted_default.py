"""In ``"${B:-a\\nb}"`` the backslash stays, as in any double quotes; it was dropped as outside of them."""

from __future__ import annotations

import pytest

from cblint.shell.parser import parse
from cblint.shell.syntax import Parameter, walk
from cblint.source.text import Text


@pytest.mark.parametrize(
    ("command", "default"),
    [
        (r'echo "${B:-a\nb}"', r"a\nb"),
        (r"""echo "${B:-'a\nb'}" """, r"'a\nb'"),
        (r'echo "${B:-a\}b\"c\$d\\e}"', r"""a}b"c$d\e"""),
        (r"echo ${B:-a\nb}", "anb"),
    ],
)
def test_a_backslash_that_quotes_nothing_stays(command: str, default: str) -> None:
    (parameter,) = (node for node in walk(parse(Text.of(command))) if isinstance(node, Parameter))
    assert parameter.argument is not None
    assert parameter.argument.text == default
