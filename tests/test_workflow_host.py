"""What workflows of GitHub Actions tell CodeBuild."""

from __future__ import annotations

import pytest

from cblint.hosts.definition import PROJECT, Definition
from cblint.hosts.workflow import read
from cblint.source.foreign import Items, Unknown, is_known
from cblint.source.text import HOLE, Text
from cblint.source.tree import Scalar
from tests.helpers import child


def workflow(step: str) -> str:
    """A workflow with one step."""
    lines = "\n".join(f"        {line}" for line in step.splitlines())
    return f"on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      -\n{lines}\n"


def found(source: str) -> list[Definition]:
    """The definitions of a workflow."""
    file = read(Text.of(source))
    return list(file.definitions) if file is not None else []


@pytest.mark.parametrize(
    "source",
    [
        "",
        "[]",
        "jobs:",
        "jobs: []",
        "jobs: {a: {steps: {}}}",
        "jobs: {a: {steps: [x, {run: [y]}, {with: z}]}}",
        "jobs: {a: *b}",
        workflow("uses: aws-actions/aws-codebuild-run-build@v1"),
        workflow("uses: aws-actions/other@v1\nwith: {project-name: app}"),
        workflow("uses: actions/checkout@v4\nwith: {image-override: a}"),
        workflow("run: make"),
        workflow("shell: pwsh\nrun: aws codebuild create-project --name app"),
        workflow("run: aws codebuild list-projects"),
    ],
)
def test_what_defines_nothing(source: str) -> None:
    assert found(source) == []


def test_a_build_that_the_action_starts() -> None:
    source = workflow(
        "if: github.ref == 'x'\n"
        "uses: aws-actions/aws-codebuild-run-build@v1\n"
        "with:\n"
        "  project-name: app\n"
        "  image-override: aws/codebuild/${{ inputs.image }}\n"
        "  compute-type-override: ${{ inputs.size }}\n"
        "  hide-cloudwatch-logs: true\n"
        "  env-vars-for-codebuild: A,\n    B , ${{ inputs.more }}\n"
        "  buildspec-override: |\n    version: 0.2\n    phases:\n      build:\n"
        "        commands: [echo ${{ github.sha }}]\n"
    )
    (definition,) = found(source)
    assert (definition.kind, definition.name, definition.conditional, definition.fragment) == (
        PROJECT,
        "app",
        True,
        True,
    )
    assert source[slice(*definition.place)] == "app"
    image = child(definition.root, "environment", "image")
    assert isinstance(image, Scalar)
    assert image.value == f"aws/codebuild/{HOLE}"
    assert source[slice(*image.text.span(14, 15))] == "${{ inputs.image }}"
    assert isinstance(child(definition.root, "environment", "computeType"), Unknown)
    variables = child(definition.root, "environment", "environmentVariables")
    assert isinstance(variables, Items)
    assert not variables.complete
    names = [child(item, "name") for item in variables.items]
    assert [source[slice(*name.span)] for name in names] == ["A", "B", "${{ inputs.more }}"]
    assert [is_known(name) for name in names] == [True, True, False]
    spec = child(definition.root, "source", "buildspec")
    assert isinstance(spec, Scalar)
    assert spec.value.startswith("version: 0.2\nphases:\n")
    assert f"echo {HOLE}]" in spec.value
    assert source[slice(*spec.text.span(0, 7))] == "version"


def test_a_buildspec_by_its_path_is_left_as_it_is() -> None:
    source = workflow(
        "uses: aws-actions/aws-codebuild-run-build@v1\nwith: {project-name: a, buildspec-override: ci/b.yml}"
    )
    (definition,) = found(source)
    spec = child(definition.root, "source", "buildspec")
    assert isinstance(spec, Scalar)
    assert (spec.value, source[slice(*spec.span)]) == ("ci/b.yml", "ci/b.yml")


@pytest.mark.parametrize(
    "source",
    [
        workflow("run: |\n  aws codebuild start-build \\\n    --project-name app --image-override ${{ inputs.image }}"),
        "- run: aws codebuild start-build --project-name app --image-override ${{ inputs.image }}\n",
        "steps:\n  - run: aws codebuild start-build --project-name app --image-override ${{ inputs.image }}\n",
        "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: >-\n        aws codebuild start-build\n"
        "        --project-name app --image-override ${{ inputs.image }}\n",
    ],
)
def test_commands_of_steps(source: str) -> None:
    (definition,) = found(source)
    assert definition.name == "app"
    assert source[slice(*definition.place)] == "app"
    assert isinstance(child(definition.root, "environment", "image"), Unknown)


def test_the_shell_is_the_nearest_that_is_named() -> None:
    run = "aws codebuild start-build --project-name app --image-override img"
    step = f"steps: [{{run: {run}}}]"
    assert found(f"defaults: {{run: {{shell: pwsh}}}}\njobs: {{a: {{{step}}}}}") == []
    assert found(f"jobs: {{a: {{defaults: {{run: {{shell: pwsh}}}}, {step}}}}}") == []
    both = f"defaults: {{run: {{shell: pwsh}}}}\njobs: {{a: {{defaults: {{run: {{shell: bash}}}}, {step}}}}}"
    assert len(found(both)) == 1


def test_a_problem_is_told() -> None:
    file = read(Text.of(workflow("run: aws codebuild create-project --name app") + "  'x"))
    assert file is not None
    assert file.at is not None
