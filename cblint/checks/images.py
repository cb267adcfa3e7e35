"""What a build does with images, in the order of execution: builds, tags, pulls, pushes, logins, what is not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from cblint.facts import table
from cblint.flow import build_of
from cblint.flow.docker import Argument, DockerCommand, command_of, is_client, program_of
from cblint.flow.kinds import DEFINED, RAN
from cblint.flow.references import docker_hub, may_be, parts_of, server
from cblint.flow.steps import SUCCEEDING
from cblint.records import NamedTuple
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event
    from cblint.flow.values import Value

LOGIN, LOGOUT, PUSH, PULL, RUN, BUILD, CACHE, SOURCE, TAG, SAVE = (
    *("login", "logout", "push", "pull", "run", "build", "cache", "source", "tag", "save"),
)
BUILDING = "building"
"""A build of an image begins, whatever it is called."""
KEPT = "kept"
"""An image is built by a builder of its own, which keeps it: the daemon has none of that name."""
UNSEEN_LOGIN, UNSEEN_IMAGES = "unseen login", "unseen images"
"""A script, a target or another tool runs, which may log in, or make, pull and push images."""

SENT = "sent"
"""An image goes to a registry without having been in the daemon's store."""

_MAKING = frozenset({"build", "publish", "deploy", "package"})
_AT_WORK = frozenset({"build", "test", "check", "scan", "install", "transform", "cleanup", "package"})
MOST = 300
"""So many things that a build does are looked at, of each against the others; what follows is not seen."""
_HARMLESS = frozenset({"print", "query", "condition", "wait", "cleanup"})
_RUN_MANY = frozenset({"xargs", "find"})


class Use(NamedTuple):
    """Something that is done with an image or a registry; ``reference`` is None where nobody knows with which.

    ``word`` is where it is named; ``event`` is None where the command was not run on paper.
    """

    kind: str
    reference: Value | None
    word: Word
    invocation: Invocation
    event: Event | None
    run: StepRun

    @property
    def is_named(self) -> bool:
        """Whether it is docker's command that stands there, and not ``"$@"``, say."""
        return self.event is not None and is_client(self.invocation.program)

    @property
    def name(self) -> str:
        """How people call it: as it is written where not all of it is known."""
        if self.reference is None or "…" in self.reference.written:
            return self.word.raw.strip("\"'")
        return self.reference.written


def may_be_here(earlier: Iterable[Use], reference: Value) -> bool:
    """Whether an image may be in the daemon's store already."""
    return any(
        use.kind == UNSEEN_IMAGES
        or (use.kind in (BUILD, TAG, PULL, KEPT) and (use.reference is None or may_be(use.reference, reference)))
        for use in earlier
    )


def is_ours(use: Use, reference: Value) -> bool:
    """Whether the build makes the image, or pushes to its repository, or takes it for a cache."""
    if use.reference is None or use.kind not in (BUILD, TAG, KEPT, PUSH, SENT, CACHE):
        return False
    return parts_of(use.reference).repository == parts_of(reference).repository or may_be(use.reference, reference)


def is_base_here(earlier: Iterable[Use], name: str, base: Value) -> bool:
    """Whether a build may find the image from which it begins, of that name on Docker Hub, if it is there."""
    # Nobody makes an official image in secret; but docker may have loaded one.
    is_official = name != "" and "/" not in name
    known = [
        use for use in earlier if not is_official or use.kind != UNSEEN_IMAGES or is_client(use.invocation.program)
    ]
    return may_be_here(known, base)


def handled(uses: Iterable[Use]) -> set[tuple[int, str]]:
    """The commands, by identity, whose failure does not end the build, and what hides it: asked of each item once."""
    runs = {id(use.run): use.run for use in uses}
    return {(id(hidden.command), hidden.how) for run in runs.values() for hidden in run.hidden}


def uses_docker(buildspec: Buildspec, words: set[str]) -> bool:
    """Whether a command can be one of docker's with one of these words: seen without running the build."""
    for item in buildspec.shell_items:
        if any(client in item.value for client in table("containers")["clients"]):
            written = {word.text for invocation in item.invocations for word in invocation.node.words}
            if not written.isdisjoint(words):
                return True
    return False


def mentions(buildspec: Buildspec, *names: str) -> bool:
    """Whether texts of these lists of ``rules/facts/containers.yml`` stand anywhere in the file."""
    # What is put there are programs.
    source = buildspec.source.replace(".docker/cli-plugins", "")
    return any(text in source for name in names for text in table("containers")[name])


@lru_cache(maxsize=1)
def uses_of(buildspec: Buildspec) -> list[Use]:
    """What happens to images on the path on which all goes well, in order; read once for all rules that ask."""
    reader = _Reader(build_of(buildspec)).uses()
    found = list(islice(reader, MOST))
    rest = next(reader, None)
    return [*found, *(rest._replace(kind=kind, reference=None) for kind in _UNSEEN)] if rest is not None else found


class _Reader:
    """Goes through a build; remembers whether a builder of its own was chosen, and which functions there are."""

    def __init__(self, build: Build) -> None:
        self.runs = list(build.on(SUCCEEDING))
        self.functions = {event.name for run in self.runs for event in run.events if event.kind == DEFINED}
        self.own_builder = False

    def uses(self) -> Iterator[Use]:
        for run in self.runs:
            ran = [event for event in run.events if event.kind == RAN]
            yield from self._not_followed(run, {id(event.node) for event in ran})
            for event in ran:
                yield from self._followed(run, event)

    def _not_followed(self, run: StepRun, followed: set[int]) -> Iterator[Use]:
        """What stands in a command and was not run on paper: it may run before anything else there."""
        for invocation in run.step.item.invocations:
            if id(invocation.node) not in followed:
                for kind in _unseen(invocation):
                    yield Use(kind, None, invocation.words[0], invocation, None, run)

    def _followed(self, run: StepRun, event: Event) -> Iterator[Use]:
        """What a command that has run on paper does."""
        calls = run.step.item.calls(event.node)
        if event.name in self.functions or not calls:
            return
        invocation = calls[-1]
        named = invocation.program or program_of(event)
        command = (
            command_of(invocation, event) if is_client(named) and _RUN_MANY.isdisjoint(invocation.wrappers) else None
        )
        found = [(kind, None, None) for kind in _unseen(invocation)] if command is None else list(self._done(command))
        for kind, reference, word in found:
            yield Use(kind, reference, word or invocation.words[0], invocation, event, run)

    def _done(self, command: DockerCommand) -> Iterator[_Done]:
        """What a command of docker does with which image."""
        verb, operands = command.verb, command.operands
        if verb in ("login", "logout"):
            yield _login(command)
        elif verb == "build":
            yield from self._built(command)
        elif verb in ("buildx create", "buildx use"):
            self._chosen(command)
        elif verb in _OF_ONE:
            one = len(operands) == 1 or (operands and verb in ("run", "create"))
            yield _named(_OF_ONE[verb], operands[0]) if one and not command.has("-a", "--all-tags") else _MANY
            if any("docker.sock" in argument.value.written for argument in command.valued("-v", "--volume", "--mount")):
                yield _MANY
        elif verb == "tag" and len(operands) == 2:
            yield _named(SOURCE, operands[0])
            yield _named(TAG, operands[1])
        elif verb == "save":
            yield from (_named(SAVE, operand) for operand in operands)
        elif verb in ("commit", "import") and len(operands) == 2:
            yield _named(BUILD, operands[1])
        elif verb == "buildx imagetools create":
            yield from (_named(SENT, argument) for argument in command.valued("-t", "--tag"))
        elif verb == "manifest push" and operands:
            yield _named(SENT, operands[0])
        elif verb in _MAKES_MANY:
            yield _MANY

    def _built(self, command: DockerCommand) -> Iterator[_Done]:
        """The images that a build makes: in the daemon's store, elsewhere, or with a builder of its own only."""
        for argument in command.valued("--cache-from"):
            if not argument.known.startswith("type=") and "," not in argument.value.written:
                yield _named(CACHE, argument)
        yield BUILDING, None, None
        if command.hides_options:
            yield _MANY
        outputs = [argument.value.written for argument in command.valued("-o", "--output")]
        is_sent = command.has("--push") or any("push=true" in text or "type=registry" in text for text in outputs)
        is_kept = command.through_buildx and self.own_builder and not command.has("--load", "--builder")
        for argument in command.valued("-t", "--tag"):
            if is_sent:
                yield _named(SENT, argument)
            yield _named(KEPT if is_kept and (is_sent or not outputs) else BUILD, argument)

    def _chosen(self, command: DockerCommand) -> None:
        """``buildx create --use``, ``buildx use``: from now on another builder builds, if it is not the daemon's."""
        if command.verb == "buildx create":
            drivers = [argument.value.text for argument in command.valued("--driver")]
            loads = any("default-load" in argument.value.written for argument in command.valued("--driver-opt"))
            if command.has("--use"):
                self.own_builder = all(driver not in ("docker", None) for driver in drivers) and not loads
        else:
            self.own_builder = [operand.value.text for operand in command.operands] != ["default"]


_Done = tuple[str, "Value | None", "Word | None"]
_MANY: _Done = (UNSEEN_IMAGES, None, None)
_UNSEEN = (UNSEEN_LOGIN, UNSEEN_IMAGES)
_OF_ONE = {"push": PUSH, "pull": PULL, "run": RUN, "create": RUN}
_MAKES_MANY = frozenset(
    {
        *("push", "tag", "load", "import", "commit", "buildx bake", "stack deploy", "trust sign"),
        *(f"compose {verb}" for verb in ("build", "up", "run", "create", "pull", "push")),
    }
)
"""Commands that make, pull or push images, of which it is not known which (as it is used here)."""


def _named(kind: str, argument: Argument) -> _Done:
    return kind, argument.value, argument.word


def _login(command: DockerCommand) -> _Done:
    """The registry of a login; Docker Hub where none is named."""
    kind = LOGIN if command.verb == "login" else LOGOUT
    if not command.operands:
        return kind, docker_hub(), None
    (argument, *others) = command.operands
    return kind, server(argument.value) if not others else None, argument.word


def _unseen(invocation: Invocation) -> tuple[str, ...]:
    """What a command may do that is not seen: a script, a target, a tool that logs in or makes images."""
    effect = effect_of(invocation)
    if effect is None and "ecr get-login" in invocation.words[0].raw:
        # What `$(aws ecr get-login)` prints is a `docker login`.
        return (UNSEEN_LOGIN,)
    if effect is None:
        return () if invocation.program in _OF_THE_SHELL else _UNSEEN
    program = invocation.program
    if effect.presumed:
        at_work = effect.does in _AT_WORK and program in table("containers")["without-images"]
        return () if at_work else _UNSEEN
    if is_client(program):
        return () if effect.does in _HARMLESS else (UNSEEN_LOGIN,) if effect.does == "login" else (UNSEEN_IMAGES,)
    if effect.does == "run":
        return _UNSEEN
    if effect.does == "login":
        return (UNSEEN_LOGIN,) if program != "aws" else ()
    makes = effect.does in _MAKING and program not in table("containers")["without-images"]
    return (UNSEEN_IMAGES,) if makes else ()


_OF_THE_SHELL = frozenset({"umask", "hash", "let", "getopts", "ulimit", "times", "jobs"})
