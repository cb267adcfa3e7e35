"""Variables that a buildspec sets and the project, or the pipeline that runs it, sets as well: those win."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import PARAMETER_STORE, SECRETS_MANAGER, VARIABLES, Buildspec, mapping, scalar
from cblint.finding import Elsewhere, Report
from cblint.hosts import pipelines
from cblint.hosts.graph import Resource
from cblint.hosts.known import variables_of
from cblint.hosts.project import Project
from cblint.hosts.settings import known
from cblint.records import NamedTuple
from cblint.source.tree import Scalar
from cblint.wording import enumerated

_SECTIONS = (VARIABLES, PARAMETER_STORE, SECRETS_MANAGER)


class _Given(NamedTuple):
    """A variable as something beside the buildspec sets it; ``value`` is None where that is not known, or is secret."""

    value: str | None
    place: Elsewhere | None
    by: str


def env_shadowed_by_project(buildspec: Buildspec) -> Iterator[Report]:
    """A variable of the buildspec is set beside it in every build that is known to use it."""
    everywhere = [_given_to(project) for project in buildspec.projects]
    if not everywhere:
        return
    for section in _SECTIONS:
        pair = buildspec.get("env", section)
        holder = mapping(pair.value) if pair is not None else None
        for name, own in holder.effective().items() if holder is not None else ():
            given = [found[name] for found in everywhere if name in found]
            value = scalar(own.value)
            # A value that only some projects replace is a default, and an empty one waits for what they give.
            if len(given) == len(everywhere) and value is not None and value.value:
                variant = _variant(value if section == VARIABLES else None, given)
                by = enumerated(list(dict.fromkeys(each.by for each in given)), "and")
                places = tuple(each.place for each in given if each.place is not None)
                yield Report(own.key.span, variant, {"name": name, "by": by}, elsewhere=places)


def _variant(own: Scalar | None, given: list[_Given]) -> str:
    values = {each.value for each in given}
    if own is None or None in values:
        return "hidden"
    if own.value not in values:
        return "differs"
    return "same" if len(values) == 1 else "hidden"


def _given_to(project: Project) -> dict[str, _Given]:
    """The variables that every build of a project is started with, by name."""
    if project.resource is None:
        return {name: _Given(None, None, "the project") for name, _ in project.variables}
    return {**_of_project(project.resource), **_of_pipelines(project.resource)}


def _of_project(resource: Resource) -> dict[str, _Given]:
    found = {}
    for variable in variables_of(resource):
        value = known(variable.value) if variable.is_plain else None
        place = Elsewhere("given", resource, variable.key.span)
        found[variable.name] = _Given(value.value if value is not None else None, place, "the project")
    return found


def _of_pipelines(resource: Resource) -> dict[str, _Given]:
    """Those that the one action gives which runs the project."""
    found: dict[str, list[_Given]] = {}
    runs = resource.graph.runs_of(resource)
    for run in runs:
        for variable in pipelines.variables_of(run.action):
            value = known(variable.value)
            is_text = value is not None and "#{" not in value.value and variable.type == "PLAINTEXT"
            place = Elsewhere("given", run.pipeline, variable.name.span)
            given = _Given(value.value if value is not None and is_text else None, place, "the pipeline")
            found.setdefault(variable.name.value, []).append(given)
    # Of several actions the places are many and the values differ.
    return {name: given[0] for name, given in found.items() if len(given) == len(runs) == 1}
