"""Where credentials come from: seen in the tree, through variables, files and the programs that cut texts."""

from __future__ import annotations

from collections.abc import Iterator

from cblint.buildspec.model import VARIABLES, Buildspec, ShellItem
from cblint.facts import table
from cblint.shell.commands import Assignment, SimpleCommand
from cblint.shell.effects import effect_of
from cblint.shell.query import Invocation, names_in
from cblint.shell.syntax import Node, Parameter, Word, walk

ASSUMED, CONTAINER, STORED, GIVEN, UNKNOWN = "assumed", "container", "stored", "given", "unknown"
"""A role that a command assumes, the service role itself, a store of secrets, the project; or nothing is known."""

_WRITING = frozenset({">", ">>", ">|"})
_DEEPEST = 20


class Origins:
    """Where the values of a buildspec come from, as far as every command that makes them is known."""

    def __init__(self, buildspec: Buildspec) -> None:
        self.stored = {each.name for each in buildspec.variables if each.section != VARIABLES}
        self.assigned: dict[str, list[tuple[ShellItem, Node]]] = {}
        self.written: dict[str, list[tuple[ShellItem, Invocation]]] = {}
        self.variables: dict[str, frozenset[str]] = {}
        self.files: dict[str, frozenset[str]] = {}
        for item in buildspec.shell_items:
            for node in walk(item.script):
                if isinstance(node, Assignment):
                    self.assigned.setdefault(node.name, []).append((item, node.value))
            for invocation in item.invocations if ">" in item.value else ():
                for redirection in invocation.redirections:
                    if redirection.operator in _WRITING and redirection.target.text:
                        self.written.setdefault(redirection.target.text, []).append((item, invocation))

    def of(self, item: ShellItem, node: Node) -> str | None:
        """Where a value comes from; None if that is not known, or there are several such places."""
        found = frozenset(self._in(item, node, 0))
        if ASSUMED in found:
            return ASSUMED
        return next(iter(found)) if len(found) == 1 and UNKNOWN not in found else None

    def _in(self, item: ShellItem, node: Node, depth: int) -> Iterator[str]:
        if depth > _DEEPEST:
            yield UNKNOWN
            return
        stack = [node]
        while stack:
            each = stack.pop()
            if isinstance(each, Parameter):
                yield from self._of_variable(each.name, depth)
            calls = item.calls(each) if isinstance(each, SimpleCommand) else []
            sources = [kind for kind in map(_source, calls) if kind is not None]
            yield from sources
            if not sources:
                stack.extend(each.children())
                for call in calls:
                    yield from self._of_command(call, depth)

    def _of_variable(self, name: str, depth: int) -> frozenset[str]:
        if name not in self.variables:
            self.variables[name] = frozenset()  # one that is made of itself adds nothing
            found = {kind for item, node in self.assigned.get(name, ()) for kind in self._in(item, node, depth + 1)}
            if name in self.stored:
                found.add(STORED)
            self.variables[name] = frozenset(found or {UNKNOWN})
        return self.variables[name]

    def _of_file(self, name: str, depth: int) -> frozenset[str]:
        if name not in self.files:
            self.files[name] = frozenset()
            written = self.written[name]
            self.files[name] = frozenset(
                kind for item, writer in written for kind in self._in(item, writer.node, depth + 1)
            )
        return self.files[name]

    def _of_command(self, invocation: Invocation, depth: int) -> Iterator[str]:
        if not _only_cuts(invocation):
            yield UNKNOWN
            return
        read = [word.text or "" for word in invocation.arguments if word.text in self.written]
        for name in read:
            yield from self._of_file(name, depth)
        if invocation.program == "cat" and not read:
            yield UNKNOWN


def _source(invocation: Invocation) -> str | None:
    """Where a command gets credentials from that it prints; None if it is none of those."""
    if gives_role(invocation):
        return ASSUMED
    if fetches_container(invocation):
        return CONTAINER
    return STORED if any(invocation.runs(*names) for names in table("effects")["secrets"]) else None


def _only_cuts(invocation: Invocation) -> bool:
    effect = effect_of(invocation)
    return effect is not None and effect.does in ("print", "transform", "wrap", "condition", "control")


def gives_role(invocation: Invocation) -> bool:
    """Whether it prints credentials of a role that it assumes."""
    return any(invocation.runs(*names) for names in table("credentials")["assuming"])


def fetches_container(invocation: Invocation) -> bool:
    """Whether it fetches the credentials of the service role from where the container gives them out."""
    facts = table("credentials")
    return invocation.program in facts["fetching"] and any(_is_endpoint(word) for word in invocation.arguments)


def _is_endpoint(word: Word) -> bool:
    known = table("credentials")["endpoint"]
    return any(text in word.raw for text in known if "/" in text) or not names_in(word).isdisjoint(known)
