"""What the constructs of AWS CDK for projects are given, and what CDK documents that they get otherwise."""

from __future__ import annotations

import re

from cblint.facts import table
from cblint.hosts.cdk_values import (
    Pairs,
    around,
    head_of,
    in_order,
    is_literally,
    key_of,
    pair_of,
    place_of,
    plain,
    said,
    settings_of,
    taken,
    words,
)
from cblint.hosts.expressions import Call, Dotted, Place
from cblint.source.foreign import Given, Items, Settings, Unknown, is_known, key
from cblint.source.text import Text
from cblint.source.tree import Node, Pair, Scalar


def construct(call: Call, used: set[int], piped: bool) -> Pairs:
    """The settings of the construct of CDK, which fills in much more; ``piped``: a pipeline may run the project."""
    settings = call.settings
    facts = table("hosts")["cdk"]
    found: Pairs = []
    for name, api in facts["project"].items():
        pair = pair_of(settings, name)
        if pair is not None:
            found.append((key_of(pair, api), plain(pair.value)))
    for name, api in (("timeout", "timeoutInMinutes"), ("queuedTimeout", "queuedTimeoutInMinutes")):
        pair = pair_of(settings, name)
        if pair is not None:
            found.append((key_of(pair, api), _minutes(pair.value)))
    found += _source(call, used)
    found += _artifacts(call, piped)
    found += _cache(call)
    found += _environment(call)
    return found


def _minutes(node: Node) -> Node:
    if not isinstance(node, Call) or node.path[-2:-1] != ("Duration",) or len(node.arguments) != 1:
        return place_of(node).unknown
    unit = node.path[-1]
    amount = node.arguments[0]
    scale = table("hosts")["cdk"]["durations"].get(unit)
    if scale is None or not isinstance(amount, Given) or re.fullmatch(r"[0-9]{1,9}", amount.value) is None:
        return place_of(node).unknown
    number = int(amount.value)
    if unit == "seconds":
        return said(place_of(amount), str(number // scale), True) if number % scale == 0 else place_of(node).unknown
    return amount if scale == 1 else said(place_of(amount), str(number * scale), True)


def _source(call: Call, used: set[int]) -> Pairs:
    settings = call.settings
    facts = table("hosts")["cdk"]
    pair = pair_of(settings, "source")
    found: Pairs = []
    outside: Pairs = []
    if pair is None and (call.path[-1] == "PipelineProject" or settings.complete):
        kind = "CODEPIPELINE" if call.path[-1] == "PipelineProject" else "NO_SOURCE"  # CDK's documented default
        found.append((key(*head_of(call), "type"), said(head_of(call), kind)))
    elif pair is not None and _is_source(pair.value):
        source = pair.value
        assert isinstance(source, Call)
        named = facts["sources"].get(words(source.path[-1]))
        if named is not None:
            found.append((key(*head_of(source), "type"), said(head_of(source), named)))
        for name, api in facts["source"].items():
            given = pair_of(source.settings, name)
            if given is not None:
                found.append((key_of(given, api), plain(given.value)))
        found += _location(source)
        outside = _webhook(source.settings)
    written = pair_of(settings, "buildSpec")
    if written is not None:
        found.append((key_of(written, "buildspec"), taken(written.value, used)))
    if not found:
        return outside
    return [
        (key(*(place_of(pair.key) if pair is not None else place_of(found[0][0])), "source"), around(found, False)),
        *outside,
    ]


def _location(source: Call) -> Pairs:
    """The address that CDK makes of the owner and the name of a repository; none where only a deployment tells them."""
    form = table("hosts")["cdk"]["locations"].get(words(source.path[-1]))
    owner, repo = pair_of(source.settings, "owner"), pair_of(source.settings, "repo")
    if form is None or owner is None or repo is None:
        return []
    names = {"owner": plain(owner.value), "repo": plain(repo.value)}
    if not all(isinstance(each, Scalar) and is_known(each) for each in names.values()):
        return [(key_of(repo, "location"), place_of(repo.value).unknown)]
    address = form.format(**{name: each.value for name, each in names.items() if isinstance(each, Scalar)})
    return [(key_of(repo, "location"), said(place_of(repo.value), address))]


def _is_source(node: Node) -> bool:
    return isinstance(node, Call) and node.path[-2:-1] == ("Source",)


def _webhook(settings: Settings) -> Pairs:
    """The webhook of a source, if it is certain that it has one."""
    switch, filters = pair_of(settings, "webhook"), pair_of(settings, "webhookFilters")
    if switch is not None and not is_literally(switch.value, "true"):
        return (
            [] if is_literally(switch.value, "false") else [(key_of(switch, "webhook"), place_of(switch.value).unknown)]
        )
    if filters is None:
        return [] if switch is None else [(key_of(switch, "webhook"), Settings(*place_of(switch.value), (), False))]
    groups = filters.value
    value: Node = place_of(groups).unknown
    if isinstance(groups, Items) and groups.items:
        value = Items(*place_of(groups), [_filter_group(group) for group in groups.items], groups.complete)
    elif isinstance(groups, Items):
        return []
    return [(key_of(filters, "webhook"), around([(key_of(filters, "filterGroups"), value)], False))]


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
            return Items(*place_of(node), reversed(conditions))
        step = step.receiver
    return place_of(node).unknown


def _event(call: Call) -> Node | None:
    events = [plain(argument) for argument in call.arguments]
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
    pattern = Given(*place_of(given), Text.joined([prefix, given.text], call.origin.offset(given.start)))
    return _filter(call, fact["type"], pattern, method.endswith("Not"))


def _filter(call: Call, kind: str, pattern: Given, excluded: bool = False) -> Settings:
    head = head_of(call)
    pairs: Pairs = [(key(*head, "type"), said(head, kind)), (key(*place_of(pattern), "pattern"), pattern)]
    if excluded:
        pairs.insert(1, (key(*head, "excludeMatchedPattern"), said(head, "true", True)))
    return Settings(*place_of(call), pairs)


def _artifacts(call: Call, piped: bool) -> Pairs:
    pair, source = pair_of(call.settings, "artifacts"), pair_of(call.settings, "source")
    if pair is None:
        head = head_of(call)
        if call.path[-1] == "PipelineProject":
            kind = "CODEPIPELINE"
        elif not piped and call.settings.complete and (source is None or _is_source(source.value)):
            kind = "NO_ARTIFACTS"  # CDK's documented default
        else:
            return []
        return [(key(*head, "artifacts"), around([(key(*head, "type"), said(head, kind))], False))]
    if not isinstance(pair.value, Call) or pair.value.path[-2:] != ("Artifacts", "s3"):
        return [(key_of(pair, "artifacts"), place_of(pair.value).unknown)]
    head, settings = head_of(pair.value), pair.value.settings
    found: Pairs = [(key(*head, "type"), said(head, "S3"))]
    for name in ("name", "path"):
        given = pair_of(settings, name)
        if given is not None:
            found.append((key_of(given, name), plain(given.value)))
    if settings.complete and pair_of(settings, "name") is None:
        found.append((key(*head, "overrideArtifactName"), said(head, "true", True)))
    packed = pair_of(settings, "packageZip")
    if packed is not None and isinstance(packed.value, Given):
        packaging = "NONE" if packed.value.value == "false" else "ZIP"
        found.append((key_of(packed, "packaging"), said(place_of(packed.value), packaging)))
    return [(key_of(pair, "artifacts"), around(found, False))]


def _cache(call: Call) -> Pairs:
    pair = pair_of(call.settings, "cache")
    if pair is None:
        if not call.settings.complete:
            return []
        head = head_of(call)  # CDK's documented default
        return [(key(*head, "cache"), around([(key(*head, "type"), said(head, "NO_CACHE"))], True))]
    cache = pair.value
    kind = table("hosts")["cdk"]["caches"].get(cache.path[-1]) if isinstance(cache, Call) else None
    if not isinstance(cache, Call) or cache.path[-2:-1] != ("Cache",) or kind is None:
        return [(key_of(pair, "cache"), place_of(cache).unknown)]
    found: Pairs = [(key(*head_of(cache), "type"), said(head_of(cache), kind))]
    if kind == "LOCAL" and cache.arguments:
        modes = Items(*place_of(cache), [plain(mode) for mode in cache.arguments])
        found.append((key(*head_of(cache), "modes"), modes))
    return [(key_of(pair, "cache"), around(found, kind != "S3"))]


def _environment(call: Call) -> Pairs:
    pair = pair_of(call.settings, "environment")
    held = settings_of(pair.value) if pair is not None else Settings(*head_of(call), (), call.settings.complete)
    variables = pair_of(call.settings, "environmentVariables")
    if held is None:
        assert pair is not None
        held = Settings(*place_of(pair.value), (), False)
    at = place_of(pair.key) if pair is not None else head_of(call)
    image, complete = _image(held)
    found = [*image, *_machine(held, at)]
    inner = pair_of(held, "environmentVariables")
    if inner is not None or variables is not None:
        # A project's own variables win over those of its environment.
        ways = [_variables(way.value) for way in (inner, variables) if way is not None]
        first = inner or variables
        assert first is not None
        found.append((key_of(first, "environmentVariables"), _merged(ways)))
    elif not held.complete or not call.settings.complete:
        complete = False
    return (
        [(key(*at, "environment"), Settings(*place_of(held), in_order(found), complete and held.complete))]
        if found
        else []
    )


def _image(settings: Settings) -> tuple[Pairs, bool]:
    """The image, the type of the environment and the compute type that it asks for; whether that is all of them.

    CDK's own choice is another in each of its versions.
    """
    pair = pair_of(settings, "buildImage")
    if pair is None:
        return [], False
    node = pair.value
    classes = table("hosts")["cdk"]["images"]
    fact = classes.get(node.path[-2]) if isinstance(node, (Dotted, Call)) and len(node.path) > 1 else None
    if fact is None or not isinstance(node, (Dotted, Call)):
        return [(key_of(pair, "image"), place_of(node).unknown)], False
    place = place_of(node)
    kind: str | None = fact["type"]
    image: Node = place.unknown
    if isinstance(node, Dotted):
        name = fact["constants"].get(node.path[-1])
        kind = fact.get("types", {}).get(node.path[-1], kind)
        image = said(place, name) if name is not None else image
    else:
        if words(node.path[-1]) in ("fromCodeBuildImageId", "fromDockerRegistry") and node.arguments:
            image = plain(node.arguments[0])
        if "types" in fact and node.path[-2] == "WindowsBuildImage" and len(node.arguments) > 1:
            kind = None  # the method may have been given another
    found: Pairs = [(key_of(pair, "image"), image)]
    found.append((key(*place, "type"), said(place, kind) if kind is not None else place.unknown))
    if settings.complete and pair_of(settings, "computeType") is None:
        found.append((key(*place, "computeType"), said(place, fact["compute"])))
    return found, not isinstance(image, Unknown)


def _machine(settings: Settings, at: Place) -> Pairs:
    found: Pairs = []
    compute, fleet, privileged = (pair_of(settings, name) for name in ("computeType", "fleet", "privileged"))
    if compute is not None:
        found.append((key_of(compute, "computeType"), plain(compute.value)))
    if fleet is not None:
        found.append((key_of(fleet, "fleet"), place_of(fleet.value).unknown))
    if privileged is not None:
        found.append((key_of(privileged, "privilegedMode"), plain(privileged.value)))
    elif settings.complete:
        found.append((key(*at, "privilegedMode"), said(at, "false", True)))  # CDK's documented default
    return found


def _variables(node: Node) -> Items:
    """Variables by their names as the API's list of them."""
    settings = settings_of(node)
    if settings is None:
        return Items(*place_of(node), (), False)
    return Items(*place_of(node), [_variable(pair) for pair in settings.pairs], settings.complete)


def _variable(pair: Pair) -> Node:
    name = key(pair.key.origin, pair.key.start, pair.key.end, pair.name or "")
    found: Pairs = [(key(*place_of(pair.key), "name"), pair.key if isinstance(pair.key, Given) else name)]
    settings = settings_of(pair.value)
    if settings is None:
        return Settings(*place_of(pair.value), found, False)
    value, kind = pair_of(settings, "value"), pair_of(settings, "type")
    if value is not None:
        found.append((key_of(value, "value"), plain(value.value)))
    if kind is not None:
        found.append((key_of(kind, "type"), plain(kind.value)))
    elif settings.complete:
        found.append(
            (key(*place_of(settings), "type"), said(place_of(settings), "PLAINTEXT"))
        )  # CDK's documented default
    return Settings(pair.key.origin, pair.key.start, settings.end, found, settings.complete)


def _merged(ways: list[Items]) -> Items:
    """One list of several: of variables of one name the last holds."""
    last = {_name(item): item for way in ways for item in way.items}
    items = [item for way in ways for item in way.items if last[_name(item)] is item]
    return Items(*place_of(ways[0]), items, all(way.complete for way in ways))


def _name(item: Node) -> str:
    assert isinstance(item, Settings)
    value = item.pairs[0].value
    return value.value if isinstance(value, Scalar) else ""
