"""Small edits that several rules offer.

Those that put a text before, behind, between or in the place of something say what a value becomes: the text is what a
shell sees of it, whatever the style of the scalar.
"""

from __future__ import annotations

import re

from cblint.finding import Edit
from cblint.source.text import Span, begin_of_line, end_of_line
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence


def before(span: Span, text: str) -> Edit:
    """Text put before a place."""
    return Edit(Span(span.start, span.start), text, within=True)


def after(span: Span, text: str) -> Edit:
    """Text put behind a place."""
    return Edit(Span(span.end, span.end), text, within=True)


def replaced(span: Span, text: str) -> Edit:
    """Text in the place of another."""
    return Edit(span, text, within=True)


def left_out(previous: Span, span: Span) -> Edit:
    """A word taken out, with the blanks between it and the one before."""
    return Edit(Span(previous.end, span.end), "", within=True)


def between(first: Span, second: Span, text: str) -> Edit:
    """Text in the place of what stands between two."""
    return Edit(Span(first.end, second.start), text, within=True)


def respelt(node: Node | None, text: str) -> tuple[Edit, ...]:
    """Another text in the place of a scalar's, its quotes kept; nothing for what is no scalar, or a block."""
    # A block scalar's value holds line ends, which its place in the file needs.
    if not isinstance(node, Scalar) or node.style in ("|", ">"):
        return ()
    return (replaced(node.text.span(0, len(node.text)), text),)


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
    line = begin_of_line(source, start)
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
    line = begin_of_line(source, key.start)
    end = end_of_line(source, value.start)
    if source[line : key.start].strip(" ") or source[end : end + 1] not in ("\n", "\r"):
        return ()
    end += 2 if source.startswith("\r\n", end) else 1
    return (Edit(key.origin.span(line, end), ""),)


def without_items(sequence: Sequence, numbers: set[int]) -> dict[int, tuple[Edit, ...]]:
    """Some items taken out of a list, each by edits that go together with those of the others; of all: nothing.

    There are none where it is unclear what belongs to an item, or to the list: an anchor, a comment between two items.
    """
    if len(numbers) >= len(sequence.items) or sequence.tag is not None or sequence.anchor is not None:
        return {}
    take_out = _from_brackets if sequence.flow else _line_of
    first = next(number for number in range(len(sequence.items)) if number not in numbers)
    found = {number: take_out(sequence.items, number, first) for number in numbers}
    return {number: edits for number, edits in found.items() if edits}


def _from_brackets(items: list[Node], number: int, first: int) -> tuple[Edit, ...]:
    """An item with the comma behind it, where it stands before the first that stays, else with the one before it."""
    source = items[number].origin.value
    if number < first:
        start, end = items[number].start, items[number + 1].start
    else:
        start, end = _end(items[number - 1]), _end(items[number])
    if "#" in source[start:end] or items[number].anchor is not None:
        return ()
    return (Edit(items[number].origin.span(start, end), ""),)


def _line_of(items: list[Node], number: int, _: int) -> tuple[Edit, ...]:
    """The lines of an item, with what is said of it behind it."""
    item = items[number]
    source = item.origin.value
    start = begin_of_line(source, item.start)
    if item.anchor is not None or re.fullmatch(r" *- *", source[start : item.start]) is None:
        return ()
    line_end = re.compile(r"\r\n|\r|\n|\Z").search(source, _end(item))
    end = line_end.end() if line_end is not None else len(source)
    return (Edit(item.origin.span(start, end), ""),)


def _end(node: Node) -> int:
    return node.start + len(node.source)
