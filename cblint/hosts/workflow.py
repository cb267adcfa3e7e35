"""What workflows of GitHub Actions tell CodeBuild: builds that an action starts, and commands of the AWS CLI."""

from __future__ import annotations

from collections.abc import Iterator

from cblint import expressions
from cblint.facts import table
from cblint.hosts import requests, script
from cblint.hosts.definition import PROJECT, Definition, HostFile, in_yaml
from cblint.hosts.settings import given
from cblint.source.foreign import Given, Items, Settings, Unknown, is_known, key
from cblint.source.loader import load
from cblint.source.text import HOLE, Piece, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence

_ACTION = "aws-actions/aws-codebuild-run-build"
_VARIABLES = "env-vars-for-codebuild"
_SHELLS = ("bash", "sh")
_NAME = expressions.lazy(r"[^\s,]+")


def read(text: Text) -> HostFile | None:
    """What a workflow, or an action made of steps, defines; None if it defines nothing. Raises TooComplex."""
    stream = load(text)
    roots = [document.root for document in stream.documents if document.root is not None]
    found = (definition for root in roots for step in _steps(root) for definition in _definitions(*step))
    return in_yaml("workflow", found, stream)


def _steps(root: Node) -> Iterator[tuple[Mapping, str | None]]:
    """The steps of a workflow's jobs or of an action, each with the shell that runs its commands, if one is named.

    A list is read as steps: so documentation shows them.
    """
    jobs = given(root, "jobs")
    holders = [pair.value for pair in jobs.pairs] if isinstance(jobs, Mapping) else [given(root, "runs"), root]
    for holder in holders:
        job = holder.resolved if holder is not None else None
        steps = job if isinstance(job, Sequence) else given(job, "steps")
        for item in steps.items if isinstance(steps, Sequence) else ():
            step = item.resolved
            if isinstance(step, Mapping):
                shells = (given(step, "shell"), *(given(each, "defaults", "run", "shell") for each in (job, root)))
                yield step, next((shell.value for shell in shells if isinstance(shell, Scalar)), None)


def _definitions(step: Mapping, shell: str | None) -> list[Definition]:
    conditional = step.get("if") is not None
    uses, run, inputs = given(step, "uses"), given(step, "run"), given(step, "with")
    if isinstance(run, Scalar) and (shell is None or shell in _SHELLS):
        found = script.definitions(_without_expressions(run.text))
        return [each._replace(conditional=each.conditional or conditional) for each in found]
    if isinstance(uses, Scalar) and isinstance(inputs, Mapping) and uses.value.partition("@")[0] == _ACTION:
        return [_build(inputs, conditional)]
    return []


def _build(inputs: Mapping, conditional: bool) -> Definition:
    """The build that the action starts, as what it says of its project."""
    request = Settings(inputs.origin, inputs.start, inputs.end, _members(inputs), complete=False)
    name = request.get("projectName")
    value = name.value if name is not None else None
    text = value.value if isinstance(value, Scalar) and is_known(value) else ""
    place = value.span if value is not None else inputs.first_character
    return Definition(PROJECT, text, place, requests.project_of(request), conditional, fragment=True)


def _members(inputs: Mapping) -> Iterator[tuple[Node, Node]]:
    """The inputs of the action that say something of the project, under the names that requests have for them."""
    for pair in inputs.pairs:
        value, name = pair.value.resolved, pair.name or ""
        if not isinstance(value, Scalar):
            continue
        if name == _VARIABLES:
            yield _key(pair.key, "environmentVariablesOverride"), _variables(value)
        elif requests.member(name) in table("requests")["overrides"]:
            yield _key(pair.key, requests.member(name)), _known(value)


def _key(node: Node, name: str) -> Node:
    return key(node.origin, node.start, node.end, name)


def _known(scalar: Scalar) -> Node:
    """A value, of which expressions are not known."""
    text = _without_expressions(scalar.text)
    if text.value == scalar.value:
        return scalar
    if text.value == HOLE:
        return Unknown(scalar.origin, scalar.start, scalar.end)
    return Given(scalar.origin, scalar.start, scalar.end, text, scalar.style)


def _variables(scalar: Scalar) -> Node:
    """The variables of the workflow that the build gets, whose names stand in a text with commas between them."""
    text = _without_expressions(scalar.text)
    items = []
    for match in _NAME.finditer(text.value):
        name = text.slice(*match.span())
        called, start = Given(text, *match.span(), name, ""), match.start()
        pairs = [
            (key(text, *match.span(), "name"), called),
            (key(text, *match.span(), "value"), Unknown(text, start, match.end())),
        ]
        items.append(Settings(text, start, match.end(), pairs))
    return Items(scalar.origin, scalar.start, scalar.end, items, complete=False)


def _without_expressions(text: Text) -> Text:
    """A text in which what ``${{ … }}`` stands for is not known."""
    source, at = text.value, 0
    pieces: list[Piece] = []
    while (start := source.find("${{", at)) >= 0 and (end := source.find("}}", start)) >= 0:
        pieces += [Piece(source[at:start], at, start), Piece(HOLE, start, end + 2)]
        at = end + 2
    return text.derive([*pieces, Piece(source[at:], at, len(source))], 0) if pieces else text
