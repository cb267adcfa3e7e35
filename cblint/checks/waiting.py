"""Waiting for what may come late, or never."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.finding import Report
from cblint.shell.commands import ArithmeticCommand, ArithmeticFor, Assignment, For, Function, While
from cblint.shell.query import Invocation, invocations, programs
from cblint.shell.script import Script
from cblint.shell.syntax import Node, Word, walk

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONG = 5
"""Seconds from which a sleep waits for something."""


def sleep_as_synchronisation(buildspec: Buildspec) -> Iterator[Report]:
    """A fixed time is waited, in the hope that something is ready then."""
    for invocation in buildspec.invocations("sleep"):
        if invocation.program != "sleep" or len(invocation.arguments) != 1 or invocation.in_background:
            continue
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smhd]?)", invocation.arguments[0].text or "")
        if match is None or float(match[1]) * _UNITS[match[2]] < _LONG or _in_loop(invocation):
            continue
        words = invocation.words
        yield Report(words[0].span.to(words[-1].span), "fixed", {"time": match.group()})


def _in_loop(invocation: Invocation) -> bool:
    return any(isinstance(node, (While, For, ArithmeticFor)) for node in invocation.above)


_LEAVING = frozenset({"break", "exit", "return", "kill", "exec", "timeout"})


def unbounded_wait(buildspec: Buildspec) -> Iterator[Report]:
    """Something is waited for that may never come: then the build runs to its timeout, and is paid for."""
    for script in buildspec.scripts(r"(?:while|until|tail)\b"):
        functions = any(isinstance(node, Function) for node in walk(script))
        for node in _in_foreground(script) if not functions else ():
            if isinstance(node, While) and _is_endless(node):
                keyword = "until" if node.until else "while"
                span = node.source.span(node.start, node.start + len(keyword))
                yield Report(span, "loop", {"keyword": keyword})
        for invocation in invocations(script):
            if invocation.program == "tail" and _follows(invocation):
                yield Report(invocation.words[0].span, "tail", {})


def _is_endless(loop: While) -> bool:
    """Whether nothing but what is waited for ends the loop."""
    names = programs([loop.condition, loop.body])
    if names & _LEAVING or "" in names or "read" in names:
        return False
    changes = any(
        isinstance(node, (Assignment, ArithmeticCommand)) or "++" in node.raw or "+=" in node.raw
        for node in walk(loop)
        if node is not loop and isinstance(node, (Assignment, ArithmeticCommand, Word))
    )
    return not changes and ("sleep" in names or _always(loop))


def _always(loop: While) -> bool:
    condition = loop.condition.raw.strip()
    return condition in (("false",) if loop.until else ("true", ":", "[ 1 ]", "(( 1 ))", "((1))"))


def _in_foreground(script: Script) -> Iterator[Node]:
    """The nodes that the shell waits for."""
    stack: list[Node] = [script]
    while stack:
        node = stack.pop()
        yield node
        if getattr(node, "terminator", "") != "&":
            stack.extend(node.children()[::-1])


def _follows(invocation: Invocation) -> bool:
    """Whether ``tail`` goes on for ever: in the foreground, with nothing to end it."""
    if not invocation.flags("-f", "-F", "--follow") or invocation.flags("--pid"):
        return False
    if "timeout" in invocation.wrappers or invocation.in_background or invocation.captured:
        return False
    return invocation.pipeline is None
