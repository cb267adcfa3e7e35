"""What a build lets through of a text before it uses it: tests against a list or a pattern of what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.shell.commands import AndOr, Branch, Case, CaseItem, Condition, If, Pipeline, SimpleCommand
from cblint.shell.query import TESTS, names_in, unwrapped
from cblint.shell.script import Script
from cblint.shell.syntax import Node, Word, walk
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.checks.ways import Use
    from cblint.flow.build import Build
    from cblint.flow.events import Guard

_EQUAL = frozenset({"=", "==", "-eq", "-gt", "-ge", "-lt", "-le"})
_COMPARES = _EQUAL | {"!=", "-ne"}
_LEAVING = frozenset({"exit", "return", "false"})
_GREPS = frozenset({"grep", "egrep", "rg"})


class Checked:
    """The variables that a build tests before it goes on, and where."""

    def __init__(self, build: Build) -> None:
        self.order: dict[int, int] = {}
        self.tested: dict[str, tuple[int, int]] = {}
        self.subjects: dict[int, set[str]] = {}
        for run in build.runs:
            if id(run.step.item) in self.order:
                continue
            number = self.order[id(run.step.item)] = len(self.order)
            for name, start in self._in(run.step.item.script):
                self.tested.setdefault(name, (number, start))

    def allows(self, use: Use, names: set[str]) -> bool:
        """Whether one of the variables has been tested before something uses it."""
        here = self.order.get(id(use.run.step.item), 0), use.node.start
        if any(name in self.tested and self.tested[name] < here for name in names):
            return True
        return any(not names.isdisjoint(self._guarded(guard)) for guard in use.event.guards)

    def _guarded(self, guard: Guard) -> set[str]:
        """What is known of variables behind a condition."""
        condition = guard.condition
        if isinstance(condition, CaseItem):
            exact = all("*" not in word.raw for word in condition.patterns)
            return self.subjects.get(id(condition), set()) if guard.succeeds and exact else set()
        wanted = _EQUAL if guard.succeeds else {"!=", "-ne"}
        return {name for node in walk(condition) if _operator(node) in wanted for name in names_in(node)}

    def _in(self, script: Script) -> Iterator[tuple[str, int]]:
        """The names in tests of a script whose failure is an end, and where they are tested."""
        leaving = _leaving(script)
        stack: list[tuple[Node, bool]] = [(script, False)]
        while stack:
            node, decides = stack.pop()
            if isinstance(node, (AndOr, Branch)):
                decides = decides or id(node) in leaving
            elif isinstance(node, Case):
                for item in node.items:
                    self.subjects[id(item)] = names_in(node.word)
                if id(node) in leaving:
                    yield from ((name, node.start) for name in names_in(node.word))
            if (decides and _operator(node) in _COMPARES) or _is_pattern(node):
                yield from ((name, node.start) for name in names_in(node))
            if isinstance(node, Branch):
                stack += [(node.condition, decides), (node.body, False)]
            elif isinstance(node, AndOr) and decides:
                stack += [(each, True) for each in node.children()]
            else:
                stack += [(each, decides) for each in node.children()]


def _leaving(script: Script) -> set[int]:
    """The statements (by identity) in which the command may end, and their branches."""
    found: set[int] = set()
    stack: list[tuple[Node, tuple[Node, ...]]] = [(script, ())]
    while stack:
        node, above = stack.pop()
        if isinstance(node, SimpleCommand) and node.words and node.words[0].text in _LEAVING:
            found.update(id(each) for each in above)
        elif isinstance(node, If):
            above = (*above, node, *node.branches)
        elif isinstance(node, (AndOr, Case)):
            above = (*above, node)
        stack += [(each, above) for each in node.children()]
    return found


def _operator(node: Node) -> str:
    """The operator of a comparison; empty for what is none."""
    if isinstance(node, Condition):
        return node.operator
    if isinstance(node, SimpleCommand) and node.words and node.words[0].text in TESTS:
        return next((word.text for word in node.words[1:] if word.text in _COMPARES), None) or ""
    return ""


def _is_pattern(node: Node) -> bool:
    """Whether a text is held to a pattern of all of it: by ``=~``, ``expr`` or ``grep``."""
    if isinstance(node, Condition):
        return node.operator == "=~" and _is_whole(node.words[-1])
    if isinstance(node, Pipeline):
        return any(_greps(each) for each in node.commands)
    if not isinstance(node, SimpleCommand) or not node.words:
        return False
    if node.words[0].text == "expr":
        return any(word.text in (":", "match") for word in node.words) and _is_whole(node.words[-1], True)
    return False


def _greps(node: Node) -> bool:
    for invocation in unwrapped(node) if isinstance(node, SimpleCommand) else ():
        if invocation.program in _GREPS:
            patterns = invocation.operands()[:1]
            whole = bool(invocation.flags("-x", "--line-regexp"))
            return whole or not patterns or any(_is_whole(word) for word in patterns)
    return False


def _is_whole(word: Word, begins: bool = False) -> bool:
    """Whether a regular expression says something of all of a text, or finds what is not allowed; or is not known."""
    raw = word.raw.strip("'\"")
    if "[^" in raw:
        return True
    if word.text is None and not re.search(r"\$\"?\Z", raw):
        return names_in(word) != set()
    return (begins or raw.startswith(("^", "(^"))) and raw.endswith(("$", "$)"))
