"""What deletes everything, or would if a variable were empty."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.checks.edits import replaced
from cblint.checks.hidden import unsure_assignments
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.kinds import READ
from cblint.shell.query import Invocation, names_in
from cblint.shell.syntax import Node, Parameter, Word, walk
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.events import Event

_ROOTS = frozenset({"/", "/*", "/.", "//"})
_REST = r"/?\*?|/\."


def dangerous_delete(buildspec: Buildspec) -> Iterator[Report]:
    """What is deleted is everything, or would be if a variable were empty."""
    for invocation in buildspec.invocations(r"\brm\b"):
        if _removes_folders(invocation):
            yield from (
                Report(word.span, "root", {"path": word.text or ""})
                for word in invocation.operands()
                if word.text in _ROOTS
            )
    words = {
        id(parameter): (invocation, word)
        for invocation in buildspec.invocations(r"\brm\b")
        for word in invocation.operands()
        if (parameter := all_that_protects(invocation, word)) is not None
    }
    if not words:
        return
    build = build_of(buildspec)
    unsure = {id(assignment): command for assignment, command in unsure_assignments(build)}
    set_at = {
        id(event.node): event.variable.places[0]
        for run in build.runs
        for event in run.events
        if event.kind == READ and id(event.node) in words and event.variable is not None and event.variable.places
    }
    seen: set[int] = set()
    for run in build.runs:
        for event in run.events:
            found = words.get(id(event.node)) if event.kind == READ and id(event.node) not in seen else None
            place = _why_empty(event, set_at.get(id(event.node)), unsure) if found is not None else None
            if found is not None and place is not None:
                seen.add(id(event.node))
                invocation, word = found
                variant = "bucket" if invocation.program == "aws" else "folder"
                fields = {"name": event.name}
                yield Report(word.span, variant, fields, (("set", place),), _guarded(event.node))


def _removes_folders(invocation: Invocation) -> bool:
    return invocation.program == "rm" and bool(invocation.flags("-r", "-R", "--recursive"))


def all_that_protects(invocation: Invocation, word: Word) -> Parameter | None:
    """The variable of a word without which it means everything: ``"$FOLDER"/*``, ``s3://bucket/$FOLDER``."""
    parts = [part for part in walk(word) if not part.children() and part is not word]
    parameters = [part for part in parts if isinstance(part, Parameter)]
    if _removes_folders(invocation):
        if len(parameters) == 1 and not parameters[0].operator and word.raw.strip("\"'").startswith("$"):
            rest = word.raw.replace('"', "").removeprefix(parameters[0].raw)
            return parameters[0] if rest and re.fullmatch(_REST, rest) else None
        return None
    if not invocation.runs("aws", "s3", "rm") or not invocation.flags("--recursive"):
        return None
    raw = word.raw.replace('"', "")
    last = parameters[-1] if parameters else None
    if last is None or last.operator or not raw.startswith("s3://") or not raw.rstrip("/").endswith(last.raw):
        return None
    before = raw.rstrip("/").removesuffix(last.raw)
    return last if before.endswith("/") and before != "s3://" else None


def _guarded(node: Node | None) -> tuple[Edit, ...]:
    """``${NAME:?}`` in the place of a variable, at which the shell stops if it is empty."""
    if not isinstance(node, Parameter) or re.fullmatch(r"\$(?:\w+|\{\w+\})", node.raw, re.ASCII) is None:
        return ()
    return (replaced(node.span, f"${{{node.name}:?}}"),)


def _why_empty(event: Event, place: Node | None, unsure: dict[int, Span]) -> Span | None:
    """Where a variable is set that may be empty here for all that the build does; None if that is not known."""
    variable = event.variable
    if variable is None or any(event.name in names_in(guard.condition) for guard in event.guards):
        return None
    if place is not None and (variable.assigned is not True or variable.value.text == ""):
        # On another way through the build it is set.
        return place.span
    return next((unsure[id(place)] for place in variable.places if id(place) in unsure), None)
