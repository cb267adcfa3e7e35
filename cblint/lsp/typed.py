"""What is being typed at an offset, as far as its line tells: the word, the quotes round it, what stands beside it."""

from __future__ import annotations

import re

from cblint import expressions
from cblint.records import NamedTuple
from cblint.source.text import Span, begin_of_line, end_of_line
from cblint.source.tree import QUOTES

PLACEHOLDER = "cblint_placeholder_0f6a"
"""A word that stands in no file; it can be a key, a value, and a variable of the shell."""
_LONGEST = 200
"""Characters of a word that somebody is still typing."""
_BLANKS = " \t"
_IN_BRACKETS = "{[,"
_ASSIGNING = "=("
_COLON = expressions.lazy(r"[ \t]*:(?=[ \t]|\Z)")
_AFTER = expressions.lazy(r"[ \t]*(?:[,}\]]|(?:(?<=[ \t])#.*)?\Z)", re.DOTALL)
"""What may follow on the line: nothing, a comment, or what goes on in brackets."""
_DASHES = expressions.lazy(r"[ \t]*(?:-[ \t]+)*")


class Typed(NamedTuple):
    """A word that may become a key, an item of a list, or a value.

    ``replaced`` is its range; it takes in the quote that ends it where what is put there brings one. ``is_value``: it
    follows a colon. ``quote`` is the one that it stands in; ``closed``: that is ended behind it. ``colon``: one
    follows, so that it is a key already. ``gap`` is what is missing before it: the blank behind a colon.
    """

    replaced: Span
    is_value: bool = False
    quote: str = ""
    closed: bool = False
    colon: bool = False
    gap: str = ""

    @property
    def filled(self) -> str:
        """What makes a key or a value of PLACEHOLDER where the word stands."""
        return self.gap + self.quoted(PLACEHOLDER) + (": " if not self.is_value and not self.colon else "")

    def quoted(self, written: str) -> str:
        """What is put there, with the quote that ends it."""
        return written if self.closed else written + self.quote


def typed_at(text: str, offset: int) -> Typed | None:
    """What is typed at an offset of a file; None where no key, item or value can begin."""
    begin, limit = begin_of_line(text, offset), end_of_line(text, offset)
    start, end = _word(text, offset, begin, limit)
    if start is None:
        return None
    if text[start:offset].endswith(":") and offset == end:
        return _behind_colon(text, start, offset, begin, limit)
    quote = text[start - 1] if start > begin and text[start - 1] in QUOTES else ""
    is_value = _follows_colon(text, start - len(quote), begin, bool(quote))
    if not is_value and not _can_begin(text, start - len(quote), begin):
        return None
    closed = bool(quote) and text[end:limit].startswith(quote)
    after = text[end + closed : limit]
    colon = not is_value and _COLON.match(after) is not None
    if not colon and _AFTER.match(after) is None:
        return None
    if closed and not is_value and not colon:
        return Typed(Span(start, end + 1), quote=quote)
    return Typed(Span(start, end), is_value, quote, closed, colon)


def _word(text: str, offset: int, begin: int, limit: int) -> tuple[int | None, int]:
    """Where the word round an offset begins and ends; a colon that makes a key is no part of it."""
    start = offset
    while start > begin and _is_of_word(text[start - 1]):
        start -= 1
        if offset - start > _LONGEST:
            return None, offset
    end = offset
    while end < min(limit, offset + _LONGEST) and _is_of_word(text[end]):
        if text[end] == ":" and (end + 1 >= limit or text[end + 1] in _BLANKS):
            break
        end += 1
    return start, end


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char in "_-./:@+"


def _behind_colon(text: str, start: int, offset: int, begin: int, limit: int) -> Typed | None:
    """A value right behind the colon of its key, which needs a blank before it."""
    name = text[start : offset - 1]
    if name:
        is_key = ":" not in name and name.strip("-") and _can_begin(text, start, begin)
    else:
        is_key = start > begin and text[start - 1] in QUOTES
    if not is_key or _AFTER.match(text[offset:limit]) is None:
        return None
    return Typed(Span(offset, offset), is_value=True, gap=" ")


def _follows_colon(text: str, at: int, begin: int, in_quotes: bool) -> bool:
    """Whether the colon of a key stands before a place, or what other formats have: behind quotes it needs no blank."""
    before = _skipped(text, at, begin)
    if before == begin or text[before - 1] != ":":
        return in_quotes and before > begin and text[before - 1] in _ASSIGNING
    return before < at or (in_quotes and before - 1 > begin and text[before - 2] in QUOTES)


def _can_begin(text: str, at: int, begin: int) -> bool:
    """Whether a key or an item can begin at a place: on its line, behind dashes, or in brackets."""
    if _DASHES.fullmatch(text, begin, at) is not None:
        return True
    before = _skipped(text, at, begin)
    return before > begin and text[before - 1] in _IN_BRACKETS


def _skipped(text: str, at: int, begin: int) -> int:
    while at > begin and text[at - 1] in _BLANKS:
        at -= 1
    return at
