"""What is said of an empty item named the one before it, for a dash stands before the item."""

from __future__ import annotations

from tests.helpers import commands, lint


def test_an_empty_item_has_its_own_number() -> None:
    result = lint(commands("", "make", "", "# nothing", "{a: b}"))
    assert [finding.where for finding in result.findings if finding.rule == "command-not-string"] == [
        f"phases.build.commands[{number}]" for number in (0, 2, 3, 4)
    ]
