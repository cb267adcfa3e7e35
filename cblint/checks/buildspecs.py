"""Whether there is the file that a project, or a task of a batch, names as its buildspec."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Hashable, Iterator

from cblint.buildspec.batch import matrix, tasks
from cblint.buildspec.model import Buildspec, items, mapping, scalar
from cblint.checks.edits import respelt
from cblint.finding import Elsewhere, Report
from cblint.hosts.buildspec import DEFAULT_BUILDSPEC, DEFAULT_BUILDSPECS
from cblint.hosts.definition import PROJECT
from cblint.hosts.graph import Resource, buildspec_of, is_inline, is_read_by_terraform, names_no_buildspec
from cblint.hosts.repository import lacks
from cblint.hosts.settings import all_listed, given, known, listed, setting, within
from cblint.source.foreign import Reference, Unknown
from cblint.source.tree import Mapping, Node, Scalar
from cblint.spelling import alike, distance

_ENDINGS = (".yml", ".yaml")
_MOST_NAMES = 2_000
"""Of a larger folder the names are not compared."""
_LONGEST = 60
"""Characters of a name that is compared: the time grows with the square."""
_JOB = "WORKFLOW_JOB_QUEUED"
_RUNNER = "RUNNER_BUILDKITE_BUILD"


def buildspec_not_found(subject: Buildspec | Resource) -> Iterator[Report]:
    """A project or a task of a batch names a buildspec that is not there."""
    if isinstance(subject, Buildspec):
        yield from _of_tasks(subject)
    elif subject.repository is not None and not subject.definition.fragment:
        yield from _of_project(subject, subject.repository)


# Projects


def _of_project(project: Resource, repository: str) -> Iterator[Report]:
    node = setting(project.definition, "source", "buildspec")
    if isinstance(node, Reference) and is_read_by_terraform(project):
        path = project.graph.path_used(project)
        if path is not None and not path.startswith("../") and lacks(repository, path):
            yield Report(node.span, "file", {"path": path, "suggestion": _hint(repository, path)})
        return
    scalar_ = known(node)
    if (node is not None and scalar_ is None) or _is_runner(project):
        return
    if scalar_ is not None and scalar_.value.startswith("/") and not is_inline(scalar_):
        yield Report(scalar_.span, "absolute", {"path": scalar_.value})
        return
    path = buildspec_of(project)
    if path is None or path.startswith("../") or re.search(r"[$\\]|://", path):
        return
    if scalar_ is None or names_no_buildspec(project):
        yield from _by_default(project, repository)
    elif project.graph.builds_this(project):
        if lacks(repository, path):
            yield _missing("missing", scalar_, repository, path)
    elif project.graph.may_build_this(project) and _is_nowhere(project, repository, path):
        yield from _probably(project, repository, path, scalar_)


def _by_default(project: Resource, repository: str) -> Iterator[Report]:
    """The default name, with either ending."""
    source = given(project.root, "source")
    pair = project.root.get("source") if isinstance(project.root, Mapping) else None
    if source is None or pair is None or isinstance(source, Unknown):
        return
    if project.graph.builds_this(project) and all(lacks(repository, each) for each in DEFAULT_BUILDSPECS):
        yield Report(
            pair.key.span, "default", {"path": DEFAULT_BUILDSPEC, "suggestion": _hint(repository, DEFAULT_BUILDSPEC)}
        )


def _probably(project: Resource, repository: str, path: str, node: Scalar) -> Iterator[Report]:
    """Not certain that the project builds the repository: its neighbours, or a name next to it, have to say so."""
    for folder in _folders_above(project):
        meant = _misspelt(project, repository, posixpath.join(folder, path))
        if meant is not None:
            # From which of the folders the path leads is not known but for the name of the file.
            edits = respelt(node, posixpath.join(posixpath.dirname(path), posixpath.basename(meant)))
            yield Report(node.span, "misspelt", {"path": path, "meant": meant}, edits=edits)
            return
    source = _source(project)
    for other in project.graph.of_kind(PROJECT) if source is not None else ():
        named = buildspec_of(other)
        if other == project or named is None or names_no_buildspec(other) or _source(other) != source:
            continue
        found = project.graph.near(other, named)
        if found is not None:
            place = setting(other.definition, "source", "buildspec")
            elsewhere = (Elsewhere("other", other, place.span),) if place is not None else ()
            yield Report(node.span, "likely", {"path": path, "other": found}, elsewhere=elsewhere)
            return


def _source(project: Resource) -> Hashable:
    """What tells that two projects build the same; None where that is not known."""
    runs = project.graph.runs_of(project)
    if runs:
        sources = {id(run.source.node) if run.source is not None else None for run in runs}
        return sources.pop() if len(sources) == 1 else None
    node = setting(project.definition, "source", "location")
    if isinstance(node, Reference):
        return (project.path, node.target, node.attribute)
    scalar_ = known(node)
    return scalar_.value if scalar_ is not None else None


def _is_runner(project: Resource) -> bool:
    """Whether it may run jobs of other services, for which no buildspec is read."""
    for _, webhook in project.graph.webhooks_of(project):
        if isinstance(webhook, Unknown):
            return True
        build_type = within(webhook, "buildType")
        kind = known(build_type)
        if build_type is not None and (kind is None or kind.value == _RUNNER):
            return True
        groups = within(webhook, "filterGroups")
        filters = [each for group in listed(groups) for each in listed(group)]
        if not all_listed(groups) or not all(all_listed(group) for group in listed(groups)):
            return True
        patterns = [known(given(each, "pattern")) for each in filters]
        if any(pattern is None or _JOB in pattern.value for pattern in patterns):
            return True
    return False


def _is_nowhere(project: Resource, repository: str, path: str) -> bool:
    return all(lacks(repository, posixpath.join(folder, path)) for folder in _folders_above(project))


def _folders_above(project: Resource) -> Iterator[str]:
    """The folders that may be the root of the source of a project, the nearest first."""
    folder = posixpath.dirname(project.path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _misspelt(project: Resource, repository: str, path: str) -> str | None:
    """The file that is called almost as a path is, in a way that nobody would choose, and that no project uses."""
    folder, name = posixpath.split(path)
    near = [each for each in _names(repository, folder) if _is_slip(name, each)]
    full = posixpath.join(folder, near[0]) if len(near) == 1 else None
    return full if full is not None and not project.graph.projects_using(full) else None


def _is_slip(name: str, other: str) -> bool:
    stem, ending = posixpath.splitext(name)
    other_stem, other_ending = posixpath.splitext(other)
    if ending not in _ENDINGS or other_ending not in _ENDINGS:
        return False
    if stem == other_stem or alike(stem, other_stem):
        return True
    is_numbered = re.sub("[0-9]", "", stem) == re.sub("[0-9]", "", other_stem)
    is_short = max(len(stem), len(other_stem)) <= _LONGEST
    return ending == other_ending and is_short and not is_numbered and distance(stem, other_stem) == 1


def _names(repository: str, folder: str) -> list[str]:
    """The names of the YAML files in a folder."""
    from cblint.hosts.repository import names_in

    return [name for name in names_in(repository, folder, _MOST_NAMES) if name.endswith(_ENDINGS)]


def _hint(repository: str, path: str) -> str:
    """What may be meant, as a sentence after a blank; nothing where there is no such file."""
    meant = _meant(repository, path)
    return f' There is "{meant}".' if meant is not None else ""


def _meant(repository: str, path: str) -> str | None:
    """The one file that may be meant: called almost so, or just so in another folder."""
    folder, name = posixpath.split(path)
    near = [each for each in _names(repository, folder) if _is_slip(name, each)]
    if len(near) == 1:
        return posixpath.join(folder, near[0])
    from cblint.hosts.repository import found_by

    alike_named = found_by(repository, rf"(?:.*/)?{re.escape(name)}") or frozenset()
    return min(alike_named) if len(alike_named) == 1 else None


def _missing(variant: str, node: Scalar, repository: str, path: str) -> Report:
    """A file that is not there, and the one that may be meant in its place."""
    meant = _meant(repository, path)
    edits = respelt(node, meant) if meant is not None else ()
    return Report(node.span, variant, {"path": path, "suggestion": _hint(repository, path)}, edits=edits)


# Tasks of a batch


def _of_tasks(buildspec: Buildspec) -> Iterator[Report]:
    """The files that tasks run in place of the buildspec that lists them, from the root of the source."""
    repository = buildspec.repository
    if repository is None or "batch" not in buildspec.sections or buildspec.number > 0 or not _is_of_this(buildspec):
        return
    for node in _named_by_tasks(buildspec):
        path = node.value
        if path.startswith(("arn:", "../", "/")) or re.search(r"[$\\\ufdd0]|://", path) or is_inline(node):
            continue
        is_itself = buildspec.holder is None and posixpath.normpath(path) == buildspec.path
        if is_itself:
            if "phases" not in buildspec.sections:
                yield Report(node.span, "itself", {"path": path})
        elif _lacks_below(buildspec, repository, posixpath.normpath(path)):
            yield _missing("task", node, repository, path)


def _named_by_tasks(buildspec: Buildspec) -> Iterator[Scalar]:
    for task in tasks(buildspec):
        pair = task.mapping.get("buildspec")
        node = scalar(pair.value) if pair is not None else None
        if node is not None:
            yield node
    for part in ("static", "dynamic"):
        found = matrix(buildspec, part)
        holder = mapping(found.value) if found is not None else None
        pair = holder.get("buildspec") if holder is not None else None
        for item in _one_or_more(pair.value) if pair is not None else ():
            node = scalar(item)
            if node is not None:
                yield node


def _one_or_more(node: Node) -> list[Node]:
    return items(node) or [node]


def _is_of_this(buildspec: Buildspec) -> bool:
    """Whether a buildspec is the repository's; one inside a project's definition is of what the project builds."""
    holder = buildspec.holder
    if holder is None:
        return True
    return holder.definition.kind == PROJECT and holder.graph.builds_this(holder)


def _lacks_below(buildspec: Buildspec, repository: str, path: str) -> bool:
    """Whether no folder above the buildspec has the file: each may be the root of the source."""
    folder = posixpath.dirname(buildspec.path) if buildspec.holder is None else ""
    while lacks(repository, posixpath.join(folder, path)):
        if not folder:
            return True
        folder = posixpath.dirname(folder)
    return False
