"""Keys of a project that the API does not know."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.shape import Fault
from cblint.checks.keys import holds_anchor
from cblint.checks.project_shape import TOO_MUCH, faults_of
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.graph import Resource
from cblint.hosts.spelling import SPELT_AS_THE_API, capitalised, format_of, spelt, written
from cblint.source.tree import Pair
from cblint.spelling import closest


def unknown_keys(resource: Resource) -> Iterator[Report]:
    """Keys that are too much, where a format writes the names of the API: themselves, or with a capital."""
    if format_of(resource) not in SPELT_AS_THE_API:
        return
    for fault in faults_of(resource):
        if fault.steps == _OF_ANOTHER_RULE or (resource.definition.fragment and fault.steps == _OF_REQUESTS):
            continue
        if fault.keyword == TOO_MUCH and fault.pair is not None and _is_of_the_api(resource, fault.pair):
            yield _unknown(fault, fault.pair)


_OF_ANOTHER_RULE = ("source", "webhook")
"""Of a webhook there webhook-config-invalid speaks."""
_OF_REQUESTS = ("projectName",)
"""How other requests name a project, of which documentation may show parts."""


def _is_of_the_api(resource: Resource, pair: Pair) -> bool:
    """Whether the key is written as it would be if the API had it, and holds nothing for others."""
    own, name = written(pair), pair.name
    if pair.colon is None or name is None or holds_anchor(pair):
        return False
    return own[:1].lower() + own[1:] == name or own == spelt(resource, name)


def _unknown(fault: Fault, pair: Pair) -> Report:
    key = written(pair)
    offered = [_like(key, name) for name in fault.schema["properties"]]
    meant = closest(key, offered) or table("projects")["called-otherwise"].get(key)
    holder = next((_like(key, step) for step in reversed(fault.steps[:-1]) if isinstance(step, str)), "")
    fields = {
        "key": key,
        "place": f"in {holder}" if holder else "at the top level of a project",
        "known": ", ".join(offered),
        "suggestion": f' Did you mean "{meant}"?' if meant is not None else _home(pair.name or ""),
    }
    return Report(pair.key.span, "near-in-project" if meant is not None else "in-project", fields)


def _home(name: str) -> str:
    """Where a key belongs that a project has, but elsewhere; nothing if it is no setting of a project itself."""
    settings = table("project")["definitions"]["Project"]["properties"]
    return " It belongs at the top level of the project." if name in settings and name != _GIVEN else ""


_GIVEN = "webhook"
"""What CodeBuild tells of a project, and what is made by another request."""


def _like(key: str, name: str) -> str:
    """A name of the API, as CloudFormation spells it if a key begins with a capital."""
    return capitalised(name) if key[:1].isupper() else name
