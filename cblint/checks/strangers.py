"""What strangers' pull requests reach: builds that they start, and caches that others share with these."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cblint.buildspec.embedded import buildspec_used
from cblint.checks.edits import respelt
from cblint.facts import table
from cblint.finding import Report
from cblint.hosts.definition import PROJECT
from cblint.hosts.graph import Resource
from cblint.hosts.known import is_reference
from cblint.hosts.roles import managed_policies, roles_in
from cblint.hosts.settings import known, listed, setting, text_at, within
from cblint.hosts.spelling import spelt
from cblint.hosts.webhooks import Event, Filter, Group, Webhook, inside, webhook_of
from cblint.records import NamedTuple
from cblint.source.foreign import Reference, Unknown
from cblint.source.regular import Malformed, has_literal, read
from cblint.source.text import Span
from cblint.source.tree import Mapping, Node, Scalar
from cblint.wording import enumerated

_ACCOUNT = "ACTOR_ACCOUNT_ID"
_DISABLED = "DISABLED"
_FORKS = "FORK_PULL_REQUESTS"


class _Exposure(NamedTuple):
    """What a build gives into the hands of who decides what it runs: in words, and the file and place that set it."""

    what: str
    label: str
    path: str
    span: Span


def pull_request_build_untrusted(resource: Resource) -> Iterator[Report]:
    """A pull request of anybody starts a build."""
    webhook = webhook_of(resource)
    if webhook is None:
        return
    event = _open_event(webhook)
    if event is None:
        return
    approval = webhook.approval
    if approval is None:
        yield from _by_default(webhook, event)
    elif (value := known(approval)) is not None:
        if value.value == _DISABLED:
            yield from _without_approval(webhook, event, value)
        else:
            yield from _approved_by_anybody(webhook)


def _by_default(webhook: Webhook, event: Event) -> Iterator[Report]:
    """Nothing asks for an approval here; CodeBuild may."""
    if webhook.source_type in table("webhooks")["internal"]:
        return
    exposures = list(_exposures(webhook.project)) if webhook.is_whole else []
    fields = {"event": event.name, "what": _told(exposures), "approval": _approval(webhook)}
    yield Report(event.span, "default-exposed" if exposures else "default", fields, _places(webhook, exposures))


def _without_approval(webhook: Webhook, event: Event, value: Scalar) -> Iterator[Report]:
    exposures = list(_exposures(webhook.project))
    if webhook.source_type in table("webhooks")["internal"]:
        variant = "internal"
    else:
        variant = "exposed" if exposures else "open"
    fields = {"event": event.name, "what": _told(exposures), "approval": _approval(webhook)}
    related = (("approval", inside(value)), *_places(webhook, exposures))
    yield Report(event.span, variant, fields, related, respelt(value, _FORKS) if variant != "internal" else ())


def _approved_by_anybody(webhook: Webhook) -> Iterator[Report]:
    for item in listed(webhook.setting("pullRequestBuildPolicy", "approverRoles")):
        role = known(item)
        if role is not None and role.value in table("webhooks")["of-everybody"]:
            yield Report(inside(role), "approver", {"role": role.value})
            return


def _open_event(webhook: Webhook) -> Event | None:
    """The first event that is a pull request of whoever makes one."""
    for group in webhook.groups:
        event = _proposal(group)
        if event is not None and group.complete and not any(_may_guard(each) for each in group.filters):
            return event
    return None


def _proposal(group: Group) -> Event | None:
    proposals = table("webhooks")["proposals"]
    return next((event for event in group.events or () if event.name in proposals), None)


def _may_guard(filter_: Filter) -> bool:
    """Whether a filter lets in some accounts only, or may do so."""
    if filter_.type is None or filter_.type.value != _ACCOUNT or filter_.excluded is True:
        return False
    expression = read(filter_.pattern.value) if filter_.pattern is not None else None
    return expression is None or isinstance(expression, Malformed) or has_literal(expression)


def _exposures(project: Resource | None) -> Iterator[_Exposure]:
    if project is None:
        return
    definition = project.definition
    yield from islice(_secrets(project), 1)
    privileged = known(setting(definition, "environment", "privilegedMode"))
    if privileged is not None and privileged.value.lower() == "true":
        yield _Exposure("privileged mode", "privileged", project.path, inside(privileged))
    visibility = known(setting(definition, "projectVisibility"))
    if visibility is not None and visibility.value == "PUBLIC_READ":
        yield _Exposure("logs that everybody can read", "public", project.path, inside(visibility))
    yield from _powers(project)


def _secrets(project: Resource) -> Iterator[_Exposure]:
    """The secrets that a project, or the buildspec that it uses, takes."""
    for item in listed(setting(project.definition, "environment", "environmentVariables")):
        kind = known(within(item, "type")) if isinstance(item, Mapping) else None
        if kind is not None and is_reference(kind.value):
            yield _Exposure("secrets", "secret", project.path, inside(kind))
    buildspec = buildspec_used(project)
    if buildspec is None:
        return
    for section in ("secrets-manager", "parameter-store"):
        pair = buildspec.get("env", section)
        if pair is not None and not pair.value.empty:
            yield _Exposure("secrets", "secret", buildspec.path, pair.key.span)


def _powers(project: Resource) -> Iterator[_Exposure]:
    """A role that may change nearly everything."""
    role = roles_in(project.graph).of_project(project)
    for arn, policy in managed_policies(role) if role is not None else ():
        if role is not None and policy in table("roles")["administrators"]:
            yield _Exposure(f"a role with {policy}", "role", role.path, inside(arn))
            return


def _approval(webhook: Webhook) -> str:
    """The setting that asks for an approval, as the file of the webhook spells it."""
    return spelt(webhook.resource, "requiresCommentApproval")


def _told(exposures: list[_Exposure]) -> str:
    return enumerated([each.what for each in exposures], "and")


def _places(webhook: Webhook, exposures: list[_Exposure]) -> tuple[tuple[str, Span], ...]:
    """Where these are set, in the file of the webhook."""
    return tuple((each.label, each.span) for each in exposures if each.path == webhook.resource.path)


# Caches


def cache_shared_with_untrusted_builds(resource: Resource) -> Iterator[Report]:
    """A build of strangers writes into the cache that another project's builds read."""
    own = _shared_cache(resource)
    if own is None:
        return
    others = [
        each for each in resource.graph.of_kind(PROJECT) if each != resource and _same_cache(own, _shared_cache(each))
    ]
    if not others or _openness(resource):
        return
    opened = next(((each, how) for each in others if (how := _openness(each))), None)
    if opened is not None:
        other, how = opened
        named = {"namespace": own.namespace.value, "other": _called(other)}
        place = _shared_cache(other)
        is_here = place is not None and other.path == resource.path
        related = (("other", inside(place.namespace)),) if is_here and place is not None else ()
        yield Report(inside(own.namespace), how, named, related)


class _Cache(NamedTuple):
    """A cache in S3 that has a name by which projects share it."""

    resource: Resource
    location: Node
    namespace: Scalar


def _shared_cache(project: Resource) -> _Cache | None:
    definition = project.definition
    location = setting(definition, "cache", "location")
    namespace = known(setting(definition, "cache", "cacheNamespace"))
    if text_at(definition, "cache", "type") != "S3" or namespace is None or location is None:
        return None
    return _Cache(project, location, namespace) if namespace.value else None


def _same_cache(one: _Cache, other: _Cache | None) -> bool:
    if other is None or one.namespace.value != other.namespace.value:
        return False
    left, right = known(one.location), known(other.location)
    if left is not None and right is not None:
        return left.value == right.value
    return one.resource.path == other.resource.path and _same_reference(one.location, other.location)


def _same_reference(left: Node, right: Node) -> bool:
    """Whether two values that only a deployment tells are one: what is written alike in one file is."""
    if isinstance(left, Reference) and isinstance(right, Reference):
        return (left.target, left.attribute) == (right.target, right.attribute)
    return bool(left.source) and left.source == right.source and not isinstance(left, Unknown)


def _openness(project: Resource) -> str:
    """Whether strangers' pull requests are built: for certain, by default, or, as far as it is known, not."""
    for webhook in _webhooks(project):
        if _open_event(webhook) is not None:
            approval = webhook.approval
            value = known(approval)
            if value is not None and value.value == _DISABLED:
                return "shared"
            if approval is None:
                return "default"
    return ""


def is_open(project: Resource) -> bool:
    """Whether pull requests of anybody are certainly built, and anybody can make them."""
    kind = text_at(project.definition, "source", "type")
    return _openness(project) == "shared" and kind not in table("webhooks")["internal"]


def _webhooks(project: Resource) -> Iterator[Webhook]:
    for owner in (project, *(each for each, _ in project.graph.webhooks_of(project) if each != project)):
        webhook = webhook_of(owner)
        if webhook is not None:
            yield webhook


def _called(project: Resource) -> str:
    return text_at(project.definition, "name") or project.definition.name or "another project"
