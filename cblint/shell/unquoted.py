"""Commands as their shell reads them: without quotes and what escapes, each character at its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cblint.records import NamedTuple
from cblint.shell.ansi import unescaped
from cblint.shell.syntax import DoubleQuoted, Literal, Node, SingleQuoted
from cblint.source.text import Piece, Text

_BETWEEN_WORDS = frozenset(" \t\r\n;|&()<>")


class Edit(NamedTuple):
    """``source.value[start:end]`` is read as ``read``."""

    start: int
    end: int
    read: str


class Reading(NamedTuple):
    """A text as it is read, and as it is written."""

    text: Text
    written: Text


def edits_of(node: Node) -> Iterator[Edit]:
    """What is read otherwise than it is written of a node, without what stands below it."""
    if isinstance(node, (Literal, SingleQuoted)):
        read = (unescaped(node.value) if isinstance(node, SingleQuoted) and node.ansi else None) or node.value
        if read != node.raw and (read or not ends_word(node)):
            yield Edit(node.start, node.end, read)
    elif isinstance(node, DoubleQuoted):
        opening = node.raw.find('"', 0, 2) + 1  # a here-document has none
        if opening and (node.parts or not ends_word(node)):
            yield Edit(node.start, node.start + opening, "")
            yield Edit(node.end - 1, node.end, "")


def unquoted(nodes: Iterable[Node], edited: Callable[[Node], Iterator[Edit]] = edits_of) -> Iterator[Reading]:
    """The texts that nodes stand in, those in which something is quoted; what is expanded there is as it is written.

    An empty word keeps its quotes, as the next one would seem to stand in its place. ``edited`` knows the quotes of a
    shell: those of POSIX shells here.
    """
    found: dict[int, tuple[Text, list[Edit]]] = {}
    for node in nodes:
        edits = list(edited(node))
        if edits:
            found.setdefault(id(node.source), (node.source, []))[1].extend(edits)
    for source, edits in found.values():
        yield _reading(source, edits, 0, len(source))


def unquoted_word(word: Node) -> Reading:
    """A word, or another node, without its quotes."""
    edits = (edit for node in word.walked() if node.source is word.source for edit in edits_of(node))
    return _reading(word.source, edits, word.start, word.end)


def _reading(source: Text, edits: Iterable[Edit], start: int, end: int) -> Reading:
    return Reading(source.derive(_pieces(source.value, sorted(edits), start, end), start), source)


def ends_word(node: Node) -> bool:
    """Whether nothing of its word stands behind a node."""
    behind = node.source.value[node.end : node.end + 1]
    return not behind or behind in _BETWEEN_WORDS


def _pieces(written: str, edits: Iterable[Edit], at: int, end: int) -> Iterator[Piece]:
    """What is read of ``written[at:end]``."""
    for edit in edits:
        if edit.start < at:
            continue  # a node can stand below two others
        if at < edit.start:
            yield Piece(written[at : edit.start], at, edit.start)
        yield from _placed(edit, written)
        at = edit.end
    if at < end:
        yield Piece(written[at:end], at, end)


def _placed(edit: Edit, written: str) -> list[Piece]:
    """Where the characters of what is read stand, as far as each of them is written."""
    pieces: list[Piece] = []
    at = edit.start
    for char in edit.read:
        at = written.find(char, at, edit.end)
        if at < 0:
            return [Piece(edit.read, edit.start, edit.end)]
        if pieces and pieces[-1].end == at:
            pieces[-1] = Piece(pieces[-1].value + char, pieces[-1].start, at + 1)
        else:
            pieces.append(Piece(char, at, at + 1))
        at += 1
    return pieces
