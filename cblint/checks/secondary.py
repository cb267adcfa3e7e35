"""Secondary sources and artifacts: what the buildspec calls them, and what the project does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, mapping
from cblint.checks.emptiness import is_careful
from cblint.finding import Elsewhere, Report
from cblint.hosts.graph import Resource, Run
from cblint.hosts.settings import all_listed, known, listed, setting, text_at, within
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment
from cblint.shell.syntax import Parameter, walk
from cblint.source.tree import Mapping, Node
from cblint.spelling import closest
from cblint.wording import enumerated

_PREFIX = "CODEBUILD_SRC_DIR_"
_SHOWN = 4
"""So many identifiers are named."""
_IDENTIFIER = r"[A-Za-z0-9_]{1,127}"
"""Of a secondary source. Source: CodeBuild API reference, page API_ProjectSource."""

_Named = dict[str, Elsewhere]
"""Identifiers and where they stand."""


class _Both(NamedTuple):
    """The identifiers of one project."""

    resource: Resource
    artifacts: _Named | None
    sources: _Named | None


def secondary_artifact_mismatch(subject: Buildspec | Resource) -> Iterator[Report]:
    """A secondary source or artifact has another identifier in the buildspec than in the project."""
    if isinstance(subject, Resource):
        yield from _impossible(subject)
        return
    resources = [project.resource for project in subject.projects]
    if not resources or "batch" in subject.sections:
        return
    everywhere = [_Both(each, _artifacts(each), _sources(each)) for each in resources if each is not None]
    if len(everywhere) == len(resources):
        yield from _of_artifacts(subject, everywhere)
        yield from _of_sources(subject, everywhere)


def _impossible(project: Resource) -> Iterator[Report]:
    for item in listed(setting(project.definition, "secondarySources")):
        name = known(within(item, "sourceIdentifier")) if isinstance(item, Mapping) else None
        if name is not None and re.fullmatch(_IDENTIFIER, name.value) is None:
            yield Report(name.span, "impossible", {"name": name.value})


# Artifacts


def _of_artifacts(buildspec: Buildspec, everywhere: list[_Both]) -> Iterator[Report]:
    section = buildspec.get("artifacts", "secondary-artifacts")
    own = mapping(section.value) if section is not None else None
    artifacts = buildspec.get("artifacts")
    if artifacts is None or (section is not None and own is None):
        return
    described = own.effective() if own is not None else {}
    every = [each.artifacts for each in everywhere]
    named = {name: place for each in every if each is not None for name, place in each.items()}
    others = {name: place for name, place in named.items() if name not in described}
    strange = [pair for name, pair in described.items() if name not in named and "$" not in name]
    for pair in strange if None not in every else ():
        name = pair.name or ""
        near = closest(name, others)
        places = [others[near]] if near is not None else list(others.values())[:_SHOWN]
        fields = {"name": name, "others": _shown(named)}
        yield Report(pair.key.span, "unknown", fields, elsewhere=tuple(places) or _defined(everywhere[0].resource))
    # One that is called otherwise has been told of.
    for name, place in others.items() if len(everywhere) == 1 and not strange else ():
        yield Report((section or artifacts).key.span, "missing", {"name": name}, elsewhere=(place,))


def _defined(project: Resource) -> tuple[Elsewhere]:
    return (Elsewhere("project", project, project.definition.place),)


def _artifacts(project: Resource) -> _Named | None:
    """The secondary artifacts of a project; None where not all are known.

    Behind a pipeline they are those that the action hands on, where it hands on several.
    """
    runs = project.graph.runs_of(project)
    if runs:
        (action, *more) = [run.action for run in runs]
        names = action.makes
        if more or names is None or len(names) < 2 or action.setting("BatchEnabled") is not None:
            return None
        return _in_pipeline(runs[0], names, action.outputs)
    if text_at(project.definition, "artifacts", "type") in (None, "CODEPIPELINE"):
        return None
    return _identifiers(project, "secondaryArtifacts", "artifactIdentifier")


# Sources


def _of_sources(buildspec: Buildspec, everywhere: list[_Both]) -> Iterator[Report]:
    if not any(_PREFIX in item.value for item in buildspec.shell_items):
        return
    if any(each.sources is None for each in everywhere):
        return
    named = {name: place for each in everywhere for name, place in (each.sources or {}).items()}
    given = {variable.name for variable in buildspec.variables}
    given |= {name for project in buildspec.projects for name, _ in project.variables}
    used: dict[str, list[Parameter]] = {}
    for item in buildspec.shell_items:
        for node in walk(item.script):
            if isinstance(node, Assignment):
                given.add(node.name)
            elif isinstance(node, Parameter) and node.name.startswith(_PREFIX) and not is_careful(node):
                used.setdefault(node.name, []).append(node)
    for variable, nodes in used.items():
        name = variable.removeprefix(_PREFIX)
        if name in named or variable in given:
            continue
        fields = {"name": name, "others": _shown(named)}
        again = tuple(("again", node.span) for node in nodes[1:_SHOWN])
        near = closest(name, named)
        places = (named[near],) if near is not None else _defined(everywhere[0].resource)
        yield Report(nodes[0].span, "source", fields, again, elsewhere=places)


def _sources(project: Resource) -> _Named | None:
    """The secondary sources of a project, the inputs of the actions that run it included; None if not all are known."""
    found = _identifiers(project, "secondarySources", "sourceIdentifier")
    runs = project.graph.runs_of(project)
    if found is None or (not runs and text_at(project.definition, "source", "type") in (None, "CODEPIPELINE")):
        return None
    for run in runs:
        names = run.action.takes
        if names is None:
            return None
        found |= _in_pipeline(run, names, run.action.inputs)
    return found


def _in_pipeline(run: Run, names: tuple[str, ...], nodes: tuple[Node, ...]) -> _Named:
    return {name: Elsewhere("named", run.pipeline, node.span) for name, node in zip(names, nodes, strict=True)}


def _identifiers(project: Resource, setting_name: str, key: str) -> _Named | None:
    node = setting(project.definition, setting_name)
    found: _Named = {}
    for item in listed(node):
        name = known(within(item, key)) if isinstance(item, Mapping) else None
        if name is None:
            return None
        found[name.value] = Elsewhere("named", project, name.span)
    return found if all_listed(node) else None


def _shown(names: _Named) -> str:
    """The identifiers that there are, as a part of a sentence."""
    return enumerated([f'"{name}"' for name in list(names)[:_SHOWN]], "and") if names else "none"
