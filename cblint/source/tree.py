"""The nodes of a YAML file, with everything that a dump would lose: places, styles, order, duplicates, aliases."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from cblint import expressions
from cblint.records import NamedTuple
from cblint.source.text import BREAKS, HOLE, Deferred, Piece, Span, Text

MERGE_KEY = "<<"
QUOTES = ("'", '"')
_LINE_END = expressions.lazy(r"[\r\n]")


class Node:
    """Part of a YAML document.

    ``start`` and ``end`` index ``origin``, the text that was parsed; ``span`` is the same in file offsets.
    ``open`` says that a syntax error cut the node short.
    """

    __slots__ = ("anchor", "end", "open", "origin", "start", "tag")

    def __init__(self, origin: Text, start: int, end: int, anchor: str | None, tag: str | None) -> None:
        self.origin = origin
        self.start = start
        self.end = end
        self.anchor = anchor
        self.tag = tag
        self.open = False

    @property
    def span(self) -> Span:
        """What the node covers, without its anchor and tag and without trailing line ends."""
        return self.origin.span(self.start, self.start + len(self.source))

    @property
    def resolved(self) -> Node:
        """The node itself, or what an alias stands for."""
        return self

    @property
    def empty(self) -> bool:
        """Whether nothing was written, seen through an alias: ``key:`` or ``-``."""
        target = self.resolved
        return isinstance(target, Scalar) and target.style == "" and target.value == ""

    @property
    def source(self) -> str:
        """The characters that the span covers, as they stand in the file."""
        return self.origin.value[self.start : self.end].rstrip("\r\n \t")

    @property
    def first_character(self) -> Span:
        return self.origin.span(self.start, min(self.start + 1, len(self.origin)))

    @property
    def rest_of_line(self) -> Span:
        """From where the node begins to the end of that line."""
        match = _LINE_END.search(self.origin.value, self.start)
        return self.origin.span(self.start, match.start() if match else len(self.origin.value))

    @property
    def one_line(self) -> bool:
        """Whether the node stands on one line of the file."""
        return _LINE_END.search(self.source) is None


class Scalar(Node):
    """A leaf. ``style`` is ``""`` (plain), ``'``, ``"``, ``|`` or ``>``."""

    __slots__ = ("_text", "style", "value")

    def __init__(
        self, origin: Text, start: int, end: int, anchor: str | None, tag: str | None, value: str, style: str
    ) -> None:
        self._text: Text | None = None
        self.origin = origin  # without super(), as most nodes are scalars
        self.start = start
        self.end = end
        self.anchor = anchor
        self.tag = tag
        self.open = False
        self.value = value
        self.style = style

    @property
    def text(self) -> Text:
        """The value, with the place of each of its characters."""
        if self._text is None:  # whoever asks for many of its places asks one text
            # Most are never asked for their places.
            about = self.origin.about + self.start
            # It does not hold the node, so that both go as soon as nobody has them.
            origin, start, end, style, value = self.origin, self.start, self.end, self.style, self.value
            self._text = Deferred(value, lambda: origin.derive(_pieces(origin, start, end, style, value), start), about)
        return self._text

    @property
    def local(self) -> Text:
        """The value, with the place of each of its characters in ``origin``."""
        return Text(self._pieces(), self.start)

    @property
    def folds(self) -> list[int]:
        """Indexes of the blanks in the value that are line breaks in the file."""
        found, index = [], 0
        for value, start, end in self._pieces():
            if value == " " and end > start and self.origin.value[start] in BREAKS:
                found.append(index)
            index += len(value)
        return found

    def _pieces(self) -> list[Piece]:
        return _pieces(self.origin, self.start, self.end, self.style, self.value)


def _pieces(origin: Text, start: int, end: int, style: str, value: str) -> list[Piece]:
    from cblint.source import scalars  # few scalars are looked into

    found = scalars.pieces(origin.value, start, end, style, value)
    return [Piece(char, start, end) for char in value] if found is None else found


class Sequence(Node):
    """A list."""

    __slots__ = ("flow", "items")

    def __init__(self, origin: Text, start: int, anchor: str | None, tag: str | None, flow: bool) -> None:
        super().__init__(origin, start, start, anchor, tag)
        self.flow = flow
        self.items: list[Node] = []


class Pair:
    """A key and its value."""

    __slots__ = ("is_merge", "key", "name", "value")

    def __init__(self, key: Node, value: Node) -> None:
        self.key = key
        self.value = value
        target = key.resolved
        self.name = target.value if isinstance(target, Scalar) and HOLE not in target.value else None
        """The key as text; None if it is a list or a mapping, or not all known."""
        self.is_merge = self.name == MERGE_KEY and isinstance(key, Scalar) and key.style == ""

    @property
    def colon(self) -> Span | None:
        """The colon that makes the pair; None where none follows the key (``{a}`` or ``? a``)."""
        key = self.key
        source = key.origin.value
        at = key.end
        while at < len(source) and source[at] in " \t":
            at += 1
        return key.origin.span(at, at + 1) if source[at : at + 1] == ":" else None


class Mapping(Node):
    """A mapping with its pairs in file order, duplicates included."""

    __slots__ = ("flow", "pairs")

    def __init__(self, origin: Text, start: int, anchor: str | None, tag: str | None, flow: bool) -> None:
        super().__init__(origin, start, start, anchor, tag)
        self.flow = flow
        self.pairs: list[Pair] = []

    def effective(self) -> dict[str, Pair]:
        """What a loader makes of the mapping: later duplicates win, ``<<`` fills in what is not given."""
        found: dict[str, Pair] = {}
        seen: set[int] = set()
        stack = [self]  # merges can chain through thousands of aliases, so depth may cost no recursion
        while stack:
            mapping = stack.pop()
            if id(mapping) in seen:
                continue
            seen.add(id(mapping))
            own = {pair.name: pair for pair in mapping.pairs if pair.name is not None and not pair.is_merge}
            for name, pair in own.items():
                found.setdefault(name, pair)
            merges = [pair.value.resolved for pair in mapping.pairs if pair.is_merge]
            stack += reversed([target for merge in merges for target in _merged(merge)])
        return found

    def get(self, name: str) -> Pair | None:
        """The pair that holds for a key, after duplicates and merges."""
        last = None
        merges = False
        for pair in self.pairs:
            if pair.is_merge:
                merges = True
            elif pair.name == name:
                last = pair
        return self.effective().get(name) if last is None and merges else last


def _merged(node: Node) -> Iterator[Mapping]:
    if isinstance(node, Mapping):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            target = item.resolved
            if isinstance(target, Mapping):
                yield target


class Alias(Node):
    """A use of an anchor: ``*name``."""

    __slots__ = ("name", "target")

    def __init__(self, origin: Text, start: int, end: int, name: str, target: Node) -> None:
        super().__init__(origin, start, end, None, None)
        self.name = name
        self.target = target

    @property
    def resolved(self) -> Node:
        return self.target


def walk(root: Node | None) -> Iterator[Node]:
    """The node and all below it in file order; aliases are not followed."""
    stack = [root] if root is not None else []
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, Mapping):
            for pair in reversed(node.pairs):
                stack.append(pair.value)
                stack.append(pair.key)
        elif isinstance(node, Sequence):
            stack.extend(reversed(node.items))


def reachable(root: Node | None) -> Iterator[Node]:
    """The node and all below it, through aliases: each once, however many ways lead to it."""
    seen: set[int] = set()
    stack = [root.resolved] if root is not None else []
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, Mapping):
            stack += [each.resolved for pair in reversed(node.pairs) for each in (pair.value, pair.key)]
        elif isinstance(node, Sequence):
            stack += [item.resolved for item in reversed(node.items)]


class Step(NamedTuple):
    """A step on the way to a place: a key (``?`` for one that is no text) or the number of a list item, from 0.

    ``node`` is what stands there: the value of ``pair``, or its key where the way ends in that.
    """

    name: str | int
    node: Node
    pair: Pair | None = None


def way_to(root: Node | None, offset: int, until: Node | None = None) -> Iterator[Step]:
    """The way to what stands at a file offset, or before it; no further than ``until``."""
    node: Node | None = root
    while node is not None and node is not until:
        if isinstance(node, Mapping):
            number = bisect_right(node.pairs, offset, key=lambda pair: _begin(pair.key)) - 1
            if number < 0:
                return
            pair = node.pairs[number]
            node = pair.value if offset >= pair.key.span.end else None
            yield Step(pair.name if pair.name is not None else "?", node or pair.key, pair)
        elif isinstance(node, Sequence):
            number = bisect_right(node.items, offset, key=_begin) - 1
            if number < 0:
                return
            node = node.items[number]
            yield Step(number, node)
        else:
            return


def path_to(root: Node | None, offset: int, until: Node | None = None) -> str:
    """The same as it is written: ``phases.build.commands[2]``."""
    return path_of(step.name for step in way_to(root, offset, until))


def path_of(names: Iterable[str | int]) -> str:
    """Keys and numbers of list items as they are written: ``phases.build.commands[2]``."""
    return "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in names).removeprefix(".")


def _begin(node: Node) -> int:
    return node.origin.offset(node.start)
