"""Each program that runs another was looked at with all words behind it: thousands of them took minutes."""

from __future__ import annotations

from cblint.shell.query import programs_in
from tests.helpers import commands, lint
from tests.shell import read


def test_no_more_are_looked_at_than_anybody_writes() -> None:
    assert len(programs_in(read("env " * 4_000 + "make"))) < 50
    assert lint(commands("env " * 4_000 + "make")).findings == ()


def test_as_many_as_people_write_are() -> None:
    found = programs_in(read("sudo -E env A=b nice -n 5 timeout 60 xargs make"))
    assert [each.program for each in found] == ["sudo", "env", "nice", "timeout", "xargs", "make"]
