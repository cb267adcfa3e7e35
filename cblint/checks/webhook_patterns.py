"""What the patterns of a webhook's filters let in beside what they name."""

from __future__ import annotations

from collections.abc import Iterator

from cblint import expressions
from cblint.checks.edits import before
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.hosts.graph import Resource
from cblint.hosts.settings import known
from cblint.hosts.webhooks import Filter, Group, Webhook, inside, webhook_of
from cblint.source.regular import (
    Choice,
    Expression,
    Malformed,
    Sample,
    alternatives,
    has_literal,
    is_plain,
    loose_dots,
    read,
    samples,
)
from cblint.source.tree import Scalar

ACCOUNT = "ACTOR_ACCOUNT_ID"
_PATH = "FILE_PATH"
_LONGEST = 80
"""Characters of a witness that is shown."""


def webhook_filter_unanchored(resource: Resource) -> Iterator[Report]:
    """A pattern that is looked for anywhere in the text, where it is meant to be all of it."""
    webhook = webhook_of(resource)
    for group in webhook.groups if webhook is not None else ():
        for each in group.filters:
            if webhook is not None and each.type is not None and each.pattern is not None:
                yield from _judged(webhook, group, each, each.type.value, each.pattern)


def _judged(webhook: Webhook, group: Group, filter_: Filter, kind: str, pattern: Scalar) -> Iterator[Report]:
    expression = read(pattern.value)
    is_compared = kind in (ACCOUNT, _PATH) or kind in table("webhooks")["names"]
    if not is_compared or filter_.excluded is None or expression is None or isinstance(expression, Malformed):
        return
    span = inside(pattern)
    fields = {"type": kind, "cure": _cure(kind, pattern.value)}
    if _lets_all_in(expression) and kind != _PATH and not filter_.excluded:
        is_hole = kind == ACCOUNT and _is_open(webhook, group)
        yield Report(span, "everyone" if is_hole else "everything", fields)
        return
    found = next(_openings(kind, expression), None)
    if found is not None:
        witness, variant = found
        variant = _account_variant(webhook, group, witness) if kind == ACCOUNT else variant
        variant = "excluded" if filter_.excluded and variant != "path" else variant
        # What a loose pattern is meant to be, nobody can say.
        edits = _anchored(kind, pattern) if variant not in ("loose", "excluded") else ()
        yield Report(span, variant, {**fields, "witness": witness}, edits=edits, safe=variant != "path")
    elif kind in table("webhooks")["names"]:
        dots = loose_dots(expression)
        edits = tuple(before(pattern.text.span(at, at + 1), "\\") for at in dots)
        for at in dots[:1]:
            yield Report(pattern.text.span(at, at + 1), "dot", fields, edits=edits)


def _anchored(kind: str, pattern: Scalar) -> tuple[Edit, ...]:
    """The pattern made to be all of a text; nothing where it stays open then, names no whole one, or counts groups."""
    value, text = pattern.value, pattern.text
    if _COUNTS_GROUPS.search(value) or (kind in table("webhooks")["references"] and not _names_references(value)):
        return ()
    begins, ends = value.startswith("^"), value.endswith("$") and not value.endswith("\\$")
    opening, closing = ("(", ")") if isinstance(read(value), Choice) else ("", "")
    first, last = (opening if begins else f"^{opening}"), (closing if ends else f"{closing}$")
    start, end = int(begins), len(value) - int(ends)
    anchored = read(f"{value[:start]}{first}{value[start:end]}{last}{value[end:]}")
    if anchored is None or isinstance(anchored, Malformed) or any(_openings(kind, anchored)):
        return ()
    places = ((text.span(start, start), first), (text.span(end, end), last))
    return tuple(before(place, put) for place, put in places if put)


def _names_references(pattern: str) -> bool:
    """Whether all that a pattern offers begins like a reference: anchors round a bare branch would match nothing."""
    expression = read(pattern)
    if expression is None or isinstance(expression, Malformed):
        return False
    offered = [sample.text for branch in alternatives(expression) for sample in samples(branch) or ()]
    return bool(offered) and all(text.startswith(_REFERENCE) for text in offered)


_COUNTS_GROUPS = expressions.lazy(r"\\[1-9]")
_REFERENCE = "refs/"


def _cure(kind: str, pattern: str) -> str:
    """What to write. Anchors round a bare branch would match nothing, and a host may write refs/heads/ by itself."""
    several = "|" in pattern
    if kind not in table("webhooks")["references"]:
        return "^ and $ round all of it: ^(…|…)$" if several else "^ before it and $ behind it"
    if pattern.startswith("refs/"):
        return "$ behind all of it: (…|…)$" if several else "$ behind it"
    return "whole references between ^ and $: ^refs/heads/…$"


def _lets_all_in(expression: Expression) -> bool:
    """Whether a pattern of several parts is found in any text, because one of them is empty."""
    found = samples(expression) or []
    return any(sample.empty and not (sample.free_start or sample.free_end) for sample in found)


def _openings(kind: str, expression: Expression) -> Iterator[tuple[str, str]]:
    """Texts that alternatives let in beside those that they name, and how sure it is that they are not meant."""
    for branch in alternatives(expression):
        if kind == ACCOUNT and not has_literal(branch):
            continue  # it is meant to be any
        for sample in samples(branch) or ():
            witness = _witness(kind, sample)
            if witness is not None and len(witness) <= _LONGEST:
                yield witness, "path" if kind == _PATH else "reference" if is_plain(branch) else "loose"


def _witness(kind: str, sample: Sample) -> str | None:
    if not sample.text:
        return None
    if kind == ACCOUNT:
        return _other_account(sample)
    if kind == _PATH:
        return _other_path(sample)
    return _other_name(sample, kind in table("webhooks")["references"])


def _other_account(sample: Sample) -> str | None:
    before = "" if sample.start and not sample.free_start else "9"
    after = "" if sample.end and not sample.free_end else "6"
    return f"{before}{sample.text}{after}" if before or after else None


def _other_name(sample: Sample, is_reference: bool) -> str | None:
    """Another name; what ends like a folder or a family of names, or begins within one, is meant to be open there."""
    text = sample.text
    whole = text.startswith("refs/")
    opens_end = sample.open_end and not _is_prefix(text)
    opens_start = sample.open_start and text[0].isalnum() and not (is_reference and whole)
    if not opens_end and not opens_start:
        return None
    folder = "refs/heads/" if is_reference and not whole and (sample.open_start or sample.free_start) else ""
    return f"{folder}{text}-2" if opens_end else f"{folder}not-{text}"


def _is_prefix(text: str) -> bool:
    """Whether a name is plainly the beginning of others: a folder, a version without its number."""
    last = text.rpartition("/")[2].rpartition("-")[2]
    return not text[-1].isalnum() or last.lower() in ("v", "release", "rel")


def _other_path(sample: Sample) -> str | None:
    text = sample.text
    opens_start = sample.open_start and text[0].isalnum()
    opens_end = sample.open_end and text[-1].isalnum()
    return f"{'old/' if opens_start else ''}{text}{'.bak' if opens_end else ''}" if opens_start and opens_end else None


def _account_variant(webhook: Webhook, group: Group, witness: str) -> str:
    """How sure it is that somebody else gets in: accounts have numbers, or names that are somebody's."""
    if not witness.isdigit():
        return "loose"
    return "account" if _is_open(webhook, group) else "account-writers"


def _is_open(webhook: Webhook, group: Group) -> bool:
    """Whether only the filter of accounts keeps strangers away: those who push, or approve, are few."""
    approval = webhook.approval
    value = known(approval)
    if approval is not None and (value is None or value.value != "DISABLED"):
        return False
    if webhook.source_type == "BITBUCKET" or webhook.source_type in table("webhooks")["internal"]:
        return False
    return any(event.name in table("webhooks")["proposals"] for event in group.events or ())
