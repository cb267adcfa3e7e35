"""CodeBuild projects as AWS CDK has them, in any language: from calls of its constructors to definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cblint.facts import table
from cblint.hosts.cdk_construct import construct
from cblint.hosts.cdk_values import (
    IN_FILE,
    Pairs,
    around,
    buildspec_of,
    head_of,
    in_order,
    is_literally,
    key_of,
    pair_of,
    place_of,
    plain,
    settings_of,
    taken,
    words,
)
from cblint.hosts.definition import BUILDSPEC, PROJECT, Definition, HostFile
from cblint.hosts.expressions import Call
from cblint.source.foreign import Given, Items, Settings, key
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Scalar

KIND = "cdk"
PARTIAL = "partialBuildSpec"
"""The property of a pipeline's step whose buildspec is merged with others."""

_PROJECTS = ("Project", "PipelineProject", "CfnProject")
_STEPS = {"installCommands": "install", "commands": "build"}
"""What a step of CDK Pipelines runs, and in which phase."""
_OTHER_FORMATS = frozenset({"frontend", "backend", "applications"})
"""Keys of what AWS Amplify calls a build specification; CDK has one class for both."""


def host_file(calls: Sequence[Call], partial: Iterable[Node], problem: str = "") -> HostFile | None:
    """What calls define, given in the order of the file; ``partial`` are the values of ``partialBuildSpec``."""
    parts = {id(node) for node in partial}
    for call in calls:
        if words(call.path[-1]) == "mergeBuildSpecs":
            parts.update(id(argument) for argument in call.arguments)
    used: set[int] = set()
    # A pipeline takes the artifacts of any project that it runs.
    piped = any(call.path[-1] == "CodeBuildAction" for call in calls)
    found = [_project(call, used, piped) for call in calls if _is_project(call)]
    for call in calls:
        if id(call) not in used and call.path[-2:-1] == ("BuildSpec",):
            found += _alone(call, id(call) in parts)
        elif call.path[-1] in ("CodeBuildStep", "ShellStep"):
            found += _step(call)
    if not found and not problem:
        return None
    return HostFile(KIND, tuple(sorted(found, key=lambda definition: definition.place)), problem)


def _is_project(call: Call) -> bool:
    """Whether a call makes a project of CodeBuild: other services and tools have classes of these names."""
    if call.path[-1] not in _PROJECTS:
        return False
    if len(call.path) > 1:
        return any("codebuild" in re.sub(r"[-_]", "", step).lower() for step in call.path[:-1])
    return pair_of(call.settings, "buildSpec") is not None or call.path[-1] == "PipelineProject"


def _alone(call: Call, part: bool) -> list[Definition]:
    """A buildspec that no project of the file has."""
    place = head_of(call).origin.span(call.start, call.start + 1)
    method = words(call.path[-1])
    root = buildspec_of(call)
    if method == IN_FILE and isinstance(root, Scalar):
        at = head_of(call)
        source = around([(key(*at, "buildspec"), root)], False)
        return [Definition(PROJECT, "", place, around([(key(*at, "source"), source)], False), fragment=True)]
    if not isinstance(root, Mapping) or _is_of_other_format(root):
        return []
    return [Definition(BUILDSPEC, "", place, root, fragment=part or not _is_whole(root))]


def _is_whole(root: Mapping) -> bool:
    """Whether a buildspec that no project of the file has can be one by itself: others are merged somewhere else."""
    return root.get("version") is not None and (root.get("phases") is not None or root.get("batch") is not None)


def _is_of_other_format(root: Mapping) -> bool:
    keys = {pair.name for pair in root.pairs}
    return bool(keys & _OTHER_FORMATS) and "phases" not in keys


def _step(call: Call) -> list[Definition]:
    """The commands of a step of CDK Pipelines, which CodeBuild runs."""
    pairs: Pairs = []
    for name, phase in _STEPS.items():
        pair = pair_of(call.settings, name)
        if pair is not None and isinstance(pair.value, Items) and pair.value.items:
            pairs.append((key_of(pair, phase), around([(key_of(pair, "commands"), pair.value)], False)))
    if not pairs:
        return []
    phases = around(pairs, False)
    root = around([(key(*place_of(phases.pairs[0].key), "phases"), phases)], False)
    return [Definition(BUILDSPEC, "", _place(call), root, fragment=True)]


def _place(call: Call) -> Span:
    """The name that a construct is given, or the beginning of its call."""
    named = next((argument for argument in call.arguments if isinstance(argument, Given)), None)
    return named.span if named is not None else call.origin.span(call.start, call.start + 1)


def _project(call: Call, used: set[int], piped: bool) -> Definition:
    settings = call.settings
    pairs = _cfn(settings, "", used) if call.path[-1] == "CfnProject" else construct(call, used, piped)
    root = Settings(*place_of(call), in_order(pairs), settings.complete and call.path[-1] == "CfnProject")
    return Definition(PROJECT, "", _place(call), root)


def _cfn(settings: Settings, under: str, used: set[int]) -> Pairs:
    """The settings of a resource of CloudFormation under the names of the API."""
    renamed = {entry["name"]: entry["api"] for entry in table("hosts")["cdk"]["cfn"] if entry["under"] == under}
    found: Pairs = []
    for pair in settings.pairs:
        name = words(pair.name or "")
        api = renamed.get(name, name)
        value = taken(pair.value, used) if api == "buildspec" else _cfn_value(pair.value, name, used)
        if api == "webhook" and isinstance(value, Settings):
            hook = _webhook(value)
            if hook is None:
                continue
            value = hook
        found.append((key_of(pair, api), value))
    return found


def _webhook(triggers: Settings) -> Node | None:
    """The webhook of a project whose triggers say whether it has one."""
    flag = pair_of(triggers, "webhook")
    if flag is None or is_literally(flag.value, "false"):
        return None if triggers.complete or flag is not None else place_of(triggers).unknown
    if not is_literally(flag.value, "true"):
        return place_of(triggers).unknown
    pairs = [(pair.key, pair.value) for pair in triggers.pairs if pair is not flag]
    return Settings(*place_of(triggers), pairs, triggers.complete)


def _cfn_value(node: Node, under: str, used: set[int]) -> Node:
    if isinstance(node, Items):
        return Items(*place_of(node), [_cfn_value(item, under, used) for item in node.items], node.complete)
    settings = settings_of(node)
    if settings is None:
        return plain(node)
    return Settings(*place_of(node), _cfn(settings, under, used), settings.complete)
