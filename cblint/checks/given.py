"""The variables that a build has before its first command, and names that look like others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cblint.buildspec.environments import Environment, those
from cblint.buildspec.model import Buildspec
from cblint.facts import table
from cblint.hosts.repository import given_in, given_in_text
from cblint.match import parse_path, places
from cblint.spelling import alike, closest, distance, plain

_OF_A_MATRIX = parse_path("batch.build-matrix.{static,dynamic}.env.variables.*")
SHORTEST = 6
"""Characters of a name that a slip can be told from: of shorter ones too many are near to each other."""


def given_names(buildspec: Buildspec) -> set[str]:
    """Those that are known to come from somewhere: the buildspec, its projects, CodeBuild, the image, the shell."""
    facts = table("variables")
    tables = ("codebuild", "always-set", "set-by-codebuild", "credentials", "image", "shell")
    found = {name for each in tables for name in facts[each]}
    found.update(variable.name for variable in buildspec.variables)
    found.update(place.pair.name or "" for place in places(buildspec.root, _OF_A_MATRIX) if place.pair is not None)
    found.update(name for project in buildspec.projects for name, _ in project.variables)
    return found


def comes_with_image(name: str) -> bool:
    """Whether it is called like one that an image of CodeBuild sets for a version of a language or tool."""
    return any(re.fullmatch(form, name) for form in table("variables")["image-families"])


def lacking(buildspec: Buildspec, name: str) -> str | None:
    """In which builds nothing gives a variable, to follow what a finding says; None where that is not certain."""
    everywhere = buildspec.environments
    found = [each for each in everywhere if _is_complete(each) and not _gives(each, name)]
    return those(found, everywhere) if found and not _is_given_elsewhere(buildspec, name) else None


def _is_given_elsewhere(buildspec: Buildspec, name: str) -> bool:
    """Whether something else at hand may give builds a variable: it starts them, or defines a project anew."""
    root, holder, repository, path = buildspec.root, buildspec.holder, buildspec.repository, buildspec.path
    if holder is not None and root is not None:
        repository, path = holder.repository, holder.path
        if given_in_text(holder.source[: root.span.start] + holder.source[root.span.end :], {name}):
            return True
    return repository is not None and given_in(repository, frozenset({name}), path) != set()


def _is_complete(environment: Environment) -> bool:
    """Whether all is known that gives variables: no pipeline does, and the image is one of CodeBuild's own."""
    project = environment.project
    if project is None or not project.variables or project.more_variables or environment.image is None:
        return False
    return project.artifacts is not None and project.artifacts.type not in (None, "CODEPIPELINE")


def _gives(environment: Environment, name: str) -> bool:
    project = environment.project
    return project is not None and name in (each for each, _ in project.variables)


def misspelt(name: str, candidates: Iterable[str]) -> str | None:
    """The one of some names that was certainly meant: it differs by case, separators or a slip."""
    meant = closest(name, (each for each in candidates if each != name))
    if meant is None or alike(name, meant):
        return meant
    one, other = plain(name), plain(meant)
    if min(len(one), len(other)) < SHORTEST or distance(one, other) > 1:
        return None
    return meant if _is_slip(name, meant) and _is_slip(meant, name) else None


def _is_slip(name: str, other: str) -> bool:
    """Whether no meaning lies in the difference: no number, no plural, no short part such as the ``A`` of SUBNET_A."""
    if re.sub(r"\D", "", name) != re.sub(r"\D", "", other) or f"{name}S" == other.upper():
        return False
    if sorted(name.upper()) == sorted(other.upper()):
        return True
    own, others = name.upper().split("_"), other.upper().split("_")
    changed = [part for part in own if part not in others]
    return all(len(part) > 3 and f"{part}S" not in others for part in changed)
