"""From the text of a file to what rules are run on: its buildspecs, and what it defines beside them."""

from __future__ import annotations

from collections.abc import Iterator

from cblint import engine
from cblint.buildspec.model import Buildspec
from cblint.config import Config
from cblint.hosts import buildspec as host
from cblint.hosts.definition import BUILDSPEC, Definition, HostFile
from cblint.hosts.graph import Graph, Resource, read_files
from cblint.hosts.project import Project
from cblint.hosts.reading import DOCUMENTS, host_file, hosts_of, may_hold, mentions
from cblint.hosts.repository import paths_of
from cblint.records import NamedTuple
from cblint.source.loader import Stream, load
from cblint.source.remembered import of_repository
from cblint.source.text import Text

STDIN = "<stdin>"


class NotBuildspec(Exception):
    """A file holds none; ``str()`` says why, in words that follow its name."""


class Opened(NamedTuple):
    """What a file holds.

    ``kind`` is its format, ``problem`` says what was not read, in words after the file's name. ``at`` is where a syntax
    error ends the reading, as an offset into the file. ``definitions`` are all of a file of another format.
    """

    kind: str
    buildspecs: list[Buildspec]
    resources: list[engine.Subject]
    problem: str = ""
    at: int | None = None
    definitions: tuple[Definition, ...] = ()

    @property
    def subjects(self) -> list[engine.Subject]:
        """All that rules are run on."""
        return [*self.buildspecs, *self.resources]


class Place(NamedTuple):
    """Where a file is: its path as it was named, from the root of its repository, and that root, if there is one."""

    path: str
    relative: str
    repository: str | None


def opened(text: str, place: Place, config: Config) -> Opened:
    """What a text holds. Raises NotBuildspec, TooComplex."""
    found = _as_other_format(text, place, config)
    if found is not None:
        return _opened(found, place)
    try:
        stream = _recognised(text, place.path, config)
    except NotBuildspec:
        found = _host(text, place) if called_a_buildspec(place.path, config) else None
        if found is None:
            raise
        return _opened(found, place)
    return Opened("buildspec", buildspecs_in(stream, place, config), [])


def other_format(text: str, place: Place, config: Config) -> HostFile | None:
    """What a text holds that is opened as a file of another format; None for others. Raises TooComplex."""
    return _as_other_format(text, place, config) or _host(text, place)


def _as_other_format(text: str, place: Place, config: Config) -> HostFile | None:
    """What a text is before it is looked at as a buildspec."""
    rendered = _rendered(text, place, config)
    return rendered if rendered is not None or called_a_buildspec(place.path, config) else _host(text, place)


def called_a_buildspec(path: str, config: Config) -> bool:
    """Whether the name of a file, or the configuration, says that it is one."""
    return _certainly_buildspec(path, config) or host.named_like_buildspec(path)


def worth_opening(path: str) -> bool:
    """Whether a search should look into a file for more than a buildspec of its own, by its name."""
    return bool(hosts_of(path)) and not path.lower().endswith(".txt")


def _certainly_buildspec(path: str, config: Config) -> bool:
    return path == STDIN or host.certainly_buildspec(path) or config.names_buildspec(path)


def _recognised(text: str, path: str, config: Config) -> Stream:
    """The YAML of a file that is a buildspec. Raises NotBuildspec, TooComplex."""
    called_buildspec = called_a_buildspec(path, config)
    if not called_buildspec and host.named_like_other(path):
        raise NotBuildspec("shows nothing of CodeBuild" if hosts_of(path) else "is not YAML by its name")
    stream = load(Text.of(text))
    why_not = host.why_not(stream, called_buildspec, _certainly_buildspec(path, config))
    if why_not is not None:
        raise NotBuildspec(why_not)
    return stream


def _host(text: str, place: Place) -> HostFile | None:
    """What a file of another format holds; None if it is of none, or holds nothing for us."""
    file = host_file(place.path, Text.of(text)) if may_hold(place.path, text) else None
    return file if file is not None and (file.definitions or file.problem or file.at is not None) else None


def _rendered(text: str, place: Place, config: Config) -> HostFile | None:
    """The buildspec that Terraform makes of a file before any project has it; None if it does so with none."""
    if place.repository is None or "phases" not in text or not any(mark in text for mark in ("${", "%{")):
        return None
    if host.named_like_other(place.path) or config.projects_of(place.path):
        return None
    if not uses_in(place.repository, place.relative).rendered:
        return None
    from cblint.hosts import terraform_template

    return terraform_template.read(Text.of(text))


def _opened(file: HostFile, place: Place) -> Opened:
    """What rules are run on in a file of another format."""
    from cblint.buildspec.embedded import buildspecs_within, unread  # most files are buildspecs themselves

    resources = _graph(place, file).in_file(place.relative)
    buildspecs = [buildspec for resource in resources for buildspec in buildspecs_within(resource)]
    # Rules about buildspecs get those themselves, not the definitions that hold nothing else.
    others: list[engine.Subject] = [each for each in resources if each.definition.kind != BUILDSPEC]
    reasons = dict.fromkeys([file.problem, *map(unread, resources)])
    definitions = tuple(each.definition for each in resources)
    return Opened(file.kind, buildspecs, others, "; it ".join(filter(None, reasons)), file.at, definitions)


def _graph(place: Place, file: HostFile) -> Graph:
    """The repository with the text at hand as one of its files; what documentation shows is of another one."""
    if place.repository is None or place.path.lower().endswith(DOCUMENTS):
        return Graph({place.relative: file})
    return repository_graph(place.repository).with_file(place.relative, file)


@of_repository(16, lambda graph: graph.said)
def repository_graph(repository: str) -> Graph:
    """What the files of a repository define; nothing where there are too many to look at."""
    paths = paths_of(
        repository,
        lambda path: bool(hosts_of(path)) and not path.lower().endswith(DOCUMENTS) and mentions(path),
    )
    return Graph(read_files(repository, paths) if paths is not None else {}, repository)


class Uses(NamedTuple):
    """The projects that use a file as their buildspec, and whether it is a template from which Terraform makes that."""

    projects: tuple[Resource, ...]
    rendered: bool

    @property
    def said(self) -> object:
        """All that findings can hang on: what no project uses sees nothing of what others are defined to be."""
        return (self.projects[0].graph.said, self.rendered) if self.projects else self.rendered


@of_repository(1024, lambda uses: uses.said)
def uses_in(repository: str, path: str) -> Uses:
    """How a repository uses a file, by its path from the root."""
    graph = repository_graph(repository)
    return Uses(tuple(graph.projects_using(path)), graph.renders(path))


def buildspecs_in(stream: Stream, place: Place, config: Config) -> list[Buildspec]:
    """The buildspecs of a file that holds nothing else, with the projects that use it."""
    return engine.buildspecs_of(stream, place.relative, tuple(_projects(place, config)), place.repository)


def _projects(place: Place, config: Config) -> Iterator[Project]:
    """The projects that use a buildspec: those of the configuration, else those that the repository defines."""
    told = config.projects_of(place.path)
    if told or place.repository is None:
        yield from told
        return
    projects = uses_in(place.repository, place.relative).projects
    if projects:
        from cblint.hosts.known import project_of  # few repositories define theirs

        yield from (project_of(each, (place.relative,)) for each in projects)
