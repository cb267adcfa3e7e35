"""CodeBuild projects as AWS CDK has them, in any language: from calls of its constructors to definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cblint.facts import table
from cblint.hosts.definition import BUILDSPEC, PROJECT, Definition, HostFile
from cblint.hosts.expressions import Call, Dotted, Place
from cblint.source.foreign import Given, Items, Settings, Unknown, key
from cblint.source.text import Text
from cblint.source.tree import Mapping, Node, Pair, Scalar

KIND = "cdk"
PARTIAL = "partialBuildSpec"
"""The property of a pipeline's step whose buildspec is merged with others."""

_IN_OBJECT = ("fromObject", "fromObjectToYaml")
_IN_FILE = "fromSourceFilename"
_PROJECTS = ("Project", "PipelineProject", "CfnProject")
_STEPS = {"installCommands": "install", "commands": "build"}
"""What a step of CDK Pipelines runs, and in which phase."""
_OTHER_FORMATS = frozenset({"frontend", "backend", "applications"})
"""Keys of what AWS Amplify calls a build specification; CDK has one class for both."""

_Pairs = list[tuple[Node, Node]]


def words(name: str) -> str:
    """A name as CDK has it in TypeScript: ``build_spec`` is ``buildSpec``."""
    return re.sub(r"(?<=[A-Za-z0-9])_([a-z0-9])", lambda match: match[1].upper(), name) if name.islower() else name


def host_file(calls: Sequence[Call], partial: Iterable[Node], problem: str = "") -> HostFile | None:
    """What calls define, given in the order of the file; ``partial`` are the values of ``partialBuildSpec``."""
    parts = {id(node) for node in partial}
    for call in calls:
        if words(call.path[-1]) == "mergeBuildSpecs":
            parts.update(id(argument) for argument in call.arguments)
    used: set[int] = set()
    found = [_project(call, used) for call in calls if _is_project(call)]
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
    return _pair(call.settings, "buildSpec") is not None or call.path[-1] == "PipelineProject"


def _head(call: Call) -> Place:
    """The name of what is called."""
    return Place(call.origin, *call.head)


def _at(node: Node) -> Place:
    return Place(node.origin, node.start, node.end)


def _said(place: Place, value: str, plain: bool = False) -> Given:
    """A value of the API that the host says in other words."""
    return Given(*place, place.text(value), "" if plain else '"')


def _pair(settings: Settings, name: str) -> Pair | None:
    """The pair of a setting under any spelling of its name; the last of several holds."""
    return next((pair for pair in reversed(settings.pairs) if pair.name is not None and words(pair.name) == name), None)


def _key(pair: Pair, name: str) -> Given:
    return key(pair.key.origin, pair.key.start, pair.key.end, name)


def _settings(node: Node) -> Settings | None:
    """A mapping, or what a class that only holds settings is given; None if it is neither."""
    if isinstance(node, Settings):
        return node
    return node.settings if isinstance(node, Call) and node.path[-1][:1].isupper() else None


def _sorted(pairs: _Pairs) -> _Pairs:
    return sorted(pairs, key=lambda pair: pair[0].start)


def _around(pairs: _Pairs, complete: bool) -> Settings:
    """A mapping that the host does not write as one."""
    ordered = _sorted(pairs)
    first = ordered[0][0]
    return Settings(first.origin, first.start, max(value.end for _, value in ordered), ordered, complete)


def _alone(call: Call, part: bool) -> list[Definition]:
    """A buildspec that no project of the file has."""
    place = _head(call).origin.span(call.start, call.start + 1)
    method = words(call.path[-1])
    root = _buildspec(call)
    if method == _IN_FILE and isinstance(root, Scalar):
        at = _head(call)
        source = _around([(key(*at, "buildspec"), root)], False)
        return [Definition(PROJECT, "", place, _around([(key(*at, "source"), source)], False), fragment=True)]
    if not isinstance(root, Mapping) or _is_of_other_format(root):
        return []
    return [Definition(BUILDSPEC, "", place, root, fragment=part)]


def _is_of_other_format(root: Mapping) -> bool:
    keys = {pair.name for pair in root.pairs}
    return bool(keys & _OTHER_FORMATS) and "phases" not in keys


def _buildspec(node: Node) -> Node:
    """What a value that CDK takes as a buildspec says: a mapping, or the text or name that the project gets."""
    if not isinstance(node, Call):
        return node
    if _is_serialised(node) or (node.path[-2:-1] == ("BuildSpec",) and words(node.path[-1]) in (*_IN_OBJECT, _IN_FILE)):
        held = node.arguments[0] if node.arguments else _given(node.settings)
        wanted = Scalar if words(node.path[-1]) == _IN_FILE else Mapping
        return held if isinstance(held, wanted) else _at(held or node).unknown
    return _at(node).unknown


def _given(settings: Settings) -> Node | None:
    """The argument of a call that has only one, given by name."""
    return settings.pairs[0].value if len(settings.pairs) == 1 else None


def _is_serialised(call: Call) -> bool:
    return call.path[-2:] in (("JSON", "stringify"), ("json", "dumps")) or (
        call.path[-2:-1] in (("yaml",), ("YAML",), ("js-yaml",)) and call.path[-1] in ("dump", "stringify", "safe_dump")
    )


def _step(call: Call) -> list[Definition]:
    """The commands of a step of CDK Pipelines, which CodeBuild runs."""
    pairs: _Pairs = []
    for name, phase in _STEPS.items():
        pair = _pair(call.settings, name)
        if pair is not None and isinstance(pair.value, Items) and pair.value.items:
            pairs.append((_key(pair, phase), _around([(_key(pair, "commands"), pair.value)], False)))
    if not pairs:
        return []
    phases = _around(pairs, False)
    root = _around([(key(*_at(phases.pairs[0].key), "phases"), phases)], False)
    return [Definition(BUILDSPEC, "", _place(call), root, fragment=True)]


def _place(call: Call) -> Any:
    """The name that a construct is given, or the beginning of its call."""
    named = next((argument for argument in call.arguments if isinstance(argument, Given)), None)
    return named.span if named is not None else call.origin.span(call.start, call.start + 1)


def _project(call: Call, used: set[int]) -> Definition:
    settings = call.settings
    pairs = _cfn(settings, "") if call.path[-1] == "CfnProject" else _construct(call, used)
    root = Settings(*_at(call), _sorted(pairs), settings.complete and call.path[-1] == "CfnProject")
    return Definition(PROJECT, "", _place(call), root)


def _cfn(settings: Settings, under: str) -> _Pairs:
    """The settings of a resource of CloudFormation under the names of the API."""
    renamed = {entry["name"]: entry["api"] for entry in table("hosts")["cdk"]["cfn"] if entry["under"] == under}
    found: _Pairs = []
    for pair in settings.pairs:
        name = words(pair.name or "")
        api = renamed.get(name, name)
        value = _buildspec(pair.value) if api == "buildspec" else _cfn_value(pair.value, name)
        if api == "webhook" and isinstance(value, Settings):
            webhook = value.get("webhook")
            if webhook is None or _is_literally(webhook.value, "false"):
                continue
            value = value if _is_literally(webhook.value, "true") else _at(value).unknown
        found.append((_key(pair, api), value))
    return found


def _is_literally(node: Node, value: str) -> bool:
    return isinstance(node, Given) and node.value == value


def _cfn_value(node: Node, under: str) -> Node:
    if isinstance(node, Items):
        return Items(*_at(node), [_cfn_value(item, under) for item in node.items], node.complete)
    settings = _settings(node)
    return Settings(*_at(node), _cfn(settings, under), settings.complete) if settings is not None else node


def _construct(call: Call, used: set[int]) -> _Pairs:
    """The settings of the construct of CDK, which fills in much more."""
    settings = call.settings
    facts = table("hosts")["cdk"]
    found: _Pairs = []
    for name, api in facts["project"].items():
        pair = _pair(settings, name)
        if pair is not None:
            found.append((_key(pair, api), _plain(pair.value)))
    for name, api in (("timeout", "timeoutInMinutes"), ("queuedTimeout", "queuedTimeoutInMinutes")):
        pair = _pair(settings, name)
        if pair is not None:
            found.append((_key(pair, api), _minutes(pair.value)))
    found += _source(call, used)
    found += _artifacts(call)
    found += _cache(call)
    found += _environment(call)
    return found


def _plain(node: Node) -> Node:
    """A scalar, or the member of an enumeration."""
    if isinstance(node, Dotted) and len(node.path) > 1:
        value = table("hosts")["cdk"]["enumerations"].get(node.path[-2], {}).get(node.path[-1])
        if value is not None:
            return _said(_at(node), value)
    return node if isinstance(node, Given) else _at(node).unknown


def _minutes(node: Node) -> Node:
    if not isinstance(node, Call) or node.path[-2:-1] != ("Duration",) or len(node.arguments) != 1:
        return _at(node).unknown
    unit = node.path[-1]
    amount = node.arguments[0]
    scale = table("hosts")["cdk"]["durations"].get(unit)
    if scale is None or not isinstance(amount, Given) or re.fullmatch(r"[0-9]{1,9}", amount.value) is None:
        return _at(node).unknown
    number = int(amount.value)
    if unit == "seconds":
        return _said(_at(amount), str(number // scale), True) if number % scale == 0 else _at(node).unknown
    return amount if scale == 1 else _said(_at(amount), str(number * scale), True)


def _source(call: Call, used: set[int]) -> _Pairs:
    settings = call.settings
    facts = table("hosts")["cdk"]
    pair = _pair(settings, "source")
    found: _Pairs = []
    outside: _Pairs = []
    if pair is None and call.path[-1] == "PipelineProject":
        found.append((key(*_head(call), "type"), _said(_head(call), "CODEPIPELINE")))
    elif pair is not None and isinstance(pair.value, Call) and pair.value.path[-2:-1] == ("Source",):
        source = pair.value
        kind = facts["sources"].get(words(source.path[-1]))
        if kind is not None:
            found.append((key(*_head(source), "type"), _said(_head(source), kind)))
        for name, api in facts["source"].items():
            given = _pair(source.settings, name)
            if given is not None:
                found.append((_key(given, api), _plain(given.value)))
        outside = _webhook(source.settings)
    written = _pair(settings, "buildSpec")
    if written is not None:
        value = _buildspec(written.value) if id(written.value) not in used else _at(written.value).unknown
        used.add(id(written.value))
        found.append((_key(written, "buildspec"), value))
    if not found:
        return outside
    return [
        (key(*(_at(pair.key) if pair is not None else _at(found[0][0])), "source"), _around(found, False)),
        *outside,
    ]


def _webhook(settings: Settings) -> _Pairs:
    """The webhook of a source, if it is certain that it has one."""
    switch, filters = _pair(settings, "webhook"), _pair(settings, "webhookFilters")
    if switch is not None and not _is_literally(switch.value, "true"):
        return [] if _is_literally(switch.value, "false") else [(_key(switch, "webhook"), _at(switch.value).unknown)]
    if filters is None:
        return [] if switch is None else [(_key(switch, "webhook"), Settings(*_at(switch.value), (), False))]
    groups = filters.value
    value: Node = _at(groups).unknown
    if isinstance(groups, Items) and groups.items:
        value = Items(*_at(groups), [_filter_group(group) for group in groups.items], groups.complete)
    elif isinstance(groups, Items):
        return []
    return [(_key(filters, "webhook"), _around([(_key(filters, "filterGroups"), value)], False))]


def _filter_group(node: Node) -> Node:
    """The conditions of ``FilterGroup.inEventOf(...).andBranchIs(...)``."""
    conditions: list[Node] = []
    step: Node | None = node
    while isinstance(step, Call):
        method = words(step.path[-1])
        condition = _event(step) if method == "inEventOf" else _condition(step, method)
        if condition is None:
            break
        conditions.append(condition)
        if method == "inEventOf":
            return Items(*_at(node), reversed(conditions))
        step = step.receiver
    return _at(node).unknown


def _event(call: Call) -> Node | None:
    events = [_plain(argument) for argument in call.arguments]
    if not events or not all(isinstance(event, Given) for event in events):
        return None
    place = Place(call.origin, events[0].start, events[-1].end)
    pattern = place.text(", ".join(event.value for event in events if isinstance(event, Given)))
    return _filter(call, "EVENT", Given(*place, pattern))


def _condition(call: Call, method: str) -> Node | None:
    fact = table("hosts")["cdk"]["conditions"].get(method.removesuffix("Not"))
    if fact is None or len(call.arguments) != 1 or not isinstance(call.arguments[0], Given):
        return None
    given = call.arguments[0]
    prefix = Text.over(fact["prefix"], call.origin.span(given.start, given.start + 1))
    pattern = Given(*_at(given), Text.joined([prefix, given.text], call.origin.offset(given.start)))
    return _filter(call, fact["type"], pattern, method.endswith("Not"))


def _filter(call: Call, kind: str, pattern: Given, excluded: bool = False) -> Settings:
    head = _head(call)
    pairs: _Pairs = [(key(*head, "type"), _said(head, kind)), (key(*_at(pattern), "pattern"), pattern)]
    if excluded:
        pairs.insert(1, (key(*head, "excludeMatchedPattern"), _said(head, "true", True)))
    return Settings(*_at(call), pairs)


def _artifacts(call: Call) -> _Pairs:
    pair = _pair(call.settings, "artifacts")
    if pair is None:
        if call.path[-1] != "PipelineProject":
            return []
        head = _head(call)
        return [(key(*head, "artifacts"), _around([(key(*head, "type"), _said(head, "CODEPIPELINE"))], False))]
    if not isinstance(pair.value, Call) or pair.value.path[-2:] != ("Artifacts", "s3"):
        return [(_key(pair, "artifacts"), _at(pair.value).unknown)]
    head, settings = _head(pair.value), pair.value.settings
    found: _Pairs = [(key(*head, "type"), _said(head, "S3"))]
    for name in ("name", "path"):
        given = _pair(settings, name)
        if given is not None:
            found.append((_key(given, name), _plain(given.value)))
    if settings.complete and _pair(settings, "name") is None:
        found.append((key(*head, "overrideArtifactName"), _said(head, "true", True)))
    packed = _pair(settings, "packageZip")
    if packed is not None and isinstance(packed.value, Given):
        packaging = "NONE" if packed.value.value == "false" else "ZIP"
        found.append((_key(packed, "packaging"), _said(_at(packed.value), packaging)))
    return [(_key(pair, "artifacts"), _around(found, False))]


def _cache(call: Call) -> _Pairs:
    pair = _pair(call.settings, "cache")
    if pair is None:
        if not call.settings.complete:
            return []
        head = _head(call)  # CDK's documented default
        return [(key(*head, "cache"), _around([(key(*head, "type"), _said(head, "NO_CACHE"))], True))]
    cache = pair.value
    kind = table("hosts")["cdk"]["caches"].get(cache.path[-1]) if isinstance(cache, Call) else None
    if not isinstance(cache, Call) or cache.path[-2:-1] != ("Cache",) or kind is None:
        return [(_key(pair, "cache"), _at(cache).unknown)]
    found: _Pairs = [(key(*_head(cache), "type"), _said(_head(cache), kind))]
    if kind == "LOCAL" and cache.arguments:
        modes = Items(*_at(cache), [_plain(mode) for mode in cache.arguments])
        found.append((key(*_head(cache), "modes"), modes))
    return [(_key(pair, "cache"), _around(found, kind != "S3"))]


def _environment(call: Call) -> _Pairs:
    pair = _pair(call.settings, "environment")
    held = _settings(pair.value) if pair is not None else Settings(*_head(call), (), call.settings.complete)
    variables = _pair(call.settings, "environmentVariables")
    if held is None:
        assert pair is not None
        held = Settings(*_at(pair.value), (), False)
    at = _at(pair.key) if pair is not None else _head(call)
    image, complete = _image(held)
    found = [*image, *_machine(held, at)]
    inner = _pair(held, "environmentVariables")
    if inner is not None or variables is not None:
        # A project's own variables win over those of its environment.
        ways = [_variables(way.value) for way in (inner, variables) if way is not None]
        first = inner or variables
        assert first is not None
        found.append((_key(first, "environmentVariables"), _merged(ways)))
    elif not held.complete or not call.settings.complete:
        complete = False
    return (
        [(key(*at, "environment"), Settings(*_at(held), _sorted(found), complete and held.complete))] if found else []
    )


def _image(settings: Settings) -> tuple[_Pairs, bool]:
    """The image, the type of the environment and the compute type that it asks for; whether that is all of them.

    CDK's own choice is another in each of its versions.
    """
    pair = _pair(settings, "buildImage")
    if pair is None:
        return [], False
    node = pair.value
    classes = table("hosts")["cdk"]["images"]
    fact = classes.get(node.path[-2]) if isinstance(node, (Dotted, Call)) and len(node.path) > 1 else None
    if fact is None or not isinstance(node, (Dotted, Call)):
        return [(_key(pair, "image"), _at(node).unknown)], False
    place = _at(node)
    kind: str | None = fact["type"]
    image: Node = place.unknown
    if isinstance(node, Dotted):
        name = fact["constants"].get(node.path[-1])
        kind = fact.get("types", {}).get(node.path[-1], kind)
        image = _said(place, name) if name is not None else image
    else:
        if words(node.path[-1]) in ("fromCodeBuildImageId", "fromDockerRegistry") and node.arguments:
            image = _plain(node.arguments[0])
        if "types" in fact and node.path[-2] == "WindowsBuildImage" and len(node.arguments) > 1:
            kind = None  # the method may have been given another
    found: _Pairs = [(_key(pair, "image"), image)]
    found.append((key(*place, "type"), _said(place, kind) if kind is not None else place.unknown))
    if settings.complete and _pair(settings, "computeType") is None:
        found.append((key(*place, "computeType"), _said(place, fact["compute"])))
    return found, not isinstance(image, Unknown)


def _machine(settings: Settings, at: Place) -> _Pairs:
    found: _Pairs = []
    compute, fleet, privileged = (_pair(settings, name) for name in ("computeType", "fleet", "privileged"))
    if compute is not None:
        found.append((_key(compute, "computeType"), _plain(compute.value)))
    if fleet is not None:
        found.append((_key(fleet, "fleet"), _at(fleet.value).unknown))
    if privileged is not None:
        found.append((_key(privileged, "privilegedMode"), _plain(privileged.value)))
    elif settings.complete:
        found.append((key(*at, "privilegedMode"), _said(at, "false", True)))  # CDK's documented default
    return found


def _variables(node: Node) -> Items:
    """Variables by their names as the API's list of them."""
    settings = _settings(node)
    if settings is None:
        return Items(*_at(node), (), False)
    return Items(*_at(node), [_variable(pair) for pair in settings.pairs], settings.complete)


def _variable(pair: Pair) -> Node:
    name = key(pair.key.origin, pair.key.start, pair.key.end, pair.name or "")
    found: _Pairs = [(key(*_at(pair.key), "name"), pair.key if isinstance(pair.key, Given) else name)]
    settings = _settings(pair.value)
    if settings is None:
        return Settings(*_at(pair.value), found, False)
    value, kind = _pair(settings, "value"), _pair(settings, "type")
    if value is not None:
        found.append((_key(value, "value"), _plain(value.value)))
    if kind is not None:
        found.append((_key(kind, "type"), _plain(kind.value)))
    elif settings.complete:
        found.append((key(*_at(settings), "type"), _said(_at(settings), "PLAINTEXT")))  # CDK's documented default
    return Settings(pair.key.origin, pair.key.start, settings.end, found, settings.complete)


def _merged(ways: list[Items]) -> Items:
    """One list of several: of variables of one name the last holds."""
    last = {_name(item): item for way in ways for item in way.items}
    items = [item for way in ways for item in way.items if last[_name(item)] is item]
    return Items(*_at(ways[0]), items, all(way.complete for way in ways))


def _name(item: Node) -> str:
    assert isinstance(item, Settings)
    value = item.pairs[0].value
    return value.value if isinstance(value, Scalar) else ""
