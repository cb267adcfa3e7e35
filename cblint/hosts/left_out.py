"""What documentation leaves out of the code that it shows, or leaves to its readers to fill in."""

from __future__ import annotations

from cblint import expressions
from cblint.source.foreign import Given, Unknown
from cblint.source.text import HOLE, Piece, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence, walk

_LEFT_OUT = ("...", "…")
_DOTS = r"(?:\.\.\.|…)"
_ELISION = expressions.lazy(
    rf"(?m)^[ \t]*(?:- +)*(?:(?:#|//)[ \t]*{_DOTS}|(?:[\w.\"'-]{{1,80}}:[ \t]+)?{_DOTS}[ \t]*(?:,[ \t]*)?\r?$)"
    rf"|[{{\[][ \t]*{_DOTS}[ \t]*[}}\]]"
)
_FILL_IN = r"<[A-Za-z](?:[\w .:/|-]{0,60}\w)?>"
_PLACEHOLDER = expressions.lazy(rf"(?<=[/=:\"'@.,-]){_FILL_IN}|(?<![<\w)&]){_FILL_IN}(?![\w<>]|/dev/|/tmp/)")
"""Not ``<in >out`` nor ``<in>/dev/null``."""


def is_elided(source: str) -> bool:
    """Whether something is left out: a line of dots, a comment that begins with them, ``{...}``."""
    return _ELISION.search(source) is not None


def without_placeholders(text: Text) -> Text:
    """A text in which what is left to fill in, as in ``--name <your-project>``, is not known."""
    pieces: list[Piece] = []
    at = 0
    for match in _PLACEHOLDER.finditer(text.value):
        pieces += [_kept(text.value, at, match.start()), Piece(HOLE, match.start(), match.end())]
        at = match.end()
    return text.derive([*pieces, _kept(text.value, at, len(text))], 0) if pieces else text


def _kept(source: str, start: int, end: int) -> Piece:
    return Piece(source[start:end], start, end)


def forget_what_is_left_out(root: Node) -> None:
    """Put what is not known in the place of dots and of what is to be filled in, in a tree that nobody else has yet."""
    for node in walk(root):
        if isinstance(node, Mapping):
            for pair in node.pairs:
                pair.value = _known(pair.value)
        elif isinstance(node, Sequence):
            node.items = [_known(item) for item in node.items]


def _known(node: Node) -> Node:
    unknown = Unknown(node.origin, node.start, node.end)
    if _is_dots(node):
        return unknown
    if not isinstance(node, Scalar) or "<" not in node.value:
        return node
    text = without_placeholders(node.text)
    if text.value == node.value:
        return node
    return unknown if text.value == HOLE else Given(node.origin, node.start, node.end, text, node.style)


def _is_dots(node: Node) -> bool:
    """Whether it is ``...``, ``{...}`` or ``[...]``."""
    if isinstance(node, Mapping):
        return len(node.pairs) == 1 and node.pairs[0].name in _LEFT_OUT
    if isinstance(node, Sequence):
        return len(node.items) == 1 and _is_dots(node.items[0])
    return isinstance(node, Scalar) and node.value in _LEFT_OUT
