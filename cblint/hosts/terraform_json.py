"""Terraform written as JSON: the projects, webhooks, pipelines, roles and buildspecs of a ``.tf.json`` file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from cblint.facts import table
from cblint.hosts.definition import HostFile
from cblint.hosts.hcl import Scope, of_lines
from cblint.hosts.terraform_definitions import SOURCES, Value, definitions, files, standing
from cblint.hosts.terraform_scope import Names, Thing
from cblint.source.foreign import Items, Settings, Unknown
from cblint.source.loader import load
from cblint.source.text import Span, Text
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence

_MARKS = ("${", "%{")
_DEEPEST = 60
"""Lists and mappings in each other; what is deeper is unknown."""
_COMMENT = "//"

_Labels = tuple[Pair, ...]


def read(text: Text) -> HostFile | None:
    """What a file defines; None if it holds no JSON object. Raises TooComplex."""
    stream = load(text)
    tops = [block for document in stream.documents if document.root is not None for block in _blocks(document.root)]
    if not tops:
        return None
    written: dict[str, Callable[[], Node]] = {}
    names = Names(written)
    reader = _Reader(text, names.get)
    written.update(_written(reader, tops))
    found = [*definitions(text, _things(reader, tops)), *standing(_values(reader, tops), names)]
    problem = "is not valid JSON from there on" if stream.problem is not None else ""
    # Last of all, as names that have been asked for are no standing ones.
    return HostFile("terraform", tuple(found), problem, files=tuple(files(written, names)))


def _blocks(node: Node) -> list[Mapping]:
    """A block or a list of them: both may stand wherever blocks do."""
    target = node.resolved
    blocks = [item.resolved for item in target.items] if isinstance(target, Sequence) else [target]
    return [block for block in blocks if isinstance(block, Mapping)]


def _labelled(node: Node, number: int, labels: _Labels = ()) -> Iterator[tuple[_Labels, Mapping]]:
    """The blocks below so many labels."""
    for block in _blocks(node):
        if len(labels) == number:
            yield labels, block
            continue
        for pair in block.pairs:
            if pair.name not in (None, _COMMENT):
                yield from _labelled(pair.value, number, (*labels, pair))


def _found(tops: list[Mapping], type_: str, number: int) -> Iterator[tuple[_Labels, Mapping]]:
    """The blocks of a type, with so many labels."""
    for top in tops:
        pair = top.get(type_)
        if pair is not None:
            yield from _labelled(pair.value, number)


def _things(reader: _Reader, tops: list[Mapping]) -> Iterator[Thing]:
    facts = table("hosts")["terraform"]
    wanted = {*facts["resources"], *facts["attachments"]}
    for (type_, name), block in _found(tops, "resource", 2):
        if type_.name in wanted:
            yield Thing(str(type_.name), f"{type_.name}.{name.name}", _inner(name.key), reader.settings(block))


def _inner(node: Node) -> Span:
    return node.text.span(0, len(node.text)) if isinstance(node, Scalar) else node.span


def _written(reader: _Reader, tops: list[Mapping]) -> Iterator[tuple[str, Callable[[], Node]]]:
    """The values that other values of the file may name."""
    for _, block in _found(tops, "locals", 0):
        for pair in block.pairs:
            yield f"local.{pair.name}", partial(reader.value, pair.value)
    for (type_, name), block in _found(tops, "data", 2):
        for attribute, give in SOURCES.get(str(type_.name), {}).items():
            yield f"data.{type_.name}.{name.name}.{attribute}", partial(_given, reader, block, give)


def _given(reader: _Reader, block: Mapping, give: Callable[[Settings], Node]) -> Node:
    return give(reader.settings(block))


def _values(reader: _Reader, tops: list[Mapping]) -> Iterator[Value]:
    """Values that stand outside of resources."""
    for _, block in _found(tops, "locals", 0):
        for pair in block.pairs:
            yield _value(reader, pair, f"local.{pair.name}")
    for (name,), block in _found(tops, "variable", 1):
        default = block.get("default")
        if default is not None:
            yield _value(reader, default, f"var.{name.name}")
    for _, block in _found(tops, "module", 1):
        for pair in block.pairs:
            yield _value(reader, pair, "")


def _value(reader: _Reader, pair: Pair, name: str) -> Value:
    return Value(name, _inner(pair.key), partial(reader.value, pair.value))


class _Reader:
    """Reads values of JSON, whose texts are templates."""

    __slots__ = ("_origin", "_scope")

    def __init__(self, origin: Text, scope: Scope) -> None:
        self._origin = origin
        self._scope = scope

    def value(self, node: Node, depth: int = 0) -> Node:
        """What a value gives, as far as the file tells."""
        target = node.resolved
        if depth > _DEEPEST:
            return self._unknown(target)
        if isinstance(target, Mapping):
            return self.settings(target, depth)
        if isinstance(target, Sequence):
            return Items(self._origin, target.start, target.end, [self.value(item, depth + 1) for item in target.items])
        if isinstance(target, Scalar) and target.style and any(mark in target.value for mark in _MARKS):
            return self._template(target)
        return target

    def _unknown(self, node: Node) -> Unknown:
        return Unknown(self._origin, node.start, node.end)

    def settings(self, block: Mapping, depth: int = 0) -> Settings:
        """An object; as a block, what it sets, incomplete where a block of it is ``dynamic``."""
        read = {
            pair.name: (pair.key, self.value(pair.value, depth + 1))
            for pair in block.pairs
            if pair.name not in (_COMMENT, "dynamic")
        }
        dynamic = block.get("dynamic")
        for (label,), made in _labelled(dynamic.value, 1) if dynamic is not None else ():
            named, held = read.get(label.name, (label.key, None))
            items = held.items if isinstance(held, Sequence) else [held] if held is not None else []
            read[label.name] = named, Items(self._origin, made.start, made.end, items, False)
        return Settings(self._origin, block.start, block.end, read.values())

    def _template(self, node: Scalar) -> Node:
        """A text of JSON is what the lines of a heredoc are."""
        given = of_lines(node.text, self._scope, self._origin, (node.start, node.end))
        return given if given is not None else self._unknown(node)
