"""All that a command is, as it was read: its lists, what was noted beside them, and why reading ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from cblint.shell.commands import CommandList, Redirection
from cblint.shell.syntax import Node
from cblint.source.text import Text
from cblint.typing import Any, TypeVar

N = TypeVar("N", bound=Node)


class Comment(Node):
    """``# …`` to the end of its line."""

    __slots__ = ()


class Problem(Node):
    """Why the shell cannot read the command: ``kind`` names it, ``token`` is what stands in the way or is missing.

    Kinds: ``unexpected`` (a token where none like it can be), ``unclosed`` (a quote or bracket without its end),
    ``unfinished`` (the end is reached inside a compound command), ``too-deep`` (it nests further than we read).
    """

    __slots__ = ("kind", "token")

    def __init__(self, source: Text, start: int, end: int, kind: str, token: str) -> None:
        super().__init__(source, start, end)
        self.kind = kind
        self.token = token


class Script(Node):
    """A whole command: what it does, its comments, what is wrong with it. With a problem the body ends before it.

    ``documents`` are the redirections that begin a here-document, those before a problem too. ``known`` holds what was
    worked out of it (shell/trees.py).
    """

    __slots__ = ("_kinds", "_nodes", "body", "comments", "documents", "known", "problem")

    def __init__(
        self,
        source: Text,
        body: CommandList,
        comments: tuple[Comment, ...],
        documents: tuple[Redirection, ...],
        problem: Problem | None,
    ) -> None:
        super().__init__(source, 0, len(source))
        self.body = body
        self.comments = comments
        self.documents = documents
        self.problem = problem
        self.known: dict[object, Any] = {}
        self._nodes: tuple[Node, ...] | None = None
        self._kinds: dict[type[Node], list[Any]] | None = None

    def children(self) -> Sequence[Node]:
        return (self.body,)

    def walked(self) -> Iterator[Node]:
        if self._nodes is None:
            below = super().walked()
            next(below)  # it does not hold itself, so that it goes as soon as nobody has it
            self._nodes = tuple(below)  # nearly every rule asks for all of them
        return chain((self,), self._nodes)

    def of(self, kind: type[N]) -> Sequence[N]:
        """Its nodes of just this kind, in the order in which they are written."""
        if self._kinds is None:
            self._kinds = {}
            for node in islice(self.walked(), 1, None):
                self._kinds.setdefault(type(node), []).append(node)
        return self._kinds.get(kind, ())
