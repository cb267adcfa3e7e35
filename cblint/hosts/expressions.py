"""What expressions of a programming language say when nothing is run: literals, names that stand for them, calls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator

from cblint import expressions
from cblint.hosts.scopes import Scope
from cblint.records import NamedTuple
from cblint.source.foreign import Given, Items, Settings, Unknown
from cblint.source.text import HOLE, Piece, Text
from cblint.source.tree import Node
from cblint.typing import Generic, TypeVar

Syntax = TypeVar("Syntax")

DEEPEST = 60
"""Expressions inside each other that are looked at: each costs a few frames of the stack."""
MOST = 200_000
"""Characters and nodes that names may stand for in a file: names of names of names can grow without end."""

_INTEGER = expressions.lazy(r"(?:0|[1-9][0-9]{0,14})\Z")
_DECIMAL = expressions.lazy(r"((?:0|[1-9][0-9]{0,8}))\.([0-9]{1,6})\Z")


class Dotted(Unknown):
    """Names with dots between them. The first is written out if it was imported: ``aws-cdk-lib/aws-codebuild``."""

    __slots__ = ("path",)

    def __init__(self, origin: Text, start: int, end: int, path: tuple[str, ...]) -> None:
        super().__init__(origin, start, end)
        self.path = path


class Call(Unknown):
    """A call of a function, or of a constructor.

    ``path`` names it as ``Dotted`` does, its last name being written at ``head``; ``receiver`` is the value that a
    method is called on, if it is no name. ``settings`` is what it is given by name: keywords, or an object at the end.
    """

    __slots__ = ("arguments", "head", "path", "receiver", "settings")

    def __init__(
        self,
        origin: Text,
        start: int,
        end: int,
        path: tuple[str, ...],
        head: tuple[int, int],
        arguments: Iterable[Node],
        settings: Settings,
        receiver: Node | None = None,
    ) -> None:
        super().__init__(origin, start, end)
        self.path = path
        self.head = head
        self.arguments = tuple(arguments)
        self.settings = settings
        self.receiver = receiver


class Either(Unknown):
    """One of several values."""

    __slots__ = ("options",)

    def __init__(self, origin: Text, start: int, end: int, options: Iterable[Node]) -> None:
        super().__init__(origin, start, end)
        self.options = tuple(options)


class Spread(NamedTuple):
    """A value that stands in a list or a mapping for what it holds."""

    value: Node


class Place(NamedTuple):
    """Where an expression stands: ``origin.value[start:end]``."""

    origin: Text
    start: int
    end: int

    @property
    def unknown(self) -> Unknown:
        return Unknown(*self)

    def text(self, value: str) -> Text:
        """A text that stands as a whole for the expression."""
        return Text.over(value, self.origin.span(self.start, self.end))

    def plain(self, value: str) -> Given:
        """What is written without quotes, in these or in other words."""
        as_written = self.origin.value[self.start : self.end] == value
        return Given(*self, self.origin.slice(self.start, self.end) if as_written else self.text(value), "")

    def string(self, pieces: Iterable[Piece]) -> Given:
        """A string, of pieces in offsets into the origin."""
        return Given(*self, self.origin.derive(pieces, self.start))


def number(place: Place, written: str) -> Node:
    """A number as JSON has it, to which CDK turns all: 3.10 becomes 3.1."""
    digits = written.replace("_", "")
    if _INTEGER.match(digits):
        return place.plain(digits)
    match = _DECIMAL.match(digits)
    if match is None:
        return place.unknown
    fraction = match[2].rstrip("0")
    return place.plain(f"{match[1]}.{fraction}" if fraction else match[1])


def negative(place: Place, amount: Node) -> Node:
    """A number with a minus before it."""
    is_number = isinstance(amount, Given) and amount.style == "" and amount.value[:1].isdigit()
    return place.plain(f"-{amount.value}") if is_number and isinstance(amount, Given) else place.unknown


def mapping(place: Place, parts: Iterable[tuple[Node, Node] | Spread]) -> Settings:
    """A mapping of pairs and of others that are spread in it; what those may set anew is not known."""
    pairs: list[tuple[Node, Node]] = []  # from the last to the first
    names: set[str] = set()
    anything = False
    complete = True
    for part in reversed(list(parts)):
        held = part.value if isinstance(part, Spread) else Settings(*place, (part,))
        if isinstance(held, Settings):
            for pair in reversed(held.pairs):
                lost = anything or pair.name in names
                pairs.append((pair.key, _forgotten(pair.value) if lost else pair.value))
        may_set = _may_set(held)
        if may_set is None:
            anything, complete = True, False
        elif isinstance(held, Either):
            names |= may_set
            complete = False
    return Settings(*place, reversed(pairs), complete)


def _may_set(node: Node) -> frozenset[str] | None:
    """The keys that a mapping spread in another can set; None for any."""
    if isinstance(node, Either):
        options = [_may_set(option) for option in node.options]
        return None if None in options else frozenset().union(*[option for option in options if option is not None])
    if isinstance(node, Given):
        return frozenset()  # false, null: nothing is spread
    if isinstance(node, Settings) and node.complete:
        return frozenset(pair.name for pair in node.pairs if pair.name is not None)
    return None


def _forgotten(value: Node) -> Unknown:
    return Unknown(value.origin, value.start, value.end)


def sequence(place: Place, parts: Iterable[Node | Spread]) -> Items:
    """A list of values and of others that are spread in it; an unknown one stands for as many as it holds."""
    items: list[Node] = []
    complete = True
    for part in parts:
        if not isinstance(part, Spread):
            items.append(part)
        elif isinstance(part.value, Items):
            items += part.value.items
            complete = complete and part.value.complete
        else:
            items.append(_forgotten(part.value))
            complete = False
    return Items(*place, items, complete)


def added(place: Place, operands: list[Node]) -> Node:
    """What ``+`` makes of values: of lists a list, of strings a string with holes for what is not known."""
    if isinstance(operands[0], Items):
        return sequence(place, [Spread(operand) for operand in operands])
    if not any(_is_string(operand) for operand in operands[:2]):
        # Numbers may be added up before they are joined to a string.
        return place.unknown
    return Given(*place, Text.joined([text_of(operand) for operand in operands], place.origin.offset(place.start)))


def _is_string(node: Node) -> bool:
    return isinstance(node, Given) and node.style == '"'


def text_of(node: Node) -> Text:
    """A value as part of a text: a hole, if it is not known."""
    return node.text if isinstance(node, Given) else Place(node.origin, node.start, node.end).text(HOLE)


def joined(place: Place, separator: Node, items: Node) -> Node:
    """A list of strings as one; each separator stands for what is between two of them."""
    if not isinstance(separator, Given) or not isinstance(items, Items) or not items.complete or not items.items:
        return place.unknown
    parts = [text_of(items.items[0])]
    for before, item in zip(items.items, items.items[1:], strict=False):
        between = Place(place.origin, before.end, item.start) if before.end <= item.start else place
        parts += [between.text(separator.value), text_of(item)]
    return Given(*place, Text.joined(parts, place.origin.offset(place.start)))


Escape = Callable[[str, int, int], "tuple[str, int] | None"]
"""What stands at a backslash of a source, no further than an end, and where that ends; None if that is an error."""


def unescaped(source: str, start: int, end: int, escape: Escape) -> list[Piece] | None:
    """What a range of a source says, in offsets into it: escapes are replaced, line ends become line feeds."""
    pieces: list[Piece] = []
    at = start
    while at < end:
        special = next_special(source, at, end)
        pieces.append(Piece(source[at:special], at, special))
        at = special
        if at >= end:
            break
        if source[at] == "\r":
            after = at + 2 if source[at + 1 : at + 2] == "\n" else at + 1
            pieces.append(Piece("\n", at, after))
            at = after
            continue
        found = escape(source, at, end)
        if found is None:
            return None
        pieces.append(Piece(found[0], at, found[1]))
        at = found[1]
    return pieces


_SPECIAL = expressions.lazy(r"[\\\r]")


def next_special(source: str, at: int, end: int) -> int:
    """Where the next backslash or carriage return stands."""
    match = _SPECIAL.search(source, at, end)
    return match.start() if match else end


def code_point(digits: str) -> str | None:
    """The character of a code point in hexadecimal digits; None if there is none. What no file can hold is U+FFFD."""
    try:
        character = chr(int(digits, 16))
    except (ValueError, OverflowError):
        return None
    return "\ufffd" if "\ud800" <= character <= "\udfff" else character


class Evaluator(ABC, Generic[Syntax]):
    """The values of the expressions of one file. Each has one value, however often it is asked for."""

    def __init__(self, origin: Text) -> None:
        self.origin = origin
        self.source = origin.value
        self._values: dict[Hashable, Node | None] = {}
        self._kept: list[Syntax] = []
        self._left = MOST

    @abstractmethod
    def place(self, syntax: Syntax) -> Place:
        """Where an expression stands."""

    @abstractmethod
    def identity(self, syntax: Syntax) -> Hashable:
        """What tells an expression from all others of the file."""

    @abstractmethod
    def read(self, syntax: Syntax, scope: Scope[Syntax], depth: int) -> Node:
        """The value of an expression that has not been asked for yet."""

    def value(self, syntax: Syntax, scope: Scope[Syntax], depth: int = 0) -> Node:
        """The value of an expression; ``depth`` is how many stand around it."""
        identity = self.identity(syntax)
        if identity in self._values:
            known = self._values[identity]
            return known if known is not None else self.place(syntax).unknown  # of itself
        if depth > DEEPEST:
            return self.place(syntax).unknown
        self._values[identity] = None
        self._kept.append(syntax)  # so that no other gets its identity
        found = self._values[identity] = self.read(syntax, scope, depth)
        return found

    def named(self, name: str, place: Place, scope: Scope[Syntax], depth: int) -> Node:
        """The value that a name stands for, or the name if that is not written in the file."""
        binding = scope.binding(name)
        if binding is None:
            return Dotted(*place, scope.imported(name))
        found = self.value(binding.value, binding.scope, depth + 1)
        if self._left > 0:
            self._left -= _size(found)
        return found if self._left > 0 else place.unknown


def member(place: Place, held: Node, name: str) -> Node:
    """``held.name``."""
    if isinstance(held, Dotted):
        return Dotted(*place, (*held.path, name))
    if isinstance(held, Settings) and held.complete:
        pair = held.get(name)
        if pair is not None:
            return pair.value
    return place.unknown


def _size(node: Node) -> int:
    """Nodes and characters, no more than there may be."""
    total = 0
    stack: list[Iterator[Node]] = [iter((node,))]
    while stack and total <= MOST:
        current = next(stack[-1], None)
        if current is None:
            stack.pop()
            continue
        total += 1
        if isinstance(current, Given):
            total += len(current.value)
        elif isinstance(current, Items):
            stack.append(iter(current.items))
        elif isinstance(current, Settings):
            stack.append(iter([pair.value for pair in current.pairs]))
        elif isinstance(current, Call):
            stack.append(iter((*current.arguments, current.settings)))
    return total
