"""The buildspecs that stand inside other files, and those that a definition names: as rules see them."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, mapping
from cblint.hosts.definition import BUILDSPEC, NOT_YET_YAML, PROJECT
from cblint.hosts.graph import Resource, is_inline, is_rendered
from cblint.hosts.known import project_of
from cblint.hosts.marks import MARKS, without_marks
from cblint.hosts.project import Project
from cblint.hosts.repository import text_in
from cblint.hosts.settings import setting
from cblint.source.holes import is_unsettled, load_with_holes
from cblint.source.loader import Document, Stream, TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Node, Scalar


def buildspecs_within(resource: Resource) -> list[Buildspec]:
    """The buildspec that a definition holds as a text or as a mapping; none if it only names one.

    Raises TooComplex.
    """
    definition = resource.definition
    if definition.kind == BUILDSPEC:
        return _made_of(definition.root, resource, tuple(_projects_using(resource)))
    if definition.kind != PROJECT:
        return []
    node = setting(definition, "source", "buildspec")
    if node is None or (isinstance(node, Scalar) and not is_inline(node)):
        return []
    return _made_of(node, resource, (project_of(resource),))


def buildspecs_of(resource: Resource) -> list[Buildspec]:
    """The buildspec that a project has within it, or, if that is at hand, in a file of its repository.

    Raises TooComplex.
    """
    return buildspecs_within(resource) or _in_repository(resource)


def unread(resource: Resource) -> str:
    """Why not all of the buildspec that stands there can be read, in words that follow the file's name."""
    definition = resource.definition
    node = definition.root if definition.kind == BUILDSPEC else setting(definition, "source", "buildspec")
    if not isinstance(node, Scalar) or not is_inline(node):
        return ""
    stream, is_template = _read(node)
    if is_template:
        return NOT_YET_YAML
    return _PUT_TOGETHER if is_unsettled(stream) else ""


_PUT_TOGETHER = "has a buildspec that is put together when it is deployed, so that nobody can read it here"


def _read(node: Scalar) -> tuple[Stream, bool]:
    """A text as YAML, and whether it is a template that is none yet: then without what steers that."""
    stream = load_with_holes(node.text)
    if stream.problem is None or not any(mark in node.value for mark in MARKS):
        return stream, False
    return load_with_holes(without_marks(node.text)), True


def _made_of(node: Node, resource: Resource, projects: tuple[Project, ...]) -> list[Buildspec]:
    if mapping(node) is not None:
        stream = Stream(node.origin, (Document(node.resolved, node.start),), None)
    elif isinstance(node, Scalar):
        stream, _ = _read(node)
        if is_unsettled(stream):
            return []
    else:
        return []
    # What is built may be another repository: then nothing is known of the files beside the buildspec.
    building = [project.resource for project in projects if project.resource is not None]
    is_own = bool(building) and all(map(resource.graph.builds_this, building))
    repository = resource.repository if is_own else None
    documents = stream.documents or (Document(None, 0),)
    return [Buildspec(stream, document, resource.path, projects, repository, resource) for document in documents]


def _projects_using(resource: Resource) -> Iterator[Project]:
    """The projects that use a whole file as their buildspec."""
    for project in resource.graph.projects_using(resource.path):
        yield project_of(project, (resource.path,))


def buildspec_used(project: Resource) -> Buildspec | None:
    """The buildspec that a project uses: its own, or a file of the repository; None where it is not at hand."""
    try:
        found = buildspecs_of(project)
    except TooComplex:
        return None
    return found[0] if len(found) == 1 else None


def _in_repository(project: Resource) -> list[Buildspec]:
    graph, repository = project.graph, project.repository
    path = graph.path_used(project)
    if path is None or repository is None or project not in graph.projects_using(path):
        return []
    text = text_in(repository, path)
    if text is None:
        return []
    known = (project_of(project, (path,)),)
    if is_rendered(project):
        from cblint.hosts import terraform_template  # few projects have their buildspec from a template

        file = terraform_template.read(Text.of(text))
        found = file.definitions if file is not None else ()
        return [each for one in found for each in _made_of(one.root, Resource(path, one, graph), known)]
    stream = load(Text.of(text))
    return [Buildspec(stream, document, path, known, repository) for document in stream.documents]
