"""Writes scripts of several items for the shells, each from its seed, by the grammar of data/flow_grammar.txt."""

from __future__ import annotations

import functools
import os
import random
import re
from collections.abc import Iterator
from typing import NamedTuple

GRAMMAR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "flow_grammar.txt")
TAGS = frozenset({"bash", "deep", "loop", "body", "file", "up"})
MADE_HERE = frozenset({"commands", "list", "new-function", "call", "I", "E"})
DEEPEST, LOOPS, CLIMBS = 3, 2, 4
"""How far constructs and loops are nested, and how often a script climbs."""
FUNCTIONS = ("f", "g", "h")
"""A function calls only those behind it, or it would never end."""
BASH_IN_DASH = 0.04
"""How much of its weight a construct of bash keeps in a script for dash."""
ITEMS = {1: 2, 2: 4, 3: 5, 4: 4, 5: 2, 6: 1}
COMMANDS = {1: 4, 2: 5, 3: 4, 4: 3, 5: 2, 6: 2, 7: 1, 8: 1}
BODY = {1: 5, 2: 3, 3: 1}

_WAY = re.compile(r"  (\d+)(?: ([a-z,]+))? :(?: (.*))?")
_PLACE = re.compile(r"«([^»|]+)(\|q)?»")
_NAME = re.compile(r"\b(?:[A-DFXYZ]|I\d+|HOME|INHERITED|PWD|OLDPWD|IFS)\b")


class Way(NamedTuple):
    """A way to write a symbol: literal text, and symbols (with whether they are quoted) between."""

    weight: float
    tags: frozenset[str]
    parts: tuple[str | tuple[str, bool], ...]


class Tree(NamedTuple):
    """What was written for a symbol."""

    symbol: str
    parts: tuple[str | Tree, ...]
    quoted: bool = False

    @property
    def text(self) -> str:
        """As the shell reads it."""
        written = ""
        for part in self.parts:
            if isinstance(part, Tree):
                written += part.text
            elif not (self.symbol == "element" and written.endswith("\n")):
                written += part  # the end of a here-document ends its command, too
        return "'" + written.replace("'", "'\\''") + "'" if self.quoted else written


class Script(NamedTuple):
    """The items of a script, as trees that can be made smaller."""

    trees: tuple[Tree, ...]

    @property
    def items(self) -> list[str]:
        return [tree.text for tree in self.trees]

    @property
    def size(self) -> int:
        return sum(len(item) + 1 for item in self.items)


def mentioned(item: str) -> set[str]:
    """The variables that stand in an item, of those that the grammar knows."""
    return set(_NAME.findall(item))


@functools.cache
def grammar() -> dict[str, list[Way]]:
    """The ways to write each symbol."""
    found: dict[str, list[Way]] = {}
    ways: list[Way] = []
    with open(GRAMMAR, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith(" "):
                ways = found.setdefault(line.removesuffix(":"), [])
                continue
            way = _WAY.fullmatch(line)
            assert way is not None, line
            ways.append(Way(float(way[1]), frozenset((way[2] or "").split(",")) - {""}, _parts(way[3] or "")))
    return found


def _parts(text: str) -> tuple[str | tuple[str, bool], ...]:
    parts: list[str | tuple[str, bool]] = []
    at = 0
    text = text.replace("¶", "\n").replace("␠", " ")
    for match in _PLACE.finditer(text):
        parts += [text[at : match.start()], (match[1], bool(match[2]))]
        at = match.end()
    return tuple(part for part in (*parts, text[at:]) if part)


class _Inside(NamedTuple):
    """What surrounds the place that is written."""

    depth: int = 0
    loops: int = 0
    function: int = 0
    in_file: bool = False

    def within(self, tags: frozenset[str]) -> _Inside:
        return _Inside(
            self.depth + bool(tags & {"deep"}),
            self.loops + bool(tags & {"loop"}),
            len(FUNCTIONS) if "file" in tags else self.function + bool(tags & {"body"}),
            self.in_file or "file" in tags,
        )

    def allows(self, tags: frozenset[str], climbs: int) -> bool:
        return not (
            ("deep" in tags and self.depth >= DEEPEST)
            or ("loop" in tags and self.loops >= LOOPS)
            or ("body" in tags and self.function >= len(FUNCTIONS))
            or ("file" in tags and self.in_file)
            or ("up" in tags and (climbs >= CLIMBS or self.loops or self.function or self.in_file))
        )


class Writer:
    """Writes one script; ``used`` are the ways that it went."""

    def __init__(self, seed: int, shell: str) -> None:
        self.used: set[tuple[str, Way]] = set()
        self._random = random.Random(f"{shell} {seed}")
        self._dash = shell == "dash"
        self._climbs = 0
        self._serial = 0

    def script(self) -> Script:
        """The script of the seed."""
        return Script(tuple(self._symbol("item", _Inside()) for _ in range(self._count(ITEMS))))

    def _count(self, weights: dict[int, int]) -> int:
        return self._random.choices(list(weights), list(weights.values()))[0]

    def _symbol(self, symbol: str, inside: _Inside, quoted: bool = False) -> Tree:
        if symbol == "commands":
            return self._list(symbol, self._count(COMMANDS), inside)
        if symbol == "list":
            return self._list(symbol, self._count(BODY), inside)._replace(quoted=quoted)
        if symbol == "call":
            return self._call(inside)
        way = self._way(symbol, inside)
        self.used.add((symbol, way))
        self._climbs += "up" in way.tags
        inside = inside.within(way.tags)
        names: dict[str, str] = {}
        parts: list[str | Tree] = []
        for part in way.parts:
            if isinstance(part, str):
                parts.append(part)
            elif part[0] in ("I", "E"):
                parts.append(names.setdefault(part[0], f"{part[0]}{self._next()}"))
            elif part[0] == "new-function":
                parts.append(FUNCTIONS[inside.function - 1])
            else:
                parts.append(self._symbol(part[0], inside, part[1]))
        return Tree(symbol, tuple(parts), quoted)

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _way(self, symbol: str, inside: _Inside) -> Way:
        ways = [way for way in grammar()[symbol] if inside.allows(way.tags, self._climbs)]
        if not ways:
            return Way(1, frozenset(), (":",))
        weights = [way.weight * (BASH_IN_DASH if self._dash and "bash" in way.tags else 1) for way in ways]
        return self._random.choices(ways, weights)[0]

    def _call(self, inside: _Inside) -> Tree:
        known = FUNCTIONS[inside.function :]
        if not known:
            return Tree("call", (":",))
        return Tree(
            "call", (self._random.choices(known, (5, 2, 1)[: len(known)])[0], self._symbol("call-words", inside))
        )

    def _list(self, symbol: str, count: int, inside: _Inside) -> Tree:
        lines = self._random.random() < 0.3
        elements: list[str | Tree] = [
            Tree("element", (self._symbol("command", inside), "\n" if lines else "; ")) for _ in range(count)
        ]
        return Tree(symbol, tuple(elements))


def script(seed: int, shell: str) -> Script:
    """The script of a seed; those for dash hold little that only bash knows."""
    return Writer(seed, shell).script()


# Smaller scripts

PLAIN = {
    **dict.fromkeys(("simple", "condition", "status", "silent", "test"), ("true", "false")),
    **dict.fromkeys(("value", "expression", "literal", "number"), ("1",)),
    **dict.fromkeys(("words", "argument", "operand", "alternative", "pattern", "text"), ("a",)),
}
"""What stands for a symbol when nothing of it matters."""


def smaller(script: Script) -> Iterator[Script]:
    """Scripts with something left out, those first that lack most."""
    trees = script.trees
    for number in range(len(trees)):
        if len(trees) > 1:
            yield Script(trees[:number] + trees[number + 1 :])
    for number, tree in enumerate(trees):
        for less in sorted(_smaller_trees(tree), key=lambda less: len(less.text)):
            yield Script((*trees[:number], less, *trees[number + 1 :]))


def _smaller_trees(tree: Tree) -> Iterator[Tree]:
    """The tree with an element less, or with a part put in the place of what holds it and is of its kind."""
    if tree.symbol in ("commands", "list") and len(tree.parts) > 1:
        for number in range(len(tree.parts)):
            yield tree._replace(parts=tree.parts[:number] + tree.parts[number + 1 :])
    if tree.symbol == "command":
        yield from (Tree("command", (part,)) for part in _below(tree, {"simple", "silent", "status"}))
    for plain in PLAIN.get(tree.symbol, ()):
        if len(plain) < len(tree.text):
            yield Tree(tree.symbol, (plain,))
    for inner in _below(tree, {tree.symbol}):
        yield inner._replace(quoted=tree.quoted)
    for number, part in enumerate(tree.parts):
        if isinstance(part, Tree):
            for less in _smaller_trees(part):
                yield tree._replace(parts=(*tree.parts[:number], less, *tree.parts[number + 1 :]))


def _below(tree: Tree, symbols: set[str]) -> Iterator[Tree]:
    for part in tree.parts:
        if isinstance(part, Tree):
            if part.symbol in symbols:
                yield part
            else:
                yield from _below(part, symbols)
