"""What is known of a CodeBuild project beside its buildspec, wherever that is written."""

from __future__ import annotations

from cblint.records import NamedTuple
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.hosts.graph import Resource


class Cache(NamedTuple):
    """A project's cache: its type and modes as the API has them."""

    type: str | None = None
    modes: tuple[str, ...] = ()


class Artifacts(NamedTuple):
    """A project's artifacts: their type as the API has it, and whether the buildspec's name for them counts."""

    type: str | None = None
    override_name: bool | None = None


class Source(NamedTuple):
    """A project's source: its type as the API has it, and how much of the history a build gets.

    ``git_clone_depth`` is the API's; ``output_artifact_format`` that of the pipeline's source action.
    """

    type: str | None = None
    git_clone_depth: int | None = None
    output_artifact_format: str | None = None


class Project(NamedTuple):
    """What is known of a CodeBuild project; None is unknown. ``buildspecs`` are patterns of the files it uses.

    ``fleet``: it runs on reserved capacity. ``docker_server``: it has one of its own. ``vpc``: it runs in one.
    ``timeout`` is in minutes. ``webhook``: it has one.
    """

    buildspecs: tuple[str, ...]
    name: str | None = None
    image: str | None = None
    environment_type: str | None = None
    compute_type: str | None = None
    fleet: bool | None = None
    privileged: bool | None = None
    docker_server: bool | None = None
    vpc: bool | None = None
    timeout: int | None = None
    source: Source | None = None
    webhook: bool | None = None
    cache: Cache | None = None
    artifacts: Artifacts | None = None
    variables: tuple[tuple[str, bool], ...] = ()
    """Names, and whether their values are secret."""
    more_variables: bool = False
    """Whether it may have further ones."""
    resource: Resource | None = None
    """Where it is defined; None if only the configuration tells of it."""
