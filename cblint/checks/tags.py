"""Names of images in a build: those that nothing has made, and those that mean another image tomorrow."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import pairwise

from cblint.buildspec.model import Buildspec, scalar
from cblint.checks.dockerfiles import bases_of, dockerfile_of
from cblint.checks.images import (
    BUILD,
    BUILDING,
    CACHE,
    KEPT,
    PULL,
    PUSH,
    RUN,
    SAVE,
    SENT,
    SOURCE,
    TAG,
    UNSEEN_IMAGES,
    Use,
    handled,
    is_base_here,
    is_ours,
    mentions,
    uses_docker,
    uses_of,
)
from cblint.checks.sockets import MOVING, with_socket
from cblint.facts import table
from cblint.facts.images import is_curated
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.references import (
    before,
    hub_name,
    is_fixed,
    is_known_to_move,
    is_of_others,
    is_same,
    may_be,
    moves,
    parts_of,
    registry_of,
)
from cblint.flow.steps import is_whole
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import called, called_at
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.source.text import Span
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build, StepRun
    from cblint.flow.values import Value

_MAKERS = (BUILD, TAG, PULL)
"""What brings an image into the daemon's store, as does ``run``, which pulls it."""
_NEEDING = frozenset({PUSH, SOURCE, SAVE})
"""What fails where the store does not have the image."""


def image_ref_never_built(buildspec: Buildspec) -> Iterator[Report]:
    """An image is pushed, tagged, saved or run by a name that no command has given it."""
    if not uses_docker(buildspec, {"push", "tag", "save", "run", "build"}):
        return
    if mentions(buildspec, "other-daemons") or not is_whole(buildspec):
        return
    uses = uses_of(buildspec)
    spoken: dict[str, Use] = {}
    if not any(use.kind in (BUILD, KEPT) for use in uses):
        # Where nothing is built, the machine may have the images from a build before, as those of a fleet do.
        return
    hidden = handled(uses)
    is_new = not _may_keep_images(buildspec)
    makers = [each for each in uses if each.kind in (BUILD, TAG) and each.is_named]
    for number, use in enumerate(uses):
        if use.kind == UNSEEN_IMAGES:
            return
        if (
            not is_new
            or use.reference is None
            or not use.is_named
            or use.name in spoken
            or _may_be_missing(use, hidden)
        ):
            continue
        found = _never_built(uses, makers, number, use.reference)
        if found is not None:
            spoken[use.name] = use
            yield found
    if any(use.kind in (PUSH, SENT) for use in uses):
        at_fault = {id(use.invocation.node) for use in spoken.values()}
        for use in _unused(buildspec, uses):
            if id(use.invocation.node) not in at_fault:
                yield Report(use.word.span, "unused", {"image": use.name})


def _may_keep_images(buildspec: Buildspec) -> bool:
    """Whether the images of the build before may be there still: by a cache, a server of docker's own, a fleet."""
    caches = [each.cache.modes for each in buildspec.projects if each.cache is not None]
    fleets = [*(each.fleet for each in buildspec.projects), *(each.fleet for each in buildspec.environments)]
    has_server = any(each.docker_server for each in buildspec.projects)
    return any(fleets) or has_server or any("LOCAL_DOCKER_LAYER_CACHE" in modes for modes in caches)


def _never_built(uses: Sequence[Use], makers: Sequence[Use], number: int, reference: Value) -> Report | None:
    use, earlier = uses[number], uses[:number]
    if any(_is(each, (*_MAKERS, RUN), reference) for each in earlier):
        return None
    if use.kind in _NEEDING and not is_fixed(reference):
        kept = [each for each in earlier if _is(each, (KEPT,), reference)]
        later = [each for each in uses[number:] if each.kind in (BUILD, TAG) and _is_surely(each, reference)]
        near = _nearest(makers, reference)
        fields = {"command": called(use.invocation), "image": use.name, "made": ""}
        if kept:
            return Report(use.word.span, "kept", fields, (("kept", kept[-1].word.span),))
        if later:
            return Report(use.word.span, "late", fields, (("late", later[0].word.span),))
        fields["made"] = f' What is made is "{near.name}".' if near is not None else ""
        return Report(use.word.span, "missing", fields, (("made", near.word.span),) if near is not None else ())
    if use.kind in (RUN, CACHE) and _is_own_name(makers, reference):
        return Report(use.word.span, use.kind, {"command": called(use.invocation), "image": use.name})
    return None


def _is(use: Use, kinds: Sequence[str], reference: Value) -> bool:
    """Whether it does one of these things with an image that may be the one."""
    return use.kind in kinds and (use.reference is None or may_be(use.reference, reference))


def _is_surely(use: Use, reference: Value) -> bool:
    return use.is_named and use.reference is not None and is_same(use.reference, reference)


def _may_be_missing(use: Use, hidden: Container[tuple[int, str]]) -> bool:
    """Whether a condition asks for the image, or its absence does not matter: `docker tag … || true`."""
    event = use.event
    if event is None or any("docker" in guard.condition.raw for guard in event.guards):
        return True
    return any((id(event.node), how) in hidden for how in ("or", "condition"))


def _nearest(makers: Sequence[Use], reference: Value) -> Use | None:
    """An image that is made under the same repository, else the only one."""
    repository = parts_of(reference).repository
    alike = [
        each for each in makers if each.reference is not None and parts_of(each.reference).repository == repository
    ]
    if repository is not None and alike:
        return alike[0]
    return makers[0] if len({each.name for each in makers}) == 1 else None


def _is_own_name(makers: Sequence[Use], reference: Value) -> bool:
    """Whether an image without a registry has the name of one that the build makes: then Docker Hub has none."""
    repository = parts_of(reference).repository
    if repository is None or not repository.text or "/" in repository.text or hub_name(reference) is not None:
        return False
    return any(each.reference is not None and parts_of(each.reference).repository == repository for each in makers)


def _unused(buildspec: Buildspec, uses: Sequence[Use]) -> Iterator[Use]:
    """The images that are built, and whose name stands nowhere but in the command that builds them.

    Where nothing is pushed at all, the build is a check.
    """
    builds = [use for use in uses if use.kind == BUILDING]
    texts: dict[int, str | None] = {}
    made = {use.reference.written for use in uses if use.kind in (BUILD, KEPT, TAG) and use.reference is not None}
    named = [use.reference for use in uses if use.kind in _USING]
    # A name that is known only in part may be this one, if it is not that of another image which is made here.
    open_names = [each for each in named if each is None or each.written not in made or "…" in each.written]
    used = {each.written for each in named if each is not None}
    sent = {id(use.word) for use in uses if use.kind == SENT}
    for_files = {id(use.invocation.node) for use in builds if _is_for_files(use.invocation)}
    for use in uses:
        text = use.reference.text if use.reference is not None else None
        if use.kind != BUILD or use.reference is None or not text or not use.is_named or id(use.word) in sent:
            continue
        node = use.invocation.node
        if use.reference.written in used or id(node) in for_files:
            continue
        if any(each is None or may_be(each, use.reference) for each in open_names):
            continue
        name = text.rpartition(":")[0] or text
        if buildspec.source.count(name) != node.raw.count(name):
            continue
        texts = texts or {id(each.event): _dockerfile(buildspec, each) for each in builds}
        if all(by == id(use.event) or (text is not None and name not in text) for by, text in texts.items()):
            yield use


_USING = frozenset({PUSH, RUN, SOURCE, SAVE, SENT})
"""What an image can be there for."""


def _is_for_files(invocation: Invocation) -> bool:
    """Whether a build is wanted for a part of the image, or for the files that it writes."""
    return bool(invocation.flags("--target", "-o", "--output", "--iidfile", "--metadata-file", "-q", "--quiet"))


def _dockerfile(buildspec: Buildspec, use: Use) -> str | None:
    """The Dockerfile of a build; None if it is not known from which images it begins or takes files."""
    text = dockerfile_of(buildspec, use.invocation, use.event)[1] if use.event is not None else None
    return None if text is None or re.search(_FROM_VARIABLE, text) is not None else text


_FROM_VARIABLE = r"(?im)(?:^[ \t]*FROM\b.*|\bfrom=(?:(?!\bfrom=)[^\s$])*)\$"


def mutable_image_tag(buildspec: Buildspec) -> Iterator[Report]:
    """An image is pushed, pulled, deployed or built on by a tag that means another one tomorrow."""
    yield from _built_on(buildspec)
    if not is_whole(buildspec):
        return
    if uses_docker(buildspec, {"push", "--push", "pull", "run", "build"}):
        uses = uses_of(buildspec)
        if not mentions(buildspec, "digests"):
            yield from _pushed(uses)
        yield from _pulled(uses)
        yield from _built_from(buildspec, uses)
    if re.search("[iI]mageU(?:ri|RI)", buildspec.source) is not None:
        yield from _deployed(build_of(buildspec))


def _built_on(buildspec: Buildspec) -> Iterator[Report]:
    """Images of somebody's own on which batch tasks run, each once: one finding for all of them."""
    if not buildspec.environments:
        return
    from cblint.flow.values import literal

    places = {each.place.start: each.place for each in buildspec.environments if each.place is not None}
    found: dict[str, Scalar] = {}
    for node in map(scalar, places.values()):
        if node is None or "$" in node.value or is_curated(node.value):
            continue
        if is_known_to_move(literal(node.value)):
            found.setdefault(node.value, node)
    if found:
        first, *others = found.values()
        again = tuple(("again", other.span) for other in others)
        yield Report(first.span, "build-image", {"image": first.value}, again)


def _pushed(uses: Sequence[Use]) -> Iterator[Report]:
    """Repositories to which nothing but such tags is pushed."""
    pushes = [each for each in uses if each.kind in (PUSH, SENT)]
    if any(each.kind == UNSEEN_IMAGES for each in uses) or any(each.reference is None for each in pushes):
        return
    spoken: list[Value] = []
    for use in pushes:
        parts = parts_of(use.reference) if use.reference is not None else None
        if parts is None or parts.repository is None or not moves(parts.tag) or not use.is_named:
            continue
        if parts.repository in spoken or any(_keeps(each, parts.repository) for each in pushes):
            continue
        if _is_promoted(uses, use) or _is_here(use.reference):
            continue
        spoken.append(parts.repository)
        yield Report(use.word.span, "pushed", {"image": use.name, "tag": parts.tag.written if parts.tag else ""})


def _is_promoted(uses: Sequence[Use], use: Use) -> bool:
    """Whether an image gets one more name that has one already, which stays: it was not built here under that one."""
    if use.kind == SENT:
        # `manifest`, `imagetools`: they put together what is in the registry.
        return not any(each.kind == BUILDING and each.invocation.node is use.invocation.node for each in uses)
    for source, tag in pairwise(uses):
        is_pair = source.kind == SOURCE and tag.kind == TAG and source.invocation.node is tag.invocation.node
        if not is_pair or source.reference is None or use.reference is None or not _is(tag, (TAG,), use.reference):
            continue
        built = [each.reference for each in uses if each.kind in (BUILD, KEPT) and each.reference is not None]
        if not moves(parts_of(source.reference).tag) and not any(is_same(each, source.reference) for each in built):
            return True
    return False


def _is_here(reference: Value | None) -> bool:
    """Whether the registry is one that ends with the build."""
    registry = registry_of(reference) if reference is not None else None
    return registry is not None and registry.start.partition(":")[0] in ("localhost", "127.0.0.1")


def _keeps(use: Use, repository: Value) -> bool:
    """Whether a push to the same repository may be of a tag that stays what it is."""
    from cblint.flow.values import same

    parts = parts_of(use.reference) if use.reference is not None else None
    if parts is None or parts.repository is None:
        return True
    return not moves(parts.tag) and same(parts.repository, repository) is not False


def _pulled(uses: Sequence[Use]) -> Iterator[Report]:
    """Images of others that are pulled by such a tag, each once: one finding for all of them."""
    found: dict[str, Use] = {}
    # Of those that are given docker's socket more is to be said.
    risky = {use.name for use, variant in with_socket(uses) if variant == MOVING}
    pulls = [each for each in uses if each.kind in (PULL, RUN) and each.is_named and each.name not in risky]
    for use in pulls:
        reference = use.reference
        if reference is not None and is_of_others(reference) and not any(is_ours(each, reference) for each in uses):
            found.setdefault(use.name, use)
    if found:
        first, *others = found.values()
        again = tuple(("again", other.word.span) for other in others)
        yield Report(first.word.span, "pulled", {"image": first.name}, again)


def _built_from(buildspec: Buildspec, uses: Sequence[Use]) -> Iterator[Report]:
    """Builds whose Dockerfile, where it is at hand, begins from such a tag."""
    from cblint.flow.values import literal

    for number, use in enumerate(uses):
        for base in bases_of(buildspec, use.invocation, use.event) if use.kind == BUILDING and use.event else ():
            image = literal(base.image)
            if "$" in base.image or not is_of_others(image):
                continue
            if not is_base_here(uses[:number], hub_name(image) or "", image):
                fields = {"image": base.image, "file": base.path, "line": str(base.line)}
                yield Report(called_at(use.invocation), "base", fields)
                break


def _deployed(build: Build) -> Iterator[Report]:
    """Image definitions, as a deployment to Amazon ECS reads them, that name such a tag."""
    spoken: set[Span] = set()
    changes: _Changes | None = None
    for run in build.runs:
        for event in run.events:
            if event.kind != RAN or event.name not in ("echo", "printf"):
                continue
            calls = run.step.item.calls(event.node)
            words = calls[-1].words if calls else ()
            if len(words) != len(event.values):
                continue
            for number, image in _images_in(event.values):
                span = words[number].span
                # A text without a mark may be replaced before it is deployed.
                if span in spoken or not moves(parts_of(image).tag) or re.search("[:/]", image.written) is None:
                    continue
                spoken.add(span)
                changes = changes or _Changes(build)
                if not changes.may_follow(run, calls[-1]):
                    yield Report(span, "deployed", {"image": image.written})


class _Changes:
    """Which files the commands of a build may make anew, by the parts of their names, and where."""

    def __init__(self, build: Build) -> None:
        self.order: dict[int, int] = {}
        self.places: dict[str, list[tuple[tuple[int, int], int]]] = {}
        for run in build.runs:
            item = run.step.item
            if id(item) not in self.order:
                self.order[id(item)] = len(self.order)
                for invocation in item.invocations:
                    self._add(self._place(run, invocation), invocation)

    def _place(self, run: StepRun, invocation: Invocation) -> tuple[int, int]:
        return self.order[id(run.step.item)], invocation.node.start

    def _add(self, place: tuple[int, int], invocation: Invocation) -> None:
        operators = {">", ">|"}
        found: list[tuple[Word, int]] = []
        # What another command is given may be changed by that.
        if invocation.program not in table("containers")["readers"] or invocation.piped_into is not None:
            operators.add("<")
            found += [(word, id(invocation.node)) for word in invocation.words]
        found += [(each.target, id(each)) for each in invocation.redirections if each.operator in operators]
        for word, by in found:
            for part in re.findall(_NAME, word.raw):
                self.places.setdefault(part, []).append((place, by))

    def may_follow(self, run: StepRun, printing: Invocation) -> bool:
        """Whether another command may change what is printed, at once or in the file to which it goes."""
        own = {id(each) for each in printing.redirections}
        written = [each.target for each in printing.redirections if each.operator in (">", ">>", ">|")]
        into = printing.piped_into
        if into is not None:
            if not isinstance(into, SimpleCommand) or not into.words or into.words[0].text != "tee":
                return True
            written += into.words[1:]
            own.add(id(into))
        here = self._place(run, printing)
        names = {part for word in written for part in re.findall(_NAME, word.raw)[-1:]}
        return any(
            place > here and by not in own for name in names for place, by in reversed(self.places.get(name, ()))
        )


_NAME = r"[\w.-]+"


def _images_in(values: Sequence[Value]) -> Iterator[tuple[int, Value]]:
    """The images of `"imageUri":"…"` in what is printed, and in which argument they stand."""
    from cblint.flow.values import Value

    for number, value in enumerate(values):
        for at, piece in enumerate(value.pieces):
            found = re.search(_IMAGE_URI, piece) if isinstance(piece, str) else None
            if found is None or not isinstance(piece, str):
                continue
            rest = Value((piece[found.end() :], *value.pieces[at + 1 :]))
            image = before(rest, '"')
            if image is not None and image.text == "%s":
                place = number + 1 + sum(str(each).count("%s") for each in (*value.pieces[:at], piece[: found.end()]))
                yield from ((place, each) for each in values[place : place + 1])
            elif image is not None:
                yield number, image


_IMAGE_URI = r'"[iI]mageU(?:ri|RI)"\s*:\s*"'
