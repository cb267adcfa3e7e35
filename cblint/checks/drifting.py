"""Commands that run in another directory than they were written for, because one before has changed it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import cache, partial

from cblint.buildspec.model import Buildspec
from cblint.checks.certain import expected
from cblint.checks.edits import replaced
from cblint.checks.files import MOST_FILES, Made, Written, is_nowhere, made_by, place_of
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import MOVED, RAN
from cblint.flow.steps import SUCCEEDING
from cblint.hosts.repository import holds
from cblint.records import NamedTuple
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import called_at, effect_of
from cblint.shell.operands import option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Literal, Word
from cblint.source.text import Span
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event

_MOVES = r"\b(?:cd|pushd|chdir)\b"
_PATH = r"(?:\./)?[\w@+=-][\w.@+=-]*(?:/[\w.@+=-]+)*"
"""A path from where the command runs, and no further up."""
_ONLY_READING = frozenset({"cat", "ls", "echo", "jq", "test", "[", "head", "wc", "stat"})
_ELSEWHERE = frozenset({"-C", "--directory", "--prefix", "--cwd", "--chdir", "--rootdir", "--project-directory"})
"""Options that name another directory, from which paths are then taken."""
_TAKEN_BACK = frozenset({"or", "condition", "negation"})
"""Ways in which somebody asks whether ``cd`` has failed."""


class _Use(NamedTuple):
    """A path that a command takes from the directory it runs in; ``word`` is None where it is the tool's own."""

    invocation: Invocation
    word: Word | None
    path: str
    variant: str
    item: Scalar


def cwd_drift(buildspec: Buildspec) -> Iterator[Report]:
    """A relative path is used in a directory to which an earlier command has gone, and there is nothing there."""
    if not any(re.search(_MOVES, item.value) for item in buildspec.shell_items):
        return
    yield from _artifacts_elsewhere(buildspec)
    if buildspec.repository is not None:
        yield from _uses_elsewhere(buildspec, buildspec.repository)


# What an artifact is to hold, and was written elsewhere


def _artifacts_elsewhere(buildspec: Buildspec) -> Iterator[Report]:
    """Files that a command writes by the very path that an artifact has, but not at the source root."""
    commands = "\n".join(item.value for item in buildspec.shell_items)
    wanted = {
        file.value.removeprefix("./"): file
        for artifact in buildspec.artifacts()
        if artifact.get("base-directory") is None
        for file in artifact.scalars("files")[:MOST_FILES]
        if re.fullmatch(_PATH, file.value) and _base(file.value) in commands
    }
    named: dict[str, list[Written]] = {}
    written = made_by(buildspec).written if wanted else ()
    for each in written:
        text = each.word.text if each.word is not None else None
        named.setdefault((text or "").removeprefix("./"), []).append(each)
    causes: dict[int, Event] | None = None
    for path, file in wanted.items():
        astray = named.get(path, [])
        if not astray or any(each.path == path for each in astray) or _is_at_root(buildspec, path, written, astray):
            continue
        collected = any(_is_collected(buildspec, each) for each in astray[:MOST_FILES])
        if not collected and not _is_carried(buildspec, path, astray):
            causes = _causes(build_of(buildspec)) if causes is None else causes
            # What reads it finds it where it is now.
            edits = () if _is_named_elsewhere(buildspec, path, astray) else _from_the_root(astray[0].word)
            yield _astray(path, file, astray[0], causes.get(id(astray[0].invocation.node)), edits)


def _is_at_root(buildspec: Buildspec, path: str, written: Iterable[Written], astray: list[Written]) -> bool:
    """Whether the file may be where the artifact looks for it all the same."""
    if buildspec.repository is not None and holds(buildspec.repository, path) is True:
        return True
    known = {id(each) for each in astray}
    return any(each.may_hold(path) for each in written if id(each) not in known)


def _astray(path: str, file: Scalar, written: Written, cause: Event | None, edits: tuple[Edit, ...]) -> Report:
    related = [("artifact", file.span), *([("moved", cause.node.span)] if cause is not None else [])]
    place = "the folder above the source root" if written.place == ".." else written.place
    fields = {"path": path, "written": written.path, "place": place}
    span = written.word.span if written.word is not None else called_at(written.invocation)
    return Report(span, "artifact", fields, tuple(related), edits)


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _is_collected(buildspec: Buildspec, written: Written) -> bool:
    """Whether an artifact takes the file where it is."""
    return any(
        _takes(base, file.value, written.path)
        for artifact in buildspec.artifacts()
        for base in [artifact.scalar("base-directory")]
        for file in artifact.scalars("files")
    )


def _takes(base: Scalar | None, pattern: str, path: str) -> bool:
    whole = posixpath.normpath(posixpath.join(base.value if base is not None else ".", pattern))
    head = re.split(r"[$*?{\[]", whole)[0]
    return path == whole or (head != whole and path.startswith(head))


def _is_carried(buildspec: Buildspec, path: str, astray: list[Written]) -> bool:
    """Whether another command has to do with a file of this name, and may bring it where it belongs."""
    writing = {id(each.invocation.node) for each in astray}
    if _may_be_collected(buildspec, writing):
        return True
    return any(invocation.program not in _ONLY_READING for invocation in _others_naming(buildspec, path, writing))


def _is_named_elsewhere(buildspec: Buildspec, path: str, astray: list[Written]) -> bool:
    return len(astray) > 1 or any(_others_naming(buildspec, path, {id(astray[0].invocation.node)}))


def _others_naming(buildspec: Buildspec, path: str, writing: set[int]) -> Iterator[Invocation]:
    """The commands that name the file, but those that write it."""
    for item in buildspec.shell_items:
        for invocation in item.invocations if _base(path) in item.value else ():
            if _base(path) in invocation.node.raw and id(invocation.node) not in writing:
                yield invocation


_CARRYING = frozenset({"find", "tar", "rsync", "cp", "mv", "xargs", "make", "zip", "install", "ln"})


def _may_be_collected(buildspec: Buildspec, writing: set[int]) -> bool:
    """Whether a command behind those that write may bring what it finds to the source root, without naming it."""
    behind = False
    for item in buildspec.shell_items:
        for invocation in item.invocations:
            effect = effect_of(invocation)
            seen = effect is None or effect.presumed or effect.does == "run"
            if behind and (seen or invocation.program in _CARRYING):
                return True
            behind = behind or id(invocation.node) in writing
    return False


# What a command takes from where it runs


def _uses_elsewhere(buildspec: Buildspec, repository: str) -> Iterator[Report]:
    """Scripts, settings and folders that lie at the source root, and not where the command looks for them."""
    found: dict[int, list[tuple[_Use, str]]] = {}
    causes = _causes(build_of(buildspec))
    holds_here = cache(partial(holds, repository))
    made: Made | None = None
    for use, place in _all_uses(build_of(buildspec), repository):
        here = posixpath.normpath(f"{place}/{use.path}")
        if not (holds_here(use.path) and holds_here(place) and is_nowhere(buildspec, here)):
            continue
        made = made_by(buildspec) if made is None else made
        cause = causes.get(id(use.invocation.node))
        if cause is not None and not made._replace(anything=False).may_hold(here):
            found.setdefault(id(cause.node), []).append((use, place))
    for uses in found.values():
        yield _misplaced(causes[id(uses[0][0].invocation.node)], uses)


def _all_uses(build: Build, repository: str) -> Iterator[tuple[_Use, str]]:
    """What the commands take from a directory that an item before has gone to, with that directory.

    Not from one in which a command has run that may have made it.
    """
    filled: set[str | None] = set()
    for run in build.on(SUCCEEDING):
        place = place_of(run.before)
        if place is None or place == "." or place.startswith(("/", "..")):
            continue
        taken_back = {id(each.command) for each in run.hidden if each.how in _TAKEN_BACK}
        for event in expected(run):
            is_there = event.state is not None and event.state.cwd == run.before.cwd
            if is_there and id(event.node) not in taken_back and not filled & {place, None}:
                yield from ((use, place) for use in _uses(run, event))
        filled |= set(_filled(run, repository))


_MAKING = frozenset({"run", "build", "package", "fetch", "transform", "test", "scan"})
_BRINGING = frozenset({"git", "unzip", "tar", "cp", "ln", "rsync", "make"})


def _filled(run: StepRun, repository: str) -> Iterator[str | None]:
    """The directories in which commands of an item may make or bring anything; None where that is not known."""
    for event in run.events:
        for invocation in run.step.item.calls(event.node) if event.kind == RAN and event.state is not None else ():
            effect = effect_of(invocation)
            makes = effect is None or effect.presumed or effect.does in _MAKING or invocation.program in _BRINGING
            place = place_of(event.state) if event.state is not None else None
            makes = makes and invocation.program not in table("effects")["image-builders"]
            if makes and not _is_missing(invocation, place, repository):
                yield place


def _is_missing(invocation: Invocation, place: str | None, repository: str) -> bool:
    """Whether a script is called that is not there, so that it makes nothing."""
    scripts = [word.text for word, variant in _taken(invocation) if variant == "file" and word is not None]
    runs = invocation.is_path or invocation.program in table("effects")["interpreters"]
    return runs and place is not None and bool(scripts) and holds(repository, f"{place}/{scripts[0]}") is False


def _causes(build: Build) -> dict[int, Event]:
    """The last change of directory before each command (by identity)."""
    found: dict[int, Event] = {}
    last = None
    for run in build.on(SUCCEEDING):
        for event in run.events:
            if event.kind == MOVED:
                last = event
            elif event.kind == RAN and last is not None:
                found.setdefault(id(event.node), last)
    return found


def _misplaced(cause: Event, uses: list[tuple[_Use, str]]) -> Report:
    """One finding for what one ``cd`` has led astray."""
    (use, place), *others = uses
    spans = dict.fromkeys(_at(other) for other, _ in others)
    related = [("moved", cause.node.span), *(("again", span) for span in spans if span != _at(use))]
    fields = {"path": use.path, "place": place, "program": use.invocation.program}
    edits = [_from_the_root(each.word) for each, _ in uses]
    mended = tuple(edit for some in edits for edit in some) if all(edits) else ()
    return Report(
        _at(use), use.variant, fields, tuple(related), mended, touched=tuple(other.item for other, _ in others)
    )


def _at(use: _Use) -> Span:
    return use.word.span if use.word is not None else called_at(use.invocation)


def _uses(run: StepRun, event: Event) -> Iterator[_Use]:
    if any(word.text is not None and word.text.partition("=")[0] in _ELSEWHERE for word in _words(event)):
        return
    for invocation in run.step.item.calls(event.node):
        for word, variant in _taken(invocation):
            path = word.text or "" if word is not None else "Dockerfile"
            if re.fullmatch(_PATH, path) is not None:
                yield _Use(invocation, word, posixpath.normpath(path), variant, run.step.item.node)


def _words(event: Event) -> tuple[Word, ...]:
    return event.node.words if isinstance(event.node, SimpleCommand) else ()


def _taken(invocation: Invocation) -> Iterator[tuple[Word | None, str]]:
    """The words that name something in the directory."""
    operands = invocation.operands()
    if invocation.program in ("cd", "pushd"):
        yield from ((word, "folder") for word in operands if len(operands) == 1)
    elif invocation.is_path:
        yield invocation.words[0], "file"
    elif invocation.program in table("effects")["interpreters"]:
        if operands and operands[0] is invocation.words[1] and _is_file(operands[0]):
            yield operands[0], "file"
    elif invocation.runs("docker", "build") and invocation.operands()[-1].text == ".":
        named: list[Word | None] = [*option_values(invocation.arguments, ("-f", "--file"))]
        yield from ((word, "file") for word in named or [None])
    else:
        effect = effect_of(invocation)
        for file in effect.reads if effect is not None else ():
            if isinstance(file, Word) and _is_file(file):
                yield file, "file"


def _is_file(word: Word) -> bool:
    return "." in _base(word.text or "") or "/" in (word.text or "")


# What both do about it


def _from_the_root(word: Word | None) -> tuple[Edit, ...]:
    """The path from the source root, where the word has no quotes."""
    if word is None or len(word.parts) != 1 or not isinstance(word.parts[0], Literal) or word.text != word.raw:
        return ()
    return (replaced(word.span, f"$CODEBUILD_SRC_DIR/{word.raw.removeprefix('./')}"),)
