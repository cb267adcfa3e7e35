"""What the files of a repository define, and how it hangs together: projects, their buildspecs, webhooks, roles."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from cblint.hosts.definition import PROJECT, WEBHOOK, Definition, HostFile
from cblint.hosts.settings import is_set, known, setting, text_at
from cblint.source.foreign import Reference
from cblint.source.tree import Node, Scalar

DEFAULT_BUILDSPEC = "buildspec.yml"
"""What a project uses that names none. Source: CodeBuild user guide, page build-spec-ref."""
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


class Graph:
    """What several files define. ``repository`` is the folder of the git repository, None where none is at hand."""

    def __init__(self, files: Mapping[str, HostFile], repository: str | None = None) -> None:
        self.files = dict(files)
        self.repository = repository

    def with_file(self, path: str, file: HostFile | None) -> Graph:
        """The same with another content of one file."""
        others = {each: content for each, content in self.files.items() if each != path}
        return Graph({**others, path: file} if file is not None else others, self.repository)

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """All that is defined, by file."""
        return tuple(
            Resource(path, definition, self) for path, file in self.files.items() for definition in file.definitions
        )

    def in_file(self, path: str) -> list[Resource]:
        """What one file defines."""
        return [each for each in self.resources if each.path == path]

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

    def projects_using(self, path: str) -> list[Resource]:
        """The projects that are known to use a buildspec of the repository, by its path from the root.

        The default name is everybody's: it is one project's only where no other could mean it, and where nothing says
        that the project builds another repository.
        """
        found = [each for each in self.of_kind(PROJECT) if not each.definition.fragment]
        named = [each for each in found if buildspec_of(each) == path]
        if path != DEFAULT_BUILDSPEC:
            return [each for each in named if self.may_build_this(each)]
        here = [each for each in named if self.builds_this(each)]
        if here:
            return here
        return named if len(named) == 1 and self.may_build_this(named[0]) else []

    def builds_this(self, project: Resource) -> bool:
        """Whether the source of a project certainly is this repository."""
        location = text_at(project.definition, "source", "location")
        return location is not None and bool(self._own_name) and _last(location) == self._own_name

    def may_build_this(self, project: Resource) -> bool:
        """Whether nothing says that the source of a project is another repository."""
        if text_at(project.definition, "source", "type") in ("S3", "NO_SOURCE"):
            return False
        location = text_at(project.definition, "source", "location")
        if location is None or re.fullmatch(_HOSTED, location) is None or not self._own_name:
            return True
        return _last(location) == self._own_name

    @cached_property
    def _own_name(self) -> str:
        """The name of the repository at its host, as its first remote has it."""
        from cblint.hosts.repository import text_in

        config = text_in(self.repository, ".git/config") if self.repository is not None else None
        match = re.search(r"(?m)^[ \t]*url[ \t]*=[ \t]*(\S+)", config or "")
        return _last(match[1]) if match is not None else ""


def _scope(path: str) -> str:
    """Where names hold: in a template, in all files of a module of Terraform."""
    return os.path.dirname(path) + "/" if path.endswith(_BY_FOLDER) else path


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
    if isinstance(node, Reference) and node.attribute == "file":
        return posixpath.normpath(posixpath.join(posixpath.dirname(project.path), node.target))
    scalar = known(node)
    if scalar is None or is_inline(scalar) or scalar.value.startswith("arn:") or scalar.value.startswith("/"):
        return None
    return posixpath.normpath(scalar.value) if scalar.value else DEFAULT_BUILDSPEC


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
