"""Command lines of docker: the verb, options and operands, with what their words are at that time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cblint.facts import table
from cblint.flow.places import values_of
from cblint.records import NamedTuple
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.events import Event
    from cblint.flow.values import Value


class Argument(NamedTuple):
    """An argument as it is written, and what it is when the command runs."""

    word: Word
    value: Value

    @property
    def known(self) -> str:
        """What it begins with for sure."""
        return self.value.start


class Option(NamedTuple):
    """An option, and its value if it has one of its own."""

    name: str
    argument: Argument | None


class DockerCommand(NamedTuple):
    """A command of docker: its verb without the words that only group, its options and operands."""

    verb: str
    options: list[Option]
    operands: list[Argument]
    through_buildx: bool

    def valued(self, *names: str) -> list[Argument]:
        """The values of some options."""
        return [option.argument for option in self.options if option.name in names and option.argument is not None]

    def has(self, *names: str) -> bool:
        """Whether one of these options stands, unless it is set to false."""
        return any(
            option.name in names and (option.argument is None or option.argument.value.text != "false")
            for option in self.options
        )

    @property
    def hides_options(self) -> bool:
        """Whether further options may stand in it, in a variable, say: `docker build $ARGS .`."""
        unknown = [operand for operand in self.operands if operand.value.text is None]
        return bool(unknown and len(self.operands) > 1) or any(" " in option.name for option in self.options)


def is_client(program: str) -> bool:
    """Whether a program has docker's command line."""
    return program in table("containers")["clients"]


def command_of(invocation: Invocation, event: Event) -> DockerCommand | None:
    """The command of docker that has run; None if its words do not tell, or it may speak to another daemon."""
    arguments = _arguments(invocation, event)
    return _read(arguments) if arguments else None


def _arguments(invocation: Invocation, event: Event) -> Sequence[Argument]:
    """The words of the command with their values, the program's name first; none if it is not known which they are."""
    words = invocation.words
    values = values_of(invocation, event)
    if values is not None:
        return [Argument(word, value) for word, value in zip(words, values, strict=True)]
    # `"$@"` in a function, say.
    if event.exact and is_client(program_of(event)):
        return [Argument(words[0], value) for value in event.values]
    return ()


def program_of(event: Event) -> str:
    """The name of the program that has run, without its folder."""
    return event.name.rpartition("/")[2]


def _read(arguments: Sequence[Argument]) -> DockerCommand | None:
    facts = table("containers")
    words = ["compose"] if "compose" in arguments[0].known else []
    rest = arguments[1:]
    while not words or words[-1] in facts["groups"]:
        rest = _after_options(rest, words)
        text = rest[0].value.text if rest else None
        if not rest or text is None:
            return None
        words.append(text)
        rest = rest[1:]
    through_buildx = words[0] == "buildx"
    verb = " ".join(words[1:] if words[0] in facts["plain-groups"] or words == ["buildx", "build"] else words)
    return DockerCommand(verb, *_parsed(rest, verb), through_buildx)


def _after_options(arguments: Sequence[Argument], words: Sequence[str]) -> Sequence[Argument]:
    """What follows the options of all commands; nothing where another daemon may be meant."""
    values = table("tools")["values"]
    takes = {*values["docker"], *(values["docker compose"] if "compose" in words else ())}
    at = 0
    while at < len(arguments) and arguments[at].known.startswith("-"):
        name, equals, _ = arguments[at].known.partition("=")
        if name in table("containers")["elsewhere"]:
            return ()
        at += 2 if name in takes and not equals else 1
    return arguments[at:]


def _parsed(arguments: Sequence[Argument], verb: str) -> tuple[list[Option], list[Argument]]:
    """The options and operands of a command; what follows the image of ``run`` is not docker's."""
    takes = _takes(verb)
    options: list[Option] = []
    rest = list(arguments[::-1])
    operands: list[Argument] = []
    while rest:
        argument = rest.pop()
        if not argument.known.startswith("-") or argument.value.text == "-":
            operands.append(argument)
            if verb in _OF_OTHERS:
                break
            continue
        if argument.value.text == "--":
            return options, [*operands, *rest[::-1]]
        name, value = _split(argument, takes)
        if value is None and takes(name) and "=" not in argument.known and rest:
            value = rest.pop()
        options.append(Option(name, value))
    return options, operands


_OF_OTHERS = frozenset({"run", "create", "exec"})
"""Commands whose first operand is followed by a command for the container."""


def _takes(verb: str) -> Callable[[str], bool]:
    """Whether an option of a command has a value of its own."""
    facts = table("containers")
    if verb in _OF_OTHERS:
        return lambda name: name not in facts["switches"]
    values = facts["values"].get(verb, ())
    return lambda name: name in values


def _split(argument: Argument, takes: Callable[[str], bool]) -> tuple[str, Argument | None]:
    """The name of an option, and the value that stands in the same word. Of several letters the last one counts."""
    from cblint.flow.values import Value

    known = argument.known
    others = argument.value.pieces[1:]
    if known.startswith("--"):
        name, equals, rest = known.partition("=")
        if not equals:
            return name, None
    else:
        at = next((number for number in range(1, len(known)) if takes(f"-{known[number]}")), len(known) - 1)
        name, rest = f"-{known[at]}", known[at + 1 :].removeprefix("=")
        if not rest and not others:
            return name, None
    return name, Argument(argument.word, Value((rest, *others) if rest else others))
