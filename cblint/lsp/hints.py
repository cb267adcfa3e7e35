"""What a build on paper has after its commands, told behind each that changes something worth a word."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from cblint.buildspec.model import Buildspec
from cblint.checks.hidden import acts, invoked
from cblint.flow.trace import Belief, beliefs
from cblint.lsp.document import Document
from cblint.lsp.spot import touches
from cblint.records import NamedTuple
from cblint.report.markdown import inert
from cblint.report.trace import known_value, shown, told
from cblint.secrets.mask import Mask
from cblint.shell.query import Invocation
from cblint.source.text import Span

LONGEST = 40
"""Characters of a value or a command in a label."""
_MOST_VARIABLES = 2
_NAMING = 3
"""Words that say what a command does: ``aws cloudformation deploy``."""
_UNSEEN = frozenset({"sequence", "pipeline", "background", "substitution", "declaration", "open"})
"""How a failure stays unseen that nobody may have meant: behind ``||`` or in a condition somebody has."""
_ROOT = "."


class Hint(NamedTuple):
    """A few words behind a command; ``tooltip`` says all of it, as Markdown."""

    offset: int
    label: str
    tooltip: str


def hints_of(document: Document, span: Span) -> list[Hint]:
    """The hints within a range of the file, in its order: at most one behind each command."""
    found: dict[int, dict[str, Hint]] = {}
    for buildspec in document.buildspecs:
        for hint in _hints(document, buildspec, span):
            found.setdefault(hint.offset, {}).setdefault(hint.label, hint)
    # A command that an alias brings elsewhere may do something else there: then there is nothing to say of it here.
    return [hint for _, hints in sorted(found.items()) if len(hints) == 1 for hint in hints.values() if hint.label]


def _hints(document: Document, buildspec: Buildspec, span: Span) -> Iterator[Hint]:
    root = buildspec.root
    if root is None or root.span.end < span.start or span.end < root.span.start:
        return
    before: str | None = _ROOT
    for belief in beliefs(document.build(buildspec)):
        end = belief.step.item.node.span.end
        if touches(span, end):
            secrets = document.secrets(buildspec)
            label = " · ".join(_worth_a_word(belief, before, secrets))
            # Where it does nothing here and something elsewhere, that counts as another hint.
            yield Hint(end, label, _all(belief, before, secrets) if label else "")
        before = belief.directory


def _worth_a_word(belief: Belief, before: str | None, secrets: Mask) -> Iterator[str]:
    """What a command changes that it does not say itself."""
    if belief.succeeds is False:
        yield "fails"
    after = belief.directory
    if after is not None and after != before:
        yield "in the source root" if after == _ROOT else f"in {_short(after, secrets)}"
    assigned = list(_assigned(belief, secrets))
    yield from assigned[:_MOST_VARIABLES]
    if len(assigned) > _MOST_VARIABLES:
        yield "…"
    unseen = (hidden for hidden in belief.hidden if hidden.how in _UNSEEN)
    calls = (invoked(belief.step, each, acts) for each in unseen)
    matters = next((call for call in calls if call is not None), None)
    if matters is not None:
        yield f"may fail unseen: {_short(_name(matters), secrets)}"


def _name(call: Invocation) -> str:
    """What a command does: its first words, without options."""
    words = (word.raw for word in call.words[:_NAMING])
    return " ".join(takewhile(lambda word: not word.startswith("-"), words))


def _assigned(belief: Belief, secrets: Mask) -> Iterator[str]:
    """The variables that a command sets to what is known, unless it says so itself."""
    for name in belief.changed:
        value = known_value(name, belief.state.variable(name), secrets)
        if value is not None and value not in belief.step.item.value:
            yield f"{shown(name, secrets)} = {_short(value, secrets)}"


def _short(text: str, secrets: Mask) -> str:
    line = shown(text, secrets)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _all(belief: Belief, before: str | None, secrets: Mask) -> str:
    return "\n".join(f"- {inert(f'{label} {text}')}" for label, text, _ in told(belief, before, secrets))
