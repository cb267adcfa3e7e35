"""A quoted key that is indented too deep was reported as text after a closing quote."""

from __future__ import annotations

from tests.helpers import stream


def test_a_quoted_key_is_a_key() -> None:
    found = stream("a: b\n  'c d': e\n").problem
    assert found is not None
    assert (found.kind, found.span, found.details) == ("key-indentation", (7, 13), {"key": "'c d'"})
