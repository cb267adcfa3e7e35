"""The syntax tree of a shell command: assignments, redirections, and all kinds of commands."""

from __future__ import annotations

from collections.abc import Sequence

from cblint.shell.syntax import Node, Word
from cblint.source.text import Text

# Simple commands


class ArrayLiteral(Node):
    """``(…)`` as the value of an assignment; ``[key]=`` is part of its element."""

    __slots__ = ("elements",)

    def __init__(self, source: Text, start: int, end: int, elements: tuple[Word, ...]) -> None:
        super().__init__(source, start, end)
        self.elements = elements

    def children(self) -> Sequence[Node]:
        return self.elements


class Assignment(Node):
    """``name=value``; ``operator`` is ``=`` or ``+=``."""

    __slots__ = ("name", "operator", "subscript", "value")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        name: str,
        subscript: Word | None,
        operator: str,
        value: Word | ArrayLiteral,
    ) -> None:
        super().__init__(source, start, end)
        self.name = name
        self.subscript = subscript
        self.operator = operator
        self.value = value

    def children(self) -> Sequence[Node]:
        return (self.value,) if self.subscript is None else (self.subscript, self.value)


class HereDocument(Node):
    """What follows the line of a ``<<``; ``body`` is without its last line, the delimiter.

    ``quoted``: nothing in it is expanded. ``terminated``: the delimiter was found.
    """

    __slots__ = ("body", "delimiter", "quoted", "stripped", "terminated")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        delimiter: str,
        quoted: bool,
        stripped: bool,
        body: Word,
        terminated: bool,
    ) -> None:
        super().__init__(source, start, end)
        self.delimiter = delimiter
        self.quoted = quoted
        self.stripped = stripped
        self.body = body
        self.terminated = terminated

    def children(self) -> Sequence[Node]:
        return (self.body,)


class Redirection(Node):
    """``2>file``: ``descriptor`` is what stands before the operator, ``target`` what follows it.

    Of a here-document the target is its delimiter; what it says is in ``document``.
    """

    __slots__ = ("descriptor", "document", "operator", "target")

    def __init__(self, source: Text, start: int, end: int, descriptor: str, operator: str, target: Word) -> None:
        super().__init__(source, start, end)
        self.descriptor = descriptor
        self.operator = operator
        self.target = target
        self.document: HereDocument | None = None

    def children(self) -> Sequence[Node]:
        return (self.target,) if self.document is None else (self.target, self.document)


class Command(Node):
    """Anything that runs. ``redirections`` are those of the command as a whole."""

    __slots__ = ("redirections",)

    def __init__(self, source: Text, start: int, end: int, redirections: tuple[Redirection, ...] = ()) -> None:
        super().__init__(source, start, end)
        self.redirections = redirections

    def children(self) -> Sequence[Node]:
        return self.redirections


class SimpleCommand(Command):
    """Assignments, the words of a command, redirections: any of them can be missing, not all.

    ``arguments`` are the words and, after ``export`` and its kin, the assignments, in order; the first names the
    command. ``words`` are those of them that are words.
    """

    __slots__ = ("arguments", "assignments", "words")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        assignments: tuple[Assignment, ...],
        arguments: tuple[Word | Assignment, ...],
        redirections: tuple[Redirection, ...],
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.assignments = assignments
        self.arguments = arguments
        self.words = tuple([argument for argument in arguments if isinstance(argument, Word)])

    def children(self) -> Sequence[Node]:
        if not self.redirections:
            return (*self.assignments, *self.arguments)
        return sorted((*self.assignments, *self.arguments, *self.redirections), key=lambda node: node.start)


# What commands are put together to


class Pipeline(Node):
    """``a | b``: ``operators`` (``|`` or ``|&``) stand between ``commands``. ``negated``: begins with ``!``."""

    __slots__ = ("commands", "negated", "operators", "timed")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        commands: tuple[Command, ...],
        operators: tuple[str, ...],
        negated: bool,
        timed: bool,
    ) -> None:
        super().__init__(source, start, end)
        self.commands = commands
        self.operators = operators
        self.negated = negated
        self.timed = timed

    def children(self) -> Sequence[Node]:
        return self.commands


class AndOr(Node):
    """Pipelines with ``&&`` and ``||`` between them, which bind equally and from the left.

    ``terminator`` is ``&`` where it runs in the background, else ``;``, a line end or nothing. ``open``: it ends in an
    operator, and what the shell finds next is its last part.
    """

    __slots__ = ("open", "operators", "pipelines", "terminator")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        pipelines: tuple[Pipeline, ...],
        operators: tuple[str, ...],
        terminator: str,
        open_: bool = False,
    ) -> None:
        super().__init__(source, start, end)
        self.pipelines = pipelines
        self.operators = operators
        self.terminator = terminator
        self.open = open_

    def children(self) -> Sequence[Node]:
        return self.pipelines


class CommandList(Node):
    """Commands one after the other."""

    __slots__ = ("items",)

    def __init__(self, source: Text, start: int, end: int, items: tuple[AndOr, ...]) -> None:
        super().__init__(source, start, end)
        self.items = items

    def children(self) -> Sequence[Node]:
        return self.items


class Body(Command):
    """A compound command that is a list in brackets: a subshell or a group."""

    __slots__ = ("body",)

    def __init__(
        self, source: Text, start: int, end: int, body: CommandList, redirections: tuple[Redirection, ...]
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.body = body

    def children(self) -> Sequence[Node]:
        return (self.body, *self.redirections)


class Subshell(Body):
    """``( … )``"""

    __slots__ = ()


class Group(Body):
    """``{ …; }``"""

    __slots__ = ()


class Branch(Node):
    """A condition of an ``if`` and what is done where it holds."""

    __slots__ = ("body", "condition")

    def __init__(self, source: Text, start: int, end: int, condition: CommandList, body: CommandList) -> None:
        super().__init__(source, start, end)
        self.condition = condition
        self.body = body

    def children(self) -> Sequence[Node]:
        return (self.condition, self.body)


class If(Command):
    """``if … elif … else … fi``"""

    __slots__ = ("branches", "otherwise")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        branches: tuple[Branch, ...],
        otherwise: CommandList | None,
        redirections: tuple[Redirection, ...],
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.branches = branches
        self.otherwise = otherwise

    def children(self) -> Sequence[Node]:
        otherwise = () if self.otherwise is None else (self.otherwise,)
        return (*self.branches, *otherwise, *self.redirections)


class While(Command):
    """``while … do … done``, or ``until``."""

    __slots__ = ("body", "condition", "until")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        condition: CommandList,
        body: CommandList,
        until: bool,
        redirections: tuple[Redirection, ...],
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.condition = condition
        self.body = body
        self.until = until

    def children(self) -> Sequence[Node]:
        return (self.condition, self.body, *self.redirections)


class For(Command):
    """``for name in words; do … done``; ``words`` is None where none are given. ``select`` has the same parts."""

    __slots__ = ("body", "name", "select", "words")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        name: Word,
        words: tuple[Word, ...] | None,
        body: CommandList,
        select: bool,
        redirections: tuple[Redirection, ...],
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.name = name
        self.words = words
        self.body = body
        self.select = select

    def children(self) -> Sequence[Node]:
        return (self.name, *(self.words or ()), self.body, *self.redirections)


class ArithmeticFor(Command):
    """``for ((a; b; c)); do … done``"""

    __slots__ = ("body", "expression")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        expression: Word,
        body: CommandList,
        redirections: tuple[Redirection, ...],
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.expression = expression
        self.body = body

    def children(self) -> Sequence[Node]:
        return (self.expression, self.body, *self.redirections)


class CaseItem(Node):
    """Patterns and what is done where one fits; ``terminator`` is ``;;``, ``;&``, ``;;&`` or, of the last, nothing."""

    __slots__ = ("body", "patterns", "terminator")

    def __init__(
        self, source: Text, start: int, end: int, patterns: tuple[Word, ...], body: CommandList, terminator: str
    ) -> None:
        super().__init__(source, start, end)
        self.patterns = patterns
        self.body = body
        self.terminator = terminator

    def children(self) -> Sequence[Node]:
        return (*self.patterns, self.body)


class Case(Command):
    """``case word in … esac``"""

    __slots__ = ("items", "word")

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        word: Word,
        items: tuple[CaseItem, ...],
        redirections: tuple[Redirection, ...],
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.word = word
        self.items = items

    def children(self) -> Sequence[Node]:
        return (self.word, *self.items, *self.redirections)


class Function(Command):
    """``name() command``; ``keyword``: written with ``function``."""

    __slots__ = ("body", "keyword", "name")

    def __init__(self, source: Text, start: int, end: int, name: Word, body: Command, keyword: bool) -> None:
        super().__init__(source, start, end)
        self.name = name
        self.body = body
        self.keyword = keyword

    def children(self) -> Sequence[Node]:
        return (self.name, self.body)


class Coprocess(Command):
    """``coproc command``; ``name`` may be given before a compound command."""

    __slots__ = ("body", "name")

    def __init__(self, source: Text, start: int, end: int, name: Word | None, body: Command) -> None:
        super().__init__(source, start, end)
        self.name = name
        self.body = body

    def children(self) -> Sequence[Node]:
        return (self.body,) if self.name is None else (self.name, self.body)


class ArithmeticCommand(Command):
    """``((…))``"""

    __slots__ = ("expression",)

    def __init__(
        self, source: Text, start: int, end: int, expression: Word, redirections: tuple[Redirection, ...]
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.expression = expression

    def children(self) -> Sequence[Node]:
        return (self.expression, *self.redirections)


class Condition(Node):
    """A primary of ``[[ … ]]``: one word, an operator and a word, or two words round an operator."""

    __slots__ = ("operator", "words")

    def __init__(self, source: Text, start: int, end: int, operator: str, words: tuple[Word, ...]) -> None:
        super().__init__(source, start, end)
        self.operator = operator
        self.words = words

    def children(self) -> Sequence[Node]:
        return self.words


class Test(Command):
    """``[[ … ]]``: its primaries in order; how ``!``, ``&&``, ``||`` and brackets join them is not kept."""

    __slots__ = ("conditions",)

    def __init__(
        self,
        source: Text,
        start: int,
        end: int,
        conditions: tuple[Condition, ...],
        redirections: tuple[Redirection, ...],
    ) -> None:
        super().__init__(source, start, end, redirections)
        self.conditions = conditions

    def children(self) -> Sequence[Node]:
        return (*self.conditions, *self.redirections)
