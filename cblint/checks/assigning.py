"""Variables of ``env`` whose values a shell has to make: the assignment in the first command that does it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Set
from functools import lru_cache

from cblint.buildspec.model import PHASES, VARIABLES, Buildspec, ShellItem, Variable, items, mapping
from cblint.buildspec.shells import BASH, POSIX
from cblint.checks.edits import NOTHING, Change, item_behind, item_on_top, without_entry
from cblint.checks.environment import OF_MAKE
from cblint.checks.given import given_names
from cblint.finding import Edit
from cblint.records import NamedTuple
from cblint.shell.commands import Assignment, SimpleCommand
from cblint.shell.parser import parse
from cblint.shell.query import names_in
from cblint.shell.syntax import Parameter, walk
from cblint.source.text import Text
from cblint.source.tree import Mapping as Entries
from cblint.source.tree import Node, Pair, Scalar, Sequence, reachable

_BARE = r"(?a)(?:[\w./:@%+,=-]|\$(?=\w)|\$\{\w+\})+"
"""What the shell reads as one word without quotes, and expands like one in quotes where it is assigned."""
_ONE_COMMAND = r"\$\([^()]*\)|`[^`]*`"
_POSIX_OPERATORS = r":?[-+=?]|##?|%%?"


def taken_out(buildspec: Buildspec, variable: Variable, leaving: Container[str | None]) -> Change:
    """A variable taken out of ``env.variables``, of which those in ``leaving`` may go, and what is empty without it."""
    return without_entry(buildspec.root, ("env", VARIABLES), variable.key, leaving)


@lru_cache(maxsize=1)
def to_be_made(buildspec: Buildspec) -> frozenset[str]:
    """The variables in ``env.variables`` that a command can set, or that say nothing but their own name."""
    return frozenset(
        variable.name
        for variable in buildspec.variables
        if variable.section == VARIABLES and variable.value is not None and _is_to_be_made(variable.value.value)
        if _is_itself(variable) or _assigned(buildspec, variable, False) is not None
    )


def assigned_instead(buildspec: Buildspec, variable: Variable, exporting: bool = False) -> Change:
    """A variable taken out of ``env.variables`` and assigned in the first command; nothing where it is not certain."""
    commands = _first_commands(buildspec)
    assigned = _assigned(buildspec, variable, exporting)
    if commands is None or assigned is None:
        return NOTHING
    holders, gone = taken_out(buildspec, variable, to_be_made(buildspec))
    put = _put(buildspec, commands, variable.name, assigned)
    return ((*holders, commands.value), (*gone, *put)) if gone and put else NOTHING


class _Section(NamedTuple):
    """What ``env.variables`` says: where each entry stands that does so once, and those that a shell has to make."""

    entries: Mapping[str, int]
    made: Mapping[str, int]


@lru_cache(maxsize=1)
def _section(buildspec: Buildspec) -> _Section:
    section = buildspec.get("env", VARIABLES)
    pairs = section.value.pairs if section is not None and isinstance(section.value, Entries) else []
    counts = Counter(pair.name for pair in pairs)
    named = [pair for pair in pairs if pair.name is not None]
    entries = {pair.name or "": pair.key.start for pair in named if counts[pair.name] == 1}
    made = {
        pair.name or "": pair.key.start
        for pair in named
        if not isinstance(pair.value, Scalar) or _is_to_be_made(pair.value.value)
    }
    return _Section(entries, made)


def _is_itself(variable: Variable) -> bool:
    value = variable.value.value if variable.value is not None else ""
    return value in (f"${variable.name}", f"${{{variable.name}}}")


def _is_to_be_made(value: str) -> bool:
    """Whether a value may be one that a shell has to make."""
    return "$" in value or "`" in value


def _first_commands(buildspec: Buildspec) -> Pair | None:
    """The ``commands`` that run first, if what they set stays for all others."""
    version = buildspec.version
    is_kept = version is not None and isinstance(version.value, Scalar) and version.value.value == "0.2"
    if not is_kept or buildspec.runs_in not in POSIX or "run-as" in buildspec.source or "batch" in buildspec.sections:
        return None
    for name in PHASES:
        phase = buildspec.get("phases", name)
        holder = mapping(phase.value) if phase is not None else None
        pair = holder.get("commands") if holder is not None else None
        if pair is not None and phase is not None:
            return pair if holder is phase.value else None
    return None


class _Leading(NamedTuple):
    """A command before all others that does nothing but assign: which variables, and which it reads for that."""

    node: Node
    sets: frozenset[str]
    reads: frozenset[str]


@lru_cache(maxsize=1)
def _leading(buildspec: Buildspec) -> tuple[_Leading, ...]:
    """The commands of one line with which the build begins, as long as they only assign."""
    commands = _first_commands(buildspec)
    known = {id(item.node): item for item in buildspec.shell_items}
    found: list[_Leading] = []
    for node in items(commands.value) if commands is not None else ():
        item = known.get(id(node))
        found_here = _only_assigned(item) if item is not None and node.one_line else None
        if item is None or found_here is None:
            break
        found.append(_Leading(node, found_here, frozenset(names_in(item.script))))
    return tuple(found)


def _only_assigned(item: ShellItem) -> frozenset[str] | None:
    """The variables that a command assigns; None if it does anything else."""
    parts = item.script.body.items
    pipelines = parts[0].pipelines if len(parts) == 1 and parts[0].terminator != "&" else ()
    (command,) = pipelines[0].commands if len(pipelines) == 1 and len(pipelines[0].commands) == 1 else (None,)
    if not isinstance(command, SimpleCommand) or command.redirections or item.script.problem is not None:
        return None
    given = [*command.assignments, *command.arguments[1:]]
    is_export = not command.words or (len(command.words) == 1 and command.words[0].text == "export")
    if not given or not is_export or not all(isinstance(each, Assignment) for each in given):
        return None
    return frozenset(each.name for each in given if isinstance(each, Assignment))


def _before(buildspec: Buildspec, name: str) -> tuple[_Leading, ...]:
    """Those of the first commands behind which a variable can be set, as none of them has to do with it."""
    first = _leading(buildspec)
    number = next((number for number, each in enumerate(first) if name in each.sets | each.reads), len(first))
    return first[:number]


def _put(buildspec: Buildspec, commands: Pair, name: str, command: str) -> tuple[Edit, ...]:
    before = _before(buildspec, name)
    in_brackets = isinstance(commands.value, Sequence) and commands.value.flow
    put = item_behind(before[-1].node, command, in_brackets) if before else ()
    return put or item_on_top(commands, command)


def _is_alone(buildspec: Buildspec, variable: Variable) -> bool:
    """Whether nobody but commands reads the variable, and nothing else gives it a value before them."""
    name = variable.name
    return name not in _read_elsewhere(buildspec) and name not in _given_elsewhere(buildspec)


@lru_cache(maxsize=1)
def _given_elsewhere(buildspec: Buildspec) -> frozenset[str]:
    """The variables that the buildspec gives twice, or a project as well."""
    counts = Counter(variable.name for variable in buildspec.variables)
    given = {name for project in buildspec.projects for name, _ in project.variables}
    return frozenset(name for name, count in counts.items() if count > 1 or name in given)


@lru_cache(maxsize=1)
def _read_elsewhere(buildspec: Buildspec) -> frozenset[str]:
    """The variables that stand in what is neither a command nor the value of another."""
    others = {id(item.node) for item in buildspec.command_items}
    others |= {id(each.value) for each in buildspec.variables if each.section == VARIABLES}
    scalars = (node for node in reachable(buildspec.root) if isinstance(node, Scalar) and id(node) not in others)
    return frozenset(name for node in scalars for name in re.findall(r"(?a)\$\{?(\w+)", node.value))


def _assigned(buildspec: Buildspec, variable: Variable, exporting: bool) -> str | None:
    """The command that gives the variable what its value says; None where the shell may read that otherwise."""
    value = variable.value.value if variable.value is not None else ""
    if "\n" in value or re.fullmatch(r"(?a)[A-Za-z_]\w*", variable.name) is None or re.search(OF_MAKE, value):
        return None
    is_bare = not exporting and (re.fullmatch(_BARE, value) or re.fullmatch(_ONE_COMMAND, value))
    if not is_bare and set('"\\') & set(value):
        return None
    written = value if is_bare else f'"{value}"'
    script = parse(Text.of(f"{variable.name}={written}"))
    commands = [node for node in walk(script) if isinstance(node, SimpleCommand)]
    if script.problem is not None or not commands or commands[0].words or len(commands[0].assignments) != 1:
        return None
    if len(script.body.items) != 1 or commands[0].raw != script.source.value or script.comments:
        return None
    if buildspec.runs_in != BASH and not all(
        not node.operator or re.fullmatch(_POSIX_OPERATORS, node.operator)
        for node in walk(script)
        if isinstance(node, Parameter)
    ):
        return None
    start = _section(buildspec).entries.get(variable.name)
    if start != variable.key.start or not _is_alone(buildspec, variable):
        return None
    if not _is_set_before(buildspec, variable, names_in(script) - {variable.name}):
        return None
    return f"{'export ' if exporting else ''}{script.source.value}"


def _is_set_before(buildspec: Buildspec, variable: Variable, reads: Set[str]) -> bool:
    """Whether all that a value is made from is there where it would be assigned, and is not set anew behind that."""
    made = _section(buildspec).made
    before = {name for each in _before(buildspec, variable.name) for name in each.sets}
    return all(
        name in before
        or (name in _known(buildspec) and name not in set_in(buildspec) and made.get(name, -1) <= variable.key.start)
        for name in reads
    )


@lru_cache(maxsize=1)
def _known(buildspec: Buildspec) -> frozenset[str]:
    """The variables that are there, or that commands read: who starts the build is asked for those already."""
    read = {name for item in buildspec.shell_items for name in names_in(item.script)}
    return frozenset(given_names(buildspec) | read)


@lru_cache(maxsize=1)
def set_in(buildspec: Buildspec) -> frozenset[str]:
    """The variables that commands assign."""
    return frozenset(_assignments(buildspec))


def _assignments(buildspec: Buildspec) -> Iterator[str]:
    for item in buildspec.shell_items if "=" in buildspec.source else ():
        yield from (node.name for node in walk(item.script) if isinstance(node, Assignment))
