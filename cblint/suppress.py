"""Comments that suppress findings, in YAML and in the shell of block scalars, and what is wrong with them.

``# cblint: ignore[rule, rule] -- reason`` stands on the finding's line or alone on the line above;
``# cblint: ignore-file[rule] -- reason`` before the first key. In files of other formats ``//`` and ``<!--`` begin such
a comment too, and one for the whole file stands anywhere. One that begins with ``<!--``, alone above a code block of
Markdown, is about all of the block: its first line is no place for a finding.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from cblint import expressions
from cblint.buildspec.model import Buildspec
from cblint.catalogue import Catalogue, Rule, UnknownRule, find
from cblint.catalogue.selection import is_family
from cblint.finding import Edit, Finding, Report
from cblint.records import NamedTuple
from cblint.source.comments import comments_above
from cblint.source.text import Lines, Span, Text
from cblint.source.tree import Scalar

MARK = "cblint:"
"""A file without it has no suppressions."""
NO_REASON = "why it is right here"
"""What stands for a reason until somebody gives one."""

_COMMENT = expressions.lazy(r"(?:#+|//+|<!--)[ \t]*cblint:")
_DIRECTIVE = expressions.lazy(
    r"(?:#+|//+|<!--)[ \t]*cblint:[ \t]*(ignore|ignore-file)[ \t]*\[([^\[\]]*)\](.*)", re.DOTALL
)
_IN_HOST = expressions.lazy(r"(?<![`#/])((?:#{1,9}|/{2,9}|<!--)[ \t]{0,9}cblint:(?:(?!-->)[^\r\n])*)")
_OF_MARKDOWN = "<!--"
_FENCE = expressions.lazy(r"[ \t>]{0,99}(`{3,99}|~{3,99})")
_LINE_END = expressions.lazy(r"\n")
_NAME = expressions.lazy(r"[^,\s]+")
# Bounded, so that a long line is searched once.
_BEYOND = expressions.lazy(
    r"[^\r\n]*?[ \t](#[ \t]{0,9}cblint:[ \t]{0,9}ignore[ \t]{0,9}\["
    r"[^\]\r\n]{0,99}(?:yaml-syntax-error|CB1001)\b[^\r\n]*)"
)

UNUSED = find("unused-suppression")
UNKNOWN = find("unknown-suppression")
_UNKNOWN_RULE = "unknown-rule"
WITHOUT_REASON = find("suppression-without-reason")


class Name(NamedTuple):
    """A rule named in a comment; ``rule`` is None if there is none of that name."""

    rule: Rule | None
    written: str
    span: Span
    suggestion: str


class Directive(NamedTuple):
    """A comment that speaks to cblint. ``lines`` are those that it is about, None for the whole file.

    ``within``: of these only a line of a text that has several on one line of the file.
    """

    span: Span
    lines: range | None
    alone: bool
    names: tuple[Name, ...]
    reason: str
    fault: str
    within: Span | None = None

    @property
    def subject(self) -> int | Span | None:
        """What it is about: the first of its lines, a part of one, or None for the whole file."""
        return None if self.lines is None else self.within or self.lines[0]


class Suppressions:
    """The directives of a file, and which of them were of use."""

    def __init__(
        self,
        buildspecs: list[Buildspec],
        lines: Lines,
        catalogue: Catalogue,
        require_reason: bool,
        all_known: bool,
    ) -> None:
        """``all_known``: the catalogue has all rules that the comments may name."""
        self._lines = lines
        self._require_reason = require_reason
        self._all_known = all_known
        self._parts = _parts(buildspecs, lines)
        self._directives = _directives(buildspecs, lines, self._parts, catalogue)
        self._used: set[tuple[Span, str]] = set()
        self._by_subject: dict[tuple[int | Span | None, str], Directive] = {}
        for directive in self._directives:
            for name in directive.names:
                if name.rule is not None:
                    self._by_subject.setdefault((directive.subject, name.rule.code), directive)
        blocks = {each.lines[0]: each.lines for each in self._directives if each.lines and len(each.lines) > 1}
        self._blocks = [*blocks.values()]  # in file order, as the comments above them are

    @property
    def directives(self) -> list[Directive]:
        """All of them, in file order."""
        return self._directives

    def apply(self, finding: Finding) -> Finding:
        """The finding, marked as suppressed if a comment says so."""
        part = _part_of(self._parts, finding.span.start)
        first = [self._parts[part]] if part is not None else []
        for subject in (*first, finding.start.line, *self._blocks_round(finding.start.line), None):
            directive = self._by_subject.get((subject, finding.code))
            if directive is not None:
                self._used.add((directive.span, finding.code))
                return finding._replace(suppressed=directive.reason)
        return finding

    def _blocks_round(self, line: int) -> list[int]:
        """Where the block begins that holds a line and of which a comment speaks."""
        number = bisect_right(self._blocks, line, key=lambda lines: lines[0])
        return [lines[0] for lines in self._blocks[max(number - 1, 0) : number] if line in lines]

    def faults(self, ran: Callable[[Rule], bool]) -> Iterator[tuple[Rule, Report]]:
        """What is wrong with the directives; ``ran`` tells whether a rule was run over the whole file."""
        for directive in self._directives:
            for rule, report in _faults(directive, self._lines, self._used, ran, self._require_reason):
                if self._all_known or report.variant != _UNKNOWN_RULE:
                    yield rule, report


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
    if require_reason and directive.reason in ("", NO_REASON):
        yield WITHOUT_REASON, Report(directive.span, "missing")
    place = _place(directive.lines)
    for number, name in enumerate(directive.names):
        if name.rule is None:
            fields = {"rule": name.written, "suggestion": name.suggestion}
            yield UNKNOWN, Report(name.span, _UNKNOWN_RULE, fields)
        elif name.rule.category != "cblint" and (directive.span, name.rule.code) not in used and ran(name.rule):
            only = len(directive.names) == 1
            span = directive.span if only else name.span
            fields = {"rule": name.written, "place": place}
            yield UNUSED, Report(span, "unused", fields, edits=_removal(directive, number, lines))


def _place(lines: range | None) -> str:
    if lines is None:
        return "in this file"
    return f"on line {lines[0]}" if len(lines) == 1 else f"on lines {lines[0]} to {lines[-1]}"


def _removal(directive: Directive, number: int, lines: Lines) -> tuple[Edit, ...]:
    """Take out the name of that number with its comma, or the comment, or the line that holds nothing else.

    In a folded scalar a comment takes the lines below with it, which its author meant to run: those are left to them.
    """
    names = directive.names
    if len(names) > 1:
        if number + 1 < len(names):
            return (Edit(Span(names[number].span.start, names[number + 1].span.start), ""),)
        return (Edit(Span(names[number - 1].span.end, names[number].span.end), ""),)
    start, end = directive.span
    line = lines.number(start)
    if lines.number(end) != line:
        return ()
    if not directive.alone:
        while lines.text[start - 1] in " \t":
            start -= 1
        return (Edit(Span(start, end), ""),)
    if lines.text[end : lines.span(line).end].strip():
        return (Edit(directive.span, ""),)  # a quote closes there
    below = lines.span(line + 1).start if line < len(lines) else lines.span(line).end
    return (Edit(Span(lines.span(line).start, below), ""),)


def _directives(buildspecs: list[Buildspec], lines: Lines, parts: list[Span], catalogue: Catalogue) -> list[Directive]:
    """What the comments of a file say, in file order."""
    found: dict[Span, Text] = {}
    for buildspec in buildspecs:
        found.update(_in_yaml(buildspec))
        found.update(_in_commands(buildspec))
    if not buildspecs or buildspecs[0].holder is not None:
        starts = {span.start for span in found}
        found.update((span, text) for span, text in _in_host(lines.text) if span.start not in starts)
        first_key = len(lines.text)
    else:
        first_key = _first_key(buildspecs)
    comments = sorted(found.items())
    subjects = _subjects([span for span, _ in comments], lines)
    above = {subjects[span] for span, text in comments if span in subjects and text.value.startswith(_OF_MARKDOWN)}
    blocks = {line: _block(lines, line) for line in above}
    within = _within([span for span, _ in comments], parts, lines)
    return [
        _directive(
            text, span, subjects.get(span), _block_below(text, subjects.get(span), blocks), lines, first_key, catalogue
        )._replace(within=within.get(span))
        for span, text in comments
        if _COMMENT.match(text.value)
    ]


def _parts(buildspecs: list[Buildspec], lines: Lines) -> list[Span]:
    """The lines of the texts within other formats that have several on one line of the file, in file order."""
    found: set[Span] = set()
    for text in {id(each.stream.text): each.stream.text for each in buildspecs if each.holder is not None}.values():
        ends = [match.start() for match in _LINE_END.finditer(text.value)]
        starts = [0, *(end + 1 for end in ends)]
        own = [text.span(start, end) for start, end in zip(starts, [*ends, len(text)], strict=True)]
        if len({lines.number(span.start) for span in own}) < len(own):
            found.update(own)
    return sorted(found)


def _part_of(parts: list[Span], offset: int) -> int | None:
    """The number of the part that holds an offset."""
    number = bisect_right(parts, offset, key=lambda part: part.start) - 1
    return number if number >= 0 and offset < parts[number].end else None


def _within(comments: list[Span], parts: list[Span], lines: Lines) -> dict[Span, Span]:
    """For each comment in such a part, what it is about: the part, or, if it is alone there, the next one that has more
    than such a comment."""
    numbers = {span: number for span in comments if (number := _part_of(parts, span.start)) is not None}
    alone = {
        number: span for span, number in numbers.items() if not lines.text[parts[number].start : span.start].strip()
    }
    below: dict[int, int] = {}
    for number in sorted(alone, reverse=True):
        below[number] = below.get(number + 1, min(number + 1, len(parts) - 1))
    return {span: parts[below[number] if span == alone.get(number) else number] for span, number in numbers.items()}


def _first_key(buildspecs: list[Buildspec]) -> int:
    """Behind it, no comment speaks of the whole file."""
    text = buildspecs[0].stream.text
    roots = [buildspec.root for buildspec in buildspecs if buildspec.root is not None]
    return roots[0].span.start if roots else text.offset(len(text))


def _in_yaml(buildspec: Buildspec) -> Iterator[tuple[Span, Text]]:
    """The YAML comments of a buildspec."""
    stream = buildspec.stream
    yield from ((comment.span, comment.within(stream.text)) for comment in buildspec.comments)
    if buildspec.holder is not None and buildspec.root is not None:
        yield from ((text.span(0, len(text)), text) for text in comments_above(stream.text, buildspec.root.start))
    if stream.problem is not None and (match := _BEYOND.match(stream.text.value, stream.problem.at)):
        # Nobody can say what a "#" is where the parser stopped, but this one speaks of just that.
        text = stream.text.slice(match.start(1), match.start(1) + len(match[1].rstrip()))
        yield text.span(0, len(text)), text


def _in_commands(buildspec: Buildspec) -> Iterator[tuple[Span, Text]]:
    """The shell comments of the commands of a buildspec."""
    for commands in buildspec.command_lists:
        for item in commands.items():
            node = item.node.resolved
            if isinstance(node, Scalar) and MARK in node.value and node.style != "":
                yield from ((text.span(0, len(text)), text) for text in shell_comments(node.text))


def _in_host(source: str) -> Iterator[tuple[Span, Text]]:
    """The comments of other formats that speak to cblint: nobody writes such a thing into a text by chance.

    One behind a backtick is talked about: as code within a line of Markdown.
    """
    for match in _IN_HOST.finditer(source):
        text = Text.of(match[1].rstrip(), match.start(1))
        yield text.span(0, len(text)), text


def _subjects(comments: list[Span], lines: Lines) -> dict[Span, int]:
    """For each comment that is alone on its line, the line that it is about.

    Several may stand one above the other: all are about the first line below them.
    """
    first = {lines.number(span.start): span for span in reversed(comments)}
    alone = {number: span for number, span in first.items() if _begins_line(span.start, number, lines)}
    below: dict[int, int] = {}
    for number in sorted(alone, reverse=True):
        below[number] = below.get(number + 1, number + 1)
    return {span: below[number] for number, span in alone.items()}


def _begins_line(start: int, number: int, lines: Lines) -> bool:
    """Whether nothing stands before a comment on its line but what quotes it in Markdown, and the line below too."""
    before = lines.text[lines.span(number).start : start].rstrip()
    quoted = not before.strip("> \t") and number < len(lines)
    return not before or (quoted and lines.line(number + 1).startswith(before))


def _directive(
    text: Text,
    span: Span,
    subject: int | None,
    block: range | None,
    lines: Lines,
    first_key: int,
    catalogue: Catalogue,
) -> Directive:
    """``subject`` is the line below a comment that is alone on its own, None for others; ``block`` the block there."""
    alone = subject is not None
    match = _DIRECTIVE.fullmatch(text.value)
    names = list(_NAME.finditer(text.value, match.start(2), match.end(2))) if match else []
    rest = match.group(3).strip() if match else ""
    if match is None or not names or rest[:2] not in ("", "--"):
        return Directive(span, None, alone, (), "", "malformed")
    whole_file = match.group(1) == "ignore-file"
    if whole_file and span.start > first_key:
        return Directive(span, None, alone, (), "", "late")
    line = lines.number(span.start) if subject is None else subject
    return Directive(
        span,
        None if whole_file else block if block is not None else range(line, line + 1),
        alone,
        tuple(_name(name.group(), text.span(*name.span()), catalogue) for name in names),
        rest[2:].strip(),
        "",
    )


def _block_below(text: Text, subject: int | None, blocks: dict[int, range]) -> range | None:
    return blocks.get(subject) if subject is not None and text.value.startswith(_OF_MARKDOWN) else None


def _block(lines: Lines, first: int) -> range:
    """The lines of the code block of Markdown that begins on a line, or below it if that is empty; else that line."""
    at = first if first >= len(lines) or lines.line(first).strip() else first + 1
    opening = _FENCE.match(lines.line(at)) if at <= len(lines) else None
    if opening is None:
        return range(first, first + 1)
    for last in range(at + 1, len(lines) + 1):
        closing = _FENCE.match(lines.line(last))
        if closing is not None and closing[1].startswith(opening[1]):
            return range(at, last + 1)
    return range(at, len(lines) + 1)


def _name(written: str, span: Span, catalogue: Catalogue) -> Name:
    try:
        return Name(catalogue.find(written), written, span, "")
    except UnknownRule as error:
        family = " It is a family: name the rule that is meant." if is_family(written) else ""
        return Name(None, written, span, family or error.suggestion)


def shell_comments(text: Text) -> list[Text]:
    """The comments of a shell command: a ``#`` that begins a word outside quotes, to the end of its line."""
    return [
        text.slice(match.start(), match.start() + len(match.group().rstrip()))
        for match in _SHELL.finditer(text.value)
        if match.lastgroup == "comment"
    ]


_SHELL = expressions.lazy(
    r"""\\.|'[^']*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|(?P<comment>(?:(?<=[\s;&|()])|\A)\#[^\n]*)""", re.DOTALL
)


def comment(rule: str) -> str:
    """The comment that suppresses a rule, with a place for the reason."""
    return f"# {MARK} ignore[{rule}] -- {NO_REASON}"
