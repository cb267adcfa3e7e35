"""Variables that are read and that nothing sets: misspelt, forgotten, or expected from the project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cblint.buildspec.model import PHASES, Buildspec
from cblint.checks.given import comes_with_image, given_names, lacking, misspelt
from cblint.checks.sourcing import left_behind
from cblint.checks.variables import reads_unset, thought_of
from cblint.facts import table
from cblint.finding import Report
from cblint.flow import build_of
from cblint.flow.kinds import ASSIGNED, READ
from cblint.flow.values import is_name
from cblint.records import NamedTuple
from cblint.shell.commands import ArithmeticCommand, ArithmeticFor, Assignment, For, HereDocument, SimpleCommand
from cblint.shell.query import names_in, programs_in, quoted
from cblint.shell.script import Script
from cblint.shell.syntax import ArithmeticExpansion, Node, Parameter, walk
from cblint.shell.trees import of_tree
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING
from cblint.wording import enumerated

if TYPE_CHECKING:
    from cblint.flow.build import Build

SHOWN = 8
"""So many names stand in the note; those behind them are counted."""
COMPARED = 10_000
"""So many pairs of names are compared."""
_ARITHMETIC = (ArithmeticExpansion, ArithmeticCommand, ArithmeticFor)
_PREFIXES = ("CODEBUILD_", "AWS_", "BASH_", "LC_")
"""Families of names that CodeBuild, the SDKs or the shell look after; AWS_ACCOUNT_ID is none of them."""


class _Use(NamedTuple):
    """Where a variable is read. Sorted as the build runs, in whatever order the phases are written."""

    phase: int
    span: Span


def variable_never_defined(buildspec: Buildspec) -> Iterator[Report]:
    """A variable is read that neither the buildspec nor, for all that is known, anything else sets."""
    given = given_names(buildspec)
    read = {name for item in buildspec.shell_items for name in _read_in(item.value)} - given
    if not read:
        return
    written = _together(_written(item.script) for item in buildspec.shell_items)
    known = written.names | thought_of(buildspec)
    if not any(_may_be_lacking(name) for name in read - known):
        return
    build = build_of(buildspec)
    uses = _uses(build, given)
    if not uses:
        return
    embedded = {node.span for node in written.embedded}
    known |= {name for each in left_behind(buildspec) for name in each.exported}
    candidates = {variable.name for variable in buildspec.variables} | written.names
    expected: dict[str, _Use] = {}
    compared = 0
    for name, used in uses.items():
        plain = sorted(_Use(phase, span) for span, phase in used.items() if span not in embedded)
        if name in known or not plain:
            continue
        first, *others = plain
        related = tuple(("again", use.span) for use in others[:SHOWN])
        where = lacking(buildspec, name)
        compared += len(candidates)
        meant = misspelt(name, candidates - written.takes.get(name, set())) if compared <= COMPARED else None
        if where is not None:
            yield Report(first.span, "undefined", {"name": name, "where": where}, related)
        elif meant is not None:
            yield Report(first.span, "misspelt", {"name": name, "meant": meant}, related)
        else:
            expected[name] = first
    yield from _expected(expected)


_READ = r"(?a)\$\{?[!#]?([A-Za-z_]\w*)"


def _read_in(command: str) -> list[str]:
    """The variables that are read: seen in the text, the build is not run."""
    return re.findall(_READ, command) if "$" in command else []


def _expected(names: dict[str, _Use]) -> Iterator[Report]:
    """One note for all that the project may give."""
    if not names:
        return
    (_, first), *others = sorted(names.items(), key=lambda use: use[1])
    listed = sorted(names, key=lambda name: names[name])
    shown = listed if len(listed) <= SHOWN else [*listed[: SHOWN - 1], f"{len(listed) - SHOWN + 1} others"]
    fields = {"names": enumerated(shown, "and")}
    yield Report(
        first.span, "several" if others else "expected", fields, tuple(("read", use.span) for _, use in others[:SHOWN])
    )


def _uses(build: Build, given: set[str]) -> dict[str, dict[Span, int]]:
    """Where each variable is read that nothing has set, as far as is known, and the number of the first phase there."""
    found: dict[str, dict[Span, int]] = {}
    set_by: set[str] = set()
    told: set[tuple[int, str]] = set()
    for run in build.runs:
        if (id(run.events), run.step.phase) in told:
            continue  # an item that was run before, from the same state: an alias to the same command
        told.add((id(run.events), run.step.phase))
        phase = PHASES.index(run.step.phase)
        for event in run.events:
            if event.kind == ASSIGNED:
                set_by.add(event.name)
            elif event.kind == READ and event.name not in given and reads_unset(event):
                spans, span = found.setdefault(event.name, {}), event.node.span
                spans[span] = min(phase, spans.get(span, phase))
    return {name: uses for name, uses in found.items() if name not in set_by and _may_be_lacking(name)}


def _may_be_lacking(name: str) -> bool:
    return _is_own(name) and not comes_with_image(name)


def _is_own(name: str) -> bool:
    """Whether it is a name that a person gives."""
    return is_name(name) and name.strip("_") != "" and (name == "AWS_ACCOUNT_ID" or not name.startswith(_PREFIXES))


class _Written(NamedTuple):
    """What commands say of variables, run or not: also in functions that nothing calls, and behind conditions.

    ``names`` are what something may set. ``takes`` are, by the name of a variable, those that are given its value:
    `STAGE_NAME=$StageName`. ``embedded`` stand in texts that are perhaps not meant for the shell: programs for awk,
    configuration files in here-documents.
    """

    names: set[str]
    takes: dict[str, set[str]]
    embedded: list[Parameter]


def _together(several: Iterable[_Written]) -> _Written:
    found = _Written(set(), {}, [])
    for each in several:
        found.names.update(each.names)
        for name, takers in each.takes.items():
            found.takes.setdefault(name, set()).update(takers)
        found.embedded.extend(each.embedded)
    return found


@of_tree
def _written(script: Script) -> _Written:
    found = _Written(set(), {}, [])
    calls = programs_in(script)
    texts: list[Node] = [each.node for each in calls if each.program in table("variables")["own-dollars"]]
    for each in {id(root): root for root in (script, *map(quoted, calls)) if root is not None}.values():
        texts += each.of(HereDocument)
        _note(found, each)
    embedded = {id(node): node for text in texts for node in walk(text) if isinstance(node, Parameter)}
    found.embedded.extend(embedded.values())
    return found


def _note(found: _Written, script: Script) -> None:
    for assignment in script.of(Assignment):
        found.names.add(assignment.name)
        for name in names_in(assignment.value) if "$" in assignment.value.raw else ():
            found.takes.setdefault(name, set()).add(assignment.name)
    found.names.update(loop.name.raw for loop in script.of(For))
    setters = table("variables")["setters"]
    setting = [node.words[1:] for node in script.of(SimpleCommand) if node.words and node.words[0].text in setters]
    texts = [node.raw for kind in _ARITHMETIC for node in script.of(kind)]
    texts += [word.raw for words in setting for word in words]
    found.names.update(word for text in texts for word in _words(text) if is_name(word))


def _words(text: str) -> list[str]:
    return "".join(character if character.isalnum() or character == "_" else " " for character in text).split()
