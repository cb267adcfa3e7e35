"""Secrets among the arguments of an image's build, which stay in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from cblint.buildspec.model import Buildspec
from cblint.checks.arguments import (
    Line,
    called_in,
    described,
    hole_of,
    is_public,
    is_secret,
    line_of,
    says_secret,
    sounds_harmless,
)
from cblint.checks.dockerfiles import Declared, declared_by
from cblint.checks.edits import replaced
from cblint.checks.images import BUILD, KEPT, PUSH, SENT, SOURCE, TAG, uses_of
from cblint.checks.ways import Use, uses
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import RAN
from cblint.flow.labels import FETCHED, NAMED, SECRET, Label, of_kind
from cblint.flow.references import may_be
from cblint.records import NamedTuple
from cblint.shell.commands import SimpleCommand
from cblint.shell.operands import pieces
from cblint.shell.syntax import Literal, Node, Parameter, Word
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.values import Value

OPTION = "--build-arg"
MOST = 100
"""So many arguments of one build are looked at."""
_WORST_FIRST = ("value", "possible", "stored", "short-lived", NAMED)


class Argument(NamedTuple):
    """An argument of a build: its name, and its value; ``inherited``: that of a variable of the same name.

    ``option`` and ``word`` are where it stands; None where that is in a variable.
    """

    name: str
    value: Value
    inherited: bool
    option: Word | None
    word: Word | None


class Found(NamedTuple):
    """An argument that is a secret: what is to be said of it, and where."""

    variant: str
    label: Label
    argument: Argument
    span: Span


def secret_in_docker_build_arg(buildspec: Buildspec) -> Iterator[Report]:
    """A secret becomes an argument of an image's build."""
    for use in uses(build_of(buildspec), RAN):
        if not any(value.start.startswith(OPTION) for value in use.event.values):
            continue
        line = line_of(use)
        if line is None or "built" not in line.says:
            continue
        arguments = list(islice(_arguments(use), MOST))
        declared = declared_by(buildspec, line.invocation, use.event)
        found = [each for argument in arguments if (each := _secret(declared, line, argument)) is not None]
        if found:
            found.sort(key=lambda each: _WORST_FIRST.index(each.variant))
            yield _report(use, line, found)
            continue
        address = table("arguments")["credentials-address"]
        given = next((each for each in arguments if each.name == address and each.word is not None), None)
        is_kept = declared is None or address in declared.image
        if given is not None and is_kept and _is_pushed(buildspec, use):
            yield Report(_at(use, given, None), "credentials-address", {"name": address})


def _report(use: Use, line: Line, found: list[Found]) -> Report:
    first, *others = found
    label, name = first.label, first.argument.name
    fields = {"what": described(label), "command": called_in(line), "argument": name, "name": label.name}
    inheriting = use._replace(inherited=(name,)) if first.argument.inherited else use
    return Report(
        first.span,
        first.variant,
        fields,
        related=tuple(("again", each.span) for each in others if each.span != first.span),
        edits=_mounted(use, line, found),
        steps=inheriting.steps(label, "argued", first.span),
    )


def _arguments(use: Use) -> Iterator[Argument]:
    """The arguments of a build, as the words give them that it runs with."""
    event = use.event
    values = event.values
    words = event.node.words if isinstance(event.node, SimpleCommand) and use.event.standing is None else ()
    aligned: tuple[Word | None, ...] = words if len(words) == len(values) else (None,) * len(values)
    for number, value in enumerate(values):
        if value.text == OPTION and number + 1 < len(values):
            given, option, word = values[number + 1], aligned[number], aligned[number + 1]
        elif value.start.startswith(f"{OPTION}="):
            given, option, word = _behind(value, len(OPTION) + 1), None, aligned[number]
        else:
            continue
        name, equals, _ = given.start.partition("=")
        if equals:
            yield Argument(name, given, False, option, word)
        elif given.text is not None and event.state is not None:
            variable = event.state.variable(name)
            if variable.assigned is not False and variable.exported is not False:
                yield Argument(name, variable.value, True, option, word)


def _behind(value: Value, count: int) -> Value:
    """A value without its first characters, which are known."""
    start = value.start[count:]
    return value._replace(pieces=((start,) if start else ()) + value.pieces[1:])


def _secret(declared: Declared | None, line: Line, argument: Argument) -> Found | None:
    """What is to be said of an argument, if it is a secret."""
    use = line.use
    inheriting = use._replace(inherited=(argument.name,)) if argument.inherited else use
    sure = says_secret(argument.name)
    labels = [label for label in of_kind(argument.value.labels, SECRET) if is_secret(inheriting, label, sure)]
    harmless = not sure and sounds_harmless(argument.name)
    if not labels or harmless or is_public(argument.name):
        return None
    label = min(labels, key=lambda each: each.source == NAMED)
    variant = _variant(declared, line, argument, label)
    return Found(variant, label, argument, _at(use, argument, label)) if variant is not None else None


def _variant(declared: Declared | None, line: Line, argument: Argument, label: Label) -> str | None:
    is_elsewhere = declared is not None and argument.name not in declared.image
    if declared is not None and is_elsewhere and argument.name not in declared.others:
        # Docker warns that it is not consumed, and keeps it nowhere.
        return None
    if label.source == NAMED:
        return NAMED
    if label.source.removeprefix(FETCHED) in table("arguments")["short-lived"]:
        return "short-lived"
    names = (argument.name, label.name if label.is_variable else "")
    if not any(re.search(table("arguments")["telling"], name, re.IGNORECASE) for name in names):
        return "stored"
    if is_elsewhere or line.says.get("history") is False:
        return "possible"
    return "value"


def _at(use: Use, argument: Argument, label: Label | None) -> Span:
    """What to point at: the variable, or the name that stands for it."""
    word = argument.word
    if word is None:
        return use.place(label) if label is not None else use.node.span
    if label is None or argument.inherited:
        parts = list(pieces(word))
        found = next((node for node in parts if isinstance(node, Parameter)), parts[0] if parts else word)
        return found.span
    hole: Node = hole_of(use, label, word)
    return hole.span


def _is_pushed(buildspec: Buildspec, use: Use) -> bool:
    """Whether the image that a build makes is pushed, by that or another name."""
    names: list[Value] = []
    source: Value | None = None
    for each in uses_of(buildspec):
        reference = each.reference
        if reference is None:
            continue
        is_ours = each.event is not None and each.event.node is use.event.node
        if is_ours and each.kind in (BUILD, KEPT, SENT):
            names.append(reference)
        if each.kind == SOURCE:
            source = reference
        elif each.kind == TAG and source is not None and any(may_be(source, name) for name in names):
            names.append(reference)
        if (each.kind == SENT and is_ours) or (each.kind == PUSH and any(may_be(reference, name) for name in names)):
            return True
    return False


def _mounted(use: Use, line: Line, found: list[Found]) -> tuple[Edit, ...]:
    """Each of the secrets given as one that a build mounts, where it is the value of a variable."""
    if line.invocation.program not in ("docker", "podman", "buildah", "nerdctl") or use.event.standing is not None:
        return ()
    if "compose" in [word.text for word in line.invocation.words]:
        return ()
    edits = [_secret_option(each.argument) for each in found]
    return tuple(edit for edit in edits if edit is not None) if None not in edits else ()


def _secret_option(argument: Argument) -> Edit | None:
    word, option = argument.word, argument.option
    if word is None or option is None or option.raw != OPTION:
        return None
    variable = argument.name
    if not argument.inherited:
        found = re.fullmatch(r"(\w+)=\$(?:(\w+)|\{(\w+)\})", word.raw.replace('"', ""))
        if found is None:
            return None
        variable = found[2] or found[3]
    elif len(word.parts) != 1 or not isinstance(word.parts[0], Literal):
        return None
    if not re.fullmatch(r"[A-Za-z_]\w*", variable):
        return None
    return replaced(option.span.to(word.span), f"--secret id={argument.name},env={variable}")
