"""Small edits that several rules offer."""

from __future__ import annotations

import re

from cblint.finding import Edit
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Pair, Scalar


def before(span: Span, text: str) -> Edit:
    """Text put before a place."""
    return Edit(Span(span.start, span.start), text)


def after(span: Span, text: str) -> Edit:
    """Text put behind a place."""
    return Edit(Span(span.end, span.end), text)


def left_out(previous: Span, span: Span) -> Edit:
    """A word taken out, with the blanks between it and the one before."""
    return Edit(Span(previous.end, span.end), "")


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


def key_before(mapping: Mapping, pair: Pair, key: str, value: str) -> tuple[Edit, ...]:
    """A key and its value before another key of a mapping, in the style of the file; nothing where that is unclear."""
    if mapping.tag is not None or mapping.anchor is not None or pair not in mapping.pairs:
        return ()
    source, start = pair.key.origin.value, pair.key.start
    at = pair.key.origin.span(start, start)
    if mapping.flow:
        return (Edit(at, f'"{key}": {value}, '),)
    line = max(source.rfind("\n", 0, start), source.rfind("\r", 0, start)) + 1
    indentation = source[line:start]
    if indentation.strip(" "):
        return ()
    end = "\r\n" if "\r\n" in source else "\n"
    return (Edit(at, f"{key}: {value}{end}{indentation}"),)


def without(mapping: Mapping, key: Node) -> tuple[Edit, ...]:
    """The line of a key and its value taken out of a mapping, if it is theirs alone; nothing where that is unclear."""
    pair = next((each for each in mapping.pairs if each.key is key), None)
    if pair is None or mapping.flow or len(mapping.pairs) < 2 or key.anchor is not None:
        return ()
    value = pair.value
    if not isinstance(value, Scalar) or value.anchor is not None or not value.one_line or value.style in ("|", ">"):
        return ()
    source = key.origin.value
    line = max(source.rfind("\n", 0, key.start), source.rfind("\r", 0, key.start)) + 1
    end = value.rest_of_line.end
    if source[line : key.start].strip(" ") or source[end : end + 1] not in ("\n", "\r"):
        return ()
    end += 2 if source.startswith("\r\n", end) else 1
    return (Edit(key.origin.span(line, end), ""),)
