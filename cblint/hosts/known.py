"""From the definition of a project to what is known of it: the same facts, whichever format tells them."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.facts import table
from cblint.hosts import pipelines
from cblint.hosts.definition import Definition
from cblint.hosts.graph import Resource, Run
from cblint.hosts.project import Artifacts, Cache, Project, Source
from cblint.hosts.settings import all_listed, constant_at, is_set, known, listed, setting, text_at, truth_at, within
from cblint.records import NamedTuple
from cblint.secrets.names import sounds_secret
from cblint.source.foreign import is_known
from cblint.source.tree import Mapping, Node, Scalar

_PLAIN = "PLAINTEXT"


def project_of(resource: Resource, buildspecs: tuple[str, ...] = ()) -> Project:
    """What the definition of a project tells; ``buildspecs`` are patterns of the files that it uses."""
    definition = resource.definition
    variables = setting(definition, "environment", "environmentVariables")
    runs = resource.graph.runs_of(resource)
    service = table("service")
    kind = constant_at(definition, service["source-types"], "source", "type")
    hooks = resource.graph.webhooks_of(resource)
    # A pipeline that is not at hand may give any variables.
    is_open = any(pipelines.has_more_variables(run.action) for run in runs) or (kind == "CODEPIPELINE" and not runs)
    return Project(
        buildspecs,
        name=text_at(definition, "name") or definition.name or None,
        image=text_at(definition, "environment", "image"),
        environment_type=constant_at(definition, service["environment-types"], "environment", "type"),
        compute_type=text_at(definition, "environment", "computeType"),
        fleet=is_set(definition, "environment", "fleet"),
        privileged=truth_at(definition, "environment", "privilegedMode"),
        docker_server=is_set(definition, "environment", "dockerServer"),
        vpc=_is_there(definition, "vpcConfig"),
        timeout=_number(definition, "timeoutInMinutes"),
        source=Source(kind, _number(definition, "source", "gitCloneDepth"), _output_artifact_format(runs)),
        webhook=True if hooks else None,
        cache=_cache(definition),
        artifacts=Artifacts(_artifacts(definition, runs), truth_at(definition, "artifacts", "overrideArtifactName")),
        variables=tuple(dict.fromkeys(_names(variables, runs))),
        more_variables=not all_listed(variables) or is_open,
        resource=resource,
    )


def _is_there(definition: Definition, *path: str) -> bool | None:
    """Whether something stands there in every deployment: of a value that is not known, that is not either."""
    node = setting(definition, *path)
    return None if node is not None and not is_known(node) else node is not None


def _names(node: Node | None, runs: list[Run]) -> Iterator[tuple[str, bool]]:
    """The variables of a project and those that pipelines give it: their names, and whether their values are secret."""
    yield from ((each.name, _is_secret(each.name, each.type)) for each in _variables(node))
    for run in runs:
        yield from (
            (each.name.value, _is_secret(each.name.value, each.type)) for each in pipelines.variables_of(run.action)
        )


def _is_secret(name: str, kind: str | None) -> bool:
    """Parameters hold settings of all kinds: only a name tells which of them is a secret."""
    return is_reference(kind) and (kind != "PARAMETER_STORE" or sounds_secret(name))


def _output_artifact_format(runs: list[Run]) -> str | None:
    """How the source comes to the builds of pipelines, if it comes to all of them alike."""
    found = {_format(run) for run in runs}
    return found.pop() if len(found) == 1 else None


def _format(run: Run) -> str | None:
    if run.source is None or run.source.provider not in table("hosts")["pipelines"]["with-formats"]:
        return None
    given = run.source.setting("OutputArtifactFormat")
    return "CODE_ZIP" if given is None else run.source.text("OutputArtifactFormat")


def _artifacts(definition: Definition, runs: list[Run]) -> str | None:
    """Their type; not known where a pipeline runs a project that has other ones of its own."""
    kind = constant_at(definition, table("service")["artifacts-types"], "artifacts", "type")
    return None if runs and kind != "CODEPIPELINE" else kind


def _number(definition: Definition, *path: str) -> int | None:
    value = text_at(definition, *path)
    return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) < 10 else None


def _cache(definition: Definition) -> Cache:
    node = setting(definition, "cache")
    if node is None:
        return Cache("NO_CACHE")
    modes = within(node, "modes")
    values = [known(mode) for mode in listed(modes)]
    # Of modes that are not all known, none is told: another could change what they mean together.
    are_known = all_listed(modes) and None not in values
    kind = constant_at(definition, table("service")["cache-types"], "cache", "type")
    return Cache(kind, tuple(value.value for value in values if value and are_known))


class Variable(NamedTuple):
    """A variable of a project: the node of its name, the node of its value, if it has one, and its type.

    The type is as the API has it; None where it is not known.
    """

    key: Scalar
    value: Node | None
    type: str | None

    @property
    def name(self) -> str:
        return self.key.value

    @property
    def is_plain(self) -> bool:
        """Whether its value certainly stands in the project as it is."""
        return self.type == _PLAIN

    @property
    def is_reference(self) -> bool:
        """Whether its value is only the name of a secret or of a parameter."""
        return is_reference(self.type)


def is_reference(kind: str | None) -> bool:
    """Whether variables of a type hold only the name of a secret or of a parameter."""
    return kind in table("projects")["references"]


def variables_of(resource: Resource) -> list[Variable]:
    """The variables of a project, or of the start of a build, whose names are known."""
    environment = setting(resource.definition, "environment", "environmentVariables")
    given = [environment, setting(resource.definition, "environmentVariablesOverride")]
    return [variable for node in given for variable in _variables(node)]


def _variables(node: Node | None) -> Iterator[Variable]:
    for item in listed(node):
        name = known(within(item, "name")) if isinstance(item, Mapping) else None
        if name is not None:
            kind = within(item, "type")
            scalar = known(kind)
            yield Variable(
                name, within(item, "value"), _PLAIN if kind is None else scalar.value if scalar is not None else None
            )
