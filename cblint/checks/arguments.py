"""What programs are given on their command lines, as ``rules/facts/arguments.yml`` tells, and where it comes from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from cblint import expressions
from cblint.buildspec.model import PARAMETER_STORE
from cblint.facts import table
from cblint.flow.dumps import ENVIRONMENT
from cblint.flow.labels import FETCHED, NAMED, NO_LABELS, SECRET, Label, Labels, of_kind, sounds_secret, together
from cblint.secrets.names import joined
from cblint.shell.commands import Function, SimpleCommand
from cblint.shell.effects import Verb, called, line_in, places_in
from cblint.shell.operands import after, beginning
from cblint.shell.query import Invocation, unwrapped
from cblint.shell.syntax import CommandSubstitution, Node, Parameter, Word, walk
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.checks.ways import Use
    from cblint.flow.values import Value

SURE, POSSIBLE = "secret", "holds"
"""Places of a line of the table: where only secrets stand, where one may stand among other text."""
NEAR = 80
"""So many characters before a text are looked at for what it is called."""


_KEY = expressions.lazy(r"(?:^(?:\\ )?[\"']?|[,=])(-{0,2}[A-Za-z_][\w.-]*)(?:,ParameterValue)?=[\"'\\]{0,2}$")
"""What a value is called: ``--token=``, ``user=me,password=``; a folded line leaves a blank before it."""


class Line:
    """A program that runs, and what the table says of it: nothing for one that it does not know."""

    def __init__(self, use: Use, invocation: Invocation, verb: Verb | None) -> None:
        self.use = use
        self.invocation = invocation
        self.says: dict[str, Any] = verb.says if verb is not None else {}
        self._verb = verb
        self._words = invocation.node.words
        self._starts = [word.start for word in self._words]
        self._secret: dict[tuple[Label, bool], bool] = {}

    def words(self, field: str) -> Iterator[Word]:
        """The words, or parts of them, at the places of a field."""
        for place in self.says.get(field, ()):
            if place.endswith("*"):
                for word in self.invocation.arguments:
                    rest = after(word, place[:-1])
                    if rest is not None and rest.parts:
                        yield rest
            elif self._verb is not None:
                yield from (word for word in places_in((place,), self._verb, self.invocation) if isinstance(word, Word))

    def number(self, word: Word) -> int:
        """The number of a word, or of that of which it is a part, among all of the command."""
        return max(bisect_right(self._starts, word.start) - 1, 0)

    def before(self, word: Word) -> Word | None:
        """The word before it."""
        number = self.number(word)
        return self._words[number - 1] if number and self._words[number] is word else None

    def value(self, word: Word) -> Value | None:
        """What a word is when the command runs; of a part of one, all of it. None if that cannot be told."""
        values = self.use.event.values
        return values[self.number(word)] if len(values) == len(self._words) else None

    def is_secret(self, label: Label, sure: bool) -> bool:
        """Whether what has this label is taken for a secret here: asked once of each."""
        key = label, sure
        if key not in self._secret:
            self._secret[key] = is_secret(self.use, label, sure)
        return self._secret[key]


def line_of(use: Use) -> Line | None:
    """The program that runs in the end; None for functions and what the shell does itself."""
    event = use.event
    if event.name in table("arguments")["builtins"] or not isinstance(event.node, SimpleCommand):
        return None
    if event.state is not None and isinstance(event.state.functions.get(event.name), Function):
        return None
    found: tuple[Invocation, Verb | None] | None = None
    for invocation in unwrapped(event.node):
        if invocation.node is not event.node:
            break
        verb = line_in("arguments", invocation)
        if found is None or found[1] is None or verb is not None:
            found = invocation, verb
    return Line(use, *found) if found is not None else None


def called_in(line: Line) -> str:
    """What people call the command: by the name that it runs under, where that stands in a variable."""
    return called(line.invocation) if line.invocation.program else line.use.event.name.rpartition("/")[2]


# Values


def labels_in(line: Line, word: Word) -> Labels:
    """Where a word, or a part of one, comes from."""
    value = line.value(word)
    if value is not None and not value.labels:
        return NO_LABELS
    read = together(
        event.variable.value.labels
        for node in walk(word)
        if isinstance(node, Parameter)
        for event in line.use.trail.reads.get(id(node), ())
        if event.variable is not None
    )
    if value is None:
        return read
    others = any(isinstance(node, CommandSubstitution) or _is_number(node) for node in walk(word))
    return value.labels if others or not read else frozenset(read & value.labels) or value.labels


def _is_number(node: Node) -> bool:
    return isinstance(node, Parameter) and (node.name.isdigit() or node.name in "@*")


def hole_of(use: Use, label: Label, word: Word) -> Node:
    """The part of a word that brings in a text: an expansion, a substitution, else the word.

    Of several expansions the first that does not hold the name of a user, a host or the like.
    """
    inside = [node for node in walk(word) if isinstance(node, Parameter) and _brings(use, label, node)]
    if inside:
        return next((node for node in inside if not is_harmless(word, node)), inside[0])
    return next((node for node in walk(word) if isinstance(node, CommandSubstitution)), word)


def _brings(use: Use, label: Label, node: Parameter) -> bool:
    events = use.trail.reads.get(id(node), ())
    values = [event.variable.value for event in events if event.variable is not None]
    return _is_number(node) or any(each.is_same_source(label) for value in values for each in value.labels)


def is_harmless(word: Word, hole: Node) -> bool:
    """Whether a text is called the name of a user, a host or the like: by its variable, or by what stands before it."""
    key = _key_before(word, hole)
    names = [hole.name if isinstance(hole, Parameter) else "", key.lstrip("-") if key is not None else ""]
    return any(sounds_harmless(name) for name in names)


def _key_before(word: Word, hole: Node) -> str | None:
    if hole is word:
        return None
    start = hole.start - word.start
    before = word.raw[max(start - NEAR, 0) : start]
    key = _KEY.search(before if start <= NEAR else f"\0{before}")
    return key[1] if key is not None else None


# Secrets


def secrets_in(line: Line, word: Word, sure: bool) -> list[Label]:
    """The secrets that a word holds, the surest first. ``sure``: nothing but secrets stands here."""
    found = [label for label in of_kind(labels_in(line, word), SECRET) if line.is_secret(label, sure)]
    return sorted(found, key=lambda label: label.source == NAMED)


def is_secret(use: Use, label: Label, sure: bool) -> bool:
    """Whether what has this label is taken for a secret: most parameters are none, nor are names of users and hosts."""
    if label.source == ENVIRONMENT or (label.is_variable and is_public(label.name)):
        return False
    if sure or label.source == NAMED:
        return True
    if label.is_variable and sounds_harmless(label.name):
        return False
    if label.source in (PARAMETER_STORE, f"{FETCHED}{PARAMETER_STORE}"):
        return sounds_secret(label.name) or use.has_secret_name(label)
    return True


def sounds_harmless(name: str) -> bool:
    """Whether what is called so is no secret: the name of a user or of a host."""
    return re.search(table("arguments")["harmless"], name.upper()) is not None


def is_public(name: str) -> bool:
    """Whether a variable of that name is for everybody."""
    return re.search(table("arguments")["public"], name.upper()) is not None


def described(label: Label) -> str:
    """What a sentence calls the secret."""
    if label.source == NAMED:
        return f"{label.name}, a secret by its name,"
    return f"the secret {label.name}" if label.is_variable else f"the secret that {label.name} gives"


@lru_cache(maxsize=4096)
def says_secret(name: str) -> bool:
    """Whether an option, a property or a key of that name stands before a secret."""
    words = joined(name)
    return sounds_secret(words) or re.search(table("arguments")["names"], words.upper()) is not None


def is_called_secret(line: Line, word: Word, hole: Node) -> bool:
    """Whether what stands before a text says that it is a secret: ``--token`` or ``password=``."""
    key = _key_before(word, hole)
    if key is not None:
        return says_secret(key)
    if hole is not word and word.raw[: hole.start - word.start].strip("\"'"):
        return False
    before = line.before(word)
    option, complete = beginning(before) if before is not None else ("", False)
    return complete and option.startswith("-") and "=" not in option and says_secret(option)


def is_in_address(line: Line, word: Word, hole: Node) -> bool:
    """Whether a text stands before the ``@`` of an address: ``https://$TOKEN@host/``."""
    if hole is not word and hole.raw != word.raw.strip("\"'"):
        start, end = hole.start - word.start, hole.end - word.start
        before, behind = word.raw[max(start - NEAR, 0) : start], word.raw[end : end + NEAR]
        return (
            re.search(r"://[^/?#\s]*$", before) is not None
            and re.match(r"[^/?#\s]*@", behind.replace('"', "")) is not None
        )
    value = line.value(word)
    if value is None:
        return False
    text = "".join(piece if isinstance(piece, str) else "\0" for piece in value.pieces)
    return re.search(r"://[^/?#\s@\0]*\0[^/?#\s@]*@", text) is not None
