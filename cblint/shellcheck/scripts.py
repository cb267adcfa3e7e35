"""What ShellCheck is given: each command as a script of its own, below a line that says which shell reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice

from cblint import expressions
from cblint.buildspec.model import Buildspec, ShellItem
from cblint.buildspec.shells import BASH, BASH_AS_SH, DASH, SH
from cblint.shellcheck.program import Comment, Script
from cblint.source.comments import comments_above
from cblint.source.text import HOLE, Lines, Span, Text
from cblint.source.tree import Scalar

LONGEST = 100_000
"""Characters of a command; ShellCheck takes long for what is longer."""
_SHELLS = {BASH: ("bash",), BASH_AS_SH: ("bash",), DASH: ("dash",), SH: ("bash", "dash")}
"""How ShellCheck calls the shells that may read a command: what it says has to hold in each of them."""
_MOST_DIRECTIVES = 10
"""Comments above a command, the nearest first, that are passed on."""
_DISABLE = expressions.lazy(r"#[ \t]*shellcheck[ \t]+disable=((?:SC)?[0-9]{4}(?:[,-](?:SC)?[0-9]{4}){0,99}|all)[ \t]*")
"""A comment of the YAML that speaks to ShellCheck: of all that a directive can say, only what cannot be wrong."""


class Asked:
    """A command that ShellCheck is asked about, as a script of each shell that may read it."""

    def __init__(self, buildspec: Buildspec, item: ShellItem, scripts: tuple[Script, ...]) -> None:
        self.buildspec = buildspec
        self.item = item
        self.scripts = scripts

    @cached_property
    def _text(self) -> Text:
        return self.item.node.text

    @cached_property
    def _lines(self) -> list[str]:
        return self.item.value.split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self._lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    @cached_property
    def words(self) -> frozenset[Span]:
        """Where the words of its commands stand."""
        return frozenset(word.span for call in self.item.invocations for word in call.words)

    def span(self, comment: Comment) -> Span:
        """Where a comment points, in the file: on one line and never at nothing."""
        number = min(comment.line, len(self._lines)) - 1
        line = self._lines[number]
        start = min(comment.column - 1, max(len(line) - 1, 0))
        end = min(comment.end_column - 1, len(line)) if comment.end_line == comment.line else len(line.rstrip())
        if end <= start:
            end = start + _length(line, start)
        begin = self._starts[number]
        return self._text.span(begin + start, begin + end)


def _length(line: str, start: int) -> int:
    """How many characters a person would point at where ShellCheck only says where they begin."""
    if line.startswith("\\", start):
        return min(2, len(line) - start)
    word = re.compile(r"\w+").match(line, start)
    return len(word.group()) if word else 1


def asked(buildspec: Buildspec) -> Iterator[Asked]:
    """The commands of a buildspec that ShellCheck can say something of.

    It is not asked where a part of a command is not known, nor about one that no shell can read: cblint says that.
    """
    shells = _SHELLS.get(buildspec.runs_in, ())
    switched_off = _Comments(buildspec).switched_off if "shellcheck" in buildspec.source else _nothing
    for item in buildspec.shell_items:
        if HOLE not in item.value and len(item.value) <= LONGEST and item.script.problem is None:
            disabled = switched_off(item.node)
            yield Asked(buildspec, item, tuple(Script(shell, disabled, item.value) for shell in shells))


def passed_over(buildspec: Buildspec) -> bool:
    """Whether ShellCheck is not asked about all of the commands."""
    items = buildspec.command_items
    return len(items) > sum(1 for _ in asked(buildspec))


def _nothing(_: Scalar) -> str:
    return ""


class _Comments:
    """The comments of the YAML that switch checks off, above a command or behind it."""

    def __init__(self, buildspec: Buildspec) -> None:
        self._buildspec = buildspec
        self._text = buildspec.stream.text
        self._lines = Lines(self._text.value)
        self._above: dict[int, tuple[str, ...]] = {}

    def switched_off(self, node: Scalar) -> str:
        """The checks that are switched off for a command, with commas between; of too many, those named first."""
        line = self._lines.number(node.start)
        if line not in self._above:  # a line can have thousands of commands, and thousands of comments above it
            above = comments_above(self._text, self._lines.span(line).start)
            self._above[line] = tuple(islice(_directives(comment.value for comment in above), _MOST_DIRECTIVES))
        beside = self._buildspec.comment_beside(node)
        behind = _directives([beside.text] if beside is not None else [])
        return ",".join(dict.fromkeys([*behind, *self._above[line]]))


def _directives(comments: Iterable[str]) -> Iterator[str]:
    return (match[1] for comment in comments if (match := _DISABLE.match(comment)) is not None)
