"""A pattern whose first character is a blank and whose second is # was called a comment, though it matches."""

from __future__ import annotations

from cblint.hosts.discover import matcher, useless


def test_it_is_none() -> None:
    assert matcher(["  #x"])("  #x") is True
    assert useless("  #x") == ""
    assert useless("#x") != ""
    assert useless("  ") != ""
