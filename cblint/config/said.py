"""What the files of a configuration say, key by key, with the place where each says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cblint.buildspec.shape import plain
from cblint.config.files import ConfigFile
from cblint.records import NamedTuple
from cblint.source.tree import Mapping, Node, Sequence
from cblint.typing import Any


class Said(NamedTuple):
    """One thing that a file says: a value, an item of a list, or a name and what it stands for."""

    key: str
    value: Any
    file: ConfigFile
    node: Node

    @property
    def origin(self) -> str:
        """Where it stands, as ``.cblint.yml:3:1``."""
        return self.file.at(self.node)

    @property
    def shown(self) -> Any:
        """The value without secrets of its file."""
        return _hidden(self.value, self.file)


def said(files: Iterable[ConfigFile]) -> Iterator[Said]:
    """All that some files say, in their order and its own."""
    for file in files:
        for key, pair in file.root.effective().items() if file.root is not None else ():
            for value, node in _parts(pair.value.resolved):
                yield Said(key, value, file, node)


def _parts(value: Node) -> Iterator[tuple[Any, Node]]:
    """The items of a list, the pairs of a mapping, or the value itself; of an empty list that it is one."""
    if isinstance(value, Sequence) and value.items:
        yield from ((plain(item), item) for item in value.items)
    elif isinstance(value, Mapping):
        yield from (((name, plain(pair.value)), pair.key) for name, pair in value.effective().items())
    else:
        yield plain(value), value


def _hidden(value: Any, file: ConfigFile) -> Any:
    if isinstance(value, str):
        return file.hidden(value)
    if isinstance(value, dict):
        return {file.hidden(name): _hidden(below, file) for name, below in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_hidden(below, file) for below in value)
    return value
