"""What runs in a container that ``docker run`` starts, read as if it stood there by itself."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.facts import table
from cblint.flow.docker import Argument, DockerCommand, command_of, is_client
from cblint.flow.references import parts_of
from cblint.records import NamedTuple
from cblint.shell.query import Invocation, unfolded
from cblint.shell.syntax import Literal, Word
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.events import Event
    from cblint.flow.values import Value

_RUNNING = ("run", "create")


class Container(NamedTuple):
    """A command that starts a container, and the words of what runs in it, the program's name first."""

    outer: Invocation
    command: DockerCommand
    image: Argument
    words: tuple[Word, ...]

    @property
    def inside(self) -> Iterator[Invocation]:
        """The programs that run in it, as far as the command tells."""
        if self.words:
            outer = self.outer
            yield from unfolded(Invocation(outer.node, self.words, (*outer.wrappers, outer.program), outer.above))


def container_of(invocation: Invocation, event: Event) -> Container | None:
    """The container that a command starts; None if it is another command, or its words are not all known."""
    command = command_of(invocation, event) if is_client(invocation.program) else None
    if command is None or command.verb not in _RUNNING or not command.operands:
        return None
    image = command.operands[0]
    words = invocation.words
    at = next((number for number, word in enumerate(words) if word is image.word), 0)
    return Container(invocation, command, image, _started(command, image, words[at + 1 :])) if at else None


def _started(command: DockerCommand, image: Argument, rest: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words that the container begins with: what the image, or an option, puts before those of the command."""
    given = command.valued("--entrypoint")
    program = given[-1].value.text if given else entrypoint_of(image.value)
    if given and program is None:
        return ()
    if not program or (not given and rest and rest[0].text == program):
        return rest
    place = given[-1].word if given else image.word
    return (Word(place.source, place.start, place.end, (_literal(place, program),)), *rest)


def _literal(place: Word, text: str) -> Literal:
    return Literal(place.source, place.start, place.end, text)


def entrypoint_of(image: Value) -> str | None:
    """The program that an image of a tool runs; None where it is not known, or what is given it is the program."""
    found: str | None = table("contained")["entrypoints"].get(_repository(image))
    return found


def is_tool(image: Value) -> bool:
    """Whether it is an image of a tool that its maker builds, and nobody else."""
    facts = table("contained")
    name = _repository(image)
    return name in facts["entrypoints"] or name in facts["of-tools"]


def _repository(image: Value) -> str:
    """The repository, as people call it; empty if it is not known."""
    repository = parts_of(image).repository
    name = ((repository.text if repository is not None else None) or "").partition("@")[0]
    for host in table("containers")["docker-hub"]:
        name = name.removeprefix(f"{host}/")
    return name
