"""Plays the examples of rules in real shells: their items one after the other, as CodeBuild's wrapper runs them, with
programs that do nothing in the place of real ones, and the command in question made to fail."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cblint.buildspec.model import Buildspec
from cblint.examples import Example
from cblint.facts import table
from cblint.flow.builtins import find as builtin
from cblint.flow.steps import Step, steps_of
from cblint.shell.commands import AndOr, Function, If, Pipeline, SimpleCommand
from cblint.shell.syntax import Node, Word, walk
from cblint.source.text import Span
from tests.bounds import ALL
from tests.builds import buildspec
from tests.flow_runner import SHELLS, Observed, Place, Runner

FAILS = "fails-once"
"""A program that fails the first time it is called, and then succeeds."""
LEAVES_MARK = "leaves-mark"
"""A program that notes that it was called."""
_REAL = frozenset({"bash", "sh", "dash"})
_FOLDERS = ("services/api", "services/web", "app", "web", "scripts", "ci", "templates", "tools")
_FILES = {
    "services.txt": "api\nweb\n",
    "list.txt": "a\nb\n",
    "list": "a\n",
    "templates/a.yml": "",
    "templates/b.yml": "",
}

Edit = tuple[Span, str]


class Play(NamedTuple):
    """What came of it: what each item left, what was printed, and whether LEAVES_MARK was called."""

    observed: list[Observed]
    said: str
    marked: bool
    failed: bool
    """Whether the command that was to fail was called at all."""


class Case(NamedTuple):
    """An example in a shell; ``at`` is where its finding is, ``related`` are the places with it, in file order."""

    example: Example
    shell: str
    at: Span
    related: tuple[Span, ...]
    runner: Runner

    def step(self, place: Span | None = None) -> tuple[int, Step]:
        """The item that a place is in, and which it is of all."""
        span = place or self.at
        for number, step in enumerate(steps_of(buildspec(self.example.text))):
            if step.item.node.span.start <= span.start < step.item.node.span.end:
                return number, step
        raise AssertionError("no item is there")

    def items(self, edits: Iterable[Edit] = ()) -> list[str]:
        """The items, with other text in some places of the file; conditions are made to hold on the way there."""
        return [step.item.value for step in steps_of(edited(self.example.text, edits))]

    def reached(self, place: Span | None = None) -> list[Edit]:
        """What makes the shell come to a place."""
        _, step = self.step(place)
        return list(_way_to(step.item.script, place or self.at))

    def play(self, items: Sequence[str], names: Sequence[str] = (), programs: Mapping[str, str] | None = None) -> Play:
        """Runs items one after the other."""
        with self.runner.place() as place:
            tools = os.path.join(place.home, "tools")
            found = {**stubs_of(buildspec(self.example.text)), **(programs or {})}
            provide(place, tools, found, self.example.given.get("files", {}))
            observed = self.runner.run([f'PATH="{tools}:$PATH"', *items], self.shell, names, place)
            marks = [os.path.exists(os.path.join(tools, f"{name}.called")) for name in (LEAVES_MARK, FAILS)]
            return Play(observed[1:], self.runner.said(place), *marks)


def edited(text: str, edits: Iterable[Edit]) -> Buildspec:
    """The buildspec with other text in some places."""
    for span, new in sorted(set(edits), reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return buildspec(text)


def shells_of(example: Example) -> tuple[str, ...]:
    """The shells in which an example says what it says."""
    if re.search(r"^ *shell: /?.*bash", example.text, re.MULTILINE):
        return ("bash",)
    return SHELLS if "bash-syntax-under-sh" not in example.also else ("bash-as-sh", "bash")


def in_turn(examples: Sequence[Example]) -> Iterator[tuple[Example, str]]:
    """The examples of a rule, each with one of its shells in turn: with all where they are few, and in long runs."""
    for number, example in enumerate(examples):
        shells = shells_of(example)
        each = shells if ALL or len(examples) < len(SHELLS) else [shells[number % len(shells)]]
        yield from ((example, shell) for shell in each)


def _way_to(script: Node, place: Span) -> Iterator[Edit]:
    """Conditions on the way to a place that are to hold, or not to."""
    for node in walk(script):
        if not node.span.start <= place.start < node.span.end:
            continue
        if isinstance(node, If):
            for branch in node.branches:
                if _holds(branch.condition, place):
                    break
                inside = _holds(branch.body, place)
                yield branch.condition.span, "true" if inside else "false"
                if inside:
                    break
        elif isinstance(node, AndOr):
            for pipeline, operator in zip(node.pipelines, node.operators, strict=False):
                if _holds(pipeline, place):
                    break
                if _is_test(pipeline) or operator == "||":
                    yield pipeline.span, "true" if operator == "&&" else "false"


def _holds(node: Node, place: Span) -> bool:
    return node.span.start <= place.start < node.span.end


def _is_test(pipeline: Pipeline) -> bool:
    command = pipeline.commands[0]
    return not isinstance(command, SimpleCommand) or (
        bool(command.words) and command.words[0].text in ("[", "test", "command", "git", "grep")
    )


def stubs_of(found: Buildspec) -> dict[str, str]:
    """The programs and scripts that a buildspec names, each with the shell script that stands for it."""
    names: dict[str, str] = {}
    functions = {
        node.name.text for item in found.shell_items for node in walk(item.script) if isinstance(node, Function)
    }
    aliases = re.findall(r"alias (\w+)=", "\n".join(item.value for item in found.shell_items))
    wrappers = table("tools")["wrappers"]
    for invocation in (call for item in found.shell_items for call in item.invocations):
        name = invocation.words[0].text
        if name is None or builtin(name) is not None or name in {*functions, *aliases, *_REAL}:
            continue
        plain = name in wrappers and not wrappers[name].get("subcommands") and not wrappers[name].get("before")
        names[name] = 'exec "$@"' if plain else "exit 0"
    for word in (word for item in found.shell_items for word in _sourced(item.script)):
        names.setdefault(word, ":")
    return names


def _sourced(script: Node) -> Iterator[str]:
    for node in walk(script):
        if isinstance(node, SimpleCommand) and len(node.words) > 1 and node.words[0].text in (".", "source", *_REAL):
            name = node.words[1]
            if isinstance(name, Word) and name.text is not None and not name.text.startswith("-"):
                yield name.text if "/" in name.text else f"./{name.text}"


def provide(place: Place, tools: str, programs: Mapping[str, str], files: Mapping[str, str]) -> None:
    """The programs, scripts, folders and files that items find."""
    os.makedirs(tools)
    for folder in _FOLDERS:
        os.makedirs(os.path.join(place.root, folder), exist_ok=True)
    own = {
        FAILS: f'if [ -e "{tools}/{FAILS}.called" ]; then exit 0; fi\n: > "{tools}/{FAILS}.called"\nexit 3',
        LEAVES_MARK: f': > "{tools}/{LEAVES_MARK}.called"',
    }
    for name, does in {**programs, **own}.items():
        path = os.path.join(place.root, name) if "/" in name else os.path.join(tools, name)
        if not os.path.normpath(path).startswith(place.base):
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _write(path, f"#!/bin/sh\n{does}\n")
    for name, content in {**_FILES, **files}.items():
        path = os.path.join(place.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _write(path, content)


def _write(path: str, content: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    os.chmod(path, stat.S_IRWXU)


Claim = Callable[[Case], None]
