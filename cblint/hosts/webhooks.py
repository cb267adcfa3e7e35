"""The typed view of a webhook: its groups of filters, the events of each, the policy for pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from cblint.hosts.definition import WEBHOOK
from cblint.hosts.graph import Resource
from cblint.hosts.settings import all_listed, known, listed, setting, text_at, truth, within
from cblint.records import NamedTuple
from cblint.source.foreign import is_complete
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence


class Filter(NamedTuple):
    """A filter of a webhook; ``type`` and ``pattern`` are None where they are not known or not given.

    ``excluded``: it holds for what does not match; None where that is not known.
    """

    node: Mapping
    type: Scalar | None
    pattern: Scalar | None
    excluded: bool | None


class Event(NamedTuple):
    """An event in the pattern of a filter."""

    name: str
    span: Span


class Group:
    """Filters that must all hold. ``complete``: there are no others."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.filters = [_filter(item) for item in listed(node) if isinstance(item, Mapping)]
        types_known = all(each.type is not None for each in self.filters)
        self.complete = all_listed(node) and types_known and len(self.filters) == len(list(listed(node)))

    def of_type(self, name: str) -> list[Filter]:
        """Its filters of a type."""
        return [each for each in self.filters if each.type is not None and each.type.value == name]

    @cached_property
    def events(self) -> list[Event] | None:
        """The events for which it can hold; None where they are not all known."""
        filters = self.of_type("EVENT")
        if len(filters) != 1 or filters[0].pattern is None or filters[0].excluded is not False:
            return None
        return list(events_in(filters[0].pattern))


def events_in(pattern: Scalar) -> Iterator[Event]:
    """The events that a pattern lists, with the places of their names."""
    at = 0
    for part in pattern.value.split(","):
        name = part.strip()
        begin = at + len(part) - len(part.lstrip())
        if name:
            yield Event(name, pattern.text.span(begin, begin + len(name)))
        at += len(part) + 1


class Webhook:
    """A webhook, in a definition of its own or in that of its project.

    ``place`` is what a finding about the whole of it points at. ``project`` is None where it is not at hand.
    ``misplaced``: it stands below ``source``, where CodeBuild knows no such setting.
    """

    def __init__(
        self, resource: Resource, node: Node, place: Span, project: Resource | None, misplaced: bool = False
    ) -> None:
        self.resource = resource
        self.node = node
        self.place = place
        self.project = project
        self.misplaced = misplaced

    def setting(self, *path: str) -> Node | None:
        """What stands at a chain of keys, as settings.setting says it."""
        return within(self.node, *path, whole=not self.resource.definition.fragment)

    def pair(self, name: str) -> Pair | None:
        """A setting with its key, where it is written."""
        target = self.node.resolved
        return target.get(name) if isinstance(target, Mapping) else None

    @cached_property
    def groups(self) -> list[Group]:
        """Its groups of filters, as far as they are known."""
        return [Group(item) for item in listed(self.setting("filterGroups")) if isinstance(item, Sequence)]

    @cached_property
    def source_type(self) -> str | None:
        """The type of the source of its project."""
        return text_at(self.project.definition, "source", "type") if self.project is not None else None

    @property
    def is_whole(self) -> bool:
        """Whether all of it is shown, so that what is missing is not set."""
        return not self.resource.definition.fragment and is_complete(self.node)

    @property
    def approval(self) -> Node | None:
        """When a pull request needs an approval; None: nothing says so; ``Unknown`` where that cannot be told.

        Of a webhook that is not shown whole, a policy that the text does not even name is none that it has.
        """
        if self.pair("pullRequestBuildPolicy") is None and not _names_policy(self.resource.source):
            return None
        return self.setting("pullRequestBuildPolicy", "requiresCommentApproval")


@lru_cache(maxsize=4)
def _names_policy(source: str) -> bool:
    return re.search(r"(?i)pull_?request_?build_?policy", source) is not None


def _filter(node: Mapping) -> Filter:
    given = within(node, "excludeMatchedPattern")
    excluded = False if given is None else truth(given)
    return Filter(node, known(within(node, "type")), known(within(node, "pattern")), excluded)


def webhook_of(resource: Resource) -> Webhook | None:
    """The webhook that a definition has in itself."""
    definition = resource.definition
    if definition.kind == WEBHOOK:
        return Webhook(
            resource,
            definition.root,
            definition.place,
            resource.graph.named(resource, setting(definition, "projectName")),
        )
    own, sources = _webhook_in(definition.root), _webhook_in(setting(definition, "source"))
    pair = own or sources
    if pair is None or not isinstance(pair.value.resolved, Mapping):
        return None
    misplaced = sources is not None and pair.key is sources.key
    return Webhook(resource, pair.value.resolved, pair.key.span, resource, misplaced)


def _webhook_in(node: Node | None) -> Pair | None:
    target = node.resolved if node is not None else None
    return target.get("webhook") if isinstance(target, Mapping) else None


def inside(scalar: Scalar) -> Span:
    """The place of a value without its quotes; with them where they stand for a part of it that the host adds."""
    place = scalar.text.span(0, len(scalar.value))
    return scalar.span if scalar.style and place.start == scalar.span.start else place
