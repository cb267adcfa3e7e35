"""What becomes of files with secrets: which commands, artifacts and caches take them along."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, Section
from cblint.checks.caching import cached_paths
from cblint.checks.carrying import WORST_FIRST, Stored
from cblint.checks.collecting import may_remove
from cblint.checks.dockerfiles import copied_by
from cblint.checks.globs import is_known, may_take, steps_of, takes
from cblint.checks.patterns import from_root
from cblint.checks.projects import artifact_types
from cblint.checks.ways import end_of
from cblint.finding import Report
from cblint.flow.docker import is_client
from cblint.flow.kinds import RAN, REMOVED, STORED
from cblint.flow.steps import SUCCEEDING
from cblint.shell.effects import called_at, effect_of
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build, StepRun
    from cblint.flow.events import Event
    from cblint.shell.query import Invocation
    from cblint.source.tree import Scalar


def carried(buildspec: Buildspec, build: Build, stored: list[Stored]) -> Iterator[Report]:
    """Each place where a file with a secret in it is taken out of the build."""
    follower = _Follower(buildspec, stored)
    for run in build.on(SUCCEEDING):
        for event in run.events:
            yield from follower.follow(run, event)
    end = end_of(build)
    if end is None:
        return
    kept = [each for each in stored if each.is_in(end) and each.key in follower.there]
    for place, found, holder in _taken(buildspec, kept):
        yield _report(found[0], found[0].variant, place, "carried", holder, found[1:])
    left = [each for each in stored if each.key in follower.removed and _is_left(build, each)]
    for place, found, holder in _taken(buildspec, left):
        if holder != _CACHE:
            yield _report(found[0], "left", place, "carried", holder, found[1:])


def _report(stored: Stored, variant: str, place: Span, last: str, holder: str, others: list[Stored]) -> Report:
    related = tuple(("other", span) for span in dict.fromkeys(each.use.at for each in others))
    fields = {**stored.fields, "holder": holder}
    steps = stored.use.steps_beyond(stored.label, last, place)
    return Report(place, variant, fields, related, steps=steps)


# What becomes of them


class _Follower:
    """Goes through a build that goes well.

    ``there`` are the files that no command can have removed so far, ``removed`` those that one has.
    """

    def __init__(self, buildspec: Buildspec, stored: list[Stored]) -> None:
        self.buildspec = buildspec
        self.stored = {each.key: each for each in stored}
        self.there: dict[str, Stored] = {}
        self.removed: set[str] = set()
        self.seen: set[int] = set()

    def follow(self, run: StepRun, event: Event) -> Iterator[Report]:
        """What happens to the files, and what takes them along."""
        if event.kind == STORED and event.name in self.stored:
            self.there[event.name] = self.stored[event.name]
            self.removed.discard(event.name)
        elif event.kind == REMOVED and event.name in self.stored:
            self.removed.add(event.name)
        if event.kind != RAN or event.state is None or not self.there:
            return
        calls = run.step.item.calls(event.node)
        if id(event.node) not in self.seen:
            for call in calls:
                if call.program == "aws" or is_client(call.program):
                    present = [each for each in self.there.values() if each.is_in(event.state)]
                    yield from self._of_call(call, event, present)
        for call in (*calls, *run.step.item.quoted_calls(event.node)):
            for each in _may_be_removed(call, [*self.there.values()]):
                del self.there[each.key]

    def _of_call(self, call: Invocation, event: Event, present: list[Stored]) -> Iterator[Report]:
        image = _copied(self.buildspec, call, event, present)
        for variant, found in (("image", image), ("uploaded", _uploaded(call, event, present))):
            if found:
                self.seen.add(id(event.node))
                yield _report(found[0], variant, called_at(call), variant, "", found[1:])


def _may_be_removed(call: Invocation, stored: list[Stored]) -> list[Stored]:
    """The files that a command may remove, by a pattern for instance."""
    if call.program in _READING or not stored:
        return []
    if call.runs("git", "reset") or call.runs("git", "checkout"):
        return stored
    effect = effect_of(call)
    words = (
        [word.raw for word in call.arguments] if effect is None or effect.presumed or effect.does == "destroy" else []
    )
    return [
        each
        for each in stored
        if any(posixpath.basename(each.path) in word for word in words) or may_remove(call, each.path)
    ]


_READING = frozenset(
    {"aws", "cat", "chmod", "chown", "cp", "docker", "echo", "grep", "jq", "ls", "printf", "sed", "tee"}
)
"""Programs that remove no file."""


def _is_left(build: Build, stored: Stored) -> bool:
    """Whether a file that is removed where all goes well stays where a command of post_build fails before that."""
    last = [run for run in build.runs if run.step.phase == "post_build"]
    if any(run.step.key == "finally" for run in last):
        return False
    return any(run.outcome.failed is not None and stored.is_in(run.outcome.failed) for run in last)


# What takes them

_CACHE = "The cache"


def _taken(buildspec: Buildspec, stored: list[Stored]) -> Iterator[tuple[Span, list[Stored], str]]:
    """The patterns that take files, with those, the worst first."""
    stored = sorted(stored, key=lambda each: WORST_FIRST.index(each.variant))
    sections = buildspec.artifacts() if artifact_types(buildspec) != {"NO_ARTIFACTS"} else []
    for section in sections if stored else ():
        base = _base(section)
        for pattern in section.scalars("files") if base is not None else ():
            found = [each for each in stored if _is_taken(section, base or "", pattern, each.path)]
            if found:
                yield pattern.span, found, "The artifact"
                break
    for pattern in cached_paths(buildspec) if stored else ():
        found = [each for each in stored if _is_cached(pattern.value, each.path)]
        if found:
            yield pattern.span, found, _CACHE


def _base(section: Section) -> str | None:
    """The folder in which the paths of an artifact begin; None if it is not known."""
    if section.get("base-directory") is None:
        return "."
    folder = section.scalar("base-directory")
    if folder is None:
        return None
    written = from_root(folder.value)
    return None if not is_known(written) or "*" in written else posixpath.normpath(written or ".")


def _is_taken(section: Section, base: str, pattern: Scalar, path: str) -> bool:
    inside = path if base == "." and not path.startswith("/") else None
    if base != "." and path.startswith(f"{base}/"):
        inside = path[len(base) + 1 :]
    if inside is None or pattern.value.startswith("/") or not takes(pattern.value, inside):
        return False
    if section.get("exclude-paths") is not None and not section.scalars("exclude-paths"):
        return False
    return not any(may_take(each.value, (inside, path)) for each in section.scalars("exclude-paths"))


def _is_cached(pattern: str, path: str) -> bool:
    return pattern.startswith("/") == path.startswith("/") and takes(pattern.lstrip("/"), path.lstrip("/"))


# Commands that take them


def _copied(buildspec: Buildspec, call: Invocation, event: Event, stored: list[Stored]) -> list[Stored]:
    """The files that the Dockerfile of a build copies into the image."""
    copied = copied_by(buildspec, call, event) if is_client(call.program) else None
    if copied is None:
        return []
    sources = ["/".join(steps_of(source)) for source in copied.sources if is_known(source)]
    return [each for each in stored if copied.holds(each.path) and _is_below(each.path, copied.context, sources)]


def _is_below(path: str, context: str, sources: list[str]) -> bool:
    steps = posixpath.relpath(path, context).split("/")
    return any(source == "." or takes(source, "/".join(steps[: source.count("/") + 1])) for source in sources)


def _uploaded(call: Invocation, event: Event, stored: list[Stored]) -> list[Stored]:
    """The files that are copied to S3, by their names or with their folder."""
    words = call.operands() if call.program == "aws" else []
    if len(words) != 4 or words[0].text != "s3" or words[1].text not in ("cp", "mv", "sync") or event.state is None:
        return []
    if not words[3].raw.strip("\"'").startswith("s3://") or call.flags("--exclude", "--dryrun"):
        return []
    from cblint.checks.files import path_of  # with it comes the interpreter

    path = path_of(words[2], event.state)
    whole = words[1].text == "sync" or bool(call.flags("--recursive"))
    if path is None or not whole:
        return [each for each in stored if each.path == path]
    below = "" if path == "." else f"{path}/"
    return [
        each for each in stored if each.path.startswith(below) and each.path.startswith("/") == path.startswith("/")
    ]
