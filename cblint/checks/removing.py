"""Taking whole commands out of a file."""

from __future__ import annotations

from bisect import bisect_right
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
    around = next((each for each in _lists(buildspec) if each.items[item.number : item.number + 1] == [node]), None)
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


def number_of(statements: Several[Statement], at: int) -> int:
    """Which of the statements, in their order, stands at a place of their text; -1 where none begins before it."""
    return bisect_right(statements, at, key=lambda each: each.start) - 1


def statement(item: ShellItem, statements: Several[Statement], number: int) -> tuple[Edit, ...]:
    """The line of one of the statements of a block, if no other stands there and none asks how it has ended."""
    node, found = item.node, statements[number]
    raw = found.raw.strip()
    if node.style != "|" or number + 1 == len(statements) or "\n" in raw:
        return ()
    if any(asks in statements[number + 1].raw for asks in _ASKS_FOR_STATUS):
        return ()
    source, at = node.origin.value, node.origin.index(found.span.start)
    if not node.start < at < node.end:
        return ()
    start = _line_start(source, at)
    return (_without_lines(node, start, at),) if source[start : _line_end(source, at)].strip() == raw else ()


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
