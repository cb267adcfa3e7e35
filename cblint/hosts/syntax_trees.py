"""Syntax trees of tree-sitter, whose places are in bytes, as places in a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from cblint.hosts.expressions import Evaluator, Place
from cblint.source.text import Text

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_WIDE = re.compile("[^\x00-\x7f]")


class Offsets:
    """Offsets of a text by those of its bytes in UTF-8."""

    __slots__ = ("_wide",)

    def __init__(self, source: str) -> None:
        self._wide: list[int] = []
        extra = 0
        if not source.isascii():
            for match in _WIDE.finditer(source):
                further = len(match[0].encode("utf-8", "surrogatepass")) - 1
                # One entry for each byte that is too many: those before a place are what it has to go back.
                self._wide += [match.start() + extra + 1] * further
                extra += further

    def of(self, byte: int) -> int:
        """The offset of the character that begins at a byte."""
        return byte - bisect_left(self._wide, byte + 1)


def parsed(source: str, language: object) -> Syntax:
    """The root of a text's tree; ``language`` is the grammar's own pointer."""
    from tree_sitter import Language, Parser

    return Parser(Language(language)).parse(source.encode("utf-8", "surrogatepass")).root_node


def children(syntax: Syntax) -> list[Syntax]:
    """What stands in a node, without punctuation and comments."""
    return [child for child in syntax.named_children if not child.is_extra]


def tokens(syntax: Syntax) -> Iterator[str]:
    """The kinds of the punctuation and keywords in a node."""
    return (child.type for child in syntax.children if not child.is_named)


class TreeEvaluator(Evaluator["Syntax"]):
    """The values of the expressions of a file that tree-sitter has read."""

    def __init__(self, origin: Text) -> None:
        super().__init__(origin)
        self._offsets = Offsets(origin.value)

    def place(self, syntax: Syntax) -> Place:
        return Place(self.origin, self._offsets.of(syntax.start_byte), self._offsets.of(syntax.end_byte))

    def identity(self, syntax: Syntax) -> Hashable:
        return syntax.id

    def written(self, syntax: Syntax) -> str:
        """What a node is in the file."""
        place = self.place(syntax)
        return self.source[place.start : place.end]

    def string(self, syntax: Syntax) -> str:
        """What a string is in the file, without its quotes: for names, which have no escapes."""
        return self.written(syntax)[1:-1]
