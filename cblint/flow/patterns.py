"""Patterns as ``case``, ``${x#…}`` and ``[[`` know them, matched against texts that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cblint import expressions
from cblint.records import NamedTuple

LONGEST = 2000
"""Characters of text or pattern from which on nothing is said: matching takes the product of both."""

_EXTENDED = expressions.lazy(r"[?*+@!]\(")
_CLASSES = {
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "alnum": str.isalnum,
    "upper": str.isupper,
    "lower": str.islower,
    "space": str.isspace,
}


class Piece(NamedTuple):
    """A part of a pattern; in a quoted one nothing is special."""

    text: str
    quoted: bool


class Unclear(Exception):
    """A pattern that shells do not agree about, or that is too long."""


class _Any(NamedTuple):
    many: bool


class _Set(NamedTuple):
    inverted: bool
    ranges: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]

    def holds(self, char: str) -> bool:
        found = any(low <= char <= high for low, high in self.ranges) or any(
            char.isascii() and _CLASSES[name](char) for name in self.classes
        )
        return found is not self.inverted


_Token = str | _Any | _Set


class Pattern:
    """A pattern, ready to match. Raises Unclear."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        chars = [(char, piece.quoted) for piece in pieces for char in piece.text]
        plain = "".join("\0" if quoted else char for char, quoted in chars)
        if len(chars) > LONGEST or _EXTENDED.search(plain):
            raise Unclear
        self._tokens = list(_tokens(chars))

    def matches(self, text: str) -> bool:
        """Whether it fits the whole of a text."""
        if len(text) > LONGEST:
            raise Unclear
        reached = self._start()
        for char in text:
            reached = self._step(reached, char)
        return reached[-1]

    def may_begin(self, text: str) -> bool:
        """Whether it can fit a text that begins so."""
        reached = self._start()
        for char in text[:LONGEST]:
            reached = self._step(reached, char)
        return any(reached)

    def prefixes(self, text: str) -> list[int]:
        """The lengths of all beginnings of a text that it fits, the shortest first."""
        if len(text) > LONGEST:
            raise Unclear
        reached = self._start()
        found = [0] if reached[-1] else []
        for number, char in enumerate(text, 1):
            reached = self._step(reached, char)
            if reached[-1]:
                found.append(number)
        return found

    def suffixes(self, text: str) -> list[int]:
        """Where all ends of a text begin that it fits, the shortest first."""
        if len(text) > LONGEST // 4:
            raise Unclear
        return [start for start in range(len(text), -1, -1) if self.matches(text[start:])]

    def find(self, text: str, start: int) -> tuple[int, int] | None:
        """The first place from ``start`` on that it fits, as long as can be."""
        if len(text) > LONGEST // 4:
            raise Unclear
        for begin in range(start, len(text) + 1):
            lengths = self.prefixes(text[begin:])
            if lengths:
                return begin, begin + lengths[-1]
        return None

    def _start(self) -> list[bool]:
        """Which tokens can be behind us when nothing of the text is: all at the beginning that may be empty."""
        return self._closed([True] + [False] * len(self._tokens))

    def _closed(self, reached: list[bool]) -> list[bool]:
        for number, token in enumerate(self._tokens):
            if reached[number] and isinstance(token, _Any) and token.many:
                reached[number + 1] = True
        return reached

    def _step(self, reached: list[bool], char: str) -> list[bool]:
        after = [False] * len(reached)
        for number, token in enumerate(self._tokens):
            if isinstance(token, _Any) and token.many:
                after[number] = after[number] or reached[number]
                after[number + 1] = after[number + 1] or reached[number]
            elif reached[number] and _fits(token, char):
                after[number + 1] = True
        return self._closed(after)


def _fits(token: _Token, char: str) -> bool:
    if isinstance(token, str):
        return token == char
    return True if isinstance(token, _Any) else token.holds(char)


def _tokens(chars: list[tuple[str, bool]]) -> Iterator[_Token]:
    at = 0
    while at < len(chars):
        char, quoted = chars[at]
        at += 1
        if quoted or char not in "*?[\\":
            yield char
        elif char == "\\":
            # It comes from an expansion: whether it quotes there is another matter in each shell.
            raise Unclear
        elif char == "[":
            bracket = _bracket(chars, at)
            if bracket is None:
                yield char
            else:
                token, at = bracket
                yield token
        else:
            yield _Any(char == "*")


def _bracket(chars: list[tuple[str, bool]], at: int) -> tuple[_Set, int] | None:
    """The bracket expression that begins before ``at``, and where it ends; None if it has no end."""
    inverted = at < len(chars) and chars[at] == ("!", False)
    if at < len(chars) and chars[at] == ("^", False):
        raise Unclear
    at += inverted
    first = at
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    while at < len(chars):
        char, quoted = chars[at]
        if char == "]" and not quoted and at > first:
            return _Set(inverted, tuple(ranges), tuple(classes)), at + 1
        if char == "[" and not quoted and at + 1 < len(chars) and chars[at + 1][0] in ":.=":
            name = _class(chars, at)
            classes.append(name)
            at += len(name) + 4
            continue
        if char == "\\" and not quoted:
            raise Unclear
        if at + 2 < len(chars) and chars[at + 1] == ("-", False) and chars[at + 2] != ("]", False):
            high = chars[at + 2][0]
            if not (char.isascii() and high.isascii()) or (
                char.isalpha() and high.isalpha() and char.islower() != high.islower()
            ):
                raise Unclear
            ranges.append((char, high))
            at += 3
            continue
        ranges.append((char, char))
        at += 1
    return None


def _class(chars: list[tuple[str, bool]], at: int) -> str:
    rest = "".join(char for char, _ in chars[at:])
    match = re.match(r"\[:([a-z]+):\]", rest)
    if match is None or match.group(1) not in _CLASSES:
        raise Unclear
    return match.group(1)
