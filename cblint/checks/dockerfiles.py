"""What the Dockerfile of a build begins with, where the repository has it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from cblint.checks.globs import may_take
from cblint.flow.docker import command_of, is_client
from cblint.hosts.repository import holds, text_in
from cblint.records import NamedTuple
from cblint.shell.query import Invocation
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.flow.events import Event
    from cblint.flow.values import Value

_FROM = r"\s*FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*$"
_HERE_DOCUMENT = r"""<<-?["']?([A-Za-z_]\w*)["']?"""


class Base(NamedTuple):
    """An image from which a stage of a Dockerfile begins, as it is written there; ``line`` is 1-based."""

    image: str
    path: str
    line: int


def bases_of(buildspec: Buildspec, invocation: Invocation, event: Event) -> list[Base]:
    """The images that a ``docker build`` begins from; none where its Dockerfile is not known or not at hand."""
    path, text = dockerfile_of(buildspec, invocation, event)
    command = command_of(invocation, event) if text is not None else None
    # Stages that the target does not need are not built, and a context can stand in the place of an image.
    if text is None or command is None or command.valued("--target", "--build-context"):
        return []
    if not _is_as_committed(buildspec, posixpath.basename(path)):
        return []
    return [Base(image, path, line) for line, image in _bases(text)]


class Declared(NamedTuple):
    """The arguments that a Dockerfile declares: in the stages of which the image consists, and in others."""

    image: frozenset[str]
    others: frozenset[str]


def declared_by(buildspec: Buildspec, invocation: Invocation, event: Event) -> Declared | None:
    """The arguments that the Dockerfile of a build declares; None where it is not known or not at hand."""
    path, text = dockerfile_of(buildspec, invocation, event)
    command = command_of(invocation, event) if text is not None else None
    if text is None or command is None or command.valued("--target"):
        return None
    return _declared(text) if _is_as_committed(buildspec, posixpath.basename(path)) else None


def _declared(text: str) -> Declared | None:
    """The same of a text. The last stage has what the stages had that it begins from."""
    stages: list[tuple[str, str]] = []
    arguments: list[set[str]] = [set()]
    for _, instruction in _instructions(text):
        found = re.match(_FROM, instruction, re.IGNORECASE)
        if found is not None:
            stages.append((found[1].lower(), (found[2] or "").lower()))
            arguments.append(set())
        elif re.match(r"\s*ARG\s", instruction, re.IGNORECASE):
            arguments[-1].update(part.partition("=")[0] for part in instruction.split()[1:])
    if not stages or any("$" in name for names in arguments for name in names):
        return None
    of_image, wanted = {len(stages)}, stages[-1][0]
    for number in range(len(stages) - 1, 0, -1):
        if wanted in (stages[number - 1][1], str(number - 1)):
            of_image.add(number)
            wanted = stages[number - 1][0]
    image = frozenset[str]().union(*(arguments[number] for number in of_image))
    others = [names for number, names in enumerate(arguments) if number and number not in of_image]
    return Declared(image, frozenset[str]().union(*others))


@lru_cache(maxsize=8)
def _is_as_committed(buildspec: Buildspec, name: str) -> bool:
    """Whether no command is seen that may have changed a Dockerfile of that name: only builds name it."""
    named, built = 0, 0
    for item in buildspec.shell_items:
        named += item.value.count(name)
        builds: dict[int, str] = {}
        for invocation in item.invocations:
            words = [word.text for word in invocation.words]
            if is_client(invocation.program) and "build" in words:
                builds[id(invocation.node)] = invocation.node.raw
            elif _brings_files(invocation, words):
                return False
        built += sum(raw.count(name) for raw in builds.values())
    return named <= built


def _brings_files(invocation: Invocation, words: list[str | None]) -> bool:
    """Whether it may bring files that it does not name: another commit, all that is in a folder."""
    if invocation.program == "git":
        return not _BRINGING.isdisjoint(words)
    return invocation.program in ("cp", "mv", "rsync") and any(
        re.search(r"(?:\*|/\.?)[\"']?$", word.raw) for word in invocation.words[1:-1]
    )


_BRINGING = frozenset({"checkout", "switch", "restore", "reset", "pull", "merge", "apply", "am"})


def dockerfile_of(buildspec: Buildspec, invocation: Invocation, event: Event) -> tuple[str, str | None]:
    """The path of the Dockerfile of a ``docker build``, and its text; None where it is not known or not at hand."""
    path = _path(invocation, event) if buildspec.repository is not None else None
    text = text_in(buildspec.repository, path) if path is not None and buildspec.repository is not None else None
    return path or "", text


def _path(invocation: Invocation, event: Event) -> str | None:
    """The Dockerfile of a build, by its path from the root of the repository."""
    from cblint.flow.trace import directory

    command = command_of(invocation, event)
    if command is None or command.hides_options or len(command.operands) != 1 or event.state is None:
        return None
    where = directory(event.state.cwd)
    files = command.valued("-f", "--file")
    context = _below_source(command.operands[0].value)
    name = _below_source(files[-1].value) if files else posixpath.join(context or "", "Dockerfile")
    if where is None or context is None or name is None or ":" in context or context == "-":
        return None
    path = posixpath.normpath(posixpath.join(where, name))
    return path if not path.startswith(("..", "/")) else None


def _below_source(path: Value) -> str | None:
    """A path as it is written, from the root of the sources if it begins there."""
    from cblint.flow.trace import directory

    return path.text if path.text is not None else directory(path)


class _Stage(NamedTuple):
    """A stage of a Dockerfile: its image, and the stages or images of which it takes files, in small letters."""

    line: int
    image: str
    name: str
    takes: list[str]


@lru_cache(maxsize=8)
def _bases(text: str) -> list[tuple[int, str]]:
    """The images of the stages that the last one needs, without those that are stages themselves, with their lines."""
    stages: list[_Stage] = []
    for number, instruction in _instructions(text):
        found = re.match(_FROM, instruction, re.IGNORECASE)
        if found is not None:
            stages.append(_Stage(number, found[1], (found[2] or "").lower(), []))
        elif stages:
            stages[-1].takes.extend(name.lower() for name in re.findall(r"\bfrom=([^\s,]+)", instruction))
    needed: set[str] = set()
    images: list[tuple[int, str]] = []
    first = {stage.name: number for number, stage in reversed([*enumerate(stages)])}
    for number in range(len(stages) - 1, -1, -1):
        stage = stages[number]
        if number < len(stages) - 1 and needed.isdisjoint((stage.name, str(number))):
            continue
        needed.update((stage.image.lower(), *stage.takes))
        # The name of a stage counts for those behind it.
        is_stage = first.get(stage.image.lower(), number) < number
        if not is_stage and stage.image != "scratch":
            images.append((stage.line, stage.image))
    return images[::-1]


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """The instructions without what here-documents say, each with its first line's number, continued lines joined."""
    mark = "`" if re.match(r"(?:#.*\n)*#\s*escape\s*=\s*`", text, re.IGNORECASE) else "\\"
    begun, parts = 0, list[str]()
    ends: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if ends:
            if line.strip() == ends[0]:
                ends.pop(0)
            continue
        if line.lstrip().startswith("#") or (parts and not line.strip()):
            continue
        begun = begun if parts else number
        bare = line.rstrip()
        parts.append(bare.removesuffix(mark))
        if bare.endswith(mark):
            continue
        instruction = " ".join(parts)
        yield begun, instruction
        parts = []
        holds_files = re.match(r"\s*(RUN|COPY|ADD)\b", instruction, re.IGNORECASE)
        ends = re.findall(_HERE_DOCUMENT, instruction) if holds_files else []


class Copied(NamedTuple):
    """What a build copies from its context, a folder of the sources, into the image, as the Dockerfile names it."""

    context: str
    sources: list[str]
    ignored: list[str]

    def holds(self, path: str) -> bool:
        """Whether a file lies in the context, and `.dockerignore` surely does not spare it."""
        inside = path if self.context == "." else path.removeprefix(f"{self.context}/")
        if path.startswith("/") or (self.context != "." and inside == path):
            return False
        return not any(may_take(pattern, (inside,)) for pattern in self.ignored)


def copied_by(buildspec: Buildspec, invocation: Invocation, event: Event) -> Copied | None:
    """What a ``docker build`` copies into the image; None where its Dockerfile is not known or not at hand."""
    path, text = dockerfile_of(buildspec, invocation, event)
    command = command_of(invocation, event) if text is not None else None
    if text is None or command is None or event.state is None or buildspec.repository is None:
        return None
    if command.valued("--target", "--build-context") or not _is_as_committed(buildspec, posixpath.basename(path)):
        return None
    from cblint.flow.trace import directory

    where, context = directory(event.state.cwd), _below_source(command.operands[0].value)
    if where is None or context is None or any(".dockerignore" in item.value for item in buildspec.shell_items):
        return None
    folder = posixpath.normpath(posixpath.join(where, context))
    ignored: list[str] = []
    for name in (f"{path}.dockerignore", posixpath.join(folder, ".dockerignore")):
        if holds(buildspec.repository, posixpath.normpath(name)) is not False:
            known = text_in(buildspec.repository, posixpath.normpath(name))
            if known is None:
                return None
            ignored = [line.strip() for line in known.split("\n") if line.strip() and not line.startswith("#")]
            break
    return Copied(folder, _copies(text), ignored)


def _copies(text: str) -> list[str]:
    """What the last stage, and those that it begins with, copy from the context."""
    stages: list[tuple[str, str, list[str]]] = []
    for _, instruction in _instructions(text):
        found = re.match(_FROM, instruction, re.IGNORECASE)
        if found is not None:
            stages.append((found[1].lower(), (found[2] or "").lower(), []))
        elif stages and re.match(r"\s*(?:COPY|ADD)\s", instruction, re.IGNORECASE):
            stages[-1][2].extend(_sources(instruction))
    wanted, sources = None, []
    for image, name, copied in reversed(stages):
        if wanted is None or name == wanted:
            sources += copied
            wanted = image
    return sources


def _sources(instruction: str) -> list[str]:
    """The files that a COPY or ADD names."""
    words = instruction.split()[1:]
    if any(word.startswith(("--from", "--exclude")) for word in words) or "<<" in instruction:
        return []
    listed = instruction.partition("[")[2].rpartition("]")[0]
    if listed:
        words = [word.strip(' "') for word in listed.split(",")]
    return [word for word in words if not word.startswith("--")][:-1]
