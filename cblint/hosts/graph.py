"""What the files of a repository define, and how it hangs together: projects, their buildspecs, webhooks, roles."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from cblint.hosts.buildspec import DEFAULT_BUILDSPEC, DEFAULT_BUILDSPECS
from cblint.hosts.definition import PIPELINE, PROJECT, WEBHOOK, Definition, HostFile
from cblint.hosts.settings import is_set, known, setting, text_at
from cblint.records import NamedTuple
from cblint.source.foreign import Reference
from cblint.source.remembered import of_repository
from cblint.source.text import HOLE
from cblint.source.tree import Node, Scalar
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.hosts.pipelines import Action
    from cblint.source.text import Lines

_RENDERED = "templatefile"
_READING = ("file", _RENDERED)
_BY_FOLDER = (".tf", ".tofu", ".tf.json")
_HOSTED = r"(?i)(?:https?|ssh|git)://[^\s]+|[\w.-]+@[\w.-]+:[^\s]+"


class Resource(NamedTuple):
    """Something that a file defines, where it stands: ``path`` is the file's, from the root of its repository."""

    path: str
    definition: Definition
    graph: Graph

    @property
    def root(self) -> Node:
        """Its settings, under the names of the API."""
        return self.definition.root

    @property
    def source(self) -> str:
        """The text in which it stands."""
        return self.definition.root.origin.value

    @property
    def repository(self) -> str | None:
        """The folder of the repository, None where none is at hand."""
        return self.graph.repository

    @property
    def lines(self) -> Lines | None:
        """The lines of its file, as it is on the disk; None where that is not at hand."""
        return lines_in(self.repository, self.path) if self.repository is not None else None


class Run(NamedTuple):
    """A build action of a pipeline that runs a project.

    ``source`` is the source action that fetches what the build looks for its buildspec in: None where that is not
    known, or where it is what another action has made.
    """

    pipeline: Resource
    action: Action
    source: Action | None


class Graph:
    """What several files define. ``repository`` is the folder of the git repository, None where none is at hand."""

    def __init__(self, files: Mapping[str, HostFile], repository: str | None = None) -> None:
        self.files = dict(files)
        self.repository = repository

    def with_file(self, path: str, file: HostFile) -> Graph:
        """The same with another content of one file; itself, with all that was found out of it, if it has that."""
        known = self.files.get(path)
        if known is not None and file.source and known.source == file.source:
            return self
        return Graph({**self.files, path: file}, self.repository)

    @property
    def said(self) -> object:
        """All that is known by it: the texts of its files, and what was found out beside them."""
        using = {path: tuple((each.path, each.definition.name) for each in some) for path, some in self._uses.items()}
        texts = tuple((path, file.source) for path, file in self.files.items())
        return texts, tuple(sorted(using.items())), tuple(sorted(self._own_names))

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """All that is defined, by file."""
        return tuple(
            Resource(path, definition, self) for path, file in self.files.items() for definition in file.definitions
        )

    def in_file(self, path: str) -> list[Resource]:
        """What one file defines."""
        return self._by_path.get(path, [])

    @cached_property
    def _by_path(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for each in self.resources:
            found.setdefault(each.path, []).append(each)
        return found

    def of_kind(self, kind: str) -> list[Resource]:
        """All of a kind of definition."""
        return self._by_kind.get(kind, [])

    @cached_property
    def _by_kind(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for each in self.resources:
            found.setdefault(each.definition.kind, []).append(each)
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Resource]:
        return {(_scope(each.path), each.definition.name): each for each in self.resources if each.definition.name}

    def target(self, resource: Resource, node: Node | None) -> Resource | None:
        """What a reference in a resource leads to, if that is defined here: in its template, or its module."""
        if not isinstance(node, Reference):
            return None
        return self._by_name.get((_scope(resource.path), node.target))

    def file_called(self, resource: Resource, node: Reference) -> Reference | None:
        """The file that another one of the same module of Terraform calls so."""
        name = f"{node.target}.{node.attribute}" if node.attribute else node.target
        return self._files.get((_scope(resource.path), name))

    @cached_property
    def _files(self) -> dict[tuple[str, str], Reference]:
        return {(_scope(path), name): to for path, file in self.files.items() for name, to in file.files}

    def webhooks_of(self, project: Resource) -> list[tuple[Resource, Node]]:
        """The settings of the webhooks of a project, each with the resource that has them."""
        own = setting(project.definition, "webhook")
        found = [(project, own)] if own is not None and is_set(project.definition, "webhook") else []
        return found + [(webhook, webhook.root) for webhook in self._webhooks.get(id(project.root), ())]

    @cached_property
    def _webhooks(self) -> dict[int, list[Resource]]:
        found: dict[int, list[Resource]] = {}
        for webhook in self.of_kind(WEBHOOK):
            for project in self.projects_of(webhook):
                found.setdefault(id(project.root), []).append(webhook)
        return found

    def projects_of(self, webhook: Resource) -> list[Resource]:
        """The projects that a webhook which is defined by itself may be one of: several where they have one name."""
        node = setting(webhook.definition, "projectName")
        target = self.target(webhook, node)
        if target is not None:
            return [target]
        name = known(node)
        return self._by_own_name.get(name.value, []) if name is not None else []

    @cached_property
    def _by_own_name(self) -> dict[str, list[Resource]]:
        """Projects by the names that the service knows them under."""
        found: dict[str, list[Resource]] = {}
        for project in self.of_kind(PROJECT):
            name = text_at(project.definition, "name")
            if name is not None:
                found.setdefault(name, []).append(project)
        return found

    def runs_of(self, project: Resource) -> list[Run]:
        """The actions of pipelines that are known to run a project."""
        return self._runs.get(id(project.root), [])

    @cached_property
    def _runs(self) -> dict[int, list[Run]]:
        pipelines = self.of_kind(PIPELINE)
        if not pipelines:
            return {}
        from cblint.hosts.pipelines import actions, project_of  # few repositories define pipelines

        found: dict[int, list[Run]] = {}
        for pipeline in pipelines:
            every = list(actions(pipeline.definition))
            made = {name: action for action in every for name in action.makes or ()}
            for action in every:
                project = self.named(pipeline, project_of(action))
                if project is not None:
                    source = made.get(action.primary_input or "")
                    is_source = source is not None and source.category == "Source"
                    run = Run(pipeline, action, source if is_source else None)
                    found.setdefault(id(project.root), []).append(run)
        return found

    def named(self, pipeline: Resource, node: Node | None) -> Resource | None:
        """The project that an action names: of several of one name, the one in its own file."""
        if isinstance(node, Reference):
            found = self.target(pipeline, node)
            return found if found is not None and found.definition.kind == PROJECT else None
        name = known(node)
        alike = self._by_own_name.get(name.value, []) if name is not None else []
        near = [each for each in alike if _scope(each.path) == _scope(pipeline.path)] or alike
        return near[0] if len(near) == 1 else None

    def projects_using(self, path: str) -> list[Resource]:
        """The projects that are known to use a buildspec of the repository, by its path from the root.

        The default name is everybody's: it is one project's only where no other could mean it, and where nothing says
        that the project builds another repository.
        """
        named = self._uses.get(path, [])
        if posixpath.basename(path) != DEFAULT_BUILDSPEC and not any(names_no_buildspec(each) for each in named):
            return named
        certain = [each for each in named if is_read_by_terraform(each) or self.builds_this(each)]
        return certain or (named if len(named) == 1 else [])

    def renders(self, path: str) -> bool:
        """Whether a file is a template from which Terraform makes the buildspec of all projects that use it."""
        using = self._uses.get(path, [])
        return bool(using) and all(map(is_rendered, using))

    @cached_property
    def _uses(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for project in self.of_kind(PROJECT):
            path = self.path_used(project)
            if path is not None and not project.definition.fragment:
                found.setdefault(path, []).append(project)
        return found

    def path_used(self, project: Resource) -> str | None:
        """The path of the buildspec that a project may use, from the root; None if it uses none of the repository.

        Many a repository holds several folders that are built alone: unless it is certain that the project builds the
        repository as it is, its source may be any folder above its definition, and the nearest that has the file is.
        So may the folder in which Terraform runs, from which it takes paths that do not begin with the module's.
        """
        named = buildspec_of(project)
        read = read_by_terraform(project)
        if read is not None:
            return self.near(project, read.target) or named
        if named is None:
            return named
        names = DEFAULT_BUILDSPECS if names_no_buildspec(project) else (named,)
        if self.builds_this(project):
            return self._first_in("", names) or named
        if not self.may_build_this(project):
            return None
        return self.near(project, *names) or named

    def near(self, project: Resource, *paths: str) -> str | None:
        """The nearest file at one of some paths from a folder above the definition of a project; None if there is none.

        The result is the path from the root.
        """
        folder, found = project.path, None
        while folder.strip("/") and found is None:
            folder = posixpath.dirname(folder)
            found = self._first_in(folder, paths)
        return found

    def _first_in(self, folder: str, paths: Iterable[str]) -> str | None:
        """The first of some paths from a folder at which the repository has a file, as a path from its root."""
        from cblint.hosts.repository import is_file

        for path in paths if self.repository is not None else ():
            full = posixpath.join(folder, path)
            if not path.startswith("../") and is_file(self.repository or "", full):
                return full
        return None

    def builds_this(self, project: Resource) -> bool:
        """Whether the source of a project certainly is this repository."""
        names = self._sources_of(project)
        return bool(names) and all(name in self._own_names for name in names)

    def may_build_this(self, project: Resource) -> bool:
        """Whether nothing says that the source of a project is another repository."""
        if not self.runs_of(project) and text_at(project.definition, "source", "type") in ("S3", "NO_SOURCE"):
            return False
        own = self._own_names
        return not own or all(name is None or name in own for name in self._sources_of(project))

    def _sources_of(self, project: Resource) -> list[str | None]:
        """The names of the repositories that a project builds: None for one that is not known."""
        found = [_named(run.source.repository) if run.source is not None else None for run in self.runs_of(project)]
        location = setting(project.definition, "source", "location")
        if isinstance(location, Scalar) and re.fullmatch(_HOSTED, location.value) is not None:
            return [*found, _named(location)]
        return found or [None]

    @cached_property
    def _own_names(self) -> frozenset[str]:
        """The names of the repository at its hosts, as its remotes have them."""
        from cblint.hosts.repository import remotes_in, text_in

        config = text_in(self.repository, ".git/config") if self.repository is not None else None
        return frozenset(_last(address) for _, address in remotes_in(config or ""))


@of_repository(16, lambda lines: lines.text if lines is not None else None)
def lines_in(repository: str, path: str) -> Lines | None:
    """The lines of a file of a repository, as it is on the disk; None where that cannot be read."""
    from cblint.source.file import Unreadable, read
    from cblint.source.text import Lines

    try:
        return Lines(read(os.path.join(repository, path), False))
    except Unreadable:
        return None


def _scope(path: str) -> str:
    """Where names hold: in a template, in all files of a module of Terraform."""
    return os.path.dirname(path) + "/" if path.endswith(_BY_FOLDER) else path


def _named(node: Node | None) -> str | None:
    """The name of a repository, also where only its owner is not known before the deployment."""
    name = _last(node.value) if isinstance(node, Scalar) and not node.open else None
    return name if name is not None and HOLE not in name else None


def _last(location: str) -> str:
    """The name of a repository in its address."""
    return location.rstrip("/").removesuffix(".git").rpartition("/")[2].rpartition(":")[2].lower()


def buildspec_of(project: Resource) -> str | None:
    """The path of the buildspec that a project uses, from the root of its source; None if it is inline or not known.

    A file that Terraform reads when it is applied is the same text, by its path from the folder of the module.
    """
    node = setting(project.definition, "source", "buildspec")
    if node is None:
        return DEFAULT_BUILDSPEC
    read = read_by_terraform(project)
    if read is not None:
        return posixpath.normpath(posixpath.join(posixpath.dirname(project.path), read.target))
    scalar = known(node)
    if scalar is None or is_inline(scalar) or scalar.value.startswith("arn:") or scalar.value.startswith("/"):
        return None
    return posixpath.normpath(scalar.value) if scalar.value else DEFAULT_BUILDSPEC


def names_no_buildspec(project: Resource) -> bool:
    """Whether a project leaves it to CodeBuild which file is its buildspec."""
    node = setting(project.definition, "source", "buildspec")
    scalar = known(node)
    return node is None or (scalar is not None and not scalar.value)


def read_by_terraform(project: Resource) -> Reference | None:
    """The file that Terraform reads the buildspec of a project from when it is applied: whatever the project builds."""
    node = setting(project.definition, "source", "buildspec")
    if not isinstance(node, Reference):
        return None
    return node if node.attribute in _READING else project.graph.file_called(project, node)


def is_read_by_terraform(project: Resource) -> bool:
    """Whether Terraform reads the buildspec of a project from a file."""
    return read_by_terraform(project) is not None


def is_rendered(project: Resource) -> bool:
    """Whether what Terraform reads so is a template."""
    read = read_by_terraform(project)
    return read is not None and read.attribute == _RENDERED


def is_inline(scalar: Scalar) -> bool:
    """Whether what a project has as its buildspec is the text of one, not the path."""
    value = scalar.value.strip()
    return "\n" in value or value.startswith("{") or re.match(r"version[ \t]*:", value) is not None


def read_files(repository: str, paths: Iterable[str]) -> dict[str, HostFile]:
    """What files of a repository hold, by their paths from its root; those that cannot be read hold nothing."""
    from cblint.hosts.reading import host_file
    from cblint.source.file import Unreadable, read
    from cblint.source.loader import TooComplex
    from cblint.source.text import Text

    found: dict[str, HostFile] = {}
    for path in paths:
        try:
            text = read(os.path.join(repository, path), False)
            file = host_file(path, Text.of(text))
        except (Unreadable, TooComplex):
            continue
        if file is not None:
            found[path] = file
    return found
