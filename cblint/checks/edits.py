"""Small edits that several rules offer."""

from __future__ import annotations

import re

from cblint.finding import Edit
from cblint.source.text import Span
from cblint.source.tree import Node, Scalar


def before(span: Span, text: str) -> Edit:
    """Text put before a place."""
    return Edit(Span(span.start, span.start), text)


def after(span: Span, text: str) -> Edit:
    """Text put behind a place."""
    return Edit(Span(span.end, span.end), text)


def between(first: Span, second: Span, text: str) -> Edit:
    """Text in the place of what stands between two."""
    return Edit(Span(first.end, second.start), text)


def respelt(node: Node | None, text: str) -> tuple[Edit, ...]:
    """Another text in the place of a scalar's, its quotes kept; nothing for what is no scalar, or a block."""
    # A block scalar's value holds line ends, which its place in the file needs.
    if not isinstance(node, Scalar) or node.style in ("|", ">"):
        return ()
    return (Edit(node.text.span(0, len(node.text)), text),)


def listed(node: Node) -> tuple[Edit, ...]:
    """Brackets round the one value that stands where a list should, if it is certain where that ends."""
    if not isinstance(node, Scalar) or not node.one_line or node.style in ("|", ">"):
        return ()
    if node.style == "" and re.search(r"[\[\]{},#]|: |:$", node.value):
        return ()
    return (Edit(node.span, f"[{node.source}]"),)
