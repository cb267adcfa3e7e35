"""The images that builds run on, where the buildspec or the definition of a project names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.buildspec.model import Buildspec, scalar
from cblint.checks.edits import of_all, respelt
from cblint.facts.images import UBUNTU, Image, all_images, image_of, is_of_one_language
from cblint.finding import Report
from cblint.hosts.settings import known, setting
from cblint.match import parse_path, places
from cblint.source.tree import Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.hosts.graph import Resource
    from cblint.source.text import Span

_IMAGES = ("batch.{build-list,build-graph}[*].env.image", "batch.build-matrix.dynamic.env.image[*]")


def deprecated_build_image(subject: Buildspec | Resource) -> Iterator[Report]:
    """An image of CodeBuild's that gets no updates any more: each once, at its first task."""
    found: dict[tuple[str, str], list[Scalar]] = {}
    for node in _named(subject):
        variant = _variant(node.value)
        if variant is not None:
            found.setdefault((node.value, variant), []).append(node)
    for (name, variant), (first, *others) in found.items():
        image = image_of(name)
        newer = _newer(image) if image is not None else None
        fields = {
            "image": name,
            "since": image.since if image is not None else "",
            "newer": newer.name if newer is not None else _newest(),
            "release": image.release if image is not None else "",
        }
        related: tuple[tuple[str, Span], ...] = tuple(("again", other.span) for other in others)
        may_move = newer is not None and variant != "pinned" and _suits(newer, subject)
        mended = [first, *others] if may_move else []
        edits = of_all(respelt(node, fields["newer"]) for node in mended)
        yield Report(first.span, variant, fields, related, edits, touched=tuple(mended))


def _suits(image: Image, subject: Buildspec | Resource) -> bool:
    """Whether an image has the runtimes that are chosen: a build that chooses one it has not ends at once."""
    from cblint.checks.runtimes import has_runtimes  # few images are old

    if isinstance(subject, Buildspec):
        return has_runtimes(image, subject)
    from cblint.buildspec.embedded import buildspecs_of

    return all(has_runtimes(image, buildspec) for buildspec in buildspecs_of(subject))


def _named(subject: Buildspec | Resource) -> Iterable[Scalar]:
    """The images that a buildspec or a project names, each place once."""
    if not isinstance(subject, Buildspec):
        image = known(setting(subject.definition, "environment", "image"))
        return (image,) if image is not None else ()
    nodes = (scalar(place.node) for path in _IMAGES for place in places(subject.root, parse_path(path)))
    return {node.start: node for node in nodes if node is not None}.values()


def _variant(name: str) -> str | None:
    image = image_of(name)
    if image is None:
        return "one-language" if is_of_one_language(name) else None
    if image.is_maintained:
        return "pinned" if image.release else None
    return "deprecated" if image.since else "unmaintained"


def _newest() -> str:
    """The newest of the images for all languages, with which the table begins."""
    return next(image.name for image in all_images() if image.is_maintained and image.family == UBUNTU)


def _newer(image: Image) -> Image | None:
    """The oldest maintained image of the same kind, of which most stays as it is."""
    alike = [
        other
        for other in all_images()
        if other.is_maintained and other.types == image.types and (other.family == UBUNTU) == (image.family == UBUNTU)
    ]
    return alike[-1] if alike else None
