"""The variables of a script that certainly hold one text wherever they are used after it is given to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cblint import expressions
from cblint.shell.commands import ArithmeticCommand, ArithmeticFor, Assignment, CommandList, For, SimpleCommand
from cblint.shell.contents import content
from cblint.shell.script import Script
from cblint.shell.syntax import ArithmeticExpansion, CommandSubstitution, DoubleQuoted, Node, Parameter, Word, walk
from cblint.source.text import Text

MOST = 200_000
"""Characters that are put in the places of variables, in a script: each could double the one before."""
_GIVERS = frozenset({"export", "readonly", "declare", "typeset"})
_CHANGERS = frozenset({"read", "unset", "mapfile", "readarray", "getopts", "printf", "let", "local", *_GIVERS})
"""Builtins that change the variables they are told."""
_ASSIGNS = expressions.lazy(r"=|\+\+|--")
_NAME = expressions.lazy(r"[A-Za-z_]\w*", re.ASCII)
_ANYTHING = frozenset({"eval", "source", "."})
"""What can change any variable."""


class Assigned:
    """The variables of a script: those that it gives a value once, and always, on its top level."""

    def __init__(self, script: Script) -> None:
        self._source = script.source
        self._left = MOST
        self._values: dict[str, tuple[int, Text]] = {}
        once = _changed_once(script)
        after = max((node.end for node in walk(script.body) if _is_command(node, _ANYTHING)), default=0)
        for assignment in _always(script.body):
            if assignment.start >= after and assignment.name in once:
                text = self._value(assignment)
                if text is not None:
                    self._values[assignment.name] = assignment.end, text

    def value(self, parameter: Parameter) -> Text | None:
        """What a variable holds where it is expanded; None if that is not known."""
        end, text = self._values.get(parameter.name, (0, None))
        if text is None or parameter.source is not self._source or end > parameter.start or len(text) > self._left:
            return None
        self._left -= len(text)
        return text

    def _value(self, assignment: Assignment) -> Text | None:
        word = assignment.value
        if not isinstance(word, Word) or assignment.operator != "=" or assignment.subscript is not None:
            return None
        printed = _printed(word)
        if printed is None:
            return content(word, self.value, is_split=False)
        text = content(printed, self.value, is_split=False)
        return text.slice(0, len(text.value.rstrip("\n")))


def _is_command(node: Node, names: frozenset[str]) -> bool:
    return isinstance(node, SimpleCommand) and bool(node.words) and node.words[0].text in names


def _changed_once(script: Script) -> set[str]:
    """The variables that one place of the script, and no more, changes."""
    times: Counter[str] = Counter()
    for node in walk(script.body):
        if isinstance(node, Assignment):
            times[node.name] += 1
        elif isinstance(node, For):
            times[node.name.text or ""] += 2
        elif isinstance(node, SimpleCommand) and _is_command(node, _CHANGERS):
            times.update(2 * [word.text or "" for word in node.words[1:]])
        elif isinstance(node, Parameter) and node.operator in ("=", ":="):
            times[node.name] += 2
        elif isinstance(node, (ArithmeticCommand, ArithmeticFor, ArithmeticExpansion)) and _ASSIGNS.search(node.raw):
            times.update(2 * _NAME.findall(node.raw))
    return {name for name, count in times.items() if count == 1}


def _always(body: CommandList) -> Iterator[Assignment]:
    """The assignments that are made in any case, unless the script ends before."""
    for item in body.items:
        commands = item.pipelines[0].commands if len(item.pipelines) == 1 and item.terminator != "&" else ()
        command = commands[0] if len(commands) == 1 else None
        if isinstance(command, SimpleCommand) and (not command.words or _is_command(command, _GIVERS)):
            yield from command.assignments
            yield from (each for each in command.arguments if isinstance(each, Assignment))


def _printed(word: Word) -> Word | None:
    """The here-document that ``$(cat <<END …)`` prints, if the word is just that."""
    parts = word.parts
    if len(parts) == 1 and isinstance(parts[0], DoubleQuoted):
        parts = parts[0].parts
    if len(parts) != 1 or not isinstance(parts[0], CommandSubstitution):
        return None
    found = [node for node in walk(parts[0].body) if isinstance(node, SimpleCommand)]
    if len(found) != 1 or [each.text for each in found[0].words] != ["cat"] or len(found[0].redirections) != 1:
        return None
    document = found[0].redirections[0].document
    return document.body if document is not None else None
