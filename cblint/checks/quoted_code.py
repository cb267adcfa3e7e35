"""Code that a shell is given in double quotes, written so that the shell which runs it expands the variables itself."""

from __future__ import annotations

import re
from collections.abc import Container

from cblint import expressions
from cblint.checks.edits import replaced
from cblint.checks.running import Code, code_in
from cblint.facts import table
from cblint.finding import Edit
from cblint.shell.commands import Function, SimpleCommand
from cblint.shell.parser import parse
from cblint.shell.query import Invocation, invocations
from cblint.shell.script import Script
from cblint.shell.syntax import DoubleQuoted, Literal, Parameter, Word, walk
from cblint.source.text import Text

_KEEPING = frozenset({"timeout", "time", "nice", "env"})
"""Programs that run another with the variables that they have themselves."""
_PLAIN = r"\$(?:\w+|\{\w+(?:[%#]{1,2}[\w./*:-]+)?\})"
"""What every shell expands alike."""
_ESCAPED = expressions.lazy(r'\\([$`"\\])')


def expanded_inside(code: Code, call: Invocation, names: Container[str]) -> tuple[Edit, ...]:
    """``sh -c 'deploy "$BRANCH"'`` in the place of ``sh -c "deploy $BRANCH"``: the text is then data.

    Nothing if any variable in it is none of ``names``, which all programs of the build are given, or if the shell that
    runs it would hand it on to be run once more.
    """
    word = code.word
    quoted = word.parts[0] if word is not None and len(word.parts) == 1 else None
    if word is None or not isinstance(quoted, DoubleQuoted) or quoted.localized or not _is_direct(code, call):
        return ()
    text, places = "", set()
    for part in quoted.parts:
        if isinstance(part, Parameter):
            if part.name not in names or re.fullmatch(_PLAIN, part.raw, re.ASCII) is None:
                return ()
            places.add(len(text))
            text += part.raw
        elif isinstance(part, Literal):
            text += _ESCAPED.sub(r"\1", part.raw)
        else:
            return ()
    script = parse(Text.of(text))
    inner = _with_quotes(script, places) if "'" not in text and _runs_nothing_more(script) else None
    return (replaced(word.span, f"'{inner}'"),) if inner is not None else ()


def _is_direct(code: Code, call: Invocation) -> bool:
    """Whether a shell of this build runs the code, with all variables of the build."""
    invocation = code.invocation
    is_shell = invocation.program in table("tools")["shells"] and not code.in_file and not code.inserts
    is_here = invocation.node is call.node and _KEEPING.issuperset(invocation.wrappers)
    has_all = not any(word.text in ("-i", "-u") for word in call.node.words) and not call.node.assignments
    return is_shell and is_here and has_all and not any(isinstance(node, Function) for node in call.above)


def _runs_nothing_more(script: Script) -> bool:
    """Whether nothing in it is code for something else."""
    if script.problem is not None or script.documents:
        return False
    commands = [node for node in walk(script) if isinstance(node, SimpleCommand)]
    programs = {each.program for each in invocations(script)}
    known = (code.in_file and code.word is not None and code.word.text for each in commands for code in code_in(each))
    return all(known) and "" not in programs


def _with_quotes(script: Script, places: set[int]) -> str | None:
    """The text with quotes round the variables at some places; None where one stands in no word."""
    found: dict[int, bool] = {}
    for node in walk(script):
        if isinstance(node, (Word, DoubleQuoted)):
            found.update(
                (part.start, isinstance(node, DoubleQuoted)) for part in node.parts if isinstance(part, Parameter)
            )
    if not places <= found.keys():
        return None
    text, parts, at = script.source.value, [], 0
    for node in walk(script):
        if isinstance(node, Parameter) and node.start in places and not found[node.start]:
            parts += [text[at : node.start], f'"{node.raw}"']
            at = node.end
    return "".join([*parts, text[at:]])
