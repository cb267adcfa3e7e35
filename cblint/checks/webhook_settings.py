"""Settings of webhooks that CodeBuild refuses, or with which no build ever starts."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.checks.edits import replaced
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.hosts.graph import Resource
from cblint.hosts.settings import all_listed, known, listed, setting
from cblint.hosts.webhooks import Filter, Group, Webhook, events_in, inside, webhook_of
from cblint.source.regular import Expression, Malformed, alternatives, leading, read, samples
from cblint.source.text import Span
from cblint.source.tree import Scalar, Sequence
from cblint.spelling import alike, closest, distance, suggestion
from cblint.wording import enumerated

_EVENT = "EVENT"
_REFERENCE = "refs/"


def webhook_config_invalid(resource: Resource) -> Iterator[Report]:
    """A webhook that cannot be made, or whose filters never hold."""
    webhook = webhook_of(resource)
    if webhook is None:
        return
    yield from _of_source(webhook)
    yield from _of_values(webhook)
    yield from _of_groups(webhook)
    for group in webhook.groups:
        yield from _of_group(webhook, group)


def _of_source(webhook: Webhook) -> Iterator[Report]:
    """The source has no webhooks, or no such setting: the first is said where both are so."""
    if webhook.source_type in table("projects")["without-webhook"]:
        yield Report(webhook.place, "source", {"kind": str(webhook.source_type)}, _type_of_source(webhook))
    elif webhook.misplaced:
        yield Report(webhook.place, "misplaced")


def _type_of_source(webhook: Webhook) -> tuple[tuple[str, Span], ...]:
    project = webhook.project
    node = known(setting(project.definition, "source", "type")) if project is not None else None
    is_here = project is not None and project.path == webhook.resource.path
    return (("source", inside(node)),) if node is not None and is_here else ()


def _of_values(webhook: Webhook) -> Iterator[Report]:
    """Values that CodeBuild does not know."""
    for facts in table("webhooks")["values"]:
        node = webhook.setting(*facts["at"])
        for item in listed(node) if isinstance(node, Sequence) else (node,):
            value = known(item)
            if value is not None and value.value not in facts["among"]:
                hint = suggestion(value.value, facts["among"])
                fields = {"value": value.value, "setting": facts["at"][-1], "suggestion": hint}
                fields["among"] = enumerated(facts["among"], "and")
                edits = _corrected(inside(value), value.value, closest(value.value, facts["among"]))
                yield Report(inside(value), "value", fields, edits=edits)


def _corrected(span: Span, name: str, meant: str | None) -> tuple[Edit, ...]:
    """What was meant in the place of a name that is all but the same."""
    is_slip = meant is not None and (alike(name, meant) or distance(name, meant) == 1)
    return (replaced(span, meant),) if meant is not None and is_slip else ()


def _of_groups(webhook: Webhook) -> Iterator[Report]:
    """No groups at all, or another way to filter beside them."""
    groups = webhook.setting("filterGroups")
    branches = webhook.pair("branchFilter")
    has_none = groups is None or (isinstance(groups, Sequence) and all_listed(groups) and not groups.items)
    is_of_organization = webhook.setting("scopeConfiguration") is not None
    if has_none and webhook.setting("branchFilter") is None and not is_of_organization:
        yield Report(webhook.place, "no-filters")
    elif webhook.groups and branches is not None and known(branches.value) is not None:
        yield Report(
            branches.key.span,
            "branch-filter",
            {"key": branches.key.source, "groups": _written(webhook, "filterGroups")},
        )


def _written(webhook: Webhook, name: str) -> str:
    """A setting as the host writes it, where it does so on one line."""
    pair = webhook.pair(name)
    return pair.key.source if pair is not None and pair.key.one_line else name


def _of_group(webhook: Webhook, group: Group) -> Iterator[Report]:
    types = [each.type for each in group.filters if each.type is not None]
    if group.complete and types and not any(each.value == _EVENT for each in types):
        unknown = [each for each in types if each.value not in table("webhooks")["filters"]]
        if not unknown:
            yield Report(inside(types[0]), "group-without-event")
    for each in group.filters:
        yield from _of_filter(webhook, group, each)


def _of_filter(webhook: Webhook, group: Group, filter_: Filter) -> Iterator[Report]:
    kind, pattern = filter_.type, filter_.pattern
    if kind is None:
        return
    known_types = table("webhooks")["filters"]
    if kind.value not in known_types:
        fields = {"type": kind.value, "suggestion": suggestion(kind.value, known_types)}
        edits = _corrected(inside(kind), kind.value, closest(kind.value, known_types))
        yield Report(inside(kind), "type", fields, edits=edits)
        return
    if kind.value == _EVENT:
        yield from _of_events(webhook, pattern)
        return
    facts = known_types[kind.value]
    if group.events and "events" in facts and _none_of(group, facts["events"]):
        yield Report(inside(kind), "filter", {"type": kind.value, "called": facts["called"]})
    elif pattern is not None:
        yield from _of_pattern(kind.value, pattern)


def _none_of(group: Group, names: list[str]) -> bool:
    """Whether a group is certainly for none of some events."""
    every = table("webhooks")["events"]
    return all(event.name in every and event.name not in names for event in group.events or ())


def _of_events(webhook: Webhook, pattern: Scalar | None) -> Iterator[Report]:
    facts = table("webhooks")
    for name, span in events_in(pattern) if pattern is not None else ():
        if name not in facts["events"]:
            called_so = facts["meant"].get(name.upper())
            meant = called_so or closest(name, facts["events"])
            hint = f' Did you mean "{meant}"?' if meant is not None else ""
            edits = (replaced(span, called_so),) if called_so is not None else _corrected(span, name, meant)
            yield Report(span, "event", {"event": name, "suggestion": hint}, edits=edits, safe=called_so is None)
        elif webhook.source_type in facts["not-sent"].get(name, ()):
            yield Report(span, "provider", {"event": name, "kind": str(webhook.source_type)})


def _of_pattern(kind: str, pattern: Scalar) -> Iterator[Report]:
    expression = read(pattern.value)
    if isinstance(expression, Malformed):
        at = expression.at
        part = pattern.value[at : at + 1]
        yield Report(pattern.text.span(at, at + 1), "pattern", {"part": part, "why": expression.why})
    elif expression is not None and samples(expression) == []:
        yield Report(inside(pattern), "nothing", {"type": kind})
    elif expression is not None and kind in table("webhooks")["references"] and _never_a_reference(expression):
        yield Report(inside(pattern), "never", {"type": kind, "pattern": pattern.value})


def _never_a_reference(expression: Expression) -> bool:
    """Whether all that a pattern offers begins otherwise than a reference."""
    begins = [leading(branch) for branch in alternatives(expression)]
    return all(text and not text.startswith(_REFERENCE) and not _REFERENCE.startswith(text) for text in begins)
