"""What tests of CDK in all its languages ask: nodes as plain data, and where their characters stand."""

from __future__ import annotations

from collections.abc import Callable

from cblint.hosts.definition import Definition, HostFile
from cblint.hosts.settings import setting
from cblint.source.foreign import is_complete
from cblint.source.text import HOLE, Text
from cblint.source.tree import Mapping, Node, Scalar, Sequence, walk


def shown(node: Node | None) -> object:
    """A node as plain data: what is not known is None, a hole ``?``, and ``...`` says that more may be there."""
    if isinstance(node, Mapping):
        pairs = {pair.name: shown(pair.value) for pair in node.pairs}
        return pairs if is_complete(node) else {**pairs, "...": None}
    if isinstance(node, Sequence):
        items = [shown(item) for item in node.items]
        return items if is_complete(node) else [*items, "..."]
    return node.value.replace(HOLE, "?") if isinstance(node, Scalar) else None


def reading(reader: Callable[[Text], HostFile | None]) -> Callable[[str], HostFile | None]:
    """What reads a source in one of the languages: what it defines, none of it without a place in it."""

    def read(source: str) -> HostFile | None:
        file = reader(Text.of(source))
        assert_inside(file, source)
        return file

    return read


def definitions_of(file: HostFile | None) -> tuple[Definition, ...]:
    return file.definitions if file is not None else ()


def only_value(definitions: tuple[Definition, ...]) -> object:
    """The value of the only setting of the only buildspec."""
    (found,) = definitions
    assert isinstance(found.root, Mapping)
    return shown(found.root.pairs[0].value)


def at(definition: Definition, path: str) -> object:
    """What a setting is, by its names with dots between them."""
    return shown(setting(definition, *path.split(".")))


def characters(node: Node, source: str) -> list[str]:
    """What stands in a file where each character of a scalar is said to stand."""
    assert isinstance(node, Scalar)
    text = node.text
    return [source[slice(*text.span(index, index + 1))] for index in range(len(text))]


def assert_inside(file: HostFile | None, source: str) -> None:
    """Each node and each character of it stands in the file."""
    for definition in file.definitions if file is not None else ():
        assert 0 <= definition.place.start <= definition.place.end <= len(source)
        for node in walk(definition.root):
            assert 0 <= node.span.start <= node.span.end <= len(source)
            if isinstance(node, Scalar):
                text = node.text
                spans = [text.span(index, index + 1) for index in range(len(text))]
                assert all(0 <= start <= end <= len(source) for start, end in spans)
