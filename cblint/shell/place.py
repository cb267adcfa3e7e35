"""A place in a command that is being read: how far, what was noted on the way, how deep, and back again."""

from __future__ import annotations

from cblint.records import NamedTuple
from cblint.shell.commands import Redirection
from cblint.shell.script import Comment, Problem
from cblint.source.text import Text

MAX_DEPTH = 40
"""Constructs inside one another that are read; real commands stay under 10."""


class Unreadable(Exception):
    """The shell could not read on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


class Mark(NamedTuple):
    """A place that we can come back to: where it is, and how much had been noted by then."""

    at: int
    comments: int
    documents: int
    pending: int


class _Deeper:
    """What ``Place.deeper`` gives: the contextmanager of the library takes several times as long."""

    __slots__ = ("_place",)

    def __init__(self, place: Place) -> None:
        self._place = place

    def __enter__(self) -> None:
        self._place.depth += 1

    def __exit__(self, *_: object) -> None:
        self._place.depth -= 1


class Place:
    """A place in a command: ``at`` is where the next character is read, ``size`` where reading ends."""

    def __init__(self, text: Text, depth: int) -> None:
        self.text = text
        self.source = text.value
        self.size = len(text.value)
        self.at = 0
        self.depth = depth
        self.comments: list[Comment] = []
        self.documents: list[Redirection] = []
        self._pending: list[Redirection] = []

    # Errors

    def error(self, kind: str, start: int, end: int, token: str) -> Unreadable:
        """The error that says so."""
        return Unreadable(Problem(self.text, start, min(max(end, start), len(self.source)), kind, token))

    def deeper(self) -> _Deeper:
        """As long as it lasts, we are in one construct more."""
        if self.depth >= MAX_DEPTH:
            raise self.error("too-deep", self.at, self.at + 1, "")
        return _Deeper(self)

    # Reading something twice

    def mark(self) -> Mark:
        """The place where we are."""
        return Mark(self.at, len(self.comments), len(self.documents), len(self._pending))

    def back(self, mark: Mark) -> None:
        """Be there again, as if nothing after it had been read."""
        self.at = mark.at
        del self.comments[mark.comments :]
        del self.documents[mark.documents :]
        del self._pending[mark.pending :]
