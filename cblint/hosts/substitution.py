"""What ``Fn::Sub`` makes of a text: which ``${…}`` stand in it, what each is, and what is put in for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cblint import expressions
from cblint.records import NamedTuple
from cblint.source.foreign import Given, Unknown
from cblint.source.text import HOLE, Span, Text
from cblint.source.tree import Node, Scalar

PARAMETER, RESOURCE, PSEUDO, VARIABLE = "parameter", "resource", "pseudo", "variable"
UNDEFINED, MALFORMED, UNCLEAR = "undefined", "malformed", "unclear"

_NAME = expressions.lazy(r"[A-Za-z0-9_.:]+")
"""What the service allows as a name in ``${}``."""


class Substituted(NamedTuple):
    """A ``${…}``.

    ``name`` is all between its braces, ``span`` is in file offsets, braces included. ``kind`` says what the name is: a
    PARAMETER, a RESOURCE (or an attribute of one), PSEUDO (``AWS::Region``), a VARIABLE of the function's own map;
    UNDEFINED in the template, MALFORMED (no name at all), or UNCLEAR: something that is not seen may define it.
    ``doubled`` is the dollar before it, as other formats escape one.
    """

    name: str
    span: Span
    kind: str
    doubled: Span | None = None


class Substitution(Given):
    """A scalar that ``Fn::Sub`` makes, or into which such a one went."""

    __slots__ = ("substituted",)

    def __init__(self, origin: Text, start: int, end: int, text: Text, substituted: tuple[Substituted, ...]) -> None:
        super().__init__(origin, start, end, text)
        self.substituted = substituted


class Made(NamedTuple):
    """The parts of a text, in their order, and the ``${…}`` that went into them."""

    parts: tuple[Text, ...]
    substituted: tuple[Substituted, ...] = ()

    @property
    def length(self) -> int:
        return sum(map(len, self.parts))


def substitute(text: Text, values: Mapping[str, Node], kind_of: Callable[[str], str]) -> Made:
    """The parts of what a text becomes. ``values`` is the map of the function; ``kind_of`` tells of other names."""
    parts, found, done = [], [], 0
    for start, end in _places(text.value):
        parts.append(text.slice(done, start))
        done = end
        name = text.value[start + 2 : end - 1]
        if name.startswith("!"):
            parts += [text.slice(start, start + 2), text.slice(start + 3, end)]
            continue
        place = text.span(start, end)
        value = values.get(name.strip())
        inner = text_of(value, place) if value is not None else Text.over(HOLE, place)
        parts.append(inner)
        kind = VARIABLE if value is not None else _kind(name.strip(), kind_of)
        doubled = text.span(start - 1, start) if text.value[start - 1 : start] == "$" else None
        found += [Substituted(name, place, kind, doubled), *substituted_in(value)]
    return Made((*parts, text.slice(done, len(text))), tuple(found))


def _kind(name: str, kind_of: Callable[[str], str]) -> str:
    return kind_of(name) if _NAME.fullmatch(name) else MALFORMED


def _places(value: str) -> Iterator[tuple[int, int]]:
    """Where each ``${…}`` with something in it begins and ends."""
    start = value.find("${")
    while start >= 0:
        end = value.find("}", start) + 1
        if end == 0:
            return
        if end - start > 3:
            yield start, end
        start = value.find("${", end)


def text_of(node: Node, place: Span) -> Text:
    """The text of a value that is put into another at ``place``: a hole where it is not known, or is no text."""
    target = node.resolved
    return target.text if isinstance(target, Scalar) else Text.over(HOLE, place)


def substituted_in(node: Node | None) -> tuple[Substituted, ...]:
    """The ``${…}`` that went into a value."""
    return node.substituted if isinstance(node, Substitution) else ()


def is_constant(node: Node) -> bool:
    """Whether a value is a scalar that no deployment changes."""
    return isinstance(node, Scalar) and HOLE not in node.value


def sole(made: Made) -> Substituted | None:
    """The one ``${…}`` that is all of a text."""
    whole = [part for part in made.parts if len(part)]
    return made.substituted[0] if len(whole) == len(made.substituted) == 1 and whole[0].value == HOLE else None


class Choice(Unknown):
    """A value that a condition decides; ``options`` are all that it can be."""

    __slots__ = ("options",)

    def __init__(self, origin: Text, start: int, end: int, options: tuple[Node, ...]) -> None:
        super().__init__(origin, start, end)
        self.options = options


class Nothing(Unknown):
    """``AWS::NoValue``: as if what holds it were not written."""

    __slots__ = ()
