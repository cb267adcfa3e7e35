"""What is known of a text: its pieces, with holes where nothing is known."""

from __future__ import annotations

from collections.abc import Iterable

from cblint import expressions
from cblint.flow.labels import NO_LABELS, Labels, together
from cblint.records import NamedTuple
from cblint.typing import TypeGuard

_NAME = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*")

Maybe = bool | None
"""True, False, or None where either may be."""


class Hole(NamedTuple):
    """A part of a text that is not known; if it has a name, it is the same text wherever that name stands."""

    name: str = ""


Piece = str | Hole


class Value(NamedTuple):
    """A text in pieces: no piece is empty, and no two known ones stand side by side. Without pieces it is empty.

    ``labels`` say where it may come from.
    """

    pieces: tuple[Piece, ...]
    labels: Labels = NO_LABELS

    @property
    def text(self) -> str | None:
        """All of it, if it is known."""
        pieces = self.pieces
        if len(pieces) == 1:
            (piece,) = pieces
            return piece if isinstance(piece, str) else None
        return None if pieces else ""

    @property
    def is_empty(self) -> Maybe:
        """Whether it has no characters."""
        if not self.pieces:
            return True
        return False if any(isinstance(piece, str) for piece in self.pieces) else None

    @property
    def start(self) -> str:
        """What it begins with for sure."""
        first = self.pieces[0] if self.pieces else ""
        return first if isinstance(first, str) else ""

    @property
    def written(self) -> str:
        """For people: holes are shown as ``…``, or by their name."""
        return "".join(
            piece if isinstance(piece, str) else f"${{{piece.name}}}" if piece.name else "…" for piece in self.pieces
        )


NONZERO = Hole("$?")
"""An exit status that is not 0: each time it stands somewhere, it may be another."""

LONGEST, MOST_PIECES = 16_384, 256
"""How much of a text is kept: one that is put together of longer ones again and again would be without end."""
LONGEST_JOINED = 1_024

EMPTY = Value(())
UNKNOWN = Value((Hole(),))


def is_name(text: str | None) -> TypeGuard[str]:
    """Whether a variable can be called so."""
    return text is not None and _NAME.fullmatch(text) is not None


def literal(text: str) -> Value:
    """A text that is known."""
    return Value((text,)) if text else EMPTY


def initial(name: str, labels: Labels = NO_LABELS) -> Value:
    """What a variable has before the build changes it."""
    return Value((Hole(name),), labels)


def unknown(labels: Labels) -> Value:
    """Anything, perhaps from there."""
    return Value((Hole(),), labels) if labels else UNKNOWN


def concat(values: Iterable[Value]) -> Value:
    """One after the other."""
    values = tuple(values)
    if len(values) == 1 and _known_length(values[0]) <= LONGEST:
        return values[0]
    pieces: list[Piece] = []
    labels = NO_LABELS
    for value in values:
        if value.labels:
            labels = together((labels, value.labels)) if labels else value.labels
        for piece in value.pieces:
            last = pieces[-1] if pieces else None
            if isinstance(piece, str) and isinstance(last, str):
                pieces[-1] = last + piece
            elif isinstance(piece, str) or piece.name or piece != last:
                pieces.append(piece)
    value = Value(tuple(pieces), labels)
    return unknown(labels) if len(pieces) > MOST_PIECES or _known_length(value) > LONGEST else value


def _known_length(value: Value) -> int:
    return sum(len(piece) for piece in value.pieces if isinstance(piece, str))


SHORTEST_PART = 3
"""Characters that two texts must have in common for that to mean anything: ``true`` and ``false`` have their last."""


def join(first: Value, second: Value) -> Value:
    """One of both: what they have in common at the beginning and at the end stays known."""
    if first == second:
        return first
    labels = together((first.labels, second.labels)) if first.labels is not second.labels else first.labels
    if first.pieces == second.pieces:
        return Value(first.pieces, labels)
    if max(_known_length(first), _known_length(second)) > LONGEST_JOINED:
        return unknown(labels)
    a, b = _exploded(first), _exploded(second)
    shorter = min(len(a), len(b))
    head = 0
    while head < shorter and a[head] == b[head] and a[head] != Hole():
        head += 1
    tail = 0
    while tail < shorter - head and a[-1 - tail] == b[-1 - tail] and a[-1 - tail] != Hole():
        tail += 1
    begins, ends = a[:head], a[len(a) - tail :] if tail else []
    if all(isinstance(piece, str) for piece in begins) and len(begins) < SHORTEST_PART:
        begins = []
    if all(isinstance(piece, str) for piece in ends) and len(ends) < SHORTEST_PART:
        ends = []
    return concat([Value((piece,), labels) for piece in (*begins, Hole(), *ends)])


def _exploded(value: Value) -> list[Piece]:
    """Its characters and holes."""
    found: list[Piece] = []
    for piece in value.pieces:
        if isinstance(piece, str):
            found.extend(piece)
        else:
            found.append(piece)
    return found


def same(first: Value, second: Value) -> Maybe:
    """Whether two texts are equal."""
    if first.pieces == second.pieces and all(_stays(piece) for piece in first.pieces):
        return True
    for one, other in ((first, second), (second, first)):
        if one.pieces == (NONZERO,) and other.text is not None and not other.text.strip("0"):
            return False
    if first.text is not None and second.text is not None:
        return False
    one, other = uncommon(first, second)
    a, b = one.start, other.start
    shorter = min(len(a), len(b))
    if a[:shorter] != b[:shorter] or _ends_otherwise(one, other):
        return False
    return False if _too_short(one, other) or _too_short(other, one) else None


def uncommon(first: Value, second: Value) -> tuple[Value, Value]:
    """What is left of two texts without what they have in common at the beginning, and then at the end."""
    a, b = list(first.pieces), list(second.pieces)
    _drop_common(a, b)
    for pieces in (a, b):
        pieces[:] = [_turned(piece) for piece in reversed(pieces)]
    _drop_common(a, b)
    left = [Value(tuple(_turned(piece) for piece in reversed(pieces))) for pieces in (a, b)]
    return left[0], left[1]


def _turned(piece: Piece) -> Piece:
    return piece[::-1] if isinstance(piece, str) else piece


def _drop_common(a: list[Piece], b: list[Piece]) -> None:
    """Takes away the pieces with which both begin, and of the first that differ the characters."""
    count = 0
    shorter = min(len(a), len(b))
    while count < shorter and a[count] == b[count] and _stays(a[count]):
        count += 1
    del a[:count], b[:count]
    one, other = a[0] if a else None, b[0] if b else None
    if isinstance(one, str) and isinstance(other, str):
        shorter = min(len(one), len(other))
        length = next((at for at in range(shorter) if one[at] != other[at]), shorter)
        for pieces, text in ((a, one), (b, other)):
            pieces[:1] = [text[length:]] if text[length:] else []


def _ends_otherwise(first: Value, second: Value) -> bool:
    """Whether both end in known characters, and not in the same ones."""
    a, b = (value.pieces[-1] if value.pieces else "" for value in (first, second))
    return isinstance(a, str) and isinstance(b, str) and bool(a) and bool(b) and a[-1] != b[-1]


def _stays(piece: Piece) -> bool:
    return isinstance(piece, str) or (bool(piece.name) and piece != NONZERO)


def _too_short(known: Value, other: Value) -> bool:
    """Whether ``known`` has fewer characters than the other has at least."""
    text = known.text
    return text is not None and len(text) < _known_length(other)


def both(first: Maybe, second: Maybe) -> Maybe:
    """What is sure if either may hold."""
    return first if first is second else None


def negated(answer: Maybe) -> Maybe:
    """The opposite, where there is one."""
    return None if answer is None else not answer
