"""Shells that print each command that they run, and with it the secrets in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from cblint import expressions
from cblint.buildspec.model import PARAMETER_STORE, Buildspec
from cblint.checks.arguments import described, is_secret
from cblint.checks.edits import replaced
from cblint.checks.ways import Trail, Use, uses
from cblint.facts import table
from cblint.finding import Edit, Report, Step
from cblint.flow import build_with_scripts
from cblint.flow.kinds import ASSIGNED, PASSED, RAN
from cblint.flow.labels import FETCHED, NAMED, SECRET, Label, of_kind
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment, Command, Redirection, SimpleCommand
from cblint.shell.query import unwrapped
from cblint.shell.syntax import Node, Word
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import StepRun

MOST = 10
"""So many further commands are named that print a secret."""
_POSSIBLE = r"\s-[A-Za-z]*x|\bxtrace\b"
_LETTERS = expressions.lazy(r"-[A-Za-wyz]*x[A-Za-z]*")
_WORST_FIRST = ("unmasked", "masked", NAMED)
_TO_FILE = frozenset({"&>", "&>>", ">&"})


class Option(NamedTuple):
    """What makes a shell print its commands: the words for that, of the command that has them."""

    node: SimpleCommand
    words: tuple[Word, ...]

    @property
    def span(self) -> Span:
        """What to point at."""
        return self.words[0].span.to(self.words[-1].span)


class Shown(NamedTuple):
    """A secret in a command that is printed."""

    use: Use
    label: Label
    variant: str

    @property
    def place(self) -> Span:
        """The place of the secret in the command, or the name that it is assigned to."""
        node = self.use.node
        if not isinstance(node, Assignment):
            return self.use.place(self.label)
        place = self.use.place(self.label, node)
        return place if place != node.span else node.part(0, len(node.name))


def xtrace_with_secrets(buildspec: Buildspec) -> Iterator[Report]:
    """A shell prints the commands that it runs, and a secret is in one of them."""
    if not any(item.holds(_POSSIBLE) for item in buildspec.shell_items):
        return
    found: dict[Span, tuple[Option, list[Shown]]] = {}
    switches = _Switches()
    for use in uses(build_with_scripts(buildspec), PASSED, ASSIGNED):
        if use.event.state is None or use.event.state.options.xtrace is not True:
            continue
        shown = _shown(use)
        option = switches.of(use) if shown is not None and switches.is_heard(use.run, use.node) else None
        if shown is not None and option is not None:
            found.setdefault(option.span, (option, []))[1].append(shown)
    for option, all_shown in found.values():
        yield _report(option, all_shown)


def _report(option: Option, all_shown: list[Shown]) -> Report:
    span = option.span
    all_shown.sort(key=lambda each: _WORST_FIRST.index(each.variant))
    first = all_shown[0]
    related = dict.fromkeys(each.place for each in all_shown[1 : MOST + 1])
    related.pop(first.place, None)
    related.pop(span, None)
    steps = (*first.use.steps(first.label, "shown", first.place), Step("switched-on", span))
    return Report(
        span,
        first.variant,
        {"what": described(first.label), "name": first.label.name},
        related=tuple(("again", place) for place in related),
        edits=_without(option),
        steps=steps,
    )


def _shown(use: Use) -> Shown | None:
    """The secret that is printed with a command, the worst of them."""
    found = [
        Shown(use, label, _variant(label))
        for label in dict.fromkeys(label for value in use.event.values for label in of_kind(value.labels, SECRET))
        if is_secret(use, label, False)
    ]
    return min(found, key=lambda each: _WORST_FIRST.index(each.variant), default=None)


def _variant(label: Label) -> str:
    if label.source == NAMED:
        return NAMED
    # Most parameters that a command decrypts are none that anybody hides; is_secret has asked for their names.
    return "masked" if label.masked is not False and label.source != f"{FETCHED}{PARAMETER_STORE}" else "unmasked"


class _Switches:
    """Finds what has made a shell print its commands; goes through each path once."""

    def __init__(self) -> None:
        self._on: dict[int, tuple[Trail, list[int]]] = {}
        self._diverted: dict[int, bool] = {}

    def is_heard(self, run: StepRun, node: Node, as_program: bool = False) -> bool:
        """Whether what the shell prints of a command goes to the log: nothing sends that elsewhere."""
        if id(run) not in self._diverted:
            self._diverted[id(run)] = _is_diverted(run)
        return not self._diverted[id(run)] and _goes_to_log(run, node, as_program)

    def of(self, use: Use) -> Option | None:
        """The option; None if it is not known, or stands in another file."""
        if use.event.standing is not None:
            option = _of_shell(use.event.standing)
            if option is not None:
                return option if self.is_heard(use.run, option.node, True) else None
        numbers = self._numbers(use.trail)
        at = bisect_left(numbers, use.number) - 1
        run, event = use.trail.events[numbers[at]] if at >= 0 else (None, None)
        if run is not use.run or event is None or not isinstance(event.node, SimpleCommand):
            return None
        option = _switch(event.node)
        return option if option is not None and self.is_heard(use.run, option.node) else None

    def _numbers(self, trail: Trail) -> list[int]:
        if id(trail) not in self._on:
            numbers = [
                number
                for number, (_, event) in enumerate(trail.events)
                if event.kind == RAN and event.name == "set" and event.standing is None and _is_switch(event.node)
            ]
            self._on[id(trail)] = trail, numbers
        return self._on[id(trail)][1]


def _is_switch(node: Node) -> bool:
    return isinstance(node, SimpleCommand) and _switch(node) is not None


def _switch(node: SimpleCommand) -> Option | None:
    """``-x``, ``-ex``, ``-o xtrace`` of ``set``."""
    words = node.words if node.words and node.words[0].text == "set" else ()
    return _option(node, words)


def _of_shell(node: Node) -> Option | None:
    """The same of ``bash``, before the script that it runs."""
    if not isinstance(node, SimpleCommand):
        return None
    for invocation in unwrapped(node):
        if invocation.program in table("tools")["shells"] and invocation.node is node:
            return _option(node, invocation.words)
    return None


def _option(node: SimpleCommand, words: tuple[Word, ...]) -> Option | None:
    for number, word in enumerate(words[1:], 1):
        text = word.text or ""
        if not text.startswith("-") or text.startswith("--"):
            if words[number - 1].text not in ("-o", "-eo"):
                return None
            if text == "xtrace":
                return Option(node, words[number - 1 : number + 1])
        elif _LETTERS.fullmatch(text):
            return Option(node, (word,))
    return None


# Where it is printed


def _goes_to_log(run: StepRun, node: Node, as_program: bool) -> bool:
    """Whether nothing round a command sends elsewhere what the shell prints of it.

    ``as_program``: what a shell prints that the command runs, so that its own redirections count as well.
    """
    calls = run.step.item.calls(node)
    above = calls[0].above if calls else ()
    if any(_diverts(each) for each in above):
        return False
    if not as_program:
        return True
    if calls and any(each.descriptor == "2" for each in calls[0].redirections):
        plain = not calls[0].captured and calls[0].pipeline is None
        return plain and not any(_is_to_file(each) for each in calls[0].redirections)
    return not _diverts(node)


def _is_diverted(run: StepRun) -> bool:
    """Whether standard error, or what is printed of commands, may go elsewhere from some command on."""
    return "BASH_XTRACEFD" in run.step.item.value or any(
        event.kind == RAN and event.name == "exec" and _diverts(event.node) for event in run.events
    )


def _diverts(node: Node) -> bool:
    return isinstance(node, Command) and any(_is_to_file(each, ("2",)) for each in node.redirections)


def _is_to_file(redirection: Redirection, descriptors: tuple[str, ...] = ("", "1", "2")) -> bool:
    if redirection.operator in ("&>", "&>>"):
        return True
    if redirection.operator == ">&" and redirection.target.text in ("1", "2"):
        return redirection.descriptor in descriptors and redirection.descriptor == "2" and descriptors == ("2",)
    return redirection.operator in (">", ">>", ">|", ">&") and redirection.descriptor in descriptors


# The fix


def _without(option: Option) -> tuple[Edit, ...]:
    """The shell as it is, without that option; nothing where it is not certain what remains."""
    node, (first, *_) = option.node, option.words
    text = first.raw
    if len(option.words) == 1 and len(text) > 2:
        return (replaced(first.part(text.index("x"), text.index("x") + 1), ""),) if text == first.text else ()
    words = node.words
    if words[0].text != "set" or len(words) > 1 + len(option.words):
        number = next(number for number, word in enumerate(words) if word is first)
        return (
            replaced(words[number - 1].part(len(words[number - 1].raw), option_end(words[number - 1], option)), ""),
        )
    return _without_command(node)


def option_end(before: Word, option: Option) -> int:
    """Where an option ends, counted from the beginning of the word before it."""
    return option.words[-1].end - before.start


def _without_command(node: SimpleCommand) -> tuple[Edit, ...]:
    """All of ``set -x``, up to the command that follows it."""
    value = node.source.value
    before = value[max(node.start - 80, 0) : node.start].rstrip(" \t")
    if node.redirections or node.assignments or (before and before[-1] not in "\n;{("):
        return ()
    behind = re.match(r"[ \t]*(?:;(?!;)|\n|&&)\s*(?=[\w\"'$./\[])", value[node.end : node.end + 200])
    rest = value[node.end + behind.end() :][:5] if behind is not None else ""
    if behind is None or re.match(r"(?:fi|done|else|elif|then|esac|do)\b", rest) or (not before and rest[0] in "\"'["):
        # What stands first in a plain scalar must not be a quote or a bracket.
        return ()
    follows = node.source.span(node.end + behind.end(), node.end + behind.end() + 1)
    return (replaced(Span(node.span.start, follows.start), ""),)
