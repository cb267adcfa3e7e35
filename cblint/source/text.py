"""Strings that know where each of their characters stands in the file, and the lines of a file.

Offsets count Unicode code points from the start of the decoded file, without its byte order mark. Lines and
columns are 1-based; columns count code points unless a name says UTF-16.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from cblint import expressions
from cblint.records import NamedTuple

# What editors, git hosts and the language server protocol count as the end of a line. YAML 1.1 also breaks
# lines at U+0085, U+2028 and U+2029: that matters for folding (scalars.py), never for numbering.
_LINE_END = expressions.lazy(r"\r\n|\r|\n")


BREAKS = "\r\n\x85\u2028\u2029"
LINE_BREAK = expressions.lazy(f"\r\n|[{BREAKS}]")
"""The characters that end a line in YAML 1.1."""


class Span(NamedTuple):
    """A half-open range of file offsets."""

    start: int
    end: int

    @property
    def empty(self) -> bool:
        return self.start == self.end

    def to(self, other: Span) -> Span:
        """From the beginning of this range to the end of another."""
        return Span(self.start, other.end)


HOLE = "\ufdd0"
"""Stands in a text for a part that only a deployment tells. Unicode has this character for programs' own use only."""
UNTOLD = "${…}"
"""What people are shown in its place."""


class Position(NamedTuple):
    """A place as people say it: 1-based line, 1-based column in code points."""

    line: int
    column: int


class Piece(NamedTuple):
    """Part of a value and the range it was made from.

    If both have the same length, character i of the value stands at ``start + i``; otherwise (an escape, a folded
    line break, a doubled quote) the whole range stands for each character of the value.
    """

    value: str
    start: int
    end: int


class Text:
    """A string and the place of each of its characters in the file."""

    __slots__ = ("_anchor", "_pieces", "_starts", "value")

    def __init__(self, pieces: Iterable[Piece], anchor: int) -> None:
        """``anchor`` is the file offset that an empty text is said to stand at."""
        kept = tuple(piece for piece in pieces if piece.value)
        self._pieces = kept
        starts = []
        length = 0
        for piece in kept:
            starts.append(length)
            length += len(piece.value)
        self._starts = starts
        self._anchor = anchor
        self.value = kept[0].value if len(kept) == 1 else "".join([piece.value for piece in kept])

    @classmethod
    def of(cls, value: str, offset: int = 0) -> Text:
        """The text of a file, or of a part of it that begins at ``offset`` and is taken as it stands."""
        return cls((Piece(value, offset, offset + len(value)),), offset)

    @classmethod
    def over(cls, value: str, span: Span) -> Text:
        """A text that stands as a whole, each of its characters, for a range of the file."""
        return cls(_shared(value, *span), span.start)

    @classmethod
    def joined(cls, parts: Iterable[Text], anchor: int) -> Text:
        """Texts, one after the other."""
        return cls((piece for part in parts for piece in part.pieces(0, len(part))), anchor)

    def _text(self) -> Text:
        """The text that holds the places: itself, or what it is made of."""
        return self

    @property
    def about(self) -> int:
        """The file offset near which it begins, told without working out its places."""
        return self.offset(0)

    @property
    def places(self) -> tuple[Piece, ...]:
        """All that tells where its characters stand."""
        return self._text()._pieces

    def __len__(self) -> int:
        return len(self.value)

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"Text({self.value!r} at {self.offset(0)})"

    def _char(self, index: int) -> Span:
        home = self._text()
        number = bisect_right(home._starts, index) - 1
        value, start, end = home._pieces[number]
        if end - start == len(value):
            place = start + index - home._starts[number]
            return Span(place, place + 1)
        return Span(start, end)

    def offset(self, index: int) -> int:
        """File offset at which character ``index`` begins; for ``len(self)``, at which the last one ends."""
        if index < len(self.value):
            return self._char(index).start
        return self._char(index - 1).end if self.value else self._text()._anchor

    def offset_behind(self, index: int) -> int:
        """File offset at which character ``index`` ends; ``index`` is one of the text's."""
        return self._char(index).end

    def index(self, offset: int) -> int:
        """How many characters begin before a file offset: the index of what stands there, or of what follows it.

        The parts of the text stand in the file in their order.
        """
        home = self._text()
        number = bisect_left(home._pieces, offset, key=lambda piece: piece.start) - 1
        if number < 0:
            return 0
        value, start, end = home._pieces[number]
        return home._starts[number] + (min(offset - start, len(value)) if end - start == len(value) else len(value))

    def span(self, start: int, end: int) -> Span:
        """The file range of ``self.value[start:end]``; empty ranges stand where character ``start`` begins.

        Where a text is put together of parts that stand in another order, it ends with the first of them.
        """
        if start >= end:
            place = self.offset(start)
            return Span(place, place)
        first, last = self._char(start), self._char(end - 1)
        return Span(first.start, last.end) if last.end > first.start else first

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """What ``self.value[start:end]`` is made of, in file offsets."""
        home = self._text()
        first = max(bisect_right(home._starts, start) - 1, 0)
        for number in range(first, len(home._pieces)):
            base = home._starts[number]
            if base >= end:
                return
            value, source, source_end = home._pieces[number]
            low, high = max(start - base, 0), min(end - base, len(value))
            if low >= high:
                continue
            if source_end - source == len(value):
                yield Piece(value[low:high], source + low, source + high)
            else:
                yield from _shared(value[low:high], source, source_end)

    def slice(self, start: int, end: int) -> Text:
        """``self.value[start:end]`` with the places of its characters."""
        return Text(self.pieces(start, end), self.offset(start))

    def within(self, span: Span) -> str:
        """The characters that stand in a range of the file."""
        parts = []
        for value, start, end in self._text()._pieces:
            if end - start == len(value):
                low, high = max(start, span.start), min(end, span.end)
                parts.append(value[low - start : max(high - start, 0)])
            elif span.start <= start and end <= span.end:
                parts.append(value)
        return "".join(parts)

    def derive(self, pieces: Iterable[Piece], anchor: int) -> Text:
        """A text made from this one.

        ``pieces`` and ``anchor`` are given in offsets into ``self.value``; the result is in file offsets.
        """
        return Text(self._resolved(pieces), self.offset(anchor))

    def _resolved(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        (first, *others) = self._text()._pieces or (Piece("", 0, 0),)
        # Most are made from the text of a file.
        is_as_written = not others and first.end - first.start == len(first.value)
        for piece in pieces:
            value, start, end = piece
            if not value:
                continue
            if end - start != len(value):
                yield from _shared(value, *self.span(start, end))
                continue
            if is_as_written:
                yield Piece(value, first.start + start, first.start + end) if first.start else piece
                continue
            done = 0
            for inner in self.pieces(start, end):
                yield Piece(value[done : done + len(inner.value)], inner.start, inner.end)
                done += len(inner.value)


class Deferred(Text):
    """A text whose places are worked out when they are first asked for: often only its value is."""

    __slots__ = ("_about", "_made", "_make")

    def __init__(self, value: str, make: Callable[[], Text], about: int) -> None:
        """``make`` gives the text itself, whose value must be just this; ``about`` is near where it begins."""
        self.value = value
        self._about = about
        self._make = make
        self._made: Text | None = None

    @property
    def about(self) -> int:
        return self._about

    def _text(self) -> Text:
        if self._made is None:
            self._made = self._make()
        return self._made._text()


class Movable(Deferred):
    """A text that can be said to stand elsewhere; what was made of it then stands there as well.

    Whoever moves it sees to it that nobody else still asks for its places (shell/trees.py).
    """

    __slots__ = ("moves",)

    def __init__(self, home: Text) -> None:
        """``home`` is the same text at its place."""
        self.value = home.value
        self._made = home
        self._about = home.about
        self.moves = 0

    def move(self, home: Text) -> None:
        """From here on it stands where ``home`` does, which has the same characters."""
        self._made = home
        self._about = home.about
        self.moves += 1

    def slice(self, start: int, end: int) -> Text:
        return _Part(self.value[start:end], self, lambda: Text.slice(self, start, end))

    def derive(self, pieces: Iterable[Piece], anchor: int) -> Text:
        kept = tuple(pieces)
        value = "".join([piece.value for piece in kept])
        return _Part(value, self, lambda: Text.derive(self, kept, anchor))


class _Part(Movable):
    """A text made of one that can be moved: its places are worked out again after a move."""

    __slots__ = ("_root",)

    def __init__(self, value: str, whole: Movable, make: Callable[[], Text]) -> None:
        self.value = value
        self._make = make
        self._made = None
        self._about = whole.about
        self._root: Movable = whole._root if isinstance(whole, _Part) else whole
        self.moves = 0

    def _text(self) -> Text:
        if self._made is None or self.moves != self._root.moves:
            self._made = self._make()
            self.moves = self._root.moves
        return self._made._text()


def _shared(value: str, start: int, end: int) -> Iterator[Piece]:
    """One piece a character: a part of a value could be as long as the range that stands for all of it."""
    for char in value:
        yield Piece(char, start, end)


def begin_of_line(source: str, at: int, earliest: int = 0) -> int:
    """Where the line of ``at`` begins: looked for behind ``earliest``, where a line begins."""
    last = max(source.rfind("\n", earliest, at), source.rfind("\r", earliest, at))
    return last + 1 if last >= 0 else earliest


def end_of_line(source: str, at: int, latest: int | None = None) -> int:
    """Where the line of ``at`` ends, without its line end; ``latest`` or the end of the text where none follows."""
    end = source.find("\n", at, latest)
    if end < 0:
        end = len(source) if latest is None else latest
    line = source[at:end]
    if line.isascii() and "\r" not in line:  # as most are
        return end
    match = LINE_BREAK.search(source, at, end)
    return match.start() if match is not None else end


def line_end_of(source: str) -> str:
    """How the lines of a file end, where they are not mixed."""
    return "\r\n" if "\r\n" in source else "\n"


class Lines:
    """The lines of a file: offsets to positions and back."""

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        if "\r" in text:
            matches = list(_LINE_END.finditer(text))
            self._starts = [0, *(match.end() for match in matches)]
            self._ends = [*(match.start() for match in matches), len(text)]
        else:
            following = list(accumulate([len(line) + 1 for line in text.split("\n")]))
            self._starts = [0, *following[:-1]]
            self._ends = [start - 1 for start in following]

    def __len__(self) -> int:
        return len(self._starts)

    def position(self, offset: int) -> Position:
        """Where an offset stands; one inside a CRLF counts as the end of its line."""
        number = bisect_right(self._starts, offset) - 1
        return Position(number + 1, min(offset, self._ends[number]) - self._starts[number] + 1)

    def number(self, offset: int) -> int:
        """The 1-based number of the line that holds ``offset``."""
        return bisect_right(self._starts, offset)

    def span(self, number: int) -> Span:
        """The range of a line (1-based) without its line end."""
        return Span(self._starts[number - 1], self._ends[number - 1])

    def line(self, number: int) -> str:
        """The text of a line (1-based) without its line end."""
        start, end = self.span(number)
        return self.text[start:end]


class Columns:
    """The columns of a line in units of some encoding; found once, for a line can be megabytes."""

    __slots__ = ("_more",)

    def __init__(self, more: Iterable[int]) -> None:
        """``more``: the index of each character, in order, as often as it takes more units than one."""
        self._more = list(more)

    def of(self, column: int) -> int:
        """The column that one in code points is (both 1-based)."""
        return column + bisect_left(self._more, column - 1)


class Utf16Columns(Columns):
    """The columns of a line in UTF-16 code units, as SARIF and LSP count."""

    __slots__ = ()

    def __init__(self, line: str) -> None:
        wide = () if line.isascii() else re.finditer("[\U00010000-\U0010ffff]", line)
        super().__init__(match.start() for match in wide)


class Utf8Columns(Columns):
    """The columns of a line in bytes of UTF-8, as reviewdog counts."""

    __slots__ = ()

    def __init__(self, line: str) -> None:
        wide = () if line.isascii() else re.finditer("[^\0-\x7f]", line)
        super().__init__(match.start() for match in wide for _ in match.group().encode("utf-8", "surrogatepass")[1:])
