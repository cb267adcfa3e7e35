"""Commands as PowerShell reads them: without the quotes and backticks of its own strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.shell.powershell_tree import Expandable
from cblint.shell.syntax import Node
from cblint.shell.unquoted import Edit, edits_of, ends_word

_BACKTICK = expressions.lazy(r"`(.)|\"\"", re.DOTALL)
_BACKTICK_CHARACTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}


def edits_in_powershell(node: Node) -> Iterator[Edit]:
    """What is read otherwise than it is written of a node, without what stands below it."""
    if not isinstance(node, Expandable):
        yield from edits_of(node)
        return
    edge = 2 if node.here else 1
    if len(node.raw) > 2 * edge or not ends_word(node):
        yield Edit(node.start, node.start + edge, "")
        yield from _in_string(node, edge)
        yield Edit(node.end - edge, node.end, "")


def _in_string(node: Expandable, edge: int) -> Iterator[Edit]:
    """What is escaped in a string of PowerShell, but for what is expanded in it."""
    at = node.start + edge
    for begin, end in (*((part.start, part.end) for part in node.parts), (node.end - edge, node.end)):
        for match in _BACKTICK.finditer(node.source.value, at, begin):
            char = match[1] or '"'
            yield Edit(*match.span(), _BACKTICK_CHARACTERS.get(char, char) if match[1] else '"')
        at = end
