"""What a word becomes when the shell has taken its quotes away, with the place of each character."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.shell.syntax import DoubleQuoted, Literal, Part, SingleQuoted, Word
from cblint.source.text import HOLE, Piece, Text


def content(word: Word) -> Text:
    """The word as its program gets it; HOLE stands for each part that is only known when the shell runs.

    Escapes in ``$'…'`` count as not known.
    """
    return Text.joined([word.source.derive(_pieces(word.parts), word.start)], word.source.offset(word.start))


def _pieces(parts: Iterable[Part]) -> Iterator[Piece]:
    for part in parts:
        if isinstance(part, DoubleQuoted):
            yield from _plain(part.parts)
        else:
            yield from _plain((part,))


def _plain(parts: Iterable[Part]) -> Iterator[Piece]:
    """The pieces of parts, none of which holds others that are only text."""
    for part in parts:
        if isinstance(part, Literal):
            yield from _unescaped(part)
        elif isinstance(part, SingleQuoted) and not (part.ansi and "\\" in part.value):
            yield Piece(part.value, part.end - 1 - len(part.value), part.end - 1)
        else:
            yield Piece(HOLE, part.start, part.end)


def _unescaped(part: Literal) -> Iterator[Piece]:
    """The runs between the backslashes of a text, and what each of these makes of the character behind it."""
    raw, value = part.raw, part.value
    at = taken = 0
    while at < len(raw):
        stop = raw.find("\\", at)
        stop = stop if stop >= 0 else len(raw)
        if stop > at:
            yield Piece(raw[at:stop], part.start + at, part.start + stop)
            taken += stop - at
            at = stop
            continue
        escaped = raw[at + 1 : at + 2]
        length = 1 if not escaped or (escaped != "\\" and value[taken : taken + 1] == "\\") else 2
        if escaped != "\n" or length == 1:
            yield Piece(value[taken], part.start + at, part.start + at + length)
            taken += 1
        at += length
