"""Comments that suppress findings, in YAML and in the shell of block scalars, and what is wrong with them.

``# cblint: ignore[rule, rule] -- reason`` stands on the finding's line or alone on the line above;
``# cblint: ignore-file[rule] -- reason`` before the first key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cblint.buildspec.model import Buildspec
from cblint.catalogue import Rule, UnknownRule, find
from cblint.finding import Edit, Finding, Report
from cblint.source.text import Lines, Span, Text
from cblint.source.tree import Scalar

MARK = "cblint:"
"""A file without it has no suppressions."""

_COMMENT = re.compile(r"#+[ \t]*cblint:")
_DIRECTIVE = re.compile(
    r"#+[ \t]*cblint:[ \t]*(ignore|ignore-file)[ \t]*\[([^\[\]]*)\][ \t]*(?:--[ \t]*(.*?))?[ \t]*", re.DOTALL
)
_NAME = re.compile(r"[^,\s]+")

UNUSED = find("unused-suppression")
UNKNOWN = find("unknown-suppression")
WITHOUT_REASON = find("suppression-without-reason")


class Name(NamedTuple):
    """A rule named in a comment; ``rule`` is None if there is none of that name."""

    rule: Rule | None
    written: str
    span: Span
    suggestion: str


class Directive(NamedTuple):
    """A comment that speaks to cblint. ``line`` is the line it is about, None for the whole file."""

    span: Span
    line: int | None
    alone: bool
    names: tuple[Name, ...]
    reason: str
    fault: str


class Suppressions:
    """The directives of a file, and which of them were of use."""

    def __init__(self, buildspecs: list[Buildspec], lines: Lines) -> None:
        self._lines = lines
        self._directives = _directives(buildspecs, lines)
        self._used: set[tuple[Span, str]] = set()
        self._by_line: dict[tuple[int | None, str], Directive] = {}
        for directive in self._directives:
            for name in directive.names:
                if name.rule is not None:
                    self._by_line.setdefault((directive.line, name.rule.code), directive)

    def apply(self, finding: Finding) -> Finding:
        """The finding, marked as suppressed if a comment says so."""
        for line in (finding.start.line, None):
            directive = self._by_line.get((line, finding.code))
            if directive is not None:
                self._used.add((directive.span, finding.code))
                return finding._replace(suppressed=directive.reason)
        return finding

    def faults(self, ran: Callable[[Rule], bool], require_reason: bool) -> Iterator[tuple[Rule, Report]]:
        """What is wrong with the directives; ``ran`` tells whether a rule was run over the whole file."""
        for directive in self._directives:
            yield from _faults(directive, self._lines, self._used, ran, require_reason)


def _faults(
    directive: Directive,
    lines: Lines,
    used: set[tuple[Span, str]],
    ran: Callable[[Rule], bool],
    require_reason: bool,
) -> Iterator[tuple[Rule, Report]]:
    if directive.fault:
        yield UNKNOWN, Report(directive.span, directive.fault)
        return
    if require_reason and not directive.reason:
        yield WITHOUT_REASON, Report(directive.span, "missing")
    place = "in this file" if directive.line is None else f"on line {directive.line}"
    for name in directive.names:
        if name.rule is None:
            fields = {"rule": name.written, "suggestion": name.suggestion}
            yield UNKNOWN, Report(name.span, "unknown-rule", fields)
        elif name.rule.category != "cblint" and (directive.span, name.rule.code) not in used and ran(name.rule):
            only = len(directive.names) == 1
            span = directive.span if only else name.span
            fields = {"rule": name.written, "place": place}
            yield UNUSED, Report(span, "unused", fields, edits=(_removal(directive, name, lines),))


def _removal(directive: Directive, name: Name, lines: Lines) -> Edit:
    """Take out the name with its comma, or the comment, or the line that holds nothing else."""
    if len(directive.names) > 1:
        number = directive.names.index(name)
        if number + 1 < len(directive.names):
            return Edit(Span(name.span.start, directive.names[number + 1].span.start), "")
        return Edit(Span(directive.names[number - 1].span.end, name.span.end), "")
    number = lines.number(directive.span.start)
    if not directive.alone:
        before = lines.line(number)[: directive.span.start - lines.span(number).start]
        return Edit(Span(lines.span(number).start + len(before.rstrip(" \t")), directive.span.end), "")
    end = lines.span(number + 1).start if number < len(lines) else lines.span(number).end
    return Edit(Span(lines.span(number).start, end), "")


def _directives(buildspecs: list[Buildspec], lines: Lines) -> list[Directive]:
    """What the comments of a file say, in file order."""
    stream = buildspecs[0].stream
    roots = [buildspec.root for buildspec in buildspecs if buildspec.root is not None]
    first_key = roots[0].span.start if roots else stream.text.offset(len(stream.text))
    found = {comment.span: comment.within(stream.text) for comment in buildspecs[0].comments}
    for buildspec in buildspecs:
        for commands in buildspec.command_lists():
            for item in commands.items():
                node = item.node.resolved
                if isinstance(node, Scalar) and MARK in node.value and node.style != "":
                    found.update((text.span(0, len(text)), text) for text in shell_comments(node.text))
    comments = sorted(found.items())
    own_lines = {lines.number(span.start) for span, _ in comments if _alone(lines, span)}
    return [
        _directive(text, span, lines, own_lines, first_key) for span, text in comments if _COMMENT.match(text.value)
    ]


def _alone(lines: Lines, span: Span) -> bool:
    number = lines.number(span.start)
    return not lines.line(number)[: span.start - lines.span(number).start].strip()


def _directive(text: Text, span: Span, lines: Lines, own_lines: set[int], first_key: int) -> Directive:
    alone = _alone(lines, span)
    match = _DIRECTIVE.fullmatch(text.value)
    names = list(_NAME.finditer(text.value, match.start(2), match.end(2))) if match else []
    if match is None or not names:
        return Directive(span, None, alone, (), "", "malformed")
    whole_file = match.group(1) == "ignore-file"
    if whole_file and span.start > first_key:
        return Directive(span, None, alone, (), "", "late")
    line = lines.number(span.start)
    if alone:
        # Several comments may stand one above the other: all are about the first line below them.
        while line in own_lines:
            line += 1
    return Directive(
        span,
        None if whole_file else line,
        alone,
        tuple(_name(name.group(), text.span(*name.span())) for name in names),
        match.group(3) or "",
        "",
    )


def _name(written: str, span: Span) -> Name:
    try:
        return Name(find(written), written, span, "")
    except UnknownRule as error:
        return Name(None, written, span, error.suggestion)


def shell_comments(text: Text) -> list[Text]:
    """The comments of a shell command: a ``#`` that begins a word outside quotes, to the end of its line."""
    return [
        text.slice(match.start(), match.start() + len(match.group().rstrip()))
        for match in _SHELL.finditer(text.value)
        if match.lastgroup == "comment"
    ]


_SHELL = re.compile(
    r"""\\.|'[^']*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|(?P<comment>(?:(?<=[\s;&|()])|\A)\#[^\n]*)""", re.DOTALL
)
