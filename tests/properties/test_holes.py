"""Whatever a deployment puts in: what is said of a text with a hole is said of that text with each filling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cblint.catalogue import rules
from cblint.engine import buildspecs_of
from cblint.finding import Finding, Severity
from cblint.hosts.discover import Candidate
from cblint.linter import Settings, lint_text
from cblint.shell.commands import Command
from cblint.shell.parser import parse
from cblint.shell.syntax import Inserted, Word
from cblint.shell.syntax import walk as walk_shell
from cblint.source.loader import Stream, TooComplex, load
from cblint.source.text import HOLE, Span, Text
from cblint.source.tree import Mapping, Scalar, Sequence, walk
from tests.bounds import ALL
from tests.examples import all_examples

FILLINGS = (
    "", "x", "true", "a b", "; exit 1", "make || exit 1", "$X", "7", "0.2", "-", "/", "*", "prod-eu", "a/b.c",
    "https://a.example/b",
    "set -e", "cd /", "X=1", "latest", "/codebuild/s3", "no", "make || true", ":", "aws", "build", "commands",
    "--quiet", "0.1", "ABORT", "CONTINUE", "variables", "bash", "PATH",
)  # fmt: skip
"""What may be put into a hole, besides what stood there."""


class Punched(NamedTuple):
    """A text and the range of it that a hole replaces."""

    text: str
    span: Span

    def filled(self, filling: str) -> str:
        """The text with something in the place of the range."""
        return self.text[: self.span.start] + filling + self.text[self.span.end :]

    def moved(self, span: Span, filling: str) -> Span:
        """Where a range of the text with the hole is in the one with a filling."""
        return Span(*(at if at <= self.span.start else at + len(filling) - 1 for at in span))


def read(text: str) -> Stream | None:
    """The text as YAML, if it is that."""
    try:
        stream = load(Text.of(text))
    except TooComplex:
        return None
    return stream if stream.problem is None else None


def structure(stream: Stream) -> list[Any]:
    """What it is made of: which kinds of nodes, with how much in them, and which strings are commands."""
    return [
        (type(node).__name__, len(node.pairs) if isinstance(node, Mapping) else 0)
        if not isinstance(node, Sequence)
        else (type(node).__name__, len(node.items))
        for document in stream.documents
        for node in walk(document.root)
    ]


def scalars(stream: Stream) -> list[Scalar]:
    """The scalars that are not empty."""
    return [
        node for document in stream.documents for node in walk(document.root) if isinstance(node, Scalar) and node.value
    ]


def at_risk(result: Any) -> list[Finding]:
    """The findings that alarm."""
    return [
        finding
        for finding in result.findings
        if finding.suppressed is None and finding.severity in (Severity.ERROR, Severity.WARNING)
    ]


EVERY = Settings(isolated=True, select=tuple(rule.name for rule in rules()))


def lint(text: str) -> list[Finding]:
    """What all rules say of a text, as errors and warnings."""
    result = lint_text(text, Candidate("buildspec.yml", True), EVERY)
    assert not result.crashes, result.crashes
    return at_risk(result)


def skeleton(text: str) -> list[tuple[str, int, int]] | None:
    """The commands of a command, each with its assignments and words; None if it cannot be read.

    A hole that is a word of its own may be several, or none.
    """
    script = parse(Text.of(text))
    if script.problem is not None:
        return None
    return [
        (type(node).__name__, len(getattr(node, "assignments", ())), len(getattr(node, "words", None) or ()))
        for node in walk_shell(script)
        if isinstance(node, Command)
    ]


def fits(holed: str, filled: str) -> bool:
    """Whether a command with a filling is made of the same commands, but for those that the hole may be itself."""
    before, after = skeleton(holed), skeleton(filled)
    if before is None or after is None:
        return before is after
    alone = any(isinstance(node, Word) and node.raw == HOLE for node in walk_shell(parse(Text.of(holed))))
    if alone:
        before, after = ([(*each[:2], 0) for each in found] for found in (before, after))
    return before == after or (alone and begins_command(holed))


def begins_command(text: str) -> bool:
    """Whether some command of a text begins with a hole."""
    return any(
        isinstance(node, Command) and isinstance(word, Word) and word.parts and isinstance(word.parts[0], Inserted)
        for node in walk_shell(parse(Text.of(text)))
        for word in (getattr(node, "words", None) or ())[:1]
    )


def commands(stream: Stream) -> list[str]:
    """The commands of a buildspec."""
    return [item.value for buildspec in buildspecs_of(stream, "buildspec.yml") for item in buildspec.command_items]


def is_alike(holed: Stream, other: Stream) -> bool:
    """Whether a filling leaves what stands round it as it is: no more YAML, and no more commands but in their place."""
    if structure(holed) != structure(other):
        return False
    before, after = commands(holed), commands(other)
    if len(before) != len(after):
        return False
    return all(first == second or fits(first, second) for first, second in zip(before, after, strict=True))


def too_much(punched: Punched, fillings: tuple[str, ...] = FILLINGS) -> Iterator[str]:
    """What is said of the text with the hole and not of some filling, in words."""
    holed_text = punched.filled(HOLE)
    holed = read(holed_text)
    if holed is None:
        return
    said = lint(holed_text)
    if not said:
        return
    original = punched.text[slice(*punched.span)]
    for filling in (original, *fillings):
        text = punched.filled(filling)
        other = read(text)
        if other is None or not is_alike(holed, other):
            continue
        found: dict[str, list[Span]] = {}
        for finding in lint(text):
            found.setdefault(finding.rule, []).append(finding.span)
        for finding in said:
            if finding.rule in _OF_ANY_IMAGE and _is_in_image(punched):
                continue
            span = punched.moved(finding.span, filling)
            if not any(each.start <= span.end and span.start <= each.end for each in found.get(finding.rule, ())):
                shown = holed_text.replace(HOLE, "⟦⟧")
                yield f"{finding.rule} at {finding.start} with a hole, not with {filling!r}:\n{shown}"


_OF_ANY_IMAGE = frozenset({"bash-syntax-under-sh"})
"""Where the image is not known, it says which ones the commands work on, and nothing where one of these is: its entry
has a variant for that.
"""


def _is_in_image(punched: Punched) -> bool:
    """Whether the hole is an image, or a part of one."""
    line = punched.text[: punched.span.start].rpartition("\n")[2]
    return re.search(r"\bimage[\"']?:[^,{}]*$", line) is not None


_PARTS = re.compile(r"\b")
# A file that stands for itself has no holes, whatever its format: buildspecs inside of it have.
_EXAMPLES = [example.text for example in all_examples() if len(example.text) < 1_500 and "path" not in example.given]


@st.composite
def punched(draw: st.DrawFn) -> Punched:
    """An example of a rule with a hole in one of its scalars: in the place of all of it, or of some of its words."""
    stream = read(draw(st.sampled_from(_EXAMPLES)))
    found = scalars(stream) if stream is not None else []
    assume(found)
    node = draw(st.sampled_from(found))
    edges = [0, *(match.start() for match in _PARTS.finditer(node.value)), len(node.value)]
    whole = draw(st.integers(0, 3)) == 0
    start, end = (0, len(node.value)) if whole else sorted(draw(st.tuples(*[st.sampled_from(edges)] * 2)))
    assume(start < end)
    assert stream is not None
    return Punched(stream.text.value, node.text.span(start, end))


@given(punched(), st.lists(st.sampled_from(FILLINGS), max_size=4, unique=True))
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=2_000 if ALL else 60)
def test_what_is_said_of_a_hole_is_said_of_each_filling(found: Punched, fillings: list[str]) -> None:
    assert list(too_much(found, tuple(fillings))) == []
