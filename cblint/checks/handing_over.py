"""What the tasks of a batch leave to one another: each is a build of its own, on a machine of its own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator, Mapping, Sequence

from cblint.buildspec.batch import Task, tasks
from cblint.buildspec.model import Buildspec
from cblint.checks.commit_tags import by_commit
from cblint.checks.tasks import Command, Member, Program, Runs, programs_of
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.repository import holds
from cblint.records import NamedTuple
from cblint.shell.commands import AndOr
from cblint.shell.effects import Effect, effect_of
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.checks.edits import Change
    from cblint.flow.values import Piece, Value

_OF_ONE_BUILD = r"CODEBUILD_(?:BUILD_NUMBER|BUILD_ID|BUILD_ARN|START_TIME)"
"""Variables that each build of a batch has for itself."""
_TELLS = frozenset({"print", "notify", "condition", "control"})


class _Use(NamedTuple):
    """A command and the word of it that names an image, an object or a file; ``at`` says in which tasks it runs."""

    program: Program
    command: Command
    word: Word
    name: tuple[Piece, ...]
    at: list[bool | None]

    @property
    def span(self) -> Span:
        """The place of the word; of another buildspec, that of its path in the task."""
        return self.program.place.span if self.program.place is not None else self.word.span

    @property
    def shown(self) -> str:
        """The word as it is written, and where, if that is another file."""
        name = self.word.raw.strip("\"'")
        return f"{name} in {self.program.path}" if self.program.path else name

    def members(self) -> Iterator[Member]:
        """The tasks in which it runs for sure."""
        return (member for member, runs in zip(self.program.members, self.at, strict=True) if runs)


class _Uses:
    """The uses of things by their names: those that make them, those that have them here, those that need them."""

    def __init__(self) -> None:
        self.makes: dict[object, list[_Use]] = {}
        self.here: dict[object, list[_Use]] = {}
        self.needs: list[tuple[object, _Use]] = []
        self.lasting: set[object] = set()
        """What is brought to a place where all find it."""
        self.unclear: list[_Use] = []
        """Commands that may make anything."""

    @property
    def words(self) -> list[Word] | None:
        """The words of all uses; None if some stand in another file."""
        known = [*self.makes.values(), *self.here.values(), [use for _, use in self.needs]]
        uses = [use for each in known for use in each]
        return [use.word for use in uses] if all(use.program.place is None for use in uses) else None


# Numbers of builds


def batch_build_number_as_shared_tag(buildspec: Buildspec) -> Iterator[Report]:
    """A task reads under its own build number what another has written under that one's."""
    if len(tasks(buildspec)) < 2:
        return
    found = _Uses()
    for program in programs_of(buildspec, lambda each: re.search(_OF_ONE_BUILD, each.source) is not None):
        _note_numbered(program, found)
    here = {key: _tasks_of(uses) for key, uses in found.here.items()}
    needs: dict[object, list[tuple[_Use, Member, Member, _Use]]] = {}
    for key, need in found.needs:
        readers = [member for member in need.members() if id(member.task.node) not in here.get(key, ())]
        pair = _written(found.makes.get(key, ())[:_COMPARED], need) if readers else None
        if pair is not None:
            needs.setdefault(key, []).append((need, readers[0], *pair))
    words = found.words if needs else None
    fixes: dict[str, Change] = {}
    for (need, reader, writer, make), *others in needs.values():
        fields = {
            "name": need.shown,
            "variable": _number_in(need.name),
            "reader": reader.name,
            "writer": writer.name,
        }
        again = [("again", span) for span in dict.fromkeys(other.span for other, *_ in others) if span != need.span]
        related = (("written", make.span), *again)
        variable = fields["variable"]
        if variable not in fixes:
            fixes[variable] = by_commit(buildspec, words, variable) if words is not None else ((), ())
        touched, edits = fixes[variable]
        yield Report(need.span, "number", fields, related, edits=edits, touched=touched)


_COMPARED = 50
"""With how many commands that write under a number each that reads is compared."""


def _tasks_of(uses: list[_Use]) -> set[int]:
    """The tasks in which one of these may run, by the identity of their nodes."""
    return {
        id(member.task.node)
        for use in uses
        for member, runs in zip(use.program.members, use.at, strict=True)
        if runs is not False
    }


def _written(made: Sequence[_Use], need: _Use) -> tuple[Member, _Use] | None:
    """Who writes what a command needs, and where."""
    for make in made:
        writer = next(make.members(), None)
        if writer is not None and _may_be_same(make.name, need.name):
            return writer, make
    return None


def _note_numbered(program: Program, found: _Uses) -> None:
    """The images and objects with the number of a build in their name."""
    runs = Runs(program)
    for command in program.commands():
        effect = effect_of(command.invocation)
        if effect is not None and effect.does in _TELLS:
            continue
        made = {id(word): lasting for word, lasting in _made(command)}
        builds = command.invocation.program in table("effects")["image-builders"] and _is_building(effect)
        for word in command.invocation.arguments:
            name = _reference(command.value(word))
            key = _numbered_key(name)
            if key is None:
                continue
            use = _Use(program, command, word, name, runs.of(command))
            if id(word) not in made and not builds:
                if _can_do_without(command) or " " in "".join(each for each in name if isinstance(each, str)):
                    continue  # a message, say
                found.needs.append((key, use))
            else:
                found.here.setdefault(key, []).append(use)
                if made.get(id(word)):
                    found.makes.setdefault(key, []).append(use)


def _can_do_without(command: Command) -> bool:
    """Whether something else is done where it fails."""
    return any(isinstance(node, AndOr) and "||" in node.operators for node in command.invocation.above)


def _is_building(effect: Effect | None) -> bool:
    return effect is not None and effect.does == "build"


def _made(command: Command) -> Iterator[tuple[Word, bool]]:
    """The names that a command writes to, and whether others find them there."""
    invocation = command.invocation
    program = invocation.program
    if program in table("effects")["image-builders"]:
        pushes = bool(invocation.flags("--push"))
        for word in option_values(invocation.arguments, ("-t", "--tag")):
            yield word, pushes
        for word in _after(invocation, "push"):
            yield word, True
        for word in [
            *_after(invocation, "tag")[1:],
            *_after(invocation, "import")[1:],
            *_after(invocation, "commit")[1:],
        ]:
            yield word, False
    for verb in ("cp", "sync", "mv"):
        for word in invocation.runs("aws", "s3", verb)[2:3]:
            yield word, True


def _after(invocation: Invocation, verb: str) -> tuple[Word, ...]:
    """What follows a verb of docker's, also where it is written ``docker image …``."""
    program = invocation.program
    return invocation.runs(program, verb)[1:] or invocation.runs(program, "image", verb)[1:]


def _reference(value: Value | None) -> tuple[Piece, ...]:
    """What a word names: itself, or what follows ``name=``."""
    pieces = value.pieces if value is not None else ()
    if pieces and isinstance(pieces[0], str):
        match = re.match(r"[\w.-]+=", pieces[0])
        if match is not None:
            rest = pieces[0][match.end() :]
            return (*((rest,) if rest else ()), *pieces[1:])
    return pieces


def _numbered_key(name: tuple[Piece, ...]) -> object:
    """What of a name must be the same for two to mean one thing: the tag of an image, all of an object's address."""
    if not _number_in(name):
        return None
    if name and isinstance(name[0], str) and name[0].startswith("s3://"):
        return name
    for number in range(len(name) - 1, -1, -1):
        piece = name[number]
        if isinstance(piece, str) and ":" in piece:
            before, _, behind = piece.rpartition(":")
            tag = (behind, *name[number + 1 :])
            has_name = bool(before or number)
            return (
                (":", *tag) if has_name and "/" not in "".join(each for each in tag if isinstance(each, str)) else None
            )
    return None


def _number_in(name: tuple[Piece, ...]) -> str:
    """The variable in a name that each build has for itself."""
    holes = (piece.name for piece in name if not isinstance(piece, str))
    return next((hole for hole in holes if re.fullmatch(_OF_ONE_BUILD, hole)), "")


def _may_be_same(first: tuple[Piece, ...], second: tuple[Piece, ...]) -> bool:
    """Whether two names of images with one tag can be the same: where both are known, their last parts are.

    Two variables of different names hold different things, as far as anybody knows.
    """
    names = [_last_part(each) for each in (first, second)]
    holes = [{piece.name for piece in each if not isinstance(piece, str)} for each in (first, second)]
    if None in names:
        return holes[0] <= holes[1] or holes[1] <= holes[0]
    return names[0] == names[1]


def _last_part(name: tuple[Piece, ...]) -> str | None:
    """The name of an image without registry and tag; None if a variable stands in it."""
    text = "".join(piece if isinstance(piece, str) else "\0" for piece in name)
    last = text.rpartition(":")[0].rpartition("/")[2] if not text.startswith("s3://") else text
    return None if "\0" in last and not text.startswith("s3://") else last


# What stays on the machine of one task

_KEYS = 50
"""Of so many images and files that others need it is asked who waits for whom."""


def batch_depends_on_local_state(buildspec: Buildspec) -> Iterator[Report]:
    """A task needs an image or a file that stays on the machine of a task that it waits for."""
    waiting = _Waiting(tasks(buildspec))
    if not waiting.followers:
        return
    images, files = _Uses(), _Uses()
    for program in programs_of(buildspec, lambda _: True):
        _note_local(program, images, files)
    for variant, found in (("image", images), ("file", files)):
        here = {key: _tasks_of(uses) for key, uses in found.here.items()}
        unclear = _tasks_of(found.unclear)
        needs: dict[object, list[_Use]] = {}
        for key, need in found.needs:
            if key in found.makes and key not in found.lasting:
                needs.setdefault(key, []).append(need)
        for key, uses in list(needs.items())[:_KEYS]:
            behind = waiting.behind(found.makes[key])
            present = here.get(key, set()) | unclear
            reports = (_left_behind(variant, need, behind, present) for need in uses[:_COMPARED])
            report = next((each for each in reports if each is not None), None)
            if report is not None:
                yield report


def _left_behind(
    variant: str, need: _Use, behind: Mapping[int, tuple[Member, _Use]], present: Container[int]
) -> Report | None:
    """What is to be said of a need: in a task that waits for the one that makes it, and has not made it itself."""
    for member in need.members():
        task = id(member.task.node)
        if task in behind and task not in present:
            maker, make = behind[task]
            fields = {"name": need.shown, "reader": member.name, "maker": maker.name}
            return Report(need.span, variant, fields, (("made", make.span),))
    return None


class _Waiting:
    """Which tasks of a graph wait for which."""

    def __init__(self, found: list[Task]) -> None:
        graph = [task for task in found if task.form == "build-graph"]
        self._task = {task.identifier.value: task for task in graph if task.identifier is not None}
        self.followers: dict[int, list[Task]] = {}
        for task in graph:
            for name in task.meant_dependencies:
                before = self._task.get(name.value)
                if before is not None:
                    self.followers.setdefault(id(before.node), []).append(task)

    def behind(self, makes: list[_Use]) -> dict[int, tuple[Member, _Use]]:
        """The tasks that wait, also through others, for one in which one of these runs for sure, and for which."""
        found: dict[int, tuple[Member, _Use]] = {}
        stack = [(member.task, (member, make)) for make in makes for member in make.members()]
        begun = set()
        while stack:
            task, origin = stack.pop()
            if id(task.node) in begun:
                continue
            begun.add(id(task.node))
            for follower in self.followers.get(id(task.node), ()):
                found.setdefault(id(follower.node), origin)
                stack.append((follower, origin))
        return found


def _note_local(program: Program, images: _Uses, files: _Uses) -> None:
    """What the commands of a buildspec make and need on the machine itself."""
    runs = Runs(program)
    repository = program.buildspec.repository
    has_cache = program.buildspec.get("cache") is not None
    for command in program.commands():
        at = runs.of(command)
        effect = effect_of(command.invocation)
        use = _Use(program, command, command.invocation.words[0], (), at)
        is_docker = command.invocation.program in table("effects")["image-builders"]
        if not is_docker and (effect is None or effect.presumed or effect.does == "run"):
            images.unclear.append(use)
        brings = command.invocation.program in _BRINGING
        if effect is None or effect.presumed or brings or effect.does in _MAKES_FILES:
            files.unclear.append(use)
        if is_docker:
            _note_images(command, use, images)
        if repository is not None and not has_cache and effect is not None:
            _note_files(command, effect, use, files, repository)


_BRINGING = frozenset({"cp", "mv", "tar", "unzip", "rsync", "git", "ln"})
"""Programs that may bring any file from elsewhere."""
_MAKES_FILES = frozenset({"build", "test", "package", "run", "fetch", "install", "scan", "serve"})
"""Kinds of commands that may leave any file."""


_MAKING_ANY = frozenset({"load", "compose", "bake", "import"})
"""Verbs of docker that may bring any image."""


def _note_images(command: Command, use: _Use, images: _Uses) -> None:
    invocation = command.invocation
    verbs = {word.text for word in invocation.operands()[:2]}
    if not verbs.isdisjoint(_MAKING_ANY):
        images.unclear.append(use)
    made = [*(word for word, _ in _made(command)), *_after(invocation, "pull")]
    is_push = bool(_after(invocation, "push") or invocation.flags("--push"))
    for word in made:
        name = _local_image(_text_of(command, word))
        if name is not None:
            images.here.setdefault(name, []).append(use._replace(word=word))
            images.makes.setdefault(name, []).append(use._replace(word=word))
            if is_push:
                images.lasting.add(name)
    for verb in ("run", "create", "tag", "save") if not _can_do_without(command) else ():
        for word in _after(invocation, verb)[:1]:
            name = _local_image(_text_of(command, word))
            if name is not None:
                images.needs.append((name, use._replace(word=word)))


def _local_image(text: str | None) -> str | None:
    """The name of an image that is in no registry, as far as it shows, with its tag."""
    if text is None or not re.fullmatch(r"[a-z0-9][\w./:-]*", text):
        return None
    first, slash, _ = text.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return None
    return text if ":" in text.rpartition("/")[2] else f"{text}:latest"


def _note_files(command: Command, effect: Effect, use: _Use, files: _Uses, repository: str) -> None:
    invocation = command.invocation
    redirected = [(each.operator, each.target) for each in invocation.redirections]
    written = [*effect.writes, *(target for operator, target in redirected if operator in (">", ">>", ">|", "&>"))]
    read = [*effect.reads, *(target for operator, target in redirected if operator == "<")]
    if invocation.program in _READERS:
        read += invocation.operands()
    for words, is_made in ((written, True), (read, False)):
        for word in words:
            path = _path(command, word)
            if path is None or not isinstance(word, Word):
                continue
            this = use._replace(word=word)
            if is_made:
                files.here.setdefault(path, []).append(this)
                files.makes.setdefault(path, []).append(this)
            elif holds(repository, path) is False and not _can_do_without(command):
                files.needs.append((path, this))


_READERS = frozenset({"cat", ".", "source", "head", "tail", "jq", "unzip"})


def _text_of(command: Command, word: Word) -> str | None:
    value = command.value(word)
    return value.text if value is not None else word.text


def _path(command: Command, word: Word | str) -> str | None:
    """The path of a file below the root of the repository."""
    from cblint.flow.trace import directory  # with it comes the interpreter

    text = word if isinstance(word, str) else _text_of(command, word)
    folder = directory(command.state.cwd)
    if text is None or folder is None or not re.fullmatch(r"[\w./-]*[\w-]\.[\w-]+", text):
        return None
    path = posixpath.normpath(posixpath.join(folder, text))
    return path if not path.startswith(("/", "..")) else None
