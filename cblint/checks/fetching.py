"""What a build fetches from elsewhere: from which address, how it asks, and where the answer goes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from cblint.buildspec.model import VARIABLES, Buildspec, ShellItem
from cblint.checks.addresses import Address, address_of
from cblint.checks.files import value_of
from cblint.facts import table
from cblint.flow.labels import SECRET, of_kind
from cblint.records import NamedTuple
from cblint.shell.operands import after, beginning, option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cblint.flow.events import Event
    from cblint.flow.state import State
    from cblint.flow.values import Value

PROGRAMS = r"\b(?:curl|wget|aria2c)\b"
MOST_ADDRESSES = 50
"""So many addresses of one command are looked at."""
_NOWHERE = frozenset({"-", "/dev/stdout"})
_LOST = "/dev/null"


class Call:
    """A program that runs, with what is believed at that time; ``event`` is None where it is not run on paper."""

    __slots__ = ("_values", "event", "invocation", "item", "state")

    def __init__(self, item: ShellItem, invocation: Invocation, event: Event | None, state: State | None) -> None:
        self.item = item
        self.invocation = invocation
        self.event = event
        self.state = state
        self._values: dict[int, Value] | None = None

    @property
    def program(self) -> str:
        """The name of the program, without a number of its version."""
        name = self.invocation.program
        return name.rstrip("0123456789.") if name.startswith("python") else name

    def value(self, word: Word | str) -> Value:
        """What a word of it is."""
        from cblint.flow.values import UNKNOWN, concat, literal  # with it comes the interpreter

        if self._values is None:
            self._values = self._of_words()
        known = self._values.get(id(word))
        if known is not None:
            return known
        if self.state is not None:
            return value_of(word, self.state)
        begun, complete = beginning(word)
        return literal(begun) if complete else concat((literal(begun), UNKNOWN))

    def _of_words(self) -> dict[int, Value]:
        """By the words of the command, what they have become, if it is known of each."""
        words, values = self.invocation.node.words, self.event.values if self.event is not None else ()
        return {id(word): value for word, value in zip(words, values, strict=True)} if len(words) == len(values) else {}

    def path(self, word: Word | str) -> str | None:
        """The path that a word names, from the root of the file system or of a folder that stays the same."""
        return path_in(self.state, self.value(word))


def path_in(state: State | None, value: Value) -> str | None:
    """The path that a text names; None if it is not known."""
    from cblint.flow.paths import joined  # with it comes the interpreter

    found = joined(state.cwd, value) if state is not None else None
    return found.written if found is not None else None


class Target(NamedTuple):
    """Where something goes that is fetched: into a file, whose path may not be known, or to standard output."""

    path: str | None
    is_file: bool
    printed: bool


class Fetch(NamedTuple):
    """A file that a command fetches. ``word`` is the address as it is written, ``value`` what it is then, ``address``
    what is known of it.

    ``unchecked`` are the options with which any certificate will do. ``is_file``: it is saved, at ``path`` if that is
    known; ``printed``: it goes to standard output; else nobody sees it. ``sends``: it is an answer to what is sent.
    ``known_to``: the command says who asks.
    """

    call: Call
    word: Word
    value: Value
    address: Address | None
    unchecked: tuple[Word, ...]
    path: str | None
    is_file: bool
    printed: bool
    sends: bool
    known_to: bool

    @property
    def is_lost(self) -> bool:
        """Whether nobody sees what comes."""
        return not (self.is_file or self.printed)

    @property
    def name(self) -> str:
        """What people call it: the last part of its address, else the name under which it is saved, else the host."""
        last = _name(self.value) if not of_kind(self.value.labels, SECRET) else None
        saved = (self.path or "").rpartition("/")[2]
        return last.written if last is not None else saved or (self.address.host if self.address is not None else "")

    @property
    def is_insecure(self) -> bool:
        """Whether somebody on the way can put something else in the place of what is asked for."""
        return bool(self.unchecked) or (self.address is not None and self.address.is_plain)


def fetches_of(buildspec: Buildspec, call: Call) -> list[Fetch]:
    """What a program fetches, one for each address that it is given."""
    facts = table("downloads")["programs"].get(call.invocation.program)
    if facts is None or call.invocation.flags(*facts["asking"]):
        return []
    invocation = call.invocation
    words = [*option_values(invocation.arguments, facts.get("address", ())), *invocation.operands()][:MOST_ADDRESSES]
    values = [call.value(word) for word in words]
    targets = _targets(call, facts, words)
    unchecked = tuple(_unchecked(invocation, facts["unchecked"]))
    sends, known_to = bool(invocation.flags(*facts.get("sending", ()))), _is_known_to(invocation, facts)
    return [
        Fetch(
            call,
            word,
            value,
            address_of(given(buildspec, value), implied=True),
            unchecked,
            target.path,
            target.is_file,
            target.printed,
            sends,
            known_to,
        )
        for word, value, target in zip(words, values, targets, strict=True)
    ]


def _unchecked(invocation: Invocation, options: Iterable[str]) -> Iterator[Word]:
    for option in options:
        name, _, wanted = option.partition("=")
        yield from (word for word in invocation.flags(name) if not wanted or word.text == option)


def letter_of(invocation: Invocation, word: Word) -> str:
    """The letter with which any certificate will do, where it stands among others: ``-sSLk``."""
    options = table("downloads")["programs"].get(invocation.program, {}).get("unchecked", ())
    text = word.text or ""
    letters = [option[1] for option in options if len(option) == len("-k") and option[1] in text]
    return letters[0] if letters and not text.startswith("--") and len(text) > len("-k") else ""


def _is_known_to(invocation: Invocation, facts: Any) -> bool:
    if invocation.flags(*facts["known-to"]):
        return True
    names = "|".join(table("downloads")["known-to"])
    headers = option_values(invocation.arguments, ("-H", "--header"))
    return any(re.match(rf"[\"']?(?:{names})\s*:", word.raw, re.IGNORECASE) for word in headers) or any(
        re.search(r"//[^/\s]*@", word.raw) for word in invocation.operands()
    )


def _targets(call: Call, facts: Any, words: Sequence[Word]) -> list[Target]:
    """Where what comes from each address goes."""
    invocation = call.invocation
    folder = next(option_values(invocation.arguments, facts["folder"]), None)
    outputs = [_target(call, folder, call.value(word)) for word in _values(invocation, facts["output"])]
    if not outputs and (facts.get("always") or invocation.flags(*facts.get("named", ()))):
        return [Target(_below(call, folder, _name(call.value(word))), True, False) for word in words]
    # wget writes all that comes into one file; curl what it has no name for to standard output.
    last = outputs[-1] if facts.get("always") else Target(None, False, True)
    targets = [*outputs, *[last] * len(words)][: len(words)]
    return [_redirected(call) if target.printed else target for target in targets]


def _target(call: Call, folder: Word | None, name: Value) -> Target:
    if name.text == _LOST:
        return Target(None, False, False)
    if name.text in _NOWHERE:
        return Target(None, False, True)
    return Target(_below(call, folder, name), True, False)


def _values(invocation: Invocation, options: Sequence[str]) -> Iterator[Word]:
    """The values of some options, also behind other letters: ``-qO-``."""
    flagged = {id(word) for word in invocation.flags(*options)}
    arguments = invocation.arguments
    for number, word in enumerate(arguments):
        if not beginning(word)[0].startswith("-"):
            continue
        found = next(option_values(arguments[number : number + 2], options), None)
        if found is None and id(word) in flagged:
            letters = next((each[1] for each in options if not each.startswith("--")), "")
            found = after(word, (word.text or "").partition(letters)[0] + letters)
        if found is not None:
            yield found


def _redirected(call: Call) -> Target:
    """Where its standard output goes: into a file, or on."""
    for redirection in call.invocation.node.redirections:
        if redirection.operator in (">", ">|", ">>") and redirection.descriptor in ("", "1"):
            is_file = redirection.target.text != _LOST
            return Target(call.path(redirection.target) if is_file else None, is_file, False)
    return Target(None, False, True)


def saved_by(call: Call) -> Target | None:
    """The file that standard output goes to; None if it goes to none."""
    target = _redirected(call)
    return target if target.is_file else None


def _below(call: Call, folder: Word | None, name: Value | None) -> str | None:
    from cblint.flow.values import concat, literal  # with it comes the interpreter

    if name is None:
        return None
    whole = concat((call.value(folder), literal("/"), name)) if folder is not None else name
    return path_in(call.state, whole)


def _name(address: Value) -> Value | None:
    """The last part of an address, under which it is saved."""
    from cblint.flow.values import Value  # with it comes the interpreter

    pieces = address.pieces
    for number in range(len(pieces) - 1, -1, -1):
        piece = pieces[number]
        if isinstance(piece, str) and re.search(r"(?<![:/])/[^/]*$", piece.partition("?")[0]):
            head = piece.partition("?")[0].rpartition("/")[2]
            rest = pieces[number + 1 :] if "?" not in piece else ()
            found = Value((head, *rest) if head else rest)
            return found if found.pieces else None
    return None


def given(buildspec: Buildspec, value: Value) -> Value:
    """The text with the values that the buildspec gives its variables; somebody may start a build with others."""
    from cblint.flow.values import Hole, Value, concat, literal  # with it comes the interpreter

    if not any(isinstance(piece, Hole) and piece.name for piece in value.pieces):
        return value
    known = _variables(buildspec)
    return concat(
        literal(known[piece.name]) if isinstance(piece, Hole) and piece.name in known else Value((piece,))
        for piece in value.pieces
    )


@lru_cache(maxsize=1)
def _variables(buildspec: Buildspec) -> dict[str, str]:
    names = Counter(each.name for each in buildspec.variables)
    return {
        each.name: each.value.value
        for each in buildspec.variables
        if each.section == VARIABLES and each.value is not None and names[each.name] == 1
    }
