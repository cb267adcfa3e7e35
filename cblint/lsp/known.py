"""What facts and the buildspec itself offer at a place where a schema only knows that a text stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cblint import expressions
from cblint.buildspec.batch import DEPENDENCIES, LISTS, tasks
from cblint.buildspec.model import SECRETS_MANAGER, VARIABLES, Buildspec, items, scalar
from cblint.buildspec.shape import Steps
from cblint.facts import runtimes
from cblint.facts.images import Image, Runtime, all_images
from cblint.lsp.offers import Choice
from cblint.lsp.probe import BUILDSPEC, CONFIG, PROJECT_SETTINGS, Standing
from cblint.records import NamedTuple
from cblint.secrets.names import sounds_secret
from cblint.source.tree import Node, Scalar

if TYPE_CHECKING:
    from cblint.buildspec.model import ShellItem

RUNTIME_VERSIONS = ("phases", "install", "runtime-versions")
_GONE = ("gone", "unsupported")
_ENV = r"batch\.(?:build-list|build-graph)\.\d+\.env"
_IMAGES = {
    BUILDSPEC: expressions.lazy(rf"{_ENV}\.image|batch\.build-matrix\.dynamic\.env\.image\.\d+"),
    CONFIG: expressions.lazy(r"projects\.\d+\.image"),
    PROJECT_SETTINGS: expressions.lazy(r"environment\.image"),
}
_DEPENDENCY = expressions.lazy(rf"batch\.({'|'.join(LISTS)})\.(\d+)\.{DEPENDENCIES}\.\d+")
_EXPORTED = expressions.lazy(r"env\.exported-variables\.\d+")


class Named(NamedTuple):
    """A name that may stand at a place, with a word on it."""

    name: str
    description: str = ""
    deprecated: bool = False


def runtime_names(buildspec: Buildspec | None, present: set[str | None], value: Node) -> list[Named]:
    """The runtimes that can be chosen and are not yet: those of the images, where these are known.

    ``value`` is the version that stands there already, if one does.
    """
    version = value.resolved
    if not isinstance(version, Scalar):
        return []
    everywhere = _runtimes(buildspec)
    offered = {name: _versions(name, everywhere) for name in runtimes.runtime_names() if name not in present}
    return [
        Named(name, f"Versions: {', '.join(versions)}.")
        for name, versions in offered.items()
        if all(name in each for each in everywhere)
        and (not runtimes.is_literal(version.value) or runtimes.is_among(version.value, versions))
    ]


def known_values(found: Standing, steps: Steps) -> list[Choice]:
    """What may stand at a place, by facts and by what else the buildspec says."""
    path = ".".join(map(str, steps))
    buildspec = found.buildspec
    if found.schema in _IMAGES and _IMAGES[found.schema].fullmatch(path):
        return [_image(image) for image in all_images() if image.status not in _GONE]
    if buildspec is None or found.schema != BUILDSPEC:
        return []
    if steps[:-1] == RUNTIME_VERSIONS:
        return list(_runtime_versions(buildspec, str(steps[-1])))
    if _EXPORTED.fullmatch(path):
        return [Choice(each.name, each.description) for each in _to_export(buildspec)]
    dependency = _DEPENDENCY.fullmatch(path)
    return _identifiers(buildspec, dependency[1], int(dependency[2])) if dependency is not None else []


def _image(image: Image) -> Choice:
    state = (
        ""
        if image.is_maintained
        else f" It gets no updates any more{f' (since {image.since})' if image.since else ''}."
    )
    return Choice(image.name, f"{image.os}, {image.arch}.{state}", not image.is_maintained)


# Runtimes


def _runtimes(buildspec: Buildspec | None) -> list[dict[str, Runtime]]:
    """What the images offer of the builds that can run a buildspec; none where one of them is not known."""
    environments = buildspec.environments if buildspec is not None else ()
    found = [each.image.runtimes if each.image is not None else None for each in environments]
    known = [each for each in found if each is not None]
    return known if len(known) == len(found) else []


def _versions(name: str, everywhere: list[dict[str, Runtime]]) -> list[str]:
    offer = runtimes.offer_of(name)
    versions = list(offer.versions) if offer is not None else []
    return [each for each in versions if all(name in of and each in of[name].versions for of in everywhere)]


def _runtime_versions(buildspec: Buildspec, name: str) -> Iterator[Choice]:
    offer = runtimes.offer_of(name)
    everywhere = _runtimes(buildspec)
    if offer is None or not all(name in each for each in everywhere):
        return
    for version in _versions(name, everywhere):
        over = runtimes.ended(name, version)
        left = version in offer.left and not everywhere
        said = f"{over.title} has had no updates since {over.since}." if over is not None else ""
        said = said or ("Only images that are not maintained any more have it." if left else "")
        yield Choice(version, said, over is not None or left)
    yield Choice(runtimes.LATEST, "The newest version that the image offers.")


# What the buildspec says itself


def _identifiers(buildspec: Buildspec, form: str, number: int) -> list[Choice]:
    """The other tasks of a batch that a task can wait for, and does not yet."""
    every = [task for task in tasks(buildspec) if task.form == form]
    own = next((task for task in every if task.number == number), None)
    taken = {each.value for each in own.dependencies} if own is not None else set()
    names = [task.identifier.value for task in every if task is not own and task.identifier is not None]
    return [Choice(name) for name in dict.fromkeys(names) if name not in taken]


def given_variables(buildspec: Buildspec) -> list[Named]:
    """The variables that a build is given by its buildspec and its projects, with where from; never what they hold."""
    places = {VARIABLES: "Given in the buildspec.", SECRETS_MANAGER: "A secret from Secrets Manager."}
    own = [Named(each.name, places.get(each.section, "From Parameter Store.")) for each in buildspec.variables]
    projects = [
        Named(name, "A secret that the project gives." if is_secret else "Given by the project.")
        for project in buildspec.projects
        for name, is_secret in project.variables
    ]
    return list({each.name: each for each in (*projects, *own)}.values())


def set_in(item: ShellItem) -> list[str]:
    """The variables that a command leaves to those that follow, by what is written in it."""
    from cblint.checks.exported import sites_in  # most places ask for no command

    return list(dict.fromkeys(site.name for site in sites_in(item) if not site.ends))


def _to_export(buildspec: Buildspec) -> Iterator[Named]:
    """The variables that can be handed on and are no secret, without those that are listed."""
    from cblint.flow.steps import steps_of
    from cblint.flow.values import is_name

    pair = buildspec.get("env", "exported-variables")
    listed = {each.value for each in map(scalar, items(pair.value)) if each is not None} if pair else set()
    secret = {each.name for each in buildspec.variables if each.section != VARIABLES}
    secret |= {name for project in buildspec.projects for name, is_secret in project.variables if is_secret}
    found = {each.name: each for each in given_variables(buildspec)}
    for step in steps_of(buildspec):
        for name in set_in(step.item):
            found.setdefault(name, Named(name, f"Set in {step.where}."))
    for name, each in found.items():
        if is_name(name) and name not in listed and name not in secret and not sounds_secret(name):
            yield each
