"""One file of a configuration: read, parsed, and held to the schema; what is wrong with it is said with its place."""

from __future__ import annotations

import os

from cblint.buildspec.checked import given_twice
from cblint.config.model import ConfigError
from cblint.facts import table
from cblint.hosts.discover import git_root
from cblint.source.file import Unreadable, read
from cblint.source.loader import TooComplex, load
from cblint.source.remembered import of_disk
from cblint.source.text import Lines, Text
from cblint.source.tree import Mapping, Node, Scalar


class ConfigFile:
    """A file of a configuration.

    ``path`` is absolute, ``shown`` what messages call it. ``root`` is what it says, None where that is nothing; of a
    table in TOML nobody knows the lines, which are None.
    """

    __slots__ = ("lines", "path", "root", "shown", "text")

    def __init__(self, path: str, shown: str, text: str, root: Mapping | None, lines: Lines | None) -> None:
        self.path = path
        self.shown = shown
        self.root = root
        self.lines = lines
        self.text = text

    def at(self, node: Node) -> str:
        """Where a node begins, as ``.cblint.yml:3:1``."""
        return _at(self.shown, self.lines, node.span.start)

    def hidden(self, said: str) -> str:
        """What is said of the file, without its secrets."""
        return _hidden(said, self.text)

    def wrong(self, node: Node, what: str) -> ConfigError:
        """An error about a node."""
        return ConfigError(self.hidden(f"{self.at(node)}: {what}"))


def opened(path: str, named: bool) -> ConfigFile | None:
    """A file that may be used, None where a pyproject.toml has nothing for cblint. Raises ConfigError.

    ``named``: the user names it; it may be a pipe, have any name, and be a link to anywhere.
    """
    if not named and leads_out(path):
        raise ConfigError(f"{os.path.relpath(path)} is a link that leads out of the repository")
    file = _opened(path, named)
    if isinstance(file, ConfigError):
        raise ConfigError(str(file))
    return file


@of_disk(1024)
def _opened(path: str, named: bool) -> ConfigFile | ConfigError | None:
    """What ``opened`` gives or raises: many folders, and many configurations, can share a file."""
    shown = os.path.relpath(path)
    try:
        text = read(path, named)
    except Unreadable as error:
        return ConfigError(f"{shown} {error}")
    try:
        return _parsed(text, path, shown, named)
    except ConfigError as error:
        return ConfigError(_hidden(str(error), text))


def _parsed(text: str, path: str, shown: str, named: bool) -> ConfigFile | None:
    source, lines = text, None
    try:
        if path.endswith(".toml"):
            from cblint.config.toml import own_table  # most configurations are YAML

            own = own_table(text)
            if own is None and not named:
                return None
            source = own or "{}"
            shown += " [tool.cblint]"
        else:
            lines = Lines(text)
        stream = load(Text.of(source))
    except TooComplex as error:
        raise ConfigError(f"{shown} {error}") from None
    except ValueError as error:
        raise ConfigError(f"{shown} is not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{shown} nests lists and tables too deep") from None
    if stream.problem is not None:
        raise ConfigError(f"{_at(shown, lines, stream.problem.span.start)} is not valid YAML: {stream.problem.problem}")
    if len(stream.documents) > 1:
        raise ConfigError(f"{_at(shown, lines, stream.documents[1].start)}: a configuration is one YAML document")
    root = stream.documents[0].root if stream.documents else None
    for again in given_twice(root):
        raise ConfigError(f'{_at(shown, lines, again.key.span.start)}: "{again.name}" is given twice')
    if root is None or (isinstance(root, Scalar) and root.empty):
        return ConfigFile(path, shown, text, None, lines)
    from cblint.config.checking import check  # most repositories have no configuration

    check(root, table("config"), lambda start, what: ConfigError(f"{_at(shown, lines, start)}: {what}"))
    assert isinstance(root, Mapping)
    return ConfigFile(path, shown, text, root, lines)


def leads_out(path: str) -> bool:
    """Whether a link would make us read something that is not the repository's."""
    return os.path.islink(path) and not lies_within(path, git_root(os.path.dirname(path)) or os.path.dirname(path))


def lies_within(path: str, folder: str) -> bool:
    """Whether a file is in a folder or below it, wherever links lead."""
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip(os.sep) + os.sep)


def _hidden(said: str, text: str) -> str:
    """What is said of a file, without its secrets."""
    from cblint.secrets.mask import mask_of  # most configurations are right

    return mask_of(text).hidden(said)


def _at(shown: str, lines: Lines | None, offset: int) -> str:
    if lines is None:
        return shown
    position = lines.position(offset)
    return f"{shown}:{position.line}:{position.column}"
