"""Taking whole commands out of a file."""

from __future__ import annotations

from collections.abc import Sequence as Several

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.finding import Edit
from cblint.shell.syntax import Node as Statement
from cblint.source.tree import Node, Scalar, Sequence

_ASKS_FOR_STATUS = ("$?", "${?", "PIPESTATUS", "LASTEXITCODE")
Removal = tuple[tuple[Node, ...], tuple[Edit, ...]]
"""The nodes that an edit changes beside the command itself, and the edit; nothing where it is not certain."""


def list_item(buildspec: Buildspec, item: ShellItem) -> Removal:
    """The line of a command that is an item of a list, if it is its own."""
    node = item.node
    around = next((each for each in _lists(buildspec) if any(one is node for one in each.items)), None)
    if around is None or around.flow or around.anchor is not None or len(around.items) < 2:
        return (), ()
    if node.anchor is not None or node.tag is not None or not node.one_line or node.style in ("|", ">"):
        return (), ()
    source = node.origin.value
    start = _line_start(source, node.start)
    before, after = source[start : node.start], source[node.end : _line_end(source, node.end)]
    if before.strip(" ") != "-" or after.strip():
        return (), ()
    return (around,), (_without_lines(node, start, node.end),)


def statement(item: ShellItem, statements: Several[Statement], found: Statement) -> tuple[Edit, ...]:
    """The line of one of the statements of a block, if no other stands there and none asks how it has ended."""
    node, value = item.node, item.node.value
    number = statements.index(found)
    if node.style != "|" or number + 1 == len(statements) or "\n" in found.raw or found.source.value != value:
        return ()
    if any(asks in statements[number + 1].raw for asks in _ASKS_FOR_STATUS):
        return ()
    start = _line_start(value, found.start)
    if value[start : _line_end(value, found.end)].strip() != found.raw.strip():
        return ()
    source, at = node.origin.value, node.start
    for _ in range(value.count("\n", 0, start) + 1):
        at = source.find("\n", at) + 1
    line = source[at : _line_end(source, at)]
    return (_without_lines(node, at, at),) if line.strip() == found.raw.strip() else ()


def _lists(buildspec: Buildspec) -> list[Sequence]:
    lists = [each.node.resolved for each in buildspec.command_lists]
    return [each for each in lists if isinstance(each, Sequence)]


def _without_lines(node: Scalar, start: int, end: int) -> Edit:
    """From the beginning of a line to the end of another, with its line end."""
    source = node.origin.value
    return Edit(node.origin.span(start, min(_line_end(source, end) + 1, len(source))), "")


def _line_start(source: str, at: int) -> int:
    return source.rfind("\n", 0, at) + 1


def _line_end(source: str, at: int) -> int:
    """Where the line ends, before its line end (with ``\\r\\n``, between the two)."""
    end = source.find("\n", at)
    return end if end >= 0 else len(source)
