"""What a command can change at most, whatever it does: read off its words where running it on paper is no use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cblint import expressions
from cblint.flow.labels import Labels, together
from cblint.flow.labels import changed as changed_labels
from cblint.flow.layers import WORK, Layers
from cblint.flow.state import ANYTHING, Options, State, Variable, said, stirred
from cblint.flow.values import UNKNOWN, unknown
from cblint.records import NamedTuple
from cblint.shell.commands import (
    ArithmeticCommand,
    ArithmeticFor,
    Assignment,
    Coprocess,
    For,
    Function,
    Redirection,
    SimpleCommand,
)
from cblint.shell.parser import parse
from cblint.shell.script import Script
from cblint.shell.syntax import ArithmeticExpansion, Node, Parameter, Word, walk
from cblint.source.text import HOLE, Text

_IDENTIFIER = expressions.lazy(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMING = frozenset(
    {
        "export",
        "readonly",
        "local",
        "declare",
        "typeset",
        "read",
        "unset",
        "printf",
        "getopts",
        "mapfile",
        "readarray",
        "let",
        "wait",
    }
)
"""Commands whose words name variables that they set."""
_UNFORESEEABLE = frozenset({"eval", ".", "source", "alias", "unalias", "enable", "fc", "coproc"})
MOST_TEXTS = 50
"""Texts that `eval` is given: the first can hold the next one, and so on."""
CHARACTERS_PER_NAME = 4
"""So many characters of what is called are read in the time of a name that is joined."""
_MOVING = frozenset({"cd", "chdir", "pushd", "popd"})
_ALSO_SET = {"read": ("REPLY",), "getopts": ("OPTARG", "OPTIND"), "mapfile": ("MAPFILE",), "readarray": ("MAPFILE",)}


class Footprint(NamedTuple):
    """The variables that can be changed (None: any), and what else."""

    names: frozenset[str] | None
    moves: bool
    options: bool
    arguments: bool
    functions: frozenset[str]
    traps: bool
    redirects: bool = True
    """Whether other files can be read from then on."""
    declares: bool = True
    """Whether a variable can be made readonly."""
    sources: Mapping[str, tuple[str, ...]] = {}
    """From which others those get their values that are assigned."""


class _Anything(Exception):
    """It can change what cannot be read off."""


def ruined(state: State, kept: Mapping[str, Variable], forgets: bool = False) -> State:
    """The state after something that may have changed anything but ``kept``.

    What was a secret is taken to stay one, unless it ``forgets``: where nothing more is followed, that is of no use.
    """
    labelled = {
        name: ANYTHING._replace(value=unknown(variable.value.labels), places=variable.places)
        for name in (() if forgets else state.variables.names())
        if (variable := state.variables.get(name)).value.labels
    }
    return state._replace(
        variables=Layers(ANYTHING).update({**labelled, **kept}),
        functions=Layers(None),
        cwd=UNKNOWN,
        before=UNKNOWN,
        pushed=None,
        options=Options(*[None] * len(Options._fields)),
        positional=None,
        exit_trap=UNKNOWN,
        input=UNKNOWN,
    )


def changed(state: State, node: Node, kept: Mapping[str, Variable]) -> State:
    """The state after a command of which nothing is known but its words; ``kept`` is what nothing changes."""
    found = footprint(state, node)
    state = said(state._replace(files=stirred(state.files), code=None, succeeded=None), UNKNOWN)
    if state.input.pieces or found.redirects:
        state = state._replace(input=UNKNOWN)
    if found.names is None:
        return ruined(state, kept)
    state = state._replace(
        variables=state.variables.update(
            {name: _any(state, name, node, found.declares, found.sources.get(name, ())) for name in found.names}
        )
    )
    if found.functions:
        state = state._replace(functions=state.functions.update(dict.fromkeys(found.functions)))
    if found.moves:
        state = state._replace(cwd=UNKNOWN, before=UNKNOWN, pushed=None)
    if found.options:
        state = state._replace(options=Options(*[None] * len(Options._fields)))
    if found.arguments:
        state = state._replace(positional=None)
    return state._replace(exit_trap=UNKNOWN) if found.traps else state


def _any(state: State, name: str, node: Node, declares: bool, sources: Iterable[str]) -> Variable:
    old = state.variable(name)
    readonly = None if declares or old.readonly is not False else False
    integer = None if declares or old.integer is not False else False
    value = unknown(changed_labels(together(_labels(state, source) for source in sources), None))
    return ANYTHING._replace(value=value, readonly=readonly, integer=integer, places=(node,))


def _labels(state: State, source: str) -> Labels:
    """Where a variable or an argument comes from."""
    if source.isdigit() or source in ("@", "*"):
        return together((state.arguments, *(value.labels for value in state.positional or ())))
    return state.variable(source).value.labels


def footprint(state: State, node: Node) -> Footprint:
    """What a command can change, with the functions that it calls."""
    found = _Reader(state)
    try:
        found.read(node)
        if state.err_trap is not None:
            found.trapped(state.err_trap.text)
    except _Anything:
        return Footprint(None, True, True, True, frozenset(), True)
    return Footprint(
        frozenset(found.names),
        found.moves,
        found.options,
        found.arguments,
        frozenset(found.functions),
        found.traps,
        found.redirects,
        found.declares,
        found.sources,
    )


class _Reader:
    def __init__(self, state: State) -> None:
        self.state = state
        self.names: set[str] = set()
        self.functions: set[str] = set()
        self.sources: dict[str, tuple[str, ...]] = {}
        self.declares = False
        self.moves = self.redirects = self.options = self.arguments = self.traps = False
        self._seen: set[int] = set()
        self._to_read: list[Node] = []
        self._parsed: list[Script] = []

    def read(self, root: Node) -> None:
        """Everything in a command, and in what it calls. Raises _Anything."""
        # One after the other: functions can call each other by the thousand.
        self._to_read.append(root)
        self.read_on()

    def read_on(self) -> None:
        """What is still to be read. Raises _Anything."""
        while self._to_read:
            node = self._to_read.pop()
            if id(node) not in self._seen:
                WORK.names += len(self._seen) and len(node.raw) // CHARACTERS_PER_NAME + 1
                self._seen.add(id(node))
                self._read(node)

    def _read(self, root: Node) -> None:
        for node in walk(root):
            if isinstance(node, Assignment):
                self.names.add(node.name)
                self.sources[node.name] = (*self.sources.get(node.name, ()), *_read_in(node))
            elif isinstance(node, Parameter):
                if node.operator in ("=", ":="):
                    if node.prefix == "!":
                        raise _Anything
                    self.names.add(node.name)
            elif isinstance(node, (ArithmeticExpansion, ArithmeticCommand, ArithmeticFor)):
                self._arithmetic(node.raw)
            elif isinstance(node, For):
                if node.name.text is None:
                    raise _Anything
                self.names.update((node.name.raw, "REPLY") if node.select else (node.name.raw,))
            elif isinstance(node, Redirection):
                # bash puts the number of the descriptor into the variable of ``{name}>file``.
                self.names.update(_IDENTIFIER.findall(node.descriptor))
            elif isinstance(node, Function):
                if node.name.text is None:
                    raise _Anything
                self.functions.add(node.name.raw)
            elif isinstance(node, Coprocess):
                raise _Anything
            elif isinstance(node, SimpleCommand) and node.words:
                self._command(node)

    def _arithmetic(self, expression: str) -> None:
        """What it assigns can also stand in the values of what it names, and come about where those are put in."""
        named = (self.state.variable(name).value.text or "" for name in _IDENTIFIER.findall(expression))
        texts = [expression, *named]
        if "$" in expression[1:] or "`" in expression or any(map(_may_assign, texts)):
            self.names.update(name for text in texts for name in _IDENTIFIER.findall(text))

    def _command(self, node: SimpleCommand) -> None:
        words = node.words
        name = words[0].text
        while name in ("command", "builtin") and len(words) > 1:
            words = words[1:]
            while len(words) > 1 and words[0].text in ("-p", "--"):
                words = words[1:]
            name = words[0].text
        if name == "eval" and all(word.text is not None for word in words):
            self._text(" ".join(word.text or "" for word in words[1:]))
            return
        if name is None or name in _UNFORESEEABLE:
            raise _Anything
        function = self.state.functions.get(name)
        if function is None:
            raise _Anything
        if isinstance(function, Function):
            self._to_read.append(function.body)
        self.moves |= name in _MOVING
        self.redirects |= name == "exec"
        self.options |= name in ("set", "shopt")
        self.arguments |= name in ("set", "shift")
        if name == "trap" or name == "kill":
            self.traps = True
            if any(word.text is None for word in words) or len(words) > 2:
                self._action(words)
        if name in _MOVING:
            self.names.update(("PWD", "OLDPWD"))
        if name in ("declare", "typeset", "local") and any(re.match(r"-[A-Za-z]*n", word.raw) for word in words):
            # The name of another variable.
            raise _Anything
        self.declares |= name in ("readonly", "declare", "typeset", "local")
        if name in _NAMING:
            self.names.update(_ALSO_SET.get(name, ()))
            self.names.update(_named(name, words[1:]))

    def trapped(self, text: str | None) -> None:
        """What a trap for ERR can change."""
        if text is None:
            raise _Anything
        self._text(text)
        self.read_on()

    def _text(self, text: str) -> None:
        """What a command is given to run."""
        script = parse(Text.of(text)) if len(self._parsed) < MOST_TEXTS else None
        if script is None or script.problem is not None:
            raise _Anything
        self._parsed.append(script)  # as long as it is there, no other node can have the same id
        self._to_read.append(script.body)

    def _action(self, words: Sequence[Word]) -> None:
        """What a trap does may be done at any time."""
        if any(word.text is None for word in words):
            raise _Anything
        if any(word.text in ("ERR", "DEBUG", "RETURN") for word in words):
            # Neither is it known when.
            raise _Anything


def _read_in(node: Assignment) -> Iterator[str]:
    return (each.name for each in walk(node.value) if isinstance(each, Parameter))


def _may_assign(expression: str) -> bool:
    return re.search(r"(?<![=!<>])=(?!=)|<<=|>>=|\+\+|--", expression) is not None


def _named(name: str, words: Sequence[Word]) -> Iterator[str]:
    """The variables that the words of a builtin may name. Raises _Anything."""
    for word in words:
        text = word.text
        if text is not None:
            yield from _IDENTIFIER.findall(text) if name == "let" else _IDENTIFIER.findall(text.partition("=")[0])
            continue
        if name in ("printf", "wait"):
            if words[0].text in ("-v", "-p") and word is words[1]:
                raise _Anything
            continue
        before, equals, _ = word.raw.partition("=")
        if not equals or "$" in before or "`" in before or HOLE in before or name == "let":
            raise _Anything
        yield from _IDENTIFIER.findall(before)
