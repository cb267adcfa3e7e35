"""A rule for people at a terminal: why, what to do, what it says, an example, its fix, how to suppress it."""

from __future__ import annotations

from collections.abc import Iterator

from cblint import expressions
from cblint.catalogue import Variant
from cblint.examples import Example, path_of
from cblint.explanation import (
    SUPPRESSED_WHERE,
    Explanation,
    Shown,
    conditions,
    fix_command,
    fix_words,
    given_with,
    mended,
    severities,
    status,
)
from cblint.finding import Severity
from cblint.report import RULES_URL
from cblint.report.shown import visible
from cblint.report.text import Paint, laid_out
from cblint.report.wrapping import WIDEST, prose, row, wrapped
from cblint.source.text import Lines
from cblint.suppress import comment

_INDENT = "  "
_FIELD = expressions.lazy(r"\{[a-z]+\}")


def explained(about: Explanation, columns: int = WIDEST, colour: bool = False) -> Iterator[str]:
    """All of it, in lines with their ends, no wider than ``columns`` but for what is quoted and has no blanks."""
    paint = Paint(colour)
    rule, entry = about.rule, about.entry
    yield paint("bold", rule.name) + (f" ({rule.code})\n" if rule.code != rule.name else "\n")
    yield from prose(f"{rule.summary}.", columns, "")
    yield "\n"
    yield from row("severity", severities(about.rule), columns=columns)
    yield from row("category", rule.category, columns=columns)
    yield from row("profiles", ", ".join(rule.profiles), columns=columns)
    yield from row("status", status(about), columns=columns)
    yield from row("former names", ", ".join(rule.former_names), columns=columns)
    yield from row("fix", _fix(about), columns=columns)
    for title, said in (("Why", entry["why"]), ("What to do", entry["advice"])):
        if said:
            yield from _section(title, prose(said, columns), paint)
    if rule.variants:
        yield from _section("What it says", _variants(about, columns, paint), paint)
    if about.example is not None:
        yield from _section("For example, this is a finding", _bad(about.example, columns, paint), paint)
        if patch := mended(about.example.example):
            yield from _section("Its fix", (_changed(line, paint) for line in patch), paint)
    if about.good is not None:
        yield from _section("And this is none", _quoted(about.good), paint)
    yield from _section("How to suppress it", _suppression(rule.name, columns), paint)
    links = [*([] if rule.is_own else [RULES_URL.format(rule=rule.name)]), *entry["references"]]
    if links:
        yield from _section("Read on", (f"{_INDENT}{link}\n" for link in links), paint)


def _section(title: str, lines: Iterator[str], paint: Paint) -> Iterator[str]:
    yield f"\n{paint('bold', title)}\n"
    yield from lines


def _fix(about: Explanation) -> str:
    command = fix_command(about.entry)
    return f"`{command}` {fix_words(about.entry)}" if command else "none"


def _variants(about: Explanation, columns: int, paint: Paint) -> Iterator[str]:
    """Each variant in the words that an example brings forth; what follows from several alike is said once."""
    told: set[str] = set()
    for variant in about.rule.variants.values():
        message, detail = _words(about, variant)
        yield from _told(variant.severity, message, columns, paint)
        parts = [conditions(about, variant), "" if detail in told else detail]
        told.add(detail)
        more = " ".join(part for part in parts if part)
        yield from (f"{_INDENT * 2}{line}\n" for line in wrapped(more, columns - 4))


def _told(severity: Severity, message: str, columns: int, paint: Paint) -> Iterator[str]:
    lead = severity.value
    first, *rest = wrapped(f"{lead}: {message}", columns - 4)
    yield f"{_INDENT}{paint(lead, lead)}{first[len(lead) :]}\n"
    yield from (f"{_INDENT * 2}{line}\n" for line in rest)


def _words(about: Explanation, variant: Variant) -> tuple[str, str]:
    """The message and what follows; of a variant without an example, with its fields left open."""
    if variant.name in about.shown:
        finding = about.shown[variant.name].finding
        return finding.message, finding.detail
    return _FIELD.sub("…", variant.message), _FIELD.sub("…", variant.detail)


def _bad(shown_as: Shown, columns: int, paint: Paint) -> Iterator[str]:
    """The example with carets under what is found, and what is said there."""
    example, finding = shown_as.example, shown_as.finding
    yield from _given(example)
    lines = Lines(example.text)
    marked = [(lines.position(span.start), lines.position(span.end)) for span in example.spans]
    for number, line in enumerate(example.text.rstrip("\n").split("\n"), 1):
        before = ""
        for start, end in (each for each in marked if each[0].line == number):
            shown, blanks, carets = laid_out(line, start.column, end.column if end.line == number else len(line) + 1)
            if shown != before:
                yield f"{_INDENT}{shown}\n"
            yield f"{_INDENT}{' ' * blanks}{paint(finding.severity.value, '^' * carets)}\n"
            before = shown
        if not before:
            yield f"{_INDENT}{visible(line)}\n"
    yield "\n"
    yield from _told(finding.severity, finding.message, columns, paint)


def _quoted(example: Example) -> Iterator[str]:
    yield from _given(example)
    yield from (f"{_INDENT}{visible(line)}\n" for line in example.text.rstrip("\n").split("\n"))


def _given(example: Example) -> Iterator[str]:
    """The other files of an example, and what it is itself where it is no buildspec alone."""
    between = "In"
    for path, text in given_with(example):
        yield f"{_INDENT}With a file {path}:\n\n"
        yield from (f"{_INDENT * 2}{visible(line)}\n" for line in text.rstrip("\n").split("\n"))
        yield "\n"
        between = "and"
    if between == "and" or path_of(example) != "buildspec.yml":
        yield f"{_INDENT}{between} {path_of(example)}:\n\n"


def _changed(line: str, paint: Paint) -> str:
    kind = {"+": "added", "-": "removed"}.get(line[:1])
    return f"{_INDENT}{paint(kind, visible(line)) if kind else visible(line)}\n"


def _suppression(name: str, columns: int) -> Iterator[str]:
    yield f"{_INDENT}{comment(name)}\n\n"
    yield from prose(SUPPRESSED_WHERE, columns)
    yield "\n"
    yield from prose(f"Everywhere: `ignore: [{name}]` in .cblint.yml, or `cblint check --ignore {name}`.", columns)
