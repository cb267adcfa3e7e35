"""The commit in the place of a build's own number, in names by which the tasks of a batch find each other's work."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import Change, replaced
from cblint.finding import Edit
from cblint.shell.commands import Assignment, SimpleCommand
from cblint.shell.query import names_in
from cblint.shell.syntax import CommandSubstitution, Node, Parameter, Word
from cblint.source.tree import Node as Place

_COMMIT = "CODEBUILD_RESOLVED_SOURCE_VERSION"
_SHOWING = ("echo", "printf")


def by_commit(buildspec: Buildspec, words: Iterable[Word], variable: str) -> Change:
    """The commit wherever commands read the variable, and the commands that this changes.

    Nothing if one of them reads it for anything but the names, which are those in ``words``, or for the log.
    """
    named = list(words)
    held = {id(part) for word in named for part in word.parts} | {id(word) for word in named}
    names = {name for word in named for name in names_in(word)}
    places: list[Place] = []
    edits: list[Edit] = []
    for item in buildspec.shell_items:
        if variable not in item.value:
            continue
        found = list(_reads(item, variable))
        if item.script.problem is not None or len(found) != len(re.findall(rf"\b{variable}\b", item.value)):
            return (), ()
        for parameter, above in found:
            if not _is_named(above, held, names):
                if not _is_shown(above):
                    return (), ()
                if parameter.source.value[parameter.start - 1 : parameter.start] != ":":
                    continue
            start = parameter.raw.index(variable)
            edits.append(replaced(parameter.part(start, start + len(variable)), _COMMIT))
            places.append(item.node)
    return tuple(places), tuple(edits)


def _reads(item: ShellItem, variable: str) -> list[tuple[Parameter, tuple[Node, ...]]]:
    """Where a command reads a variable, with the nodes that hold it, the nearest first."""
    found: list[tuple[Parameter, tuple[Node, ...]]] = []
    stack: list[tuple[Node, tuple[Node, ...]]] = [(item.script, ())]
    while stack:
        node, above = stack.pop()
        if isinstance(node, Parameter) and node.name == variable and node.source is item.script.source:
            found.append((node, above))
        inside = (node, *above)
        stack.extend((child, inside) for child in node.children()[::-1])
    return found


def _is_named(above: tuple[Node, ...], held: set[int], names: set[str]) -> bool:
    """Whether it stands in one of the names, or in a variable of which they are made."""
    return any(id(node) in held or (isinstance(node, Assignment) and node.name in names) for node in above)


def _is_shown(above: tuple[Node, ...]) -> bool:
    """Whether it only stands in the log then."""
    command = next((node for node in above if isinstance(node, SimpleCommand)), None)
    if command is None or command.redirections or any(isinstance(node, CommandSubstitution) for node in above):
        return False
    pipeline = next(iter(above[above.index(command) + 1 :]), None)
    is_last = pipeline is None or len(pipeline.children()) == 1
    return is_last and bool(command.words) and command.words[0].text in _SHOWING
