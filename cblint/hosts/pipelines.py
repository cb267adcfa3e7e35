"""What the definition of a pipeline says: its actions, the builds among them, and what one hands to another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cblint.facts import table
from cblint.hosts.definition import Definition
from cblint.hosts.settings import all_listed, known, listed, setting, within
from cblint.source.foreign import is_known
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Scalar, Sequence

MOST_NODES = 20_000
"""So many nodes of a pipeline are searched for references."""
_REFERENCE = re.compile(r"#\{([\w@-]{1,100})\.([\w@-]{1,128})\}")
"""A variable of an action. Source: CodePipeline user guide, page reference-variables."""


class Action(NamedTuple):
    """An action of a pipeline; what is not known is None.

    ``inputs`` and ``outputs`` are names of artifacts: None where not all of them are known. ``node`` are its settings.
    """

    node: Mapping
    name: str | None
    category: str | None
    provider: str | None
    namespace: str | None
    inputs: tuple[str, ...] | None
    outputs: tuple[str, ...] | None
    configuration: Node | None

    @property
    def is_build(self) -> bool:
        """Whether it runs a project of CodeBuild."""
        return self.category in ("Build", "Test") and self.provider == "CodeBuild"

    @property
    def place(self) -> Span:
        """What a person points at: its name, or its first character."""
        pair = self.node.get("name")
        return pair.value.span if pair is not None else self.node.first_character

    def given(self, name: str) -> Node | None:
        """A setting of its configuration: ``Unknown`` where that cannot be told, None where nothing is set."""
        return within(self.configuration, name) if self.configuration is not None else None

    def text(self, name: str) -> str | None:
        """The value of a setting of its configuration that is certain."""
        scalar = known(self.given(name))
        return scalar.value if scalar is not None else None

    @property
    def primary_input(self) -> str | None:
        """The artifact in which a build looks for its buildspec."""
        if self.inputs is not None and len(self.inputs) == 1:
            return self.inputs[0]
        return self.text("PrimarySource")

    @property
    def repository(self) -> str | None:
        """The repository that a source action reads, as it names it."""
        name = table("hosts")["pipelines"]["repositories"].get(self.provider)
        return self.text(name) if name is not None and self.category == "Source" else None


class VariableReference(NamedTuple):
    """``#{Namespace.NAME}`` in a setting of a pipeline."""

    namespace: str
    name: str
    span: Span


class GivenVariable(NamedTuple):
    """A variable that a pipeline gives to a build; ``value`` is None where it is none that is known here."""

    name: Scalar
    value: Scalar | None
    kind: str | None


def actions(definition: Definition) -> list[Action]:
    """The actions of all stages, in order, as far as they are known."""
    stages = listed(setting(definition, "stages"))
    found = [node for stage in stages for node in listed(within(stage, "actions"))]
    return [_action(node) for node in found if isinstance(node, Mapping)]


def has_all_actions(definition: Definition) -> bool:
    """Whether the pipeline has no further actions."""
    stages = setting(definition, "stages")
    return all_listed(stages) and all(all_listed(within(stage, "actions")) for stage in listed(stages))


def _action(node: Mapping) -> Action:
    def text(*path: str) -> str | None:
        scalar = known(within(node, *path))
        return scalar.value if scalar is not None else None

    return Action(
        node,
        text("name"),
        text("actionTypeId", "category"),
        text("actionTypeId", "provider"),
        text("namespace"),
        _names(within(node, "inputArtifacts")),
        _names(within(node, "outputArtifacts")),
        within(node, "configuration"),
    )


def _names(node: Node | None) -> tuple[str, ...] | None:
    found = [known(within(item, "name")) for item in listed(node)]
    names = tuple(scalar.value for scalar in found if scalar is not None)
    return names if all_listed(node) and len(names) == len(found) else None


def project_of(action: Action) -> Node | None:
    """What names the project that a build action runs; None if it is no build."""
    return action.given("ProjectName") if action.is_build else None


def variables_of(action: Action) -> list[GivenVariable] | None:
    """The variables that an action gives to its build; None where they are not known."""
    node = action.given("EnvironmentVariables")
    if node is None:
        return []
    if isinstance(node, Scalar) and not node.open:
        from cblint.source.loader import TooComplex, load

        try:
            stream = load(node.text)
        except TooComplex:
            return None
        root = stream.documents[0].root if stream.documents and stream.problem is None else None
        node = root.resolved if root is not None else node
    return list(_variables(node)) if isinstance(node, Sequence) else None


def _variables(node: Sequence) -> Iterator[GivenVariable]:
    for item in listed(node):
        name = known(within(item, "name")) if isinstance(item, Mapping) else None
        if name is not None:
            value, kind = known(within(item, "value")), known(within(item, "type"))
            is_text = value is not None and is_known(value) and "#{" not in value.value
            yield GivenVariable(name, value if is_text else None, kind.value if kind is not None else None)


def variable_references(definition: Definition) -> Iterator[VariableReference]:
    """The variables of actions that the settings of a pipeline read, with the places of what reads them."""
    stack: list[Node] = [definition.root.resolved]
    left = MOST_NODES
    while stack and left:
        left -= 1
        node = stack.pop()
        if isinstance(node, Mapping):
            stack += [pair.value.resolved for pair in reversed(node.pairs)]
        elif isinstance(node, Sequence):
            stack += [item.resolved for item in reversed(node.items)]
        elif isinstance(node, Scalar) and "#{" in node.value:
            for match in _REFERENCE.finditer(node.value):
                yield VariableReference(match[1], match[2], node.text.span(*match.span()))
