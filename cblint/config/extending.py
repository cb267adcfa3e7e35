"""The files that a configuration extends: local ones, inside its repository, in no circle."""

from __future__ import annotations

import os

from cblint.config.files import ConfigFile, lies_within, opened
from cblint.hosts.discover import git_root
from cblint.source.tree import Node, Scalar, Sequence

DEEPEST = 10
"""Files that extend one another: each is one more that a reader has to look at."""
MOST = 50
"""Files of one configuration."""


def chain_of(file: ConfigFile) -> tuple[ConfigFile, ...]:
    """The file, last, and before it all that it extends: what a file extends stands before it, each once.

    Raises ConfigError.
    """
    folder = os.path.dirname(file.path)
    found: dict[str, ConfigFile] = {}
    _collect(file, git_root(folder) or folder, (), found)
    return tuple(found.values())


def _collect(file: ConfigFile, boundary: str, trail: tuple[ConfigFile, ...], found: dict[str, ConfigFile]) -> None:
    """Add a file to what is found, after all that it extends; no deeper than DEEPEST."""
    trail = (*trail, file)
    for node in _extended(file):
        path = os.path.normpath(os.path.join(os.path.dirname(file.path), node.value))
        real = _real(path, file, node)
        if not node.value:
            raise file.wrong(node, "extends names no file: it is empty")
        if not lies_within(real, boundary):
            raise file.wrong(
                node,
                f'extends "{node.value}" leads out of the repository: only what lies in it is read, or, where '
                "there is none, in the folder of the configuration",
            )
        if real in (os.path.realpath(each.path) for each in trail):
            way = " extends ".join([*(each.shown for each in trail), os.path.relpath(path)])
            raise file.wrong(node, f"{way}: a configuration cannot extend itself")
        if real in found:
            continue
        if len(trail) == DEEPEST or len(found) + len(trail) == MOST:
            raise file.wrong(node, f"more than {DEEPEST} files that extend one another, or {MOST} in all, are too many")
        _collect(_open(path, file, node), boundary, trail, found)
    found[os.path.realpath(file.path)] = file


def _real(path: str, file: ConfigFile, node: Scalar) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:
        raise file.wrong(node, "extends names no file: it holds a NUL character") from None


def _open(path: str, file: ConfigFile, node: Scalar) -> ConfigFile:
    """A file that another extends: if that is missing, or no file, the fault is with the other."""
    if not os.path.isfile(path):
        why = "is a directory" if os.path.isdir(path) else "is no file" if os.path.lexists(path) else "does not exist"
        raise file.wrong(node, f'extends "{node.value}", which {why}')
    extended = opened(path, named=False)
    if extended is None:
        raise file.wrong(node, f'extends "{node.value}", which has no table [tool.cblint]')
    return extended


def _extended(file: ConfigFile) -> list[Scalar]:
    pair = file.root.effective().get("extends") if file.root is not None else None
    value: Node | None = pair.value.resolved if pair is not None else None
    nodes = [item.resolved for item in value.items] if isinstance(value, Sequence) else [value]
    return [node for node in nodes if isinstance(node, Scalar)]
