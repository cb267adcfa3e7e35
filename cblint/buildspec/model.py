"""A buildspec as rules see it: read-only, lazy, and calm about anything odd in the file."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from cblint.match import parse_path, places
from cblint.source.loader import Document, Stream
from cblint.source.tree import Node, Sequence

if TYPE_CHECKING:
    from cblint.source.comments import Comment

_BLANK = re.compile(r"\s*")
_COMMAND_LISTS = parse_path("phases.*.{commands,finally}")


class Item(NamedTuple):
    """An element of a command list; ``number`` is 0-based, as in CodeBuild's messages."""

    node: Node
    number: int


class CommandList(NamedTuple):
    """The value of ``commands`` or ``finally``, whatever it is."""

    key: str
    node: Node

    def items(self) -> Iterator[Item]:
        """Its elements; none if it is not a list."""
        node = self.node.resolved
        if isinstance(node, Sequence):
            for number, item in enumerate(node.items):
                yield Item(item, number)


class Buildspec:
    """One document of a file that holds a buildspec."""

    def __init__(self, stream: Stream, document: Document) -> None:
        self.stream = stream
        self.document = document

    @property
    def root(self) -> Node | None:
        return self.document.root

    @property
    def is_last(self) -> bool:
        """Whether no further document follows in the file."""
        return not self.stream.documents or self.document is self.stream.documents[-1]

    @cached_property
    def comments(self) -> list[Comment]:
        """The YAML comments of the whole file."""
        from cblint.source.comments import comments  # few files need them

        return comments(self.stream)

    def comment_after(self, node: Node) -> Comment | None:
        """The comment that follows a node with nothing but blanks and line ends between."""
        number = bisect_left(self.comments, node.end, key=lambda comment: comment.start)
        if number == len(self.comments):
            return None
        comment = self.comments[number]
        blank = _BLANK.match(self.stream.text.value, node.end)
        return comment if blank is not None and blank.end() >= comment.start else None

    def comment_beside(self, node: Node) -> Comment | None:
        """The comment that follows a node of one line on its line."""
        comment = self.comment_after(node)
        return comment if comment is not None and comment.span.start <= node.rest_of_line.end else None

    def command_lists(self) -> list[CommandList]:
        """Every ``commands`` and ``finally``, each once however many aliases lead to it."""
        return [
            CommandList(place.pair.name or "", place.node)
            for place in places(self.root, _COMMAND_LISTS)
            if place.pair is not None
        ]
