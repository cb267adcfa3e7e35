"""Syntax trees of tree-sitter, whose places are in bytes, as places in a text."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator

from cblint import expressions
from cblint.hosts.expressions import Evaluator, Place
from cblint.source.loader import TooComplex
from cblint.source.text import Span, Text
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

_WIDE = expressions.lazy("[^\x00-\x7f]")
LONGEST, LONGEST_OF_BYTE = 0.5, 4e-6
"""Seconds of work for a text, and for each byte of it: what people write takes a tenth of that."""
_PIECE = 1_024
"""Bytes that the parser is given at a time; before each, the time is looked at."""


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


def parsed(text: Text, language: object) -> Syntax:
    """The root of a text's tree; ``language`` is the grammar's own pointer. Raises TooComplex."""
    from tree_sitter import Language, Parser

    source = text.value
    data = source.encode("utf-8", "surrogatepass")
    return in_time(Parser(Language(language)), data, lambda byte: text.span(at := Offsets(source).of(byte), at + 1))


def in_time(parser: Parser, data: bytes, place: Callable[[int], Span]) -> Syntax:
    """The root of the tree of a text, unless the parser begins to go over it again and again.

    After an error, it may look at all that it has read for each further character. ``place`` is where a byte stands.
    Raises TooComplex.
    """
    until = time.thread_time() + LONGEST + LONGEST_OF_BYTE * len(data)
    stopped: list[int] = []
    reading = True

    def read(byte: int, _: object) -> bytes:
        # Also asked, much later, for what stands in a node: an answer with nothing in it would be asked for for ever.
        if reading and not stopped and time.thread_time() > until:
            stopped.append(byte)
        # To the parser, the text ends there.
        return data[byte : byte + _PIECE] if not stopped else b""

    root = parser.parse(read).root_node
    reading = False
    if stopped:
        raise TooComplex("is so unlike its format that reading it takes too long", place(min(stopped[0], len(data))))
    return root


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
