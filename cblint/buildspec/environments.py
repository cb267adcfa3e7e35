"""What the builds that can run a buildspec run on, as far as its batch tasks and the configuration tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType

from cblint.buildspec.model import items, mapping, scalar
from cblint.facts import table
from cblint.facts.images import WINDOWS, Image, image_of, sh_of
from cblint.hosts.settings import known, setting
from cblint.records import NamedTuple
from cblint.source.tree import Mapping, Node, Scalar
from cblint.typing import TYPE_CHECKING
from cblint.wording import enumerated

if TYPE_CHECKING:
    from cblint.buildspec.model import Buildspec
    from cblint.hosts.graph import Resource
    from cblint.hosts.project import Project

LAMBDA_COMPUTE = "BUILD_LAMBDA_"
"""With this the compute types of Lambda begin."""
_LISTS = ("build-list", "build-graph")


class Environment(NamedTuple):
    """What one build runs on; None is unknown.

    ``name`` is what a finding calls the build by, empty for the only one; ``image_name`` the image as it is given,
    ``image`` what is known of it. ``type`` and ``compute`` are as the API has them; ``fleet``: on reserved capacity.
    ``places`` are the nodes that say so, by the keys of a batch task's ``env``: those of the buildspec, or, where the
    project itself is looked at, of its definition. ``project`` is what else is known of it.
    """

    name: str
    image_name: str | None = None
    image: Image | None = None
    type: str | None = None
    compute: str | None = None
    fleet: bool | None = None
    privileged: bool | None = None
    places: MappingProxyType[str, Node] = MappingProxyType({})
    project: Project | None = None

    @property
    def sh(self) -> str | None:
        """What /bin/sh is: ``dash``, ``bash-as-sh``, or ``powershell``; None where that is not known."""
        return sh_of(self.image_name) if self.image_name is not None else None

    @property
    def is_windows(self) -> bool | None:
        """Whether it runs on Windows; None where that is not known, or where image and type contradict each other."""
        found = {self.image.family == WINDOWS} if self.image is not None else set()
        if self.type in table("service")["environment-types"]:
            found.add(str(self.type).startswith("WINDOWS"))
        return found.pop() if len(found) == 1 else None

    @property
    def may_be_lambda(self) -> bool:
        """Whether its type, its compute or its image says that it runs on Lambda compute."""
        is_compute = (self.compute or "").startswith(LAMBDA_COMPUTE)
        return "LAMBDA" in (self.type or "") or is_compute or (self.image is not None and self.image.is_lambda)

    @property
    def place(self) -> Node | None:
        """Where the image is given, if that is in the buildspec."""
        return self.places.get("image")


class _Given(NamedTuple):
    """What a batch task says of its environment: its name, and the values by their keys, None for one of several."""

    name: str
    values: dict[str, Scalar | None]


def environments_of(buildspec: Buildspec, everywhere: bool = False) -> tuple[Environment, ...]:
    """One for each project, or for each batch task in each; none where nothing is known.

    ``everywhere``: also for the tasks that run a buildspec of their own.
    """
    given = list(_tasks(buildspec, everywhere)) if "batch" in buildspec.sections else []
    several = len(buildspec.projects) > 1
    if not given:
        return tuple(_of_project(project, _called(project) if several else "") for project in buildspec.projects)
    projects: Sequence[Project | None] = buildspec.projects or (None,)
    return tuple(
        _of_task(task, project, f"{task.name} of {_called(project)}" if several and project is not None else task.name)
        for task in given
        for project in projects
    )


def environment_at(resource: Resource) -> Environment:
    """What the builds of a project run on, at the places of its definition."""
    from cblint.hosts.known import project_of  # most buildspecs are looked at without their project

    environment = _of_project(project_of(resource), "")
    nodes = {key: known(setting(resource.definition, "environment", name)) for key, name in _KEYS.items()}
    places = MappingProxyType({key: node for key, node in nodes.items() if node is not None})
    # On a fleet, the type counts for nothing.
    return environment._replace(places=places, type=None if environment.fleet else environment.type)


_KEYS = {"image": "image", "type": "type", "compute-type": "computeType", "privileged-mode": "privilegedMode"}


def is_told_there(environment: Environment, *keys: str) -> bool:
    """Whether a definition of the project says these things, so that a finding about them stands there."""
    project = environment.project
    return project is not None and project.resource is not None and not any(key in environment.places for key in keys)


def those(found: Iterable[Environment], everywhere: Sequence[Environment]) -> str:
    """Which builds a finding is about, to follow what it says; nothing where it is about all of them."""
    names = list(dict.fromkeys(environment.name for environment in found))
    if len(names) == len({environment.name for environment in everywhere}) or not any(names):
        return ""
    shown = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} others"]
    return f" in {enumerated(shown, 'and')}"


def _called(project: Project) -> str:
    if project.name is not None:
        return f'the project "{project.name}"'
    return f"the project on {project.image}" if project.image is not None else "one of the projects"


def _of_project(project: Project, name: str) -> Environment:
    return Environment(
        name,
        project.image,
        image_of(project.image) if project.image is not None else None,
        project.environment_type,
        project.compute_type,
        project.fleet,
        project.privileged,
        project=project,
    )


def _of_task(task: _Given, project: Project | None, name: str) -> Environment:
    base = _of_project(project, name) if project is not None else Environment(name)
    values = {key: value for key, value in task.values.items() if value is not None}
    text = {key: value.value for key, value in values.items() if "$" not in value.value}
    image = base.image_name if "image" not in task.values else text.get("image")
    compute = base.compute if "compute-type" not in task.values else text.get("compute-type")
    return Environment(
        name,
        image,
        image_of(image) if image is not None else None,
        base.type if "type" not in task.values else text.get("type"),
        compute,
        True if "fleet" in task.values else False if "compute-type" in task.values else base.fleet,
        _privileged(text, base),
        MappingProxyType(dict(values)),
        project,
    )


def _privileged(text: dict[str, str], base: Environment) -> bool | None:
    """What a task says; where it says nothing, whether the project's counts or the default, is not documented."""
    said = text.get("privileged-mode")
    if said is not None:
        return {"true": True, "yes": True, "false": False, "no": False}.get(said.lower())
    return False if base.privileged is False else None


def _tasks(buildspec: Buildspec, everywhere: bool) -> Iterator[_Given]:
    """The tasks of a batch that run this buildspec, or any."""
    for form in _LISTS:
        pair = buildspec.get("batch", form)
        for number, item in enumerate(items(pair.value) if pair is not None else []):
            task = mapping(item)
            if task is not None and not task.open and (everywhere or task.get("buildspec") is None):
                yield _Given(_task_name(task, number), _scalars(_at(task, "env")))
    matrix = buildspec.get("batch", "build-matrix")
    target = mapping(matrix.value) if matrix is not None else None
    if target is not None:
        yield from _combinations(target, everywhere)


def _task_name(task: Mapping, number: int) -> str:
    pair = task.get("identifier")
    identifier = scalar(pair.value) if pair is not None else None
    return f'the batch task "{identifier.value}"' if identifier is not None else f"batch task {number + 1}"


def _at(node: Mapping | None, name: str) -> Mapping | None:
    pair = node.get(name) if node is not None else None
    return mapping(pair.value) if pair is not None else None


def _scalars(node: Mapping | None) -> dict[str, Scalar | None]:
    pairs = node.effective().items() if node is not None else ()
    return {key: scalar(pair.value) for key, pair in pairs}


def _combinations(matrix: Mapping, everywhere: bool) -> Iterator[_Given]:
    """The environments of a matrix, as far as they differ by the image."""
    static, dynamic = _at(matrix, "static"), _at(matrix, "dynamic")
    if dynamic is not None and dynamic.get("buildspec") is not None and not everywhere:
        return
    values = _scalars(_at(static, "env"))
    varied = _at(dynamic, "env")
    for key in ("compute-type", "type", "privileged-mode", "fleet"):
        several = _listed(varied, key)
        if several:
            # Of several values it is not known which goes with which image.
            values[key] = several[0] if len(several) == 1 else None
    images = _listed(varied, "image")
    for image in images:
        yield _Given(f"the batch builds on {image.value}", {**values, "image": image})
    if not images:
        yield _Given("the batch builds", values)


def _listed(node: Mapping | None, name: str) -> list[Scalar]:
    pair = node.get(name) if node is not None else None
    if pair is None:
        return []
    found = [scalar(item) for item in items(pair.value) or [pair.value]]
    return [value for value in found if value is not None]
