"""Where a word would stand: the file is read with a placeholder in its place, as cblint reads any file.

What is half typed is seldom valid, and indentation alone does not tell a key from a line of a command, nor brackets
from text. A placeholder that is a whole key, or a whole value, makes the text valid again in most cases, and the parser
says where it stands, in every format that holds buildspecs. Where the file was broken before, what follows the
placeholder is left out, and then lines above it that cannot be read. Where it was not, and the placeholder breaks it,
nothing can be put there, and nothing is offered.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec
from cblint.buildspec.shape import Steps
from cblint.config import NAMES
from cblint.hosts.definition import PROJECT
from cblint.hosts.graph import Resource
from cblint.linter import place_of
from cblint.lsp.document import Document
from cblint.lsp.typed import PLACEHOLDER
from cblint.opening import NotBuildspec, Opened, buildspecs_in, called_a_buildspec, opened
from cblint.records import NamedTuple
from cblint.source.foreign import Settings
from cblint.source.loader import Stream, TooComplex, load
from cblint.source.text import Span, Text, begin_of_line, end_of_line
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence

BUILDSPEC, CONFIG, PROJECT_SETTINGS = "buildspec", "config", "project"
"""What the place is in: the names of the schemas."""
_MENDED = 5
"""So many lines above are left out, at most."""


class Standing(NamedTuple):
    """Where the placeholder stands.

    ``schema`` is the one for ``root``; ``steps`` lead from there to the mapping whose key it is, or to the value that
    it is or that holds it (``node``). ``holders`` are the lists and mappings round it, the outermost first; ``pair`` is
    the one whose key it is, else None. ``buildspec`` is the one that it is in, None if it is in none.
    """

    schema: str
    root: Node
    steps: Steps
    holders: tuple[Node, ...]
    node: Node
    pair: Pair | None
    buildspec: Buildspec | None

    @property
    def is_whole(self) -> bool:
        """Whether the placeholder is all of the key or the value."""
        return isinstance(self.node, Scalar) and self.node.value == PLACEHOLDER

    @property
    def holder(self) -> Node | None:
        """The list or mapping right round it."""
        return self.holders[-1] if self.holders else None

    @property
    def in_brackets(self) -> bool:
        """Whether brackets are round it, so that line ends mean nothing."""
        return any(map(_has_brackets, self.holders))

    @property
    def is_closed(self) -> bool:
        """Whether what stands round it ends where it seems to: brackets without an end take in what follows them."""
        return self.is_whole and not any(each.open for each in self.holders if _has_brackets(each))


def _has_brackets(node: Node) -> bool:
    return isinstance(node, (Mapping, Sequence)) and node.flow


def standing(document: Document, replaced: Span, filled: str) -> Standing | None:
    """Where the placeholder in ``filled`` stands when that is put in the place of a range; None if that cannot be."""
    if PLACEHOLDER in document.text:
        return None
    before, after = document.text[: replaced.start], document.text[replaced.end :]
    reading = _read(document, f"{before}{filled}{after}")
    found = _found(reading)
    if not reading.broken:
        return found
    original = _read(document, document.text)
    if not original.broken:
        return None
    if found is None or not found.is_closed:
        return _mended(document, before, filled, after) or found
    # What could be read before the file breaks off must be read still.
    breaks_sooner = _left(reading, len(before) + len(filled) + len(after)) > _left(original, len(document.text))
    return found if not breaks_sooner else None


def _left(reading: _Reading, length: int) -> int:
    """How much of a text is not read."""
    return length - reading.problem_at if reading.problem_at is not None else 0


def _mended(document: Document, before: str, filled: str, after: str) -> Standing | None:
    """The same without the lines above that cannot be read, and without what follows if that spoils it."""
    line = begin_of_line(before, len(before))
    for _ in range(_MENDED + 1):
        found = _found(_read(document, f"{before}{filled}{after}"))
        if found is not None and found.is_closed:
            return found
        reading = _read(document, before + filled)
        found = _found(reading)
        at = reading.cause
        if found is not None or at is None or at >= line:
            return found
        begin, end = begin_of_line(before, at), end_of_line(before, at)
        before = f"{before[:begin]}{' ' * (end - begin)}{before[end:]}"
    return None


# Reading


class _Reading(NamedTuple):
    """What a text holds: trees with their schemas, and where it breaks off, and by what."""

    roots: tuple[tuple[str, Node, Buildspec | None], ...]
    broken: bool
    problem_at: int | None = None
    cause: int | None = None


_NOTHING = _Reading((), broken=True)


def _read(document: Document, text: str) -> _Reading:
    try:
        if os.path.basename(document.path) in NAMES:
            return _configuration(document.path, text)
        if is_buildspec(document):
            return _buildspecs(document, load(Text.of(text)))
        # What the text holds as it is has been found once; other formats than YAML take their time.
        if text is document.text:
            return _opened(document.opened) if document.opened is not None else _NOTHING
        return _opened(opened(text, place_of(document.path), document.config))
    except (NotBuildspec, TooComplex):
        return _NOTHING


def is_buildspec(document: Document) -> bool:
    """Whether a file holds a buildspec and nothing else, or will once it is written."""
    if document.opened is not None:
        return document.opened.kind == BUILDSPEC
    return called_a_buildspec(document.path, document.config)


def _configuration(path: str, text: str) -> _Reading:
    if path.endswith(".toml"):
        return _NOTHING
    stream = load(Text.of(text))
    return _of_stream(stream, [(CONFIG, each.root, None) for each in stream.documents if each.root is not None])


def _buildspecs(document: Document, stream: Stream) -> _Reading:
    found = buildspecs_in(stream, place_of(document.path), document.config)
    return _of_stream(stream, [(BUILDSPEC, each.root, each) for each in found if each.root is not None])


def _of_stream(stream: Stream, roots: list[tuple[str, Node, Buildspec | None]]) -> _Reading:
    if stream.problem is None:
        return _Reading(tuple(roots), broken=False)
    at = stream.problem.at
    last = stream.documents[-1].root if stream.documents else None
    return _Reading(tuple(roots), broken=True, problem_at=at, cause=_open_bracket(last, at))


def _open_bracket(node: Node | None, otherwise: int) -> int:
    """Where the outermost bracket stands that nothing ends: the error is only found behind it."""
    while isinstance(node, (Mapping, Sequence)) and node.open:
        if node.flow:
            return node.start
        children = [pair.value for pair in node.pairs] if isinstance(node, Mapping) else node.items
        node = children[-1] if children else None
    return otherwise


def _opened(found: Opened) -> _Reading:
    inner = [(BUILDSPEC, each.root, each) for each in found.buildspecs if each.root is not None]
    own = [each for each in found.subjects if isinstance(each, Resource)]
    projects = [(PROJECT_SETTINGS, each.root, None) for each in own if each.definition.kind == PROJECT]
    broken = found.at is not None or any(each.stream.problem is not None for each in found.buildspecs)
    return _Reading((*inner, *projects), broken=broken)


# Finding


def _found(reading: _Reading) -> Standing | None:
    for schema, root, buildspec in reading.roots:
        if schema == PROJECT_SETTINGS:
            found = _in_settings(root)
        else:
            found = None if isinstance(root, Settings) else _in_text(schema, root, buildspec)
        if found is not None:
            return found
    return None


def _in_text(schema: str, root: Node, buildspec: Buildspec | None) -> Standing | None:
    """The placeholder in a tree of YAML: the way to its offset is the way to it."""
    at = root.origin.value.find(PLACEHOLDER)
    steps: list[str | int] = []
    holders: list[Node] = []
    node = root
    while at >= 0:
        if isinstance(node, Mapping):
            number = bisect_right(node.pairs, at, key=lambda pair: pair.key.start) - 1
            if number < 0:
                return None
            holders.append(node)
            pair = node.pairs[number]
            if at < pair.key.end:
                if not isinstance(pair.key, Scalar):
                    return None
                return Standing(schema, root, tuple(steps), tuple(holders), pair.key, pair, buildspec)
            steps.append(pair.name if pair.name is not None else "?")
            node = pair.value
        elif isinstance(node, Sequence):
            number = bisect_right(node.items, at, key=lambda item: item.start) - 1
            if number < 0:
                return None
            holders.append(node)
            steps.append(number)
            node = node.items[number]
        else:
            holds = isinstance(node, Scalar) and node.start <= at < node.end and PLACEHOLDER in node.value
            return Standing(schema, root, tuple(steps), tuple(holders), node, None, buildspec) if holds else None
    return None


def _in_settings(root: Node) -> Standing | None:
    """The same among the settings of a project: their places say nothing of where they stand in each other."""
    for steps, node in _leaves(root):
        if node.value == PLACEHOLDER:
            return Standing(PROJECT_SETTINGS, root, steps, (), node, None, None)
    return None


def _leaves(root: Node) -> Iterator[tuple[Steps, Scalar]]:
    stack: list[tuple[Steps, Node]] = [((), root)]
    while stack:
        steps, node = stack.pop()
        if isinstance(node, Mapping):
            stack += [((*steps, pair.name or "?"), pair.value) for pair in node.pairs]
        elif isinstance(node, Sequence):
            stack += [((*steps, number), item) for number, item in enumerate(node.items)]
        elif isinstance(node, Scalar):
            yield steps, node
