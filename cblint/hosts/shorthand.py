"""The shorthand of the AWS CLI for structures on a command line: ``type=S3,location=bucket`` as nodes.

Its grammar is documented in the user guide of the AWS CLI ("Using shorthand syntax"); ``key@=file`` is not read.
"""

from __future__ import annotations

import re

from cblint import expressions
from cblint.source.foreign import Given, Items, Settings, Unknown
from cblint.source.text import HOLE, Piece, Text
from cblint.source.tree import Node

MAX_DEPTH = 20
"""Lists and structures inside one another; those of the API stay under 6."""

_BLANKS = expressions.lazy(r"\s*")
_KEY = expressions.lazy(r"[\w.#/:-]+", re.ASCII)
_SINGLE = expressions.lazy(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_DOUBLE = expressions.lazy(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_WORD = expressions.lazy(r"(?:\\,|[^\s,\]}\[{'\"=])(?:\\,|[^,\]}'\"])*")
_IN_LIST = expressions.lazy(r"(?:\\,|[^\s,\]}\[{'\"=])(?:\\,|[^,\]}'\"=])*")
_ESCAPE = {"'": re.compile(r"\\([\\'])"), '"': re.compile(r"\\([\\\"])"), "": re.compile(r"\\(,)")}


class _Unreadable(Exception):
    """The text is no shorthand."""


def shorthand(text: Text) -> Settings | None:
    """The structure that a word in shorthand stands for; None if it is none."""
    reader = _Reader(text)
    try:
        pairs = reader.pairs("", 0)
    except _Unreadable:
        return None
    return Settings(text, 0, len(text), pairs) if reader.at == len(text) and pairs else None


class _Reader:
    """Reads one word from left to right."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.source = text.value
        self.at = 0

    def pairs(self, closing: str, depth: int) -> list[tuple[Node, Node]]:
        """Pairs up to a bracket or, if there is none, the end."""
        if depth > MAX_DEPTH:
            raise _Unreadable
        found: list[tuple[Node, Node]] = []
        while True:
            self._blanks()
            if closing and self.source[self.at : self.at + 1] == closing:
                return found
            key = self._key()
            self._expect("=")
            found.append((key, self._value(depth, is_nested=bool(closing))))
            self._blanks()
            if self.at >= len(self.source) or self.source[self.at] == closing:
                return found
            self._expect(",")

    def _key(self) -> Node:
        self._blanks()
        match = _KEY.match(self.source, self.at)
        if match is None:
            raise _Unreadable
        self.at = match.end()
        return self._given(match.start(), match.end(), self.text.slice(match.start(), match.end()), "")

    def _value(self, depth: int, is_nested: bool) -> Node:
        self._blanks()
        first = self._one(depth, _WORD)
        if is_nested or not isinstance(first, (Given, Unknown)):
            return first
        return self._listed(first, depth)

    def _listed(self, first: Node, depth: int) -> Node:
        """A value, or the list that it begins: ``a=1,2`` unless a key follows the comma."""
        items = [first]
        while True:
            comma = self.at
            self._blanks()
            if self.source[self.at : self.at + 1] != ",":
                break
            self.at += 1
            self._blanks()
            begin = self.at
            match = _KEY.match(self.source, begin)
            if match is not None and self.source[_end_of_blanks(self.source, match.end()) :][:1] == "=":
                self.at = comma
                break
            items.append(self._one(depth, _IN_LIST))
            if self.at == begin:
                self.at = comma
                items.pop()
                break
        return Items(self.text, first.start, items[-1].end, items) if len(items) > 1 else first

    def _one(self, depth: int, word: re.Pattern[str]) -> Node:
        start = self.at
        opening = self.source[start : start + 1]
        if opening == "[":
            return self._items(depth + 1)
        if opening == "{":
            self.at += 1
            pairs = self.pairs("}", depth + 1)
            self._expect("}")
            return Settings(self.text, start, self.at, pairs)
        pattern = {"'": _SINGLE, '"': _DOUBLE}.get(opening, word)
        match = pattern.match(self.source, start)
        if match is None:
            if pattern is not word:
                raise _Unreadable
            return self._given(start, start, self.text.slice(start, start), "")
        self.at = match.end()
        if pattern is not word:
            return self._given(start, match.end(), self._unescaped(start + 1, match.end() - 1, opening), '"')
        end = start + len(match.group().rstrip())
        return self._given(start, end, self._unescaped(start, end, ""), "")

    def _items(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _Unreadable
        start = self.at
        self._expect("[")
        items: list[Node] = []
        self._blanks()
        while self.source[self.at : self.at + 1] != "]":
            items.append(self._one(depth, _WORD))
            self._blanks()
            if self.source[self.at : self.at + 1] != "]":
                self._expect(",")
                self._blanks()
        self.at += 1
        return Items(self.text, start, self.at, items)

    def _given(self, start: int, end: int, text: Text, style: str) -> Node:
        if text.value == HOLE:
            return Unknown(self.text, start, end)
        return Given(self.text, start, end, text, style)

    def _unescaped(self, start: int, end: int, quote: str) -> Text:
        pieces, at = [], start
        for match in _ESCAPE[quote].finditer(self.source, start, end):
            pieces += [Piece(self.source[at : match.start()], at, match.start()), Piece(match[1], *match.span())]
            at = match.end()
        return self.text.derive([*pieces, Piece(self.source[at:end], at, end)], start)

    def _blanks(self) -> None:
        self.at = _end_of_blanks(self.source, self.at)

    def _expect(self, mark: str) -> None:
        self._blanks()
        if self.source[self.at : self.at + 1] != mark:
            raise _Unreadable
        self.at += 1


def _end_of_blanks(source: str, at: int) -> int:
    match = _BLANKS.match(source, at)
    return match.end() if match is not None else at
