"""Runs rules over the buildspecs of one file and turns what they report into findings."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from cblint.buildspec.model import Buildspec
from cblint.catalogue import Rule, Variant, find
from cblint.catalogue.model import (
    COMMANDS_WITH_HOLES,
    IMAGE,
    PROJECT,
    REPOSITORY,
    SENTENCE,
    UNKNOWN_COMMANDS,
    UNKNOWN_PROJECT,
    WITHIN_COMMANDS_WITH_HOLES,
)
from cblint.facts import table
from cblint.finding import Edit, Finding, Fix, PlacedEdit, Related, Report, Step
from cblint.hiding import Hiding
from cblint.hosts.definition import BUILDSPEC
from cblint.hosts.graph import Resource
from cblint.hosts.project import Project
from cblint.records import NamedTuple
from cblint.source.loader import Document, Stream
from cblint.source.text import HOLE, UNTOLD, Lines, Span
from cblint.source.tree import Node, path_to
from cblint.typing import Any

Subject = Buildspec | Resource
Check = Callable[[Any], Iterable[Report]]
"""Of a buildspec or a resource, as the rule's subjects say."""


MAX_PER_RULE = 1000
"""Findings of one rule in one file; after so many, more of the same help nobody."""


class Checked(NamedTuple):
    """What the rules found, and by name those that did not see all: why they crashed, or that they found too much."""

    findings: list[Finding]
    crashes: dict[str, str]
    cut: list[str]


class Target(NamedTuple):
    """The file that findings are about; ``path`` is what they name it, ``hiding`` knows what of it is not shown."""

    path: str
    lines: Lines
    hiding: Hiding


def buildspecs_of(
    stream: Stream, path: str, projects: tuple[Project, ...] = (), repository: str | None = None
) -> list[Buildspec]:
    """A view of each document; of an empty one where the file has none, so that a syntax error is still said."""
    documents = stream.documents or (Document(None, 0),)
    return [Buildspec(stream, document, path, projects, repository) for document in documents]


def run(target: Target, subjects: Sequence[Subject], rules: Iterable[Rule]) -> Checked:
    """All findings, each once, in file order. A rule that crashes is named in ``crashes``; the others still run."""
    found: dict[tuple[int, int, str, str], Finding] = {}
    crashes: dict[str, str] = {}
    cut: dict[str, None] = {}
    for rule in rules:
        first = len(found)
        for subject in subjects:
            if _kind(subject) not in rule.subjects:
                continue
            try:
                for report in _reports(rule, subject):
                    if report.variant not in rule.variants and report.variant in _all_variants(rule):
                        continue  # it is for another profile
                    if len(found) - first == MAX_PER_RULE:
                        cut[rule.name] = None
                        break
                    finding = place(target, rule, report, subject)
                    found.setdefault((*finding.span, rule.code, finding.message), finding)
            except Exception as error:
                said = target.hiding.hidden(f"{type(error).__name__}: {error}")
                crashes[rule.name] = f"rule {rule.name} failed on {target.path}: {said}"
    return Checked(sorted(found.values(), key=lambda finding: (finding.span, finding.code)), crashes, list(cut))


def _kind(subject: Subject) -> str:
    return BUILDSPEC if isinstance(subject, Buildspec) else subject.definition.kind


def _reports(rule: Rule, subject: Subject) -> Iterator[Report]:
    spoken: set[Span] = set()  # the first variant that matches a place speaks for it
    for variant in rule.variants.values():
        for matcher in variant.matchers:
            for match in matcher.find(subject):
                if match.span not in spoken:
                    spoken.add(match.span)
                    yield Report(match.span, variant.name, match.fields, edits=match.edits)
    if rule.check and _concerns(rule, subject):
        found = _check(rule.check)(subject)
        yield from _told(rule, subject, found) if isinstance(subject, Buildspec) and subject.has_holes else found


def _told(rule: Rule, buildspec: Buildspec, found: Iterable[Report]) -> Iterator[Report]:
    """Those reports that do not rest on what nobody can tell."""
    in_doubt = WITHIN_COMMANDS_WITH_HOLES in rule.silent
    untold = [item.node.span for item in buildspec.command_items if HOLE in item.value] if in_doubt else []
    return (report for report in found if not any(within(report.span, span) for span in untold))


def within(inner: Span, outer: Span) -> bool:
    """Whether a range lies in another."""
    return outer.start <= inner.start and inner.end <= outer.end


def _concerns(rule: Rule, subject: Subject) -> bool:
    """Whether a subject has what the rule is about: else its check is not even loaded."""
    if isinstance(subject, Buildspec):
        if rule.sections and subject.sections.isdisjoint(rule.sections):
            return False
        if rule.whole and not subject.whole:
            return False
        if subject.has_holes and not _may_speak(rule, subject):
            return False
        if rule.needs and rule.needs.isdisjoint(_known_of(subject)):
            return False
    return not rule.words or _holds_any(subject.source, rule.words)


@lru_cache(maxsize=2)
def _holds_any(source: str, words: tuple[str, ...]) -> bool:
    """Whether one of some words stands in a text: all that a file defines has the same, and is looked at in a row."""
    return any(word in source for word in words)


def _may_speak(rule: Rule, buildspec: Buildspec) -> bool:
    """Whether a rule that looks for what is missing would see it, though not all of the commands is known."""
    if UNKNOWN_COMMANDS in rule.silent and buildspec.may_run_more:
        return False
    return COMMANDS_WITH_HOLES not in rule.silent or not any(HOLE in item.value for item in buildspec.command_items)


def _all_variants(rule: Rule) -> Mapping[str, Variant]:
    """What a rule can say in any profile; that of an own one does not depend on that."""
    return rule.variants if rule.is_own else find(rule.code).variants


def could_say_all(rule: Rule, subjects: Iterable[Subject], in_repository: bool) -> bool:
    """Whether nothing keeps a rule from saying all that it ever may of the subjects of a file.

    It has other variants in other profiles; it may be silent because a part of what it looks at is not shown, or known
    only to the deployment, the project or the repository: any check but those of syntax may look into the files of
    that. What suppresses it may then be needed elsewhere.
    """
    looks_around = bool(rule.check) and rule.category != "syntax"
    if len(rule.variants) < len(_all_variants(rule)) or (looks_around and not in_repository):
        return False
    buildspecs = (subject for subject in subjects if isinstance(subject, Buildspec))
    return BUILDSPEC not in rule.subjects or all(_sees_all(rule, buildspec) for buildspec in buildspecs)


def _sees_all(rule: Rule, buildspec: Buildspec) -> bool:
    if UNKNOWN_PROJECT in rule.silent and not buildspec.projects:
        return False
    if (rule.whole and not buildspec.whole) or (buildspec.has_holes and not _may_speak(rule, buildspec)):
        return False
    if WITHIN_COMMANDS_WITH_HOLES in rule.silent and any(HOLE in item.value for item in buildspec.command_items):
        return False
    known = {REPOSITORY: buildspec.repository is not None, PROJECT: bool(buildspec.projects)}
    known[IMAGE] = known[PROJECT] and all(project.image for project in buildspec.projects)
    return all(known[variant.needs] for variant in rule.variants.values() if variant.needs)


@lru_cache(maxsize=1)
def _known_of(buildspec: Buildspec) -> frozenset[str]:
    """What is known beside the buildspec, or may be, as entries name what a variant needs."""
    known = {REPOSITORY} if buildspec.repository is not None else set()
    return frozenset(known | {IMAGE, PROJECT} if buildspec.projects or "batch" in buildspec.sections else known)


@cache
def _check(name: str) -> Check:
    module, function = name.split(".")
    check: Check = getattr(importlib.import_module(f"cblint.checks.{module}"), function)
    return check


def place(target: Target, rule: Rule, report: Report, subject: Subject) -> Finding:
    """A report in the words of its rule's entry and at positions in the file."""
    variant = rule.variants[report.variant]
    span = _visible(report.span, target)
    fields = _fields(target, report.fields)
    return Finding(
        rule=rule.name,
        code=rule.code,
        severity=variant.severity,
        confidence=variant.confidence,
        category=rule.category,
        message=variant.message.format(**fields),
        detail=variant.detail.format(**fields),
        path=target.path,
        start=target.lines.position(span.start),
        end=target.lines.position(span.end),
        where=_bounded(target.hiding.hidden(_where(subject, report.span.start, report.about), _LONGEST_PLACE)),
        span=span,
        related=(
            *(
                _related(rule.labels[label].format(**fields), _visible(spot, target), target)
                for label, spot in report.related
            ),
            *_elsewhere(rule, report, target, fields),
        ),
        fix=_fix(rule, report, target, subject),
        steps=_steps(rule, report, target, variant.message.format(**fields)),
    )


def _where(subject: Subject, offset: int, until: Node | None) -> str:
    """The way to a place: of what stands in a definition of another format, after the name of that."""
    way = path_to(subject.root, offset, until)
    holder = subject.holder if isinstance(subject, Buildspec) else subject
    if holder is None or not holder.definition.name:
        return way
    return f"{holder.definition.name}: {way}" if way else holder.definition.name


def _related(message: str, span: Span, target: Target, step: int = 0) -> Related:
    return Related(message, target.path, target.lines.position(span.start), target.lines.position(span.end), step)


def _elsewhere(rule: Rule, report: Report, target: Target, fields: Mapping[str, str]) -> Iterator[Related]:
    """The places in other files: by those as they stand on the disk."""
    for label, resource, span in report.elsewhere:
        lines = target.lines if resource.path == target.path else resource.lines
        if lines is not None and span.end <= len(lines.text):
            message = rule.labels[label].format(**fields)
            yield Related(message, resource.path, lines.position(span.start), lines.position(span.end))


MOST_STEPS = 12
"""Of a longer way only the beginning and the end are told."""


def _steps(rule: Rule, report: Report, target: Target, message: str) -> tuple[Related, ...]:
    """The way to a finding, which is its last step: where no step says that in words of its own, ``message`` does.

    Of steps that follow each other at one place, the last speaks. One step alone is no way.
    """
    if not report.steps:
        return ()
    end = _visible(report.span, target)
    way: list[tuple[Span, Step | None]] = []
    for step in (*report.steps, None):
        span = end if step is None else _visible(step.span, target)
        if way and way[-1][0] == span:
            if step is None:
                break
            way.pop()
        way.append((span, step))
    if len(way) == 1:
        return ()
    numbered = list(enumerate(way, 1))
    if len(numbered) > MOST_STEPS:
        half = MOST_STEPS // 2
        numbered = [*numbered[:half], *numbered[-half:]]
    return tuple(
        _related(message if step is None else _words(rule, report, step, target), span, target, number)
        for number, (span, step) in numbered
    )


def _fields(target: Target, fields: Mapping[str, str]) -> dict[str, str]:
    """What fills in the words of an entry, as it is shown."""
    limits = {name: _LONGEST_SENTENCE if name == SENTENCE else _LONGEST for name in fields}
    return {name: _shown(target.hiding.hidden(value, 2 * limits[name]), limits[name]) for name, value in fields.items()}


def _words(rule: Rule, report: Report, step: Step, target: Target) -> str:
    fields = _fields(target, {**report.fields, **step.fields})
    words = rule.labels.get(step.label) or table("flows")["steps"][step.label]
    return str(words).format(**fields)


def _fix(rule: Rule, report: Report, target: Target, subject: Subject) -> Fix | None:
    if not report.edits or rule.fix_safety == "none" or any(HOLE in edit.text for edit in report.edits):
        return None
    from cblint.mending import in_definition, written  # most findings have no fix

    safe = rule.fix_safety == "safe" and report.safe
    places = tuple(path_to(subject.root, node.span.start, node) for node in report.touched)
    withheld = any(target.hiding.within(edit.text) for edit in report.edits)
    if isinstance(subject, Resource):
        changes = in_definition(subject, subject.root.origin, subject.root, report.edits)
        return Fix(safe, rule.fix_title, (), (), withheld, changes) if changes else None
    if subject.holder is not None:
        changes = in_definition(subject.holder, subject.stream.text, subject.root, report.edits)
        places = (path_to(subject.root, report.span.start, report.about), *places)
        return Fix(safe, rule.fix_title, (), places, withheld, changes) if changes else None
    edits = written(subject.root, report.edits)
    if edits is None:
        return None
    return Fix(safe, rule.fix_title, tuple(placed(target.lines, edit) for edit in sorted(edits)), places, withheld)


def placed(lines: Lines, edit: Edit) -> PlacedEdit:
    """An edit with its positions."""
    return PlacedEdit(lines.position(edit.span.start), lines.position(edit.span.end), edit.text, edit.span)


def _visible(span: Span, target: Target) -> Span:
    """Widen an empty span to a character that can be seen: the one before it (``-``, ``:``), else the one after.

    At the end of the file it is the last one that can be seen.
    """
    if not span.empty:
        return span
    source = target.lines.text
    before = source[span.start - 1 : span.start]
    if before and not before.isspace():
        return Span(span.start - 1, span.start)
    if source.startswith("\r\n", span.start):
        # The two characters of a line end are at one position.
        end = len(source[: span.start].rstrip())
        return Span(end - 1, end)
    if span.start >= len(source):
        last = max(len(source.rstrip()), 1)
        return Span(last - 1, min(last, len(source)))
    return Span(span.start, span.start + 1)


_LONGEST = 120
_LONGEST_SENTENCE = 500
_LONGEST_PLACE = 1000
"""A key can be a megabyte, and thousands of findings stand below it."""


def _bounded(where: str) -> str:
    return where if len(where) <= _LONGEST_PLACE else where[: _LONGEST_PLACE - 1] + "…"


def _shown(value: str, longest: int = _LONGEST) -> str:
    """Text of the file as a message holds it: on one line, not too long. The formats make it printable.

    What only the deployment tells is shown as ``${…}``.
    """
    shown = " ".join(value.replace(HOLE, UNTOLD).splitlines())
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
