"""The language that a command is certainly written in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import ShellItem
from cblint.buildspec.shells import is_of_another_shell
from cblint.facts import table
from cblint.shell.commands import ArithmeticFor, Case, For, Function, If, Redirection, SimpleCommand, Test, While
from cblint.shell.powershell_tree import Assigned, Call, Keyword
from cblint.shell.syntax import Node, walk
from cblint.source.text import Span

_ONLY_POWERSHELL = ("if", "foreach", "switch")
# One of these stands in every command in which something is found: most need not be read for that.
_POWERSHELL_SIGN = r"[A-Za-z]-[A-Z]|\$[\w:]+\s*=|\b(?i:if|foreach|switch|try)\b"
_POSIX_SIGN = (
    r"\b(?:fi|done|esac|set|source|export|unset|declare|typeset|readonly|shopt|ulimit|umask|getopts)\b"
    r"|\[ |\[\[|\( *\)|<<|/dev/null|[\w\]]\+?="
)
_NAMED = (If, For, ArithmeticFor, While, Case)
"""Compound commands that begin with a word which says what they are."""


def powershell_in(item: ShellItem) -> Span | None:
    """The first thing in a command that only PowerShell can be meant for; None if there is none."""
    may_be = re.search(_POWERSHELL_SIGN, item.value) is not None and not is_of_another_shell(item.value)
    script = item.powershell if may_be else None
    if script is None or script.problem is not None:
        return None
    nodes = list(walk(script))
    if any(isinstance(node, Call) and node.name in table("powershell")["other-shells"] for node in nodes):
        return None
    return next((span for node in nodes if (span := _powershell_at(item, node)) is not None), None)


def _powershell_at(item: ShellItem, node: Node) -> Span | None:
    if isinstance(node, Call) and not node.operator and is_cmdlet(node):
        return node.words[0].span
    if isinstance(node, Assigned) and re.match(r"\$(?:[Ee]nv:\w+\s*|\w+ )=", node.raw):
        return node.target.span
    # A shell could read "for (( … )) { … }", but none of these.
    if isinstance(node, Keyword) and (
        (node.word == "try" and len(node.parts) > 1)
        or (node.word in _ONLY_POWERSHELL and item.script.problem is not None)
    ):
        return node.part(0, len(node.word))
    return None


def is_cmdlet(call: Call) -> bool:
    """Whether the name of what is called is a verb of PowerShell's and a noun, written as everybody does."""
    verb, dash, noun = call.words[0].raw.partition("-")
    return bool(dash) and noun[:1].isupper() and noun.isalnum() and verb in table("powershell")["verbs"]


def posix_in(item: ShellItem) -> Span | None:
    """The first thing in a command that only a POSIX shell can be meant for; None if there is none."""
    # A backtick at the end of a line continues it in PowerShell.
    if not re.search(_POSIX_SIGN, item.value) or re.search(r"`[ \t]*\n", item.value):
        return None
    if item.script.problem is not None:
        return None
    span = next((span for node in walk(item.script) for span in _posix_at(node)), None)
    return span if span is not None and powershell_in(item) is None else None


def _posix_at(node: Node) -> Iterator[Span]:
    if isinstance(node, _NAMED):
        yield node.part(0, len(re.split(r"\W", node.raw, maxsplit=1)[0]))
    elif isinstance(node, Test):
        yield node.part(0, 2)
    elif isinstance(node, Function) and not node.keyword:
        yield node.name.span
    elif isinstance(node, Redirection):
        if node.operator in ("<<", "<<-", "<<<") or node.target.text == "/dev/null":
            yield node.span
    elif isinstance(node, SimpleCommand):
        yield from _posix_command(node)


def _posix_command(node: SimpleCommand) -> Iterator[Span]:
    for assignment in node.assignments[:1]:
        # Its value may be a secret.
        end = assignment.value.start if assignment.value is not None else assignment.end
        yield assignment.part(0, end - assignment.start)
    if len(node.arguments) < 2 or not node.words:
        return
    name, text = node.words[0], node.words[0].text
    sets_options = text == "set" and re.fullmatch(r"[-+](?:[eux]+o?|o)", node.arguments[1].raw)
    if text == "[" or text in table("powershell")["posix-only"] or sets_options:
        yield name.span
