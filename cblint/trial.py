"""Whether a rule says of its examples exactly what they mark."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Iterator

from cblint.catalogue import Rule, Variant
from cblint.examples import Example, elsewhere, found_elsewhere, offset, path_of, steps_of, tried
from cblint.finding import Finding
from cblint.fix import fixed_text
from cblint.linter import FileResult, Settings, reader_of
from cblint.records import NamedTuple
from cblint.source.text import Span


class Difference(NamedTuple):
    """Something that an example does not expect; ``start`` is the place in its text, without the marks."""

    start: int
    sentence: str


def differences(example: Example, rule: Rule, folder: str) -> list[Difference]:
    """What an example of a rule expects and does not get, or gets and does not expect.

    The files that it needs are written into the folder, which is empty.
    """
    result = tried(example, example.text, folder, rule.source)
    failure = _failure(result)
    if failure:
        return [Difference(0, failure)]
    said = [finding for finding in result.findings if finding.suppressed is None]
    own = [finding for finding in said if finding.rule == example.rule]
    return [
        *_of_others(example, said),
        *_of_places(example, own),
        *(found for finding in own for found in _of_words(finding, rule.variants.get(example.variant or ""))),
        *_of_related(example, own),
        *(_of_fix(example, rule, said, folder) if example.spans else ()),
    ]


def _failure(result: FileResult) -> str:
    """Why nothing, or not all, was said."""
    why = result.error or "; ".join(result.crashes)
    return why or (f"it {result.skipped}" if result.skipped else "")


def _of_others(example: Example, said: Iterable[Finding]) -> Iterator[Difference]:
    others = {finding.rule: finding for finding in reversed(list(said)) if finding.rule != example.rule}
    for name in sorted(set(others) - set(example.also)):
        start = offset(example.text, others[name].start)
        yield Difference(start, f"expected no finding of {name}, but it says: {others[name].message}")
    for name in sorted(set(example.also) - set(others)):
        yield Difference(0, f"expected a finding of {name}, but none came")


def _of_places(example: Example, own: Iterable[Finding]) -> Iterator[Difference]:
    words = {finding.span: finding.message for finding in own}
    found, expected = Counter(finding.span for finding in own), Counter(example.spans)
    for span in sorted(expected - found):
        yield Difference(span.start, f"expected a finding at {_shown(example, span)}, but none came")
    for span in sorted(found - expected):
        yield Difference(span.start, f"expected no finding at {_shown(example, span)}, but it says: {words[span]}")


def _shown(example: Example, span: Span) -> str:
    text = example.text[slice(*span)]
    return f'"{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"}"'


_LONGEST = 60


def _of_words(finding: Finding, variant: Variant | None) -> Iterator[Difference]:
    """Whether the finding has the words of the variant, its fields filled in, and is as bad."""
    if variant is None:
        return
    shown = f"{finding.message} {finding.detail}"
    literal = [part[0] for part in string.Formatter().parse(f"{variant.message} {variant.detail}")]
    if not all(part in shown for part in literal):
        yield Difference(finding.span.start, f"expected the words of {variant.name}, but it says: {finding.message}")
    found, expected = (finding.severity, finding.confidence), (variant.severity, variant.confidence)
    if found != expected:
        yield Difference(finding.span.start, f"expected {' '.join(expected)} confidence, but got {' '.join(found)}")


def _of_related(example: Example, own: list[Finding]) -> Iterator[Difference]:
    here = [place for finding in own for place in finding.related if place.path == finding.path]
    related = [offset(example.text, place.start) for place in here]
    before = {offset(example.text, place.start) for finding in own for place in finding.steps[:-1]}
    found = sorted([*related, *before.difference(related)])
    expected = [span.start for span in example.related]
    for start in sorted({*found, *expected}):
        count, wanted = found.count(start), expected.count(start)
        if count != wanted:
            yield Difference(start, f"expected {wanted} related places here, but got {count}")
    there, marked = found_elsewhere(example, own), elsewhere(example)
    if there != marked:
        yield Difference(0, f"expected related places in other files at {marked}, but got {there}")
    if example.steps and (steps := steps_of(example, own)) != example.steps:
        yield Difference(0, f"expected the steps {example.steps}, but got {steps}")


def _of_fix(example: Example, rule: Rule, said: list[Finding], folder: str) -> Iterator[Difference]:
    own = [finding for finding in said if finding.rule == example.rule]
    text, count = fixed_text(example.text, own, True, reader_of(path_of(example, folder), Settings()))
    fixed = text if count else None
    if fixed != example.fixed:
        yield Difference(0, f"expected {_quoted(example.fixed)} after the fix, but got {_quoted(fixed)}")
    if fixed is not None:
        again = tried(example, fixed, folder, rule.source)
        if failure := _failure(again):
            yield Difference(0, f"the fixed text: {failure}")
        for finding in again.findings:
            if finding.rule == example.rule:
                yield Difference(0, f"expected the fixed text to be clean, but it says: {finding.message}")
        counts = Counter(finding.rule for finding in again.findings if finding.suppressed is None)
        revealed = counts - Counter(finding.rule for finding in said)
        if sorted(revealed.elements()) != sorted(example.reveals):
            told = ", ".join(revealed.elements()) or "none"
            yield Difference(0, f"expected {example.reveals or 'none'} to be revealed by the fix, but {told} were")


def _quoted(text: str | None) -> str:
    return "no text" if text is None else repr(text)
