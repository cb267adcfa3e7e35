"""The tree of a PowerShell command: no more of the language than what rules ask for.

What runs what, which variables are read and which are assigned, what stands in quotes. Operators, types and members are
in no node: the range of what they belong to holds them. Names are compared without regard to case, as PowerShell does.
"""

from __future__ import annotations

from collections.abc import Sequence

from cblint.shell.script import Problem
from cblint.shell.syntax import Literal, Node, SingleQuoted
from cblint.source.text import Text


class Variable(Node):
    """``$name``, ``${name}`` or ``@name``, the last if ``splatted``.

    ``drive`` is what stands before the first colon (``env``, a scope such as ``script``, or what was no drive at all),
    ``name`` what follows it, both in lower case.
    """

    __slots__ = ("braces", "drive", "name", "splatted")

    def __init__(self, source: Text, start: int, end: int, name: str, braces: bool, splatted: bool) -> None:
        super().__init__(source, start, end)
        drive, colon, rest = name.lower().partition(":")
        self.drive = drive if colon else ""
        self.name = rest if colon else drive
        self.braces = braces
        self.splatted = splatted


class Expandable(Node):
    """``"…"`` or ``@"…"@``: text in which variables and ``$(…)`` are expanded, which are its parts."""

    __slots__ = ("here", "parts")

    def __init__(self, source: Text, start: int, end: int, parts: tuple[Node, ...], here: bool) -> None:
        super().__init__(source, start, end)
        self.parts = parts
        self.here = here

    def children(self) -> Sequence[Node]:
        return self.parts

    @property
    def value(self) -> str | None:
        """The text, if nothing in it is expanded or escaped; else None."""
        edge = 2 if self.here else 1
        inner = self.raw[edge:-edge]
        return inner if not self.parts and "`" not in inner and '"' not in inner else None


class Bracket(Node):
    """What stands in ``(…)``, ``$(…)``, ``@(…)``, ``{…}`` or ``@{…}``; ``opening`` says in which."""

    __slots__ = ("opening", "statements")

    def __init__(self, source: Text, start: int, end: int, opening: str, statements: tuple[Node, ...]) -> None:
        super().__init__(source, start, end)
        self.opening = opening
        self.statements = statements

    def children(self) -> Sequence[Node]:
        return self.statements


class Argument(Node):
    """A word of a command.

    ``parts`` are texts without quotes (Literal, SingleQuoted), Expandable, Variable and Bracket. ``verbatim``: it
    begins as a parameter does (``-Name``), in which PowerShell expands nothing.
    """

    __slots__ = ("parts", "verbatim")

    def __init__(self, source: Text, start: int, end: int, parts: tuple[Node, ...], verbatim: bool) -> None:
        super().__init__(source, start, end)
        self.parts = parts
        self.verbatim = verbatim

    def children(self) -> Sequence[Node]:
        return self.parts

    @property
    def text(self) -> str | None:
        """What the word is without its quotes, if nothing in it is expanded; else None."""
        found: list[str] = []
        for part in self.parts:
            value = part.value if isinstance(part, (Literal, SingleQuoted, Expandable)) else None
            if value is None:
                return None
            found.append(value)
        return "".join(found)


class Call(Node):
    """A program, cmdlet or function with its words; ``operator`` is ``&`` or ``.`` before it, or nothing."""

    __slots__ = ("operator", "words")

    def __init__(self, source: Text, start: int, end: int, operator: str, words: tuple[Argument, ...]) -> None:
        super().__init__(source, start, end)
        self.operator = operator
        self.words = words

    def children(self) -> Sequence[Node]:
        return self.words

    @property
    def name(self) -> str:
        """What is called, in lower case, without its folder and ``.exe``; nothing if it is computed."""
        text = self.words[0].text if self.words else None
        return (text or "").lower().replace("\\", "/").rpartition("/")[2].removesuffix(".exe")


class Expression(Node):
    """What is computed; ``parts`` are the variables, strings and brackets in it. A pipeline can begin with one."""

    __slots__ = ("parts",)

    def __init__(self, source: Text, start: int, end: int, parts: tuple[Node, ...]) -> None:
        super().__init__(source, start, end)
        self.parts = parts

    def children(self) -> Sequence[Node]:
        return self.parts


class Assigned(Node):
    """An assignment: ``target`` is the expression before ``operator``, ``value`` the statement behind it, if any."""

    __slots__ = ("operator", "target", "value")

    def __init__(
        self, source: Text, start: int, end: int, target: Expression, operator: str, value: Node | None
    ) -> None:
        super().__init__(source, start, end)
        self.target = target
        self.operator = operator
        self.value = value

    def children(self) -> Sequence[Node]:
        return (self.target,) if self.value is None else (self.target, self.value)


class Keyword(Node):
    """A statement that begins with a reserved word, such as ``if`` or ``foreach``; ``parts`` are its brackets."""

    __slots__ = ("parts", "word")

    def __init__(self, source: Text, start: int, end: int, word: str, parts: tuple[Node, ...]) -> None:
        super().__init__(source, start, end)
        self.word = word
        self.parts = parts

    def children(self) -> Sequence[Node]:
        return self.parts


class Pipe(Node):
    """Statements with ``|``, ``&&`` or ``||`` between them."""

    __slots__ = ("operators", "stages")

    def __init__(
        self, source: Text, start: int, end: int, stages: tuple[Node, ...], operators: tuple[str, ...]
    ) -> None:
        super().__init__(source, start, end)
        self.stages = stages
        self.operators = operators

    def children(self) -> Sequence[Node]:
        return self.stages


class PowerShellScript(Node):
    """A whole command; with a ``problem``, ``statements`` are those that end before it."""

    __slots__ = ("problem", "statements")

    def __init__(self, source: Text, statements: tuple[Node, ...], problem: Problem | None) -> None:
        super().__init__(source, 0, len(source))
        self.statements = statements
        self.problem = problem

    def children(self) -> Sequence[Node]:
        return self.statements
