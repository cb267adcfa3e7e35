"""What later actions of a pipeline ask of a build: files in its artifacts, variables that it exports."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cblint.buildspec.embedded import buildspec_used
from cblint.buildspec.model import Buildspec, Section, items, mapping, scalar
from cblint.checks.edits import replaced
from cblint.checks.files import is_nowhere, made_by
from cblint.checks.globs import fits, is_known, may_take, steps_of
from cblint.facts import table
from cblint.finding import Edit, Elsewhere, Report
from cblint.hosts.buildspec import DEFAULT_BUILDSPECS
from cblint.hosts.graph import Resource, Run, buildspec_of, is_read_by_terraform, names_no_buildspec
from cblint.hosts.pipelines import Action, VariableReference, actions, project_of, variable_references
from cblint.hosts.settings import known
from cblint.records import NamedTuple
from cblint.source.text import HOLE, Span
from cblint.source.tree import Pair, Scalar
from cblint.spelling import alike, closest
from cblint.typing import Any
from cblint.wording import enumerated

_TRUE = frozenset({"yes", "true", "on"})
_OPEN = ("$", HOLE, "..", "*")
"""What in the path of a directory makes another of it than it says."""

# Files


class _Wanted(NamedTuple):
    """A file that an action reads of an artifact: one of these paths from its root; ``place`` says so."""

    artifact: str
    paths: tuple[str, ...]
    action: Action
    place: Span


def pipeline_contract_missing_file(buildspec: Buildspec) -> Iterator[Report]:
    """An artifact of the build lacks a file that a later action of the pipeline reads."""
    artifacts = buildspec.get("artifacts")
    if artifacts is None or "batch" in buildspec.sections or buildspec.stream.problem is not None:
        return
    told = set()
    for run in _runs(buildspec):
        for wanted in _wanted(run):
            section = _section(buildspec, run.action, wanted.artifact)
            variant = _lack(buildspec, section, wanted) if section is not None else None
            if section is None or variant is None or (section.name, wanted.paths) in told:
                continue
            told.add((section.name, wanted.paths))
            name = known(wanted.action.name)
            fields = {
                "path": wanted.paths[0],
                "action": f'"{name.value}"' if name is not None else "",
                "provider": wanted.action.provider or "",
            }
            place = (section.get("files") or artifacts).key.span
            variant = variant if variant == "nowhere" or _is_certain(buildspec) else "likely"
            yield Report(place, variant, fields, elsewhere=(Elsewhere("reads", run.pipeline, wanted.place),))


def _runs(buildspec: Buildspec) -> list[Run]:
    """The actions of pipelines that run a buildspec."""
    resources = [project.resource for project in buildspec.projects]
    return [run for each in resources if each is not None for run in each.graph.runs_of(each)]


def _is_certain(buildspec: Buildspec) -> bool:
    """Whether a buildspec certainly is what its projects use: that of another repository may be called alike."""
    resources = [project.resource for project in buildspec.projects]
    return buildspec.holder is not None or all(each is not None and each.graph.builds_this(each) for each in resources)


def _wanted(run: Run) -> Iterator[_Wanted]:
    """What other actions read of the artifacts of a build."""
    made = run.action.makes
    if not made or run.action.setting("BatchEnabled") is not None:
        return
    for action in actions(run.pipeline.definition):
        taken = action.takes
        if taken is None or set(taken).isdisjoint(made):
            continue
        if action.is_build:
            yield from _next_buildspec(run, action)
        elif action.category == "Deploy":
            for fact in table("hosts")["pipelines"]["reads"].get(action.provider, ()):
                yield from (each for each in _read(action, taken, fact) if each.artifact in made)


def _read(action: Action, taken: tuple[str, ...], fact: dict[str, Any]) -> Iterator[_Wanted]:
    node = action.setting(fact["setting"]) if "setting" in fact else None
    given = known(node)
    if node is not None and given is None:
        return
    place = given.span if given is not None else action.place
    if fact.get("qualified"):
        artifact, _, path = given.value.partition("::") if given is not None else ("", "", "")
        if path:
            yield _Wanted(artifact, (path,), action, place)
        return
    name = action.text(fact["artifact"]) if "artifact" in fact else taken[0] if len(taken) == 1 else None
    if name is not None:
        yield _Wanted(name, (given.value,) if given is not None else tuple(fact["default"]), action, place)


def _next_buildspec(run: Run, action: Action) -> Iterator[_Wanted]:
    """The buildspec of another build that looks for it in the artifact."""
    graph = run.pipeline.graph
    project = graph.named(run.pipeline, project_of(action))
    path = buildspec_of(project) if project is not None and not project.definition.fragment else None
    if project is None or path is None or is_read_by_terraform(project) or path.startswith("../"):
        return
    if action.primary_input is not None and action.primary_input in (run.action.makes or ()):
        paths = DEFAULT_BUILDSPECS if names_no_buildspec(project) else (path,)
        yield _Wanted(action.primary_input, paths, action, action.place)


def _section(buildspec: Buildspec, action: Action, artifact: str) -> Section | None:
    """What describes an artifact: of several, the secondary one of that name."""
    sections = buildspec.artifacts()
    if action.makes == (artifact,):
        return sections[0] if sections else None
    return next((each for each in sections[1:] if each.name == artifact), None)


def _lack(buildspec: Buildspec, section: Section, wanted: _Wanted) -> str | None:
    """Why none of the paths is in an artifact; None where one is, or may be."""
    patterns = _patterns(section)
    if patterns is None or section.get("exclude-paths") is not None:
        return None
    flat = section.scalar("discard-paths")
    is_flat = flat is not None and flat.value.lower() in _TRUE
    if flat is not None and not is_flat and "$" in flat.value:
        return None
    paths = [posixpath.normpath(path) for path in wanted.paths]
    if not any(_may_hold(pattern, path, is_flat) for pattern in patterns for path in paths):
        return "flat" if is_flat and all("/" in path for path in paths) else "not-listed"
    base = section.scalar("base-directory")
    folder = posixpath.normpath(base.value) if base is not None else "."
    if is_flat or any(sign in folder for sign in _OPEN) or folder.startswith("/"):
        return None
    places = [posixpath.normpath(posixpath.join(folder, path)) for path in paths]
    # Of a file that is listed by its name another rule speaks.
    if (
        folder == "."
        or not all("*" in each for each in patterns)
        or not all(is_nowhere(buildspec, each) for each in places)
    ):
        return None
    made = made_by(buildspec)
    return "nowhere" if not any(made.may_hold(each) for each in places) else None


def _patterns(section: Section) -> list[str] | None:
    """The patterns of an artifact's files; None where it is not known what they all take."""
    pair = section.get("files")
    nodes = items(pair.value) or [pair.value] if pair is not None else []
    values = [scalar(node) for node in nodes]
    found = [value.value for value in values if value is not None]
    is_clear = len(found) == len(nodes) > 0 and HOLE not in "".join(found)
    if not is_clear or not all(
        is_known(each) and not each.startswith(("/", "~")) and ".." not in each for each in found
    ):
        return None
    base = section.get("base-directory")
    value = scalar(base.value) if base is not None else None
    return found if base is None or (value is not None and HOLE not in value.value) else None


def _may_hold(pattern: str, path: str, is_flat: bool) -> bool:
    if not is_flat:
        return may_take(pattern, [path])
    last = steps_of(pattern)[-1:]
    return "/" not in path and (last == ["**"] or fits(last, [path]))


# Variables


def pipeline_variable_not_exported(subject: Buildspec | Resource) -> Iterator[Report]:
    """A pipeline reads a variable of a build that this does not export, or cannot read any that it does."""
    if isinstance(subject, Resource):
        yield from _unexported(subject)
    else:
        yield from _without_namespace(subject)


def _unexported(pipeline: Resource) -> Iterator[Report]:
    builds: dict[str, list[Action]] = {}
    for action in actions(pipeline.definition):
        if action.namespace is not None:
            builds.setdefault(action.namespace, []).append(action)
    exports: dict[str, tuple[Buildspec, set[str]] | None] = {}
    for reference in variable_references(pipeline.definition):
        found = builds.get(reference.namespace, [])
        if len(found) != 1 or not found[0].is_build or found[0].setting("BatchEnabled") is not None:
            continue
        if reference.namespace not in exports:
            exports[reference.namespace] = _exports(pipeline, found[0])
        told = exports[reference.namespace]
        if told is None or reference.name in told[1]:
            continue
        buildspec, names = told
        near = closest(reference.name, names)
        fields = {"name": reference.name, "namespace": reference.namespace, "meant": near or ""}
        variant = "likely" if not _is_certain(buildspec) else "misspelt" if near else "missing"
        edits, safe = _mended(pipeline, reference, buildspec, variant, near)
        yield Report(reference.place, variant, fields, edits=edits, safe=safe, elsewhere=_list_of(pipeline, buildspec))


def _mended(
    pipeline: Resource, reference: VariableReference, buildspec: Buildspec, variant: str, near: str | None
) -> tuple[tuple[Edit, ...], bool]:
    """What mends a reference within its own file, and whether that is certain: the name, or what is exported."""
    if variant == "misspelt" and near is not None:
        return (replaced(reference.place, f"#{{{reference.namespace}.{near}}}"),), alike(reference.name, near)
    is_text_here = buildspec.path == pipeline.path and buildspec.holder is not None
    if variant != "missing" or not is_text_here or buildspec.stream.text.value == pipeline.source:
        return (), False
    from cblint.checks.exporting import exported_too  # seldom is the buildspec at hand

    return exported_too(buildspec, reference.name), False


def _exports(pipeline: Resource, action: Action) -> tuple[Buildspec, set[str]] | None:
    """The buildspec of a build action and the names that it exports; None where these are not all known."""
    project = pipeline.graph.named(pipeline, project_of(action))
    buildspec = buildspec_used(project) if project is not None and not project.definition.fragment else None
    if buildspec is None or mapping(buildspec.root) is None or "batch" in buildspec.sections:
        return None
    pair = buildspec.get("env", "exported-variables")
    names = _names(pair) if pair is not None else []
    is_sure = buildspec.stream.problem is None and names is not None
    return (buildspec, {name.value for name in names or ()}) if is_sure else None


def _names(pair: Pair) -> list[Scalar] | None:
    """The names that are exported; None where one is not known."""
    nodes = items(pair.value)
    found = [name for node in nodes if (name := scalar(node)) is not None and HOLE not in name.value]
    return found if len(found) == len(nodes) else None


def _list_of(pipeline: Resource, buildspec: Buildspec) -> tuple[Elsewhere, ...]:
    """Where the buildspec says what it exports, or could."""
    pair = buildspec.get("env", "exported-variables") or buildspec.get("env") or buildspec.version
    if pair is None:
        return ()
    resource = pipeline._replace(path=buildspec.path)
    return (Elsewhere("exports", resource, pair.key.span),)


def _without_namespace(buildspec: Buildspec) -> Iterator[Report]:
    """What is exported reaches no action: none that runs the build has a namespace under which to ask for it."""
    pair = buildspec.get("env", "exported-variables")
    names = _names(pair) if pair is not None else None
    if pair is None or not names or not buildspec.projects:
        return
    runs = _runs(buildspec)
    if runs and all(run.action.has_no("namespace") for run in runs):
        shown = enumerated([name.value for name in names[:3]], "and")
        places = tuple(Elsewhere("action", run.pipeline, run.action.place) for run in runs[:3])
        yield Report(pair.key.span, "no-namespace", {"names": shown}, elsewhere=places)
