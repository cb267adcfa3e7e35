"""What ShellCheck is given: each command as a script of its own, below a line that says which shell reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.buildspec.shells import BASH, BASH_AS_SH, DASH, SH
from cblint.shellcheck.program import Comment, Script
from cblint.source.comments import comments_above
from cblint.source.text import HOLE, Span, Text
from cblint.source.tree import Scalar

LONGEST = 100_000
"""Characters of a command; ShellCheck takes long for what is longer."""
_SHELLS = {BASH: ("bash",), BASH_AS_SH: ("bash",), DASH: ("dash",), SH: ("bash", "dash")}
"""How ShellCheck calls the shells that may read a command: what it says has to hold in each of them."""
_DISABLE = re.compile(r"#[ \t]*shellcheck[ \t]+disable=((?:SC)?[0-9]{4}(?:[,-](?:SC)?[0-9]{4}){0,99}|all)[ \t]*")
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
    speaks = "shellcheck" in buildspec.source
    for item in buildspec.shell_items:
        if HOLE not in item.value and len(item.value) <= LONGEST and item.script.problem is None:
            disabled = ",".join(_disabled(buildspec, item.node)) if speaks else ""
            yield Asked(buildspec, item, tuple(Script(shell, disabled, item.value) for shell in shells))


def passed_over(buildspec: Buildspec) -> bool:
    """Whether ShellCheck is not asked about all of the commands."""
    items = buildspec.command_items
    return len(items) > sum(1 for _ in asked(buildspec))


def _disabled(buildspec: Buildspec, node: Scalar) -> Iterator[str]:
    """The checks that comments of the YAML, above a command or behind it, switch off."""
    beside = buildspec.comment_beside(node)
    said = [text.value for text in comments_above(buildspec.stream.text, node.start)]
    for text in [*said, *([beside.text] if beside is not None else [])]:
        match = _DISABLE.match(text)
        if match is not None:
            yield match[1]
