"""An unknown escape was marked one character too early, and one that the file ends in reached past its end."""

from __future__ import annotations

import pytest

from cblint.examples import unmarked
from tests.helpers import stream


@pytest.mark.parametrize(
    ("text", "kind"),
    [('a: "x«\\q»y"', "unknown-escape"), ('a: "«\\.»"', "unknown-escape"), ('a: «"x\\»', "unclosed-quote")],
)
def test_the_backslash_and_what_follows_are_marked(text: str, kind: str) -> None:
    source, (marked,), _ = unmarked(text)
    found = stream(source).problem
    assert found is not None
    assert (found.kind, found.span) == (kind, marked)
