"""A command put above gave all findings below it in the list a new fingerprint: to a baseline they were new."""

from __future__ import annotations

from cblint.report.fingerprint import fingerprints
from tests.helpers import commands, lint


def test_fingerprints_stay_when_a_command_is_put_above() -> None:
    items = ['echo "a: b"', "{a: b}", 'echo "a: b"', "make"]
    before = fingerprints(lint(commands(*items)))
    assert len(set(before)) == 3
    assert fingerprints(lint(commands("make deps", *items))) == before
    assert fingerprints(lint(commands(items[0], "make deps", *items[1:]))) == before
