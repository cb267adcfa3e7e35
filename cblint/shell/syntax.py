"""The syntax tree of a shell command: nodes and words. What the words are put together to is in commands.py.

Nodes are never changed once they are made. ``start`` and ``end`` index the value of ``source``, the text of the
command; ``span`` is the same in file offsets. Sequences are flat (a hundred ``&&`` are one AndOr), so that only what
nests in the shell nests in the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cblint.source.text import Span, Text
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.shell.commands import CommandList


class Node:
    """A part of a command."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Text, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def span(self) -> Span:
        """The range of the file that it was made from."""
        return self.source.span(self.start, self.end)

    def part(self, start: int, end: int) -> Span:
        """The range of the file that a part of ``raw`` was made from."""
        return self.source.span(self.start + start, self.start + end)

    @property
    def raw(self) -> str:
        """What is written, with its quotes and all."""
        return self.source.value[self.start : self.end]

    def children(self) -> Sequence[Node]:
        """The nodes right below, in the order in which they are written."""
        return ()

    def walked(self) -> Iterator[Node]:
        """The node and all below it, in the order in which they are written."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            children = node.children()
            if children:
                stack.extend(children[::-1])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.raw!r})"


def walk(root: Node) -> Iterator[Node]:
    """The node and all below it, in the order in which they are written."""
    return root.walked()


# Words


class Part(Node):
    """A part of a word."""

    __slots__ = ()


class Literal(Part):
    """Text without quotes; ``value`` is without the backslashes that escape in it."""

    __slots__ = ("value",)

    # Here and in Word without super(): commands consist of them, and the call is half of what they cost.
    def __init__(self, source: Text, start: int, end: int, value: str) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.value = value

    @property
    def escaped(self) -> bool:
        """Whether a backslash stands in it, so that some of it is quoted after all."""
        return len(self.value) != self.end - self.start


class SingleQuoted(Part):
    """``'…'``, or ``$'…'`` if ``ansi``: then ``value`` still has its escapes."""

    __slots__ = ("ansi", "value")

    def __init__(self, source: Text, start: int, end: int, value: str, ansi: bool) -> None:
        super().__init__(source, start, end)
        self.value = value
        self.ansi = ansi


class DoubleQuoted(Part):
    """``"…"``, or ``$"…"`` if ``localized``."""

    __slots__ = ("localized", "parts")

    def __init__(self, source: Text, start: int, end: int, parts: tuple[Part, ...], localized: bool) -> None:
        super().__init__(source, start, end)
        self.parts = parts
        self.localized = localized

    def children(self) -> Sequence[Node]:
        return self.parts


class Parameter(Part):
    """``$name`` or ``${…}``.

    ``prefix`` is ``#`` (its length), ``!`` (indirect) or nothing; ``operator`` is what follows the name and
    ``argument`` the word after that. What bash would call a bad substitution when it runs has an empty ``name``.
    """

    __slots__ = ("argument", "braces", "name", "operator", "prefix", "subscript")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        name: str,
        braces: bool,
        prefix: str = "",
        subscript: Word | None = None,
        operator: str = "",
        argument: Word | None = None,
    ) -> None:
        super().__init__(source, start, end)
        self.name = name
        self.braces = braces
        self.prefix = prefix
        self.subscript = subscript
        self.operator = operator
        self.argument = argument

    def children(self) -> Sequence[Node]:
        return [node for node in (self.subscript, self.argument) if node is not None]


class CommandSubstitution(Part):
    """``$(…)`` or, if ``backquoted``, `` `…` ``."""

    __slots__ = ("backquoted", "body")

    def __init__(self, source: Text, start: int, end: int, body: CommandList, backquoted: bool) -> None:
        super().__init__(source, start, end)
        self.body = body
        self.backquoted = backquoted

    def children(self) -> Sequence[Node]:
        return (self.body,)


class ProcessSubstitution(Part):
    """``<(…)`` or ``>(…)``; ``direction`` is its first character."""

    __slots__ = ("body", "direction")

    def __init__(self, source: Text, start: int, end: int, direction: str, body: CommandList) -> None:
        super().__init__(source, start, end)
        self.direction = direction
        self.body = body

    def children(self) -> Sequence[Node]:
        return (self.body,)


class Inserted(Part):
    """What only the deployment puts in, before any shell reads the command: HOLE (source/text.py).

    It is taken to be text, or outside of quotes words. Where a command begins with it, it can be whole commands.
    """

    __slots__ = ()


class ArithmeticExpansion(Part):
    """``$((…))``; ``expression`` is what stands inside, as in double quotes."""

    __slots__ = ("expression",)

    def __init__(self, source: Text, start: int, end: int, expression: Word) -> None:
        super().__init__(source, start, end)
        self.expression = expression

    def children(self) -> Sequence[Node]:
        return (self.expression,)


def _text_of(parts: tuple[Part, ...]) -> str | None:
    """What parts are without their quotes; None if something in them is expanded."""
    found = []
    for part in parts:
        for piece in part.parts if isinstance(part, DoubleQuoted) else (part,):
            if not isinstance(piece, (Literal, SingleQuoted)):
                return None
            found.append(piece.value)
    return "".join(found)


class Word(Node):
    """A word: parts that stand side by side.

    ``text`` is what it is without its quotes, if nothing in it is expanded; else None. File name patterns count as
    they are written, and so do the escapes of ``$'…'``.
    """

    __slots__ = ("parts", "text")

    def __init__(self, source: Text, start: int, end: int, parts: tuple[Part, ...]) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.parts = parts
        # It is asked for ten times as often as words are made.
        self.text = parts[0].value if len(parts) == 1 and type(parts[0]) is Literal else _text_of(parts)

    def children(self) -> Sequence[Node]:
        return self.parts

    @property
    def unquoted(self) -> str | None:
        """The word if it is one piece of text without any quotes, as reserved words are; else None."""
        if len(self.parts) != 1:
            return None
        (part,) = self.parts
        return part.value if isinstance(part, Literal) and not part.escaped else None
