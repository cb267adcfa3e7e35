"""Behind a bar `time` is a program, which read alone is the reserved word: fuzzing took that for a defect."""

from __future__ import annotations

from cblint.shell.commands import SimpleCommand
from cblint.shell.parser import parse
from cblint.source.text import Text
from tests.shell_trees import check_alone


def test_it_is_a_command_of_its_own() -> None:
    script = parse(Text.of("make | time"))
    assert [node.raw for node in script.of(SimpleCommand)] == ["make", "time"]
    check_alone(script)
