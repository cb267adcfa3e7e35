"""Questions to pipelines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cblint.hosts.definition import PIPELINE, PROJECT, Definition
from cblint.hosts.pipelines import actions, project_of, variable_references, variables_of
from cblint.hosts.project_json import definitions
from cblint.source.foreign import Reference
from cblint.source.loader import load
from cblint.source.text import Text
from cblint.source.tree import Scalar


def pipeline(source: str) -> Definition:
    """The pipeline that a text defines."""
    root = load(Text.of(source)).documents[0].root
    assert root is not None
    return Definition(PIPELINE, "", root.span, root)


def with_action(action: Any) -> Definition:
    """A pipeline with one stage of one action."""
    return pipeline(json.dumps({"name": "release", "stages": [{"name": "Build", "actions": [action]}]}))


def build(**configuration: Any) -> Definition:
    """A pipeline with an action of CodeBuild."""
    return with_action({"name": "a", "actionTypeId": {"provider": "CodeBuild"}, "configuration": configuration})


@pytest.mark.parametrize(
    "source",
    ["[]", "x", "stages:", "stages: {}", "stages: [a]", "stages: [{actions: x}]", "stages: [{actions: [a, [b]]}]"],
)
def test_what_has_no_actions(source: str) -> None:
    assert list(actions(pipeline(source))) == []
    assert list(variable_references(pipeline(source))) == []
    assert list(actions(pipeline("stages: [{actions: [{name: a}]}]")._replace(kind=PROJECT))) == []


@pytest.mark.parametrize("action", [{}, {"name": []}, {"actionTypeId": "x", "configuration": [1], "inputArtifacts": 1}])
def test_actions_of_which_little_is_known(action: Any) -> None:
    (found,) = actions(with_action(action))
    assert (found.provider, found.category, found.namespace, found.configuration) == (None, None, None, None)
    assert (found.inputs, found.outputs, found.is_build) == ((), (), False)
    assert project_of(found) is None
    assert variables_of(found) == []


def test_actions() -> None:
    source = """
name: release
stages:
  - name: Source
    actions:
      - name: Fetch
        actionTypeId: {category: Source, provider: GitHub}
        outputArtifacts: [{name: Code}]
        namespace: Src
  - name: Build
    actions:
      - name: Compile
        actionTypeId: {category: Build, provider: CodeBuild}
        inputArtifacts: [{name: Code}]
        outputArtifacts: [{name: App}, {name: Map}]
        configuration:
          ProjectName: compile
          EnvironmentVariables: |-
            [{"name": "ID", "value": "#{Src.CommitId}"},
             {"name": "KEY", "value": "k", "type": "SECRETS_MANAGER"}]
"""
    definition = pipeline(source)
    fetch, compile_ = actions(definition)
    assert (fetch.stage, fetch.namespace, fetch.category, fetch.is_build) == ("Source", "Src", "Source", False)
    assert [node.span for node in fetch.outputs] != []
    assert [node.value for node in compile_.outputs if isinstance(node, Scalar)] == ["App", "Map"]
    assert compile_.complete
    project = project_of(compile_)
    assert isinstance(project, Scalar)
    assert source[slice(*project.span)] == "compile"
    first, second = variables_of(compile_)
    assert (first.name.value, first.type, second.name.value, second.type) == (
        "ID",
        "PLAINTEXT",
        "KEY",
        "SECRETS_MANAGER",
    )
    assert source[slice(*second.name.span)] == '"KEY"'
    (reference,) = variable_references(definition)
    assert (reference.namespace, reference.name) == ("Src", "CommitId")
    assert source[slice(*reference.place)] == "#{Src.CommitId}"
    assert reference.action == compile_


@pytest.mark.parametrize(
    "value", ["", "[", "{}", "[1]", "[{}]", '[{"name": []}]', "[" * 300, "x", ["a"], {"name": "a"}]
)
def test_variables_that_cannot_be_read(value: Any) -> None:
    (action,) = actions(build(ProjectName=["a"], EnvironmentVariables=value))
    assert variables_of(action) == []
    assert project_of(action) is None


def test_variables_as_a_list() -> None:
    (action,) = actions(build(EnvironmentVariables=[{"name": "A"}, {"name": "B", "value": "c", "type": "PLAINTEXT"}]))
    assert [(each.name.value, each.value is None, each.type) for each in variables_of(action)] == [
        ("A", True, "PLAINTEXT"),
        ("B", False, "PLAINTEXT"),
    ]


def test_a_project_that_something_else_names() -> None:
    definition = build(ProjectName="p")
    (action,) = actions(definition)
    assert action.configuration is not None
    pair = action.configuration.pairs[0]
    pair.value = Reference(pair.value.origin, pair.value.start, pair.value.end, "Build")
    project = project_of(action)
    assert isinstance(project, Reference)
    assert project.target == "Build"


def test_references_are_found_in_escaped_json() -> None:
    definition = build(EnvironmentVariables='[{"name": "A", "value": "#{Src.Branch-Name} #{x} #{a.b.c} #{Other.ID}"}]')
    assert [(each.namespace, each.name) for each in variable_references(definition)] == [
        ("Src", "Branch-Name"),
        ("Other", "ID"),
    ]


def test_requests_to_start_builds_are_parts_of_projects() -> None:
    root = load(Text.of('{"projectName": "a", "sourceTypeOverride": "S3", "idempotencyToken": "b"}')).documents[0].root
    assert root is not None
    (definition,) = definitions(root)
    assert (definition.kind, definition.name, definition.fragment) == (PROJECT, "a", True)
