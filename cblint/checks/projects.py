"""What the project that uses a buildspec makes of its artifacts and its cache, and what it says of them itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cblint.buildspec.environments import Environment, environment_at, is_told_there, those
from cblint.buildspec.model import Buildspec
from cblint.checks.caching import cached_paths
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.project import Artifacts, Cache
from cblint.hosts.settings import known, listed, pair_at, setting, truth_at
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.hosts.graph import Resource

_FILE = r".*\.(?:json|lock|zip|gz|tgz|bz2|xz|tar|jar|war|whl|xml|ya?ml|toml|txt|csv|db|sum)|(?:.*/)?[A-Z]\w*file"
"""Paths that name one file."""


def artifact_types(buildspec: Buildspec) -> set[str | None]:
    """The types of the artifacts of all projects that are known to use a buildspec."""
    return {project.artifacts.type if project.artifacts is not None else None for project in buildspec.projects}


# Artifacts


def artifact_name_not_used(subject: Buildspec | Resource) -> Iterator[Report]:
    """The project does not use the artifacts that the buildspec describes, or not their name as it is meant."""
    if isinstance(subject, Buildspec):
        yield from _artifacts_of_buildspec(subject)
    else:
        yield from _computed_name(subject)


def _computed_name(resource: Resource) -> Iterator[Report]:
    """A name of the project's that only a buildspec could have computed."""
    name = known(setting(resource.definition, "artifacts", "name"))
    command = re.search(r"\$\([^()]{1,200}\)|`[^`]{1,200}`", name.value) if name is not None else None
    if name is not None and command is not None and not truth_at(resource.definition, "artifacts", _OVERRIDDEN):
        yield Report(name.text.span(*command.span()), "computed", {"command": command[0]})


_OVERRIDDEN = "overrideArtifactName"


def _artifacts_of_buildspec(buildspec: Buildspec) -> Iterator[Report]:
    section = buildspec.get("artifacts")
    name = buildspec.get("artifacts", "name")
    if section is None:
        return
    for variant, holds in _OF_ARTIFACTS:
        found = [each for each in buildspec.environments if holds(each)]
        where = those(found, buildspec.environments)
        if found and variant == "ignored":
            yield Report(section.key.span, variant, {"where": where})
        elif found and name is not None:
            yield Report(name.key.span.to(name.value.span), variant, {"where": where})


def _artifacts(environment: Environment) -> Artifacts:
    project = environment.project
    return project.artifacts if project is not None and project.artifacts is not None else Artifacts()


_OF_ARTIFACTS: tuple[tuple[str, Callable[[Environment], bool]], ...] = (
    ("ignored", lambda each: _artifacts(each).type == "NO_ARTIFACTS"),
    ("pipeline", lambda each: _artifacts(each).type == "CODEPIPELINE"),
    ("not-overridden", lambda each: _artifacts(each) == Artifacts("S3", False)),
)


# Cache


def cache_mode_unsupported(subject: Buildspec | Resource) -> Iterator[Report]:
    """The project's cache cannot keep what the buildspec wants it to keep, or keeps nothing."""
    if isinstance(subject, Buildspec):
        yield from _cache_of_buildspec(subject)
    else:
        yield from _cache_of_project(subject)


def _cache_of_project(resource: Resource) -> Iterator[Report]:
    """A cache that the project cannot have, at its type or its mode."""
    environment = environment_at(resource)
    kind = pair_at(resource.root, "cache", "type")
    for variant, holds in _OF_CACHES:
        if kind is None or variant not in _OF_THE_PROJECT or not holds(environment):
            continue
        modes = [known(mode) for mode in listed(setting(resource.definition, "cache", "modes"))]
        layers = next((mode for mode in modes if mode is not None and mode.value == _LAYERS), kind.value)
        span = layers.span if variant == "docker-layer" else kind.value.span
        yield Report(span, variant, {"where": "", "why": _why(environment)})
        return


_OF_THE_PROJECT = ("unsupported", "docker-layer")
"""What is wrong with the cache whatever a buildspec says."""
_LAYERS = "LOCAL_DOCKER_LAYER_CACHE"


def _cache_of_buildspec(buildspec: Buildspec) -> Iterator[Report]:
    section = buildspec.get("cache")
    if section is None or not buildspec.environments:
        return
    paths = cached_paths(buildspec)
    for variant, holds in _OF_CACHES:
        found = [each for each in buildspec.environments if holds(each)]
        if variant in _OF_THE_PROJECT:
            found = [each for each in found if not is_told_there(each, "type", "compute-type", "privileged-mode")]
        if found and (paths or variant not in ("none", "no-custom")):
            fields = {"where": those(found, buildspec.environments), "why": _why(found[0])}
            yield Report(section.key.span, variant, fields)
    custom = [each for each in buildspec.environments if "LOCAL_CUSTOM_CACHE" in _cache(each).modes and not _why(each)]
    for path in paths if custom else ():
        fields = {"where": those(custom, buildspec.environments), "path": path.value}
        if re.fullmatch(_FILE, path.value) is not None:
            yield Report(path.span, "file", fields)
        elif re.search(r"(?:^|/)node_modules(?:/|$)", path.value) is not None:
            yield Report(path.span, "node-modules", fields)


def _cache(environment: Environment) -> Cache:
    project = environment.project
    return project.cache if project is not None and project.cache is not None else Cache()


def _why(environment: Environment) -> str:
    """What keeps a project from having a local cache; nothing if it can have one."""
    if environment.project is not None and environment.project.vpc:
        return "the build runs in a VPC"
    unfit = [
        each for each in (environment.type, environment.compute) if each in table("projects")["without-local-cache"]
    ]
    if unfit:
        return f"the build runs on {unfit[0]}"
    return ""


def _lacks_privileges(environment: Environment) -> bool:
    return _LAYERS in _cache(environment).modes and environment.privileged is False


def _keeps_no_paths(environment: Environment) -> bool:
    modes = _cache(environment).modes
    return bool(modes) and "LOCAL_CUSTOM_CACHE" not in modes


_OF_CACHES: tuple[tuple[str, Callable[[Environment], bool]], ...] = (
    ("none", lambda each: _cache(each).type == "NO_CACHE"),
    ("unsupported", lambda each: _cache(each).type == "LOCAL" and bool(_why(each))),
    ("docker-layer", lambda each: _cache(each).type == "LOCAL" and _lacks_privileges(each)),
    ("no-custom", lambda each: _cache(each).type == "LOCAL" and _keeps_no_paths(each)),
)
