"""A YAML file as a tree: within limits, as far as it can be read, its parser imported when the first one is."""

from __future__ import annotations

from cblint.records import NamedTuple
from cblint.source.text import Span, Text
from cblint.source.tree import Node
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.source.syntax import Problem

MAX_DEPTH = 200
"""Nested lists and mappings; real buildspecs stay under 10."""
MAX_NODES = 1_000_000
"""Nodes of a document after every alias is replaced by what it stands for."""
MAX_DOCUMENTS = 1_000
"""Each is looked at by every rule, however short it is; a buildspec is one document."""


class TooComplex(Exception):
    """A limit was reached. ``str()`` says which, ``span`` where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


class Document(NamedTuple):
    """One YAML document; ``root`` is None where nothing was written."""

    root: Node | None
    start: int


class Stream(NamedTuple):
    """All of a file: its documents and, if there is one, the error that ended the reading."""

    text: Text
    documents: tuple[Document, ...]
    problem: Problem | None


def load(text: Text) -> Stream:
    """Read a YAML stream; after a syntax error, what stood before it.

    Raises TooComplex for a file that nests too deep, whose aliases expand too far, or that holds too many documents.
    Never executes tags.
    """
    from cblint.source.composing import compose  # a run over other files needs no parser

    return compose(text)
