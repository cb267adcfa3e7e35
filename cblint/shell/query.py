"""The words in which rules ask about commands: which program runs, with which subcommand, flags and operands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from cblint import expressions
from cblint.facts import table
from cblint.shell.commands import AndOr, Assignment, Command, Condition, Pipeline, Redirection, SimpleCommand
from cblint.shell.parser import parse
from cblint.shell.script import Script
from cblint.shell.syntax import (
    CommandSubstitution,
    DoubleQuoted,
    Node,
    Parameter,
    ProcessSubstitution,
    SingleQuoted,
    Word,
    walk,
)
from cblint.shell.trees import of_tree

_ASSIGNED = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_SHORT = expressions.lazy(r"-[A-Za-z0-9]+")


class Invocation:
    """A program that a command runs, itself or through others such as ``sudo`` and ``timeout``.

    ``program`` is its name without its folder, empty if it is not known. ``words`` begin with that name; ``wrappers``
    are the programs that run it, outermost first; ``above`` are the nodes that hold the command, the nearest first.
    It is never changed, and asked so often that it is no named tuple.
    """

    __slots__ = ("_operands", "above", "node", "program", "words", "wrappers")

    def __init__(
        self, node: SimpleCommand, words: tuple[Word, ...], wrappers: tuple[str, ...], above: tuple[Node, ...]
    ) -> None:
        self.node = node
        self.words = words
        self.wrappers = wrappers
        self.above = above
        self.program = (words[0].text or "").rpartition("/")[2]
        self._operands: tuple[Word, ...] | None = None

    def with_words(self, words: tuple[Word, ...]) -> Invocation:
        """The same with other words."""
        return Invocation(self.node, words, self.wrappers, self.above)

    @property
    def arguments(self) -> tuple[Word, ...]:
        """What follows the program's name."""
        return self.words[1:]

    def operands(self) -> tuple[Word, ...]:
        """The arguments that are neither options nor values of the options that tools.yml knows."""
        if self._operands is None:
            self._operands = tuple(self._found_operands())
        return self._operands

    def _found_operands(self) -> Iterator[Word]:
        values = table("tools")["values"]
        takes = frozenset(values.get(self.program, ()))
        is_first = True
        skip = False
        for word in self.arguments:
            text = word.text
            if skip:
                skip = False
            elif text is not None and text.startswith("-") and len(text) > 1:
                skip = text in takes or _ends_in_one(text, takes)
            else:
                if is_first:
                    takes |= frozenset(values.get(f"{self.program} {text}", ()))
                is_first = False
                yield word

    def runs(self, program: str, *subcommands: str) -> tuple[Word, ...]:
        """The last of the subcommands and the operands after it, if it is that program with them; else nothing."""
        if self.program != program:
            return ()
        operands = self.operands()
        if [word.text for word in operands[: len(subcommands)]] != list(subcommands):
            return ()
        return operands[max(len(subcommands) - 1, 0) :]

    def flags(self, *names: str) -> list[Word]:
        """The arguments in which one of these flags stands: ``--yes``, ``--yes=…``, ``-y``, or ``y`` in ``-qy``."""
        found = []
        takes = frozenset(table("tools")["values"].get(self.program, ()))
        for word in self._options():
            text = word.text or ""
            if text.partition("=")[0] in names or any(f"-{letter}" in names for letter in _letters(text, takes)):
                found.append(word)
        return found

    def _options(self) -> Iterator[Word]:
        """The arguments up to ``--``; of a shell, up to its script: what follows is the script's."""
        script = next(iter(self.operands()), None) if self.program in table("tools")["shells"] else None
        for word in self.arguments:
            if word.text == "--" or word is script:
                return
            yield word

    @property
    def pipeline(self) -> Pipeline | None:
        """The pipeline of which the command is a stage, if there are others."""
        first = self.above[0] if self.above else None
        return first if isinstance(first, Pipeline) and len(first.commands) > 1 else None

    def _stage(self, step: int) -> Command | None:
        pipeline = self.pipeline
        number = pipeline.commands.index(self.node) + step if pipeline is not None else -1
        return pipeline.commands[number] if pipeline is not None and 0 <= number < len(pipeline.commands) else None

    @property
    def piped_into(self) -> Command | None:
        """The command that reads what it prints."""
        return self._stage(1)

    @property
    def fed_by(self) -> Command | None:
        """The command whose output it reads."""
        return self._stage(-1)

    @property
    def redirections(self) -> tuple[Redirection, ...]:
        """Its own redirections and those of the commands round it."""
        return tuple(
            redirection
            for node in (self.node, *self.above)
            if isinstance(node, Command)
            for redirection in node.redirections
        )

    @property
    def shell(self) -> SimpleCommand | None:
        """The shell in whose quotes it stands, as ``bash -c '…'``."""
        if not any(name in table("tools")["shells"] for name in self.wrappers):
            return None
        source = self.node.source
        return next(
            (node for node in self.above if isinstance(node, SimpleCommand) and node.source is not source), None
        )

    @property
    def is_path(self) -> bool:
        """Whether the program is named by a path, as a script of the project is."""
        return "/" in (self.words[0].text or "")

    @property
    def assignment(self) -> Assignment | None:
        """The innermost assignment of whose value it is a part."""
        return next((node for node in self.above if isinstance(node, Assignment)), None)

    @property
    def captured(self) -> bool:
        """Whether its output becomes part of a word."""
        return any(isinstance(node, (CommandSubstitution, ProcessSubstitution)) for node in self.above)

    @property
    def in_background(self) -> bool:
        """Whether the shell goes on without waiting for it."""
        return any(isinstance(node, AndOr) and node.terminator == "&" for node in self.above)


def _letters(text: str, takes: frozenset[str]) -> str:
    """The options that stand behind one dash: up to the first that has a value, which is the rest (``-ofile``)."""
    if not text.startswith("-"):
        return ""
    for number, letter in enumerate(text[1:], 1):
        if not letter.isalnum() or not letter.isascii():
            return ""
        if f"-{letter}" in takes:
            return text[1 : number + 1]
    return text[1:]


def _ends_in_one(text: str, takes: frozenset[str]) -> bool:
    """Whether the last of several letters is an option that has the next word as its value (``-czf``)."""
    letters = _letters(text, takes)
    return len(letters) > 1 and len(letters) == len(text) - 1 and f"-{letters[-1]}" in takes


def invocations(script: Script) -> Iterator[Invocation]:
    """Every program that the commands of a script name, in the order of the file.

    Also those in the quotes of ``bash -c '…'``, where nothing in them is expanded.
    """
    yield from _below(script, (), ())


@of_tree
def programs_in(script: Script) -> list[Invocation]:
    """The same, kept with the tree; none if the shell cannot read it."""
    return list(invocations(script)) if script.problem is None else []


@of_tree
def by_start(script: Script) -> dict[int, list[Invocation]]:
    """The same by where their commands begin."""
    found: dict[int, list[Invocation]] = {}
    for invocation in programs_in(script):
        found.setdefault(invocation.node.start, []).append(invocation)
    return found


@of_tree
def by_command(script: Script) -> dict[int, list[Invocation]]:
    """Those of each command, by its identity."""
    found: dict[int, list[Invocation]] = {}
    for invocation in programs_in(script):
        found.setdefault(id(invocation.node), []).append(invocation)
    return found


@of_tree
def by_shell(script: Script) -> dict[int, list[Invocation]]:
    """Those in the quotes of a ``bash -c``, by the identity of that command."""
    found: dict[int, list[Invocation]] = {}
    for invocation in programs_in(script) if "-" in script.source.value else ():
        outer = invocation.shell
        if outer is not None:
            found.setdefault(id(outer), []).append(invocation)
    return found


@lru_cache(maxsize=4096)
def unwrapped(node: SimpleCommand) -> tuple[Invocation, ...]:
    """The programs that a command runs, without the nodes that hold it: itself, and those that it runs in turn."""
    return tuple(unfolded(Invocation(node, node.words, (), ()))) if node.words else ()


def runs_another(invocation: Invocation) -> bool:
    """Whether the program runs another command that is read as an invocation of its own."""
    if invocation.program in table("tools")["shells"]:
        return any(True for _ in _quoted_script(invocation))
    return bool(_wrapped(invocation.program, invocation.words))


def _below(root: Node, above: tuple[Node, ...], wrappers: tuple[str, ...]) -> Iterator[Invocation]:
    stack = [(root, above)]
    while stack:
        node, held_by = stack.pop()
        if isinstance(node, SimpleCommand) and node.words:
            yield from unfolded(Invocation(node, node.words, wrappers, held_by))
        children = node.children()
        if children:
            inside = (node, *held_by)
            stack.extend([(child, inside) for child in children[::-1]])


_MOST_WRAPPERS = 30
"""Programs that run one another; each is looked at with all words behind it."""


def unfolded(invocation: Invocation) -> Iterator[Invocation]:
    """A program, and those that it runs if that is what it is for; it may be one that runs in a container."""
    node, words, wrappers, above = invocation.node, invocation.words, invocation.wrappers, invocation.above
    while words and len(wrappers) < _MOST_WRAPPERS:
        invocation = Invocation(node, words, wrappers, above)
        yield invocation
        program = invocation.program
        if program in table("tools")["shells"]:
            yield from _quoted_script(invocation)
            return
        if program == "find":
            for run in _executed(words):
                yield Invocation(node, run, (*wrappers, program), above)
            return
        words = _wrapped(program, words)
        wrappers = (*wrappers, program)


def _wrapped(program: str, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words of the command that a wrapper runs; none if it runs none or that cannot be told."""
    wrappers = table("tools")["wrappers"]
    wrapper = wrappers.get(program) or wrappers.get(program.rstrip("0123456789."))
    if wrapper is None:
        return ()
    subcommands, before = wrapper.get("subcommands", ()), wrapper.get("before", ())
    operands = wrapper.get("operands", 0)
    skip = False
    for number, word in enumerate(words[1:], 1):
        text = word.text
        if skip:
            skip = False
        elif text is not None and text in wrapper.get("nothing", ()):
            return ()
        elif text is not None and text in before and not subcommands:
            return words[number + 1 :]
        elif text is not None and text.startswith("-") and len(text) > 1:
            skip = text in wrapper.get("values", ())
        elif wrapper.get("assignments") and _ASSIGNED.match(word.raw):
            continue
        elif subcommands:
            if text not in subcommands:
                return ()
            subcommands = ()
        elif operands:
            operands -= 1
        else:
            return () if before else words[number:]
    return ()


def _executed(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """The commands after ``-exec`` and its kin."""
    begun = None
    for number, word in enumerate(words):
        if word.text in ("-exec", "-execdir", "-ok", "-okdir"):
            begun = number + 1
        elif begun is not None and word.text in (";", "+"):
            if number > begun:
                yield words[begun:number]
            begun = None


def _quoted_script(shell: Invocation) -> Iterator[Invocation]:
    """What the script after ``-c`` runs, if it is one word in which the outer shell expands nothing."""
    options = shell.arguments
    for number, word in enumerate(options[:-1]):
        text = word.text or ""
        if not text.startswith("-"):
            return
        if _SHORT.fullmatch(text) and "c" in text:
            script = _script_in(options[number + 1])
            if script is not None and script.problem is None:
                yield from _below(script, (shell.node, *shell.above), (*shell.wrappers, shell.program))
            return


def _script_in(word: Word) -> Script | None:
    if len(word.parts) != 1 or word.text is None:
        return None
    (part,) = word.parts
    if isinstance(part, SingleQuoted) and not part.ansi:
        return parse(part.source.slice(part.start + 1, part.end - 1))
    if isinstance(part, DoubleQuoted) and "\\" not in part.raw:
        return parse(part.source.slice(part.start + 1, part.end - 1))
    return None


def programs(nodes: Iterable[Node]) -> set[str]:
    """The names of all programs below some nodes."""
    return {invocation.program for node in nodes for invocation in _below(node, (), ())}


TESTS = frozenset({"[", "test"})
FILE_TESTS = frozenset({"-f", "-e", "-d", "-s", "-r", "-x"})


def names_in(root: Node) -> set[str]:
    """The variables that are expanded anywhere below a node."""
    return {node.name for node in walk(root) if type(node) is Parameter}


def is_test(node: Node) -> bool:
    """Whether it is ``[ … ]``, ``test``, or a primary of ``[[ … ]]``."""
    if isinstance(node, SimpleCommand):
        return bool(node.words) and node.words[0].text in TESTS
    return isinstance(node, Condition)


def asked_in(script: Script) -> set[str]:
    """The variables that a test asks for anywhere in a script."""
    tests = (*filter(is_test, script.of(SimpleCommand)), *script.of(Condition))
    return {name for node in tests for name in names_in(node)}


def fails_always(node: Node) -> bool:
    """``false``, or ``exit`` with a status that is not 0."""
    if not isinstance(node, SimpleCommand) or not node.words:
        return False
    name, *arguments = (word.text for word in node.words)
    return name == "false" or (name == "exit" and bool(arguments) and arguments[0] not in (None, "0"))


def quoted(invocation: Invocation) -> Script | None:
    """The script in whose quotes a command stands."""
    if invocation.shell is None:
        return None
    scripts = (node for node in invocation.above if isinstance(node, Script))
    return next((script for script in scripts if script.source is invocation.node.source), None)
