"""Small edits that several rules offer.

Those that put a text before, behind, between or in the place of something say what a value becomes: the text is what a
shell sees of it, whatever the style of the scalar.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from cblint import expressions
from cblint.finding import Edit
from cblint.source.text import Span, begin_of_line, end_of_line, line_end_of
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence, walk

Change = tuple[tuple[Node, ...], tuple[Edit, ...]]
"""The nodes whose data the edits change beside the place of the finding, and the edits; nothing where not certain."""
NOTHING: Change = ((), ())


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


def of_all(several: Iterable[tuple[Edit, ...]]) -> tuple[Edit, ...]:
    """What mends several places of which one finding speaks: nothing where one of them cannot be mended."""
    each = list(several)
    return tuple(edit for edits in each for edit in edits) if all(each) else ()


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
    return (Edit(at, f"{key}: {value}{line_end_of(source)}{indentation}"),)


def without(mapping: Mapping, key: Node) -> tuple[Edit, ...]:
    """The line of a key and its value taken out of a mapping, if it is theirs alone; nothing where that is unclear.

    Out of brackets, they are taken with the comma behind them, or before them where they are the last.
    """
    number = next((number for number, each in enumerate(mapping.pairs) if each.key is key), -1)
    if number < 0 or len(mapping.pairs) < 2 or key.anchor is not None:
        return ()
    value = mapping.pairs[number].value
    if mapping.flow:
        nodes = [value, *walk(value)]
        return _pair_from_brackets(mapping.pairs, number) if all(each.anchor is None for each in nodes) else ()
    if not isinstance(value, Scalar) or value.anchor is not None or not value.one_line or value.style in ("|", ">"):
        return ()
    source = key.origin.value
    line = begin_of_line(source, key.start)
    end = end_of_line(source, value.start)
    if source[line : key.start].strip(" ") or source[end : end + 1] not in ("\n", "\r"):
        return ()
    end += 2 if source.startswith("\r\n", end) else 1
    return (Edit(key.origin.span(line, end), ""),)


def is_below_comment(node: Node, edit: Edit) -> bool:
    """Whether an edit begins on a line below a comment, which may say something of what it takes out."""
    source = node.origin.value
    return _line_before(source, begin_of_line(source, node.origin.index(edit.span.start))).lstrip().startswith("#")


def _line_before(source: str, start: int) -> str:
    """The line before the one that begins at a place; nothing where that is the first."""
    end = start - 2 if source.startswith("\r\n", start - 2) and start > 1 else start - 1
    return source[begin_of_line(source, end) : end] if end > 0 else ""


def _pair_from_brackets(pairs: list[Pair], number: int) -> tuple[Edit, ...]:
    """A pair with the comma behind it, or, if it is the last, with the one before it."""
    this = pairs[number]
    is_last = number + 1 == len(pairs)
    start = _end(pairs[number - 1].value) if is_last else this.key.start
    end = _end(this.value) if is_last else pairs[number + 1].key.start
    if "#" in this.key.origin.value[start:end]:
        return ()
    return (Edit(this.key.origin.span(start, end), ""),)


def without_entry(
    root: Node | None, way: tuple[str, ...], key: Node, leaving: Container[str | None]
) -> tuple[tuple[Node, ...], tuple[Edit, ...]]:
    """An entry taken out of the mapping at the end of a way, and out of which mapping; its last one with that.

    ``leaving`` are the names of all that may go: where these are all entries, the first of them waits for the others to
    be gone.
    """
    node = root
    for name in way:
        pair = node.get(name) if isinstance(node, Mapping) else None
        node = pair.value if pair is not None else None
    pairs = node.pairs if isinstance(node, Mapping) else []
    entry = next((each for each in pairs if each.key is key), None)
    if entry is None or entry.name is None or [each.name for each in pairs].count(entry.name) > 1:
        return (), ()
    if len(pairs) > 1 and entry is pairs[0] and all(each.name in leaving for each in pairs):
        return (), ()
    holders, edits = without_branch(root, *way, entry.name)
    # What a comment on the line before says would be left, and said of what comes next.
    return (holders, edits) if not any(is_below_comment(key, edit) for edit in edits) else ((), ())


def without_branch(root: Node | None, *names: str) -> tuple[tuple[Node, ...], tuple[Edit, ...]]:
    """A key and its value taken out, with every key above it below which nothing else stands; and out of which mapping.

    Nothing where it is unclear what belongs to it: a comment between these keys, an anchor, a value of several lines.
    """
    way: list[tuple[Mapping, Pair]] = []
    node = root
    for name in names:
        pair = node.get(name) if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or pair is None or pair not in node.pairs:
            return (), ()
        way.append((node, pair))
        node = pair.value
    while len(way) > 1 and len(way[-1][0].pairs) == 1:
        way.pop()
    mapping, outer = way[-1]
    if outer.value is node or mapping.flow:
        edits = without(mapping, outer.key)
        return ((mapping,), edits) if edits else ((), ())
    is_clear = isinstance(node, Scalar) and node.one_line and node.style not in ("|", ">") and len(mapping.pairs) > 1
    source, start = outer.key.origin.value, outer.key.start
    line, end = begin_of_line(source, start), end_of_line(source, node.start) if node is not None else start
    between = source[start : node.start] if node is not None else ""
    if not is_clear or source[line:start].strip(" ") or set("#&*!{") & set(between):
        return (), ()
    return (mapping,), (Edit(outer.key.origin.span(line, _behind_blank_line(source, line, end)), ""),)


_LINE_END = expressions.lazy(r"\r\n|\r|\n|\Z")
_BLANK_LINE = expressions.lazy(r"[ \t]*(?:\r\n|\r|\n)")


def _behind_blank_line(source: str, start: int, end: int) -> int:
    """Where the next line begins; if one is empty before what is taken out, and one behind it, where that ends."""
    match = _LINE_END.search(source, end)
    behind = match.end() if match is not None else end
    blank = _BLANK_LINE.match(source, behind)
    return blank.end() if blank is not None and not _line_before(source, start).strip() else behind


def item_on_top(pair: Pair, text: str) -> tuple[Edit, ...]:
    """A text as the first item of the list below a key, on the line behind that; nothing where it is unclear how."""
    sequence, colon = pair.value, pair.colon
    if not isinstance(sequence, Sequence) or sequence.anchor is not None or sequence.tag is not None:
        return ()
    if sequence.flow:
        at = sequence.items[0].start if sequence.items else 0
        return (Edit(pair.key.origin.span(at, at), f"{in_json(text)}, "),) if sequence.items else ()
    source = pair.key.origin.value
    match = _LINE_END.search(source, pair.key.end)
    if colon is None or match is None or not sequence.items or sequence.start < match.end():
        return ()
    first = sequence.items[0]
    dash = source[begin_of_line(source, first.start) : first.start]
    beside = source[pair.key.end : match.start()].lstrip(" ").removeprefix(":").strip()
    if re.fullmatch(r" *- +", dash) is None or (beside and not beside.startswith("#")):
        return ()
    return (Edit(pair.key.origin.span(match.start(), match.start()), f"{match.group()}{dash}{as_plain(text)}"),)


def item_alone(pair: Pair) -> tuple[Edit, ...]:
    """The one value of a key made the only item of a list, on a line of its own; nothing where that is unclear."""
    node, colon = pair.value, pair.colon
    source = pair.key.origin.value
    indentation = source[begin_of_line(source, pair.key.start) : pair.key.start]
    if not isinstance(node, Scalar) or colon is None or node.anchor is not None or node.tag is not None:
        return ()
    between = source[pair.key.end : node.start].lstrip(" ")
    if indentation.strip(" ") or between.strip(" ") != ":" or (not node.one_line and node.style != "|"):
        return ()
    # The lines of a block have to stand further in than its dash.
    lead = indentation if node.style == "|" else f"{indentation}  "
    end = "\r\n" if "\r\n" in source else "\n"
    return (Edit(node.origin.span(node.start - len(between) + 1, node.start), f"{end}{lead}- "),)


def put_below(pair: Pair, key: str) -> tuple[Edit, ...]:
    """The list below a key put below a further key; nothing where that is unclear."""
    node = pair.value
    if not isinstance(node, Sequence) or not node.items or node.anchor is not None or node.tag is not None:
        return ()
    if node.flow:
        name = f'"{key}"' if isinstance(pair.key, Scalar) and pair.key.style == '"' else key
        end = node.start + len(node.source)
        return (
            Edit(node.origin.span(node.start, node.start), f"{{{name}: "),
            Edit(node.origin.span(end, end), "}"),
        )
    source = node.origin.value
    line, own = begin_of_line(source, node.start), begin_of_line(source, pair.key.start)
    lead, before = source[line : node.start], source[own : pair.key.start]
    if line == own or lead.strip(" ") or before.strip(" ") or len(lead) <= len(before):
        return ()
    end_of_this = "\r\n" if "\r\n" in source else "\n"
    return (Edit(node.origin.span(line, line), f"{lead}{key}:{end_of_this}"),)


def item_behind(item: Node, text: str, in_brackets: bool) -> tuple[Edit, ...]:
    """A text as the item behind another of a list, which stands on one line; nothing where it is unclear how."""
    source = item.origin.value
    if in_brackets:
        at = _end(item)
        return (Edit(item.origin.span(at, at), f", {in_json(text)}"),)
    dash, at = source[begin_of_line(source, item.start) : item.start], end_of_line(source, item.start)
    if (
        re.fullmatch(r" *- +", dash) is None
        or not item.one_line
        or (isinstance(item, Scalar) and item.style in ("|", ">"))
    ):
        return ()
    end = "\r\n" if source.startswith("\r\n", at) else "\n"
    return (Edit(item.origin.span(at, at), f"{end}{dash}{as_plain(text)}"),)


def in_json(text: str) -> str:
    """A text as a string of JSON, which is one of YAML in brackets."""
    import json  # few files are JSON

    return json.dumps(text, ensure_ascii=False)


def as_plain(text: str) -> str:
    """A text of one line as YAML has it in a block: without quotes where none are needed."""
    is_plain = re.fullmatch(r"[A-Za-z0-9_/.].*", text) is not None and re.search(r":(?: |\Z)| #| \Z", text) is None
    return text if is_plain else "'{}'".format(text.replace("'", "''"))


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
