"""Texts that somebody else chooses, such as the name of a branch, where a command runs them or takes them apart."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.checks.allowed import Checked
from cblint.checks.edits import after, before
from cblint.checks.running import Code, code_in
from cblint.checks.ways import Use, uses
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, PASSED, RAN
from cblint.flow.labels import UNTRUSTED, Label, Labels, of_kind
from cblint.flow.paths import key
from cblint.flow.values import Value, concat
from cblint.records import NamedTuple
from cblint.shell.commands import SimpleCommand
from cblint.shell.query import TESTS
from cblint.shell.syntax import CommandSubstitution, Node, Parameter, Part, Word

OUTSIDER = "outsider"
_RECIPE = "recipe"


class _Sink(NamedTuple):
    """A text is run that others have a hand in: the first label is that of whom to trust least."""

    code: Code
    labels: tuple[Label, ...]


def untrusted_input_in_shell(buildspec: Buildspec) -> Iterator[Report]:
    """A command runs a text that is made from what somebody else has chosen."""
    build = build_of(buildspec)
    tests: Checked | None = None
    seen: set[int | str] = set()
    for use in uses(build, PASSED, RAN):
        if id(use.node) in seen:
            continue
        for sink in _sinks(use):
            tests = tests or Checked(build)
            within = sink.code.word if use.event.standing is None else None
            label = next((each for each in sink.labels if not tests.allows(use, names_on(use, each, within))), None)
            variant = _variant(sink.code, label) if label is not None else ""
            if label is not None and variant and variant not in seen:
                seen.add(id(use.node))
                if variant == _RECIPE:
                    seen.add(variant)  # what the recipes of a project do is one question
                yield _report(buildspec, use, sink.code, label, variant)
                break


def _variant(code: Code, label: Label) -> str:
    """What there is to say of it; nothing of what those who may push can do to a filter or a recipe."""
    language = "file" if code.in_file else code.language
    if chosen_by(label) == OUTSIDER:
        return language
    return f"{language}-pusher" if language not in ("filter", _RECIPE) else ""


def _report(buildspec: Buildspec, use: Use, code: Code, label: Label, variant: str) -> Report:
    within = code.word if use.event.standing is None else None
    place = use.place(label, within)
    fields = {"name": label.name, "program": code.invocation.program}
    edits = _as_data(buildspec, use, code) if within is not None else ()
    # A name that git allows is one word to any shell; what else it may be was several before.
    safe = label.name in table("flows")["refs"]
    return Report(place, variant, fields, edits=edits, safe=safe, steps=use.steps(label, "runs", place, within))


def _as_data(buildspec: Buildspec, use: Use, code: Code) -> tuple[Edit, ...]:
    item = use.run.step.item
    calls = item.calls(use.event.node)
    if not calls or code.word is None or code.word.source is not item.script.source:
        return ()
    from cblint.checks.assigning import set_in  # few buildspecs run what others choose
    from cblint.checks.given import given_names
    from cblint.checks.quoted_code import expanded_inside

    return expanded_inside(code, calls[0], given_names(buildspec) | set_in(buildspec))


def _sinks(use: Use) -> Iterator[_Sink]:
    event = use.event
    if not isinstance(event.node, SimpleCommand):
        return
    values: dict[int, Value] | None = None
    for code in code_in(event.node):
        if code.in_file != (event.kind == RAN):
            continue
        values = _values(use) if values is None else values
        labels = _worst_first(_labels(use, code, values))
        if labels:
            yield _Sink(code, labels)


def _labels(use: Use, code: Code, values: dict[int, Value]) -> Labels:
    """Where the text comes from that is run."""
    event = use.event
    state = event.state
    read = state.input.labels if state is not None else frozenset()
    if code.word is None:
        return read
    value = values.get(code.word.end)
    if code.in_file:
        path = key(state, value) if state is not None and value is not None else None
        return state.files.get(path).content.labels if state is not None and path is not None else frozenset()
    labels = value.labels if value is not None else frozenset()
    return labels | read if code.inserts else labels


# What the shell takes apart

_NO_PROGRAMS = frozenset({":", "eval", "exec", "exit", "return", "set", "shift", "unset", "read", "trap"})
"""What wants several words, or takes no text."""
_DECLARATIONS = frozenset({"export", "local", "declare", "typeset", "readonly"})
_SHOWING = frozenset({"echo", "printf"})


def untrusted_input_unquoted(buildspec: Buildspec) -> Iterator[Report]:
    """The shell takes a text apart that somebody else has chosen, before a command has it."""
    build = build_of(buildspec)
    tests: Checked | None = None
    seen: set[int] = set()
    for use in uses(build, PASSED):
        for part, label in _taken_apart(use):
            tests = tests or Checked(build)
            variant = _of_unquoted(use, label)
            if not variant or id(part) in seen or tests.allows(use, names_on(use, label, part)):
                continue
            seen.add(id(part))
            calls = use.run.step.item.calls(use.event.node)
            program = calls[-1].program if calls else use.event.name.rpartition("/")[2]
            fields = {"name": label.name, "program": program}
            edits = _quoted(use, part) if variant != "names" else ()
            yield Report(part.span, variant, fields, edits=edits, steps=use.steps(label, "split", part.span, part))


def _of_unquoted(use: Use, label: Label) -> str:
    """What there is to say of a text that is not in quotes."""
    name = use.event.name
    shown = name in _SHOWING
    if label.source == "names":
        dashes = any(value.text == "--" for value in use.event.values)
        return "" if shown or dashes or name in TESTS or label.place is None else "names"
    if label.masked and label.source in ("outsider", "commits"):
        return "shown" if shown else "text"
    return "ref" if label.name in table("flows")["refs"] or label.source == "pusher" else ""


def _taken_apart(use: Use) -> Iterator[tuple[Part, Label]]:
    """What brings such a text into the words of a command of the file, and is not in quotes."""
    event = use.event
    if event.standing is not None or event.name in _NO_PROGRAMS | _DECLARATIONS:
        return
    if event.state is not None and event.state.variable("IFS").places:
        return  # who knows what it is split at
    values = _values(use)
    for word in event.node.words[1:] if isinstance(event.node, SimpleCommand) else ():
        for part in word.parts:
            label = next(iter(_labels_of(use, word, part, values)), None)
            if label is not None:
                yield part, label


def _labels_of(use: Use, word: Word, part: Part, values: dict[int, Value]) -> list[Label]:
    """Where a part of a word comes from."""
    if isinstance(part, Parameter):
        if part.operator or part.prefix or part.subscript is not None:
            return []
        read = use.trail.reads.get(id(part), ())
        return [label for each in read if each.variable for label in of_kind(each.variable.value.labels, UNTRUSTED)]
    if not isinstance(part, CommandSubstitution) or len(word.parts) > 1:
        return []
    value = values.get(word.end)
    return of_kind(value.labels, UNTRUSTED) if value is not None else []


def _quoted(use: Use, part: Part) -> tuple[Edit, ...]:
    """Quotes round a part; none where they would need a backslash of the shell."""
    item = use.run.step.item
    calls = item.calls(use.event.node)
    if not calls or any(isinstance(node, CommandSubstitution) and node.backquoted for node in calls[0].above):
        return ()
    if calls[0].node.source is not item.script.source:
        return ()
    return before(part.span, '"'), after(part.span, '"')


def _values(use: Use) -> dict[int, Value]:
    """What the words of a command have become, by where they end; without those of which that is not known."""
    node, values = use.event.node, use.event.values
    words = node.words if isinstance(node, SimpleCommand) else ()
    found = {word.end: value for word, value in zip(words, values, strict=False)}
    if len(words) == len(values):
        return found
    # As in `eval "$@"`: the last word has become several.
    last = len(words) - 1
    if last < 0 or len(values) < last or any(word.text is None for word in words[:last]):
        return {}
    return {**found, words[last].end: concat(values[last:])}


def _worst_first(labels: Labels) -> tuple[Label, ...]:
    """Those that matter: of what a command prints among other things only all of it."""
    found = [each for each in of_kind(labels, UNTRUSTED) if each.source != "commits" or each.masked]
    return tuple(sorted(found, key=lambda each: chosen_by(each) != OUTSIDER))


def chosen_by(label: Label) -> str:
    """Who chooses a text."""
    chosen: str = table("flows")["chosen-by"][label.source]
    return chosen


def names_on(use: Use, label: Label, within: Node | None) -> set[str]:
    """The variables that a text goes through."""
    return {label.name, *(event.name for _, event in use.way(label, within) if event.kind == ASSIGNED)}
