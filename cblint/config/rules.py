"""The rules that a configuration brings, and the names of rules in it, which have to be those of some."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from cblint.catalogue import Catalogue, UnknownRule
from cblint.catalogue.selection import is_family
from cblint.config.files import ConfigFile, lies_within
from cblint.config.nodes import keys, pairs, scalars, texts
from cblint.hosts.discover import git_root
from cblint.source.tree import Scalar


def rule_paths(file: ConfigFile) -> Iterator[str]:
    """The files and folders of own rules that a file names: they are there, and in the repository. Raises ConfigError.

    Where there is no repository, they are in the folder of the configuration.
    """
    folder = os.path.dirname(file.path)
    top = git_root(folder) or folder
    for node in texts(file.root, "rules") if file.root is not None else ():
        path = os.path.normpath(os.path.join(folder, node.value))
        if path != os.path.normpath(top) and not lies_within(path, top):
            raise file.wrong(node, f'"{node.value}" is not in the repository; --rules can name rules elsewhere')
        if not os.path.exists(path):
            raise file.wrong(node, f'there is no file or folder "{node.value}"')
        yield path


def baseline_path(file: ConfigFile) -> Iterator[str]:
    """The baseline that a file names, if any: it lies in the repository, and need not be there. Raises ConfigError."""
    folder = os.path.dirname(file.path)
    for node in texts(file.root, "baseline") if file.root is not None else ():
        path = os.path.abspath(os.path.join(folder, node.value))
        if not lies_within(path, git_root(folder) or folder):
            raise file.wrong(node, '"baseline" leads out of the repository: name a file in it')
        yield path


def check_names(files: Iterable[ConfigFile], catalogue: Catalogue) -> None:
    """Raise ConfigError for a name that no rule has, or two that give one rule a severity."""
    known: set[str] = set()
    for file in files:
        for name in _names(file):
            if name.value in known:
                continue  # a list can hold one a hundred thousand times, and each is looked for among all rules
            try:
                catalogue.codes_of(name.value)
            except UnknownRule as error:
                raise file.wrong(name, str(error)) from None
            known.add(name.value)
        _check_severities(file, catalogue)


def _names(file: ConfigFile) -> Iterator[Scalar]:
    """The nodes that name rules."""
    root = file.root
    if root is None:
        return
    yield from texts(root, "select")
    yield from texts(root, "ignore")
    for pair in pairs(root, "per-path-ignores"):
        yield from scalars(pair.value)
    yield from keys(root, "severity")


def _check_severities(file: ConfigFile, catalogue: Catalogue) -> None:
    """Two names of one rule would say two things of it; a rule and its family may."""
    said: dict[str, str] = {}
    for pair in pairs(file.root, "severity") if file.root is not None else ():
        name = pair.name or ""
        (code, *_) = [name.upper()] if is_family(name) else catalogue.codes_of(name)
        if code in said:
            raise file.wrong(pair.key, f'severity names one rule twice: "{said[code]}" and "{name}"')
        said[code] = name
