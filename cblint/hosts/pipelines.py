"""Questions to the definition of a pipeline of CodePipeline: its actions, and the variables that these pass on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.facts import table
from cblint.hosts.definition import PIPELINE, Definition
from cblint.hosts.project_json import document
from cblint.hosts.settings import given, known, listed, within
from cblint.records import NamedTuple
from cblint.source.foreign import Reference, is_complete
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Scalar, Sequence, walk

_REFERENCE = expressions.lazy(r"#\{([\w-]{1,100})\.([\w-]{1,100})\}", re.ASCII)


class Action(NamedTuple):
    """An action of a pipeline, under the names of the API.

    ``stage``, ``provider``, ``category`` and ``namespace`` are None where they are not given or not known; ``inputs``
    and ``outputs`` are the nodes of the names of artifacts, and ``complete`` says that there are no others.
    """

    node: Mapping
    name: Node | None
    stage: str | None
    provider: str | None
    category: str | None
    namespace: str | None
    configuration: Mapping | None
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    complete: bool

    @property
    def is_build(self) -> bool:
        """Whether it is CodeBuild's."""
        return self.provider == "CodeBuild"

    @property
    def place(self) -> Span:
        """What a person points at: its name, or its first character."""
        return self.name.span if self.name is not None else self.node.first_character

    def setting(self, name: str) -> Node | None:
        """A setting of its configuration: ``Unknown`` where that cannot be told, None where nothing is set."""
        return within(self.node, "configuration", name)

    def has_no(self, name: str) -> bool:
        """Whether something is certainly not set in the action itself."""
        return within(self.node, name) is None

    def text(self, name: str) -> str | None:
        """The value of a setting of its configuration that is certain."""
        return _text(self.setting(name))

    @property
    def takes(self) -> tuple[str, ...] | None:
        """The names of the artifacts that it is given; None where not all are known."""
        return self._names(self.inputs)

    @property
    def makes(self) -> tuple[str, ...] | None:
        """The names of the artifacts that it hands on; None where not all are known."""
        return self._names(self.outputs)

    def _names(self, nodes: tuple[Node, ...]) -> tuple[str, ...] | None:
        names = tuple(scalar.value for node in nodes if (scalar := known(node)) is not None)
        return names if self.complete and len(names) == len(nodes) else None

    @property
    def primary_input(self) -> str | None:
        """The artifact in which a build looks for its buildspec."""
        names = self.takes
        return names[0] if names is not None and len(names) == 1 else self.text("PrimarySource")

    @property
    def repository(self) -> Node | None:
        """What names the repository that a source action reads."""
        name = table("hosts")["pipelines"]["repositories"].get(self.provider)
        return self.setting(name) if name is not None and self.category == "Source" else None


class Variable(NamedTuple):
    """A variable that an action gives a build. ``value`` is None where none is given, ``type`` where it is not known.

    A type that is not given is ``PLAINTEXT``.
    """

    name: Scalar
    value: Node | None
    type: str | None


class VariableReference(NamedTuple):
    """``#{namespace.name}`` in the configuration of an action, and where it stands."""

    action: Action
    namespace: str
    name: str
    place: Span


def actions(definition: Definition) -> Iterator[Action]:
    """The actions of a pipeline, by stage, in the order of the file; none of other definitions."""
    stages = given(definition.root, "stages") if definition.kind == PIPELINE else None
    for stage in listed(stages):
        for action in listed(given(stage, "actions")):
            if isinstance(action, Mapping):
                yield _action(action, _text(given(stage, "name")))


def _action(node: Mapping, stage: str | None) -> Action:
    configuration = given(node, "configuration")
    inputs, outputs = given(node, "inputArtifacts"), given(node, "outputArtifacts")
    return Action(
        node,
        given(node, "name"),
        stage,
        _text(given(node, "actionTypeId", "provider")),
        _text(given(node, "actionTypeId", "category")),
        _text(given(node, "namespace")),
        configuration if isinstance(configuration, Mapping) else None,
        tuple(_artifacts(inputs)),
        tuple(_artifacts(outputs)),
        is_complete(node) and all(each is None or is_complete(each) for each in (inputs, outputs)),
    )


def _artifacts(node: Node | None) -> Iterator[Node]:
    """The names of artifacts."""
    for item in listed(node):
        name = given(item, "name")
        if name is not None:
            yield name


def project_of(action: Action) -> Scalar | Reference | None:
    """The project that an action of CodeBuild runs: its name, or what has it; None if neither is known."""
    node = given(action.configuration, "ProjectName") if action.is_build else None
    return node if isinstance(node, (Scalar, Reference)) else None


def variables_of(action: Action) -> list[Variable]:
    """The variables that an action of CodeBuild gives the build; none where it is not known which.

    They are a text in JSON: their places are in it. A host that can write it as a list gives that.
    """
    return [variable for item in listed(_variables(action)) for variable in _variable(item)]


def has_more_variables(action: Action) -> bool:
    """Whether an action may give the build further variables, which cannot be read here."""
    if not action.is_build or action.setting("EnvironmentVariables") is None:
        return False
    found = _variables(action)
    return found is None or not isinstance(found.resolved, Sequence) or not is_complete(found)


def _variables(action: Action) -> Node | None:
    node = given(action.configuration, "EnvironmentVariables") if action.is_build else None
    return document(node.text) if isinstance(node, Scalar) else node


def _variable(item: Node) -> Iterator[Variable]:
    name, kind = given(item, "name"), given(item, "type")
    if isinstance(name, Scalar):
        yield Variable(name, given(item, "value"), "PLAINTEXT" if kind is None and is_complete(item) else _text(kind))


def variable_references(definition: Definition) -> Iterator[VariableReference]:
    """The variables of other actions that the configurations of a pipeline ask for, in the order of the file."""
    for action in actions(definition):
        for node in walk(action.configuration):
            if isinstance(node, Scalar) and "#{" in node.value:
                text = node.text
                for match in _REFERENCE.finditer(text.value):
                    yield VariableReference(action, match[1], match[2], text.span(*match.span()))


def _text(node: Node | None) -> str | None:
    """The value of a scalar that no deployment changes."""
    scalar = known(node)
    return scalar.value if scalar is not None else None
