"""What a word becomes when the shell has taken its quotes away, with the place of each character."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from cblint.shell.syntax import DoubleQuoted, Literal, Parameter, Part, SingleQuoted, Word
from cblint.source.text import HOLE, Piece, Text

Known = Callable[[Parameter], "Text | None"]
"""What a variable holds where it is expanded, None if that is not known."""


def content(word: Word, known: Known = lambda _: None, is_split: bool = True) -> Text:
    """The word as its program gets it; HOLE stands for each part that is only known when the shell runs.

    Escapes in ``$'…'`` count as not known. ``is_split``: so does an expansion without quotes that would make several
    words, as it does anywhere but in an assignment and a here-document.
    """
    return Text.joined(_texts(word.parts, not is_split, known), word.source.offset(word.start))


def _texts(parts: Sequence[Part], is_quoted: bool, known: Known) -> Iterator[Text]:
    for part in parts:
        if isinstance(part, DoubleQuoted):
            for inner in part.parts:
                yield _text(inner, True, known)
        else:
            yield _text(part, is_quoted, known)


def _text(part: Part, is_quoted: bool, known: Known) -> Text:
    if isinstance(part, Literal):
        return part.source.derive(_unescaped(part), part.start)
    if isinstance(part, SingleQuoted) and not (part.ansi and "\\" in part.value):
        return part.source.slice(part.end - 1 - len(part.value), part.end - 1)
    value = known(part) if isinstance(part, Parameter) and _is_plain(part) else None
    if value is not None and (is_quoted or len(value.value.split()) == 1):
        return value
    return part.source.derive([Piece(HOLE, part.start, part.end)], part.start)


def _is_plain(part: Parameter) -> bool:
    """Whether it is the value of a variable, as it is."""
    return not part.prefix and not part.operator and part.subscript is None


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
