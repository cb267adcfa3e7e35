"""Shell commands to test with, those of tests/data/shell and of the corpus; and what tests ask of their trees."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import yaml

from cblint.shell.commands import AndOr, CommandList, Pipeline
from cblint.shell.parser import parse
from cblint.shell.script import Script
from cblint.shell.syntax import Literal, Node, Word
from cblint.shell.syntax import walk as walk_shell
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Mapping, Scalar, Sequence, walk
from tests.properties.strategies import CORPUS
from tests.properties.strategies import read as read_file

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "shell", "scripts.yml")
_COMMANDS = ("commands", "finally")


class Item(NamedTuple):
    """A command, and the text of the file that it stands in."""

    command: Text
    file: str


@functools.cache
def scripts(kind: str) -> dict[str, str]:
    """The scripts of a kind (``posix`` or ``bash``) by their names."""
    with open(SCRIPTS, encoding="utf-8") as file:
        found: dict[str, str] = yaml.safe_load(file)[kind]
    return found


@functools.cache
def script_items() -> list[Item]:
    """All scripts, each with its place in their file."""
    file = read_file(SCRIPTS)
    root = load(Text.of(file)).documents[0].root
    assert isinstance(root, Mapping)
    found = []
    for kind in root.pairs:
        assert isinstance(kind.value, Mapping)
        for pair in kind.value.pairs:
            assert isinstance(pair.value, Scalar)
            found.append(Item(pair.value.text, file))
    return found


@functools.cache
def corpus_items() -> list[Item]:
    """The different commands of the corpus; empty where it is absent."""
    found: dict[str, Item] = {}
    for directory, _, names in sorted(os.walk(CORPUS)):
        for name in sorted(names):
            if name.endswith((".yml", ".yaml", ".json", ".template")):
                file = read_file(os.path.join(directory, name))
                for command in _commands(Text.of(file)):
                    if command.value.strip():
                        found.setdefault(command.value, Item(command, file))
    return list(found.values())


def _commands(text: Text) -> Iterator[Text]:
    """The commands of a buildspec, or of all buildspecs that a template has as text."""
    try:
        stream = load(text)
    except TooComplex:
        return
    for document in stream.documents:
        for node in walk(document.root):
            if isinstance(node, Scalar) and node.style and "phases:" in node.value:
                yield from _commands(node.text)
            for pair in node.pairs if isinstance(node, Mapping) else ():
                if pair.name in _COMMANDS:
                    value = pair.value.resolved
                    items = [item.resolved for item in value.items] if isinstance(value, Sequence) else [value]
                    yield from (item.text for item in items if isinstance(item, Scalar))


# Trees

N = TypeVar("N", bound=Node)
OFFSET = 100


def read(text: str) -> Script:
    """The tree of a command that stands somewhere in a file; it must be right."""
    script = parse(Text.of(text, OFFSET))
    assert script.problem is None
    return script


def all_of(text: str, kind: type[N]) -> list[N]:
    """Every node of a kind, in order."""
    return [node for node in walk_shell(read(text)) if isinstance(node, kind)]


def only(text: str, kind: type[N]) -> N:
    """The one node of a kind."""
    (found,) = all_of(text, kind)
    return found


def raws(nodes: object) -> list[str]:
    """What is written of each node."""
    assert isinstance(nodes, (list, tuple))
    return [node.raw for node in nodes]


def plain(node: Node) -> bool:
    """Whether it is a word without quotes and expansions, or the one part of such a word."""
    parts = node.parts if isinstance(node, Word) else (node,)
    return bool(parts) and all(isinstance(part, Literal) for part in parts)


def outline(text: str) -> list[str]:
    """What every node is and covers, but for plain words and for lists and pipelines of one command."""
    found = []
    for node in walk_shell(read(text)):
        if isinstance(node, (Script, CommandList)):
            continue
        if isinstance(node, AndOr) and len(node.pipelines) == 1 and node.terminator != "&":
            continue
        if isinstance(node, Pipeline) and len(node.commands) == 1 and not node.negated and not node.timed:
            continue
        if isinstance(node, (Word, Literal)) and plain(node):
            continue
        found.append(f"{type(node).__name__} {node.raw}")
    return found
