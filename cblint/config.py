"""The configuration of a repository: found, read, checked, and never able to run or reach anything outside it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from cblint.catalogue import UnknownRule, select
from cblint.catalogue.selection import Selection
from cblint.facts import table
from cblint.hosts.discover import git_root, leads_out, matcher
from cblint.hosts.project import Artifacts, Cache, Project, Source
from cblint.source.file import Unreadable, read
from cblint.source.loader import TooComplex, load
from cblint.source.text import Lines, Text
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence, walk

NAMES = (".cblint.yml", ".cblint.yaml", "pyproject.toml")


class ConfigError(Exception):
    """A configuration that cannot be used. ``str()`` names the file, the place and what to do."""


class Config(NamedTuple):
    """A configuration; ``folder`` is where its patterns start."""

    folder: str = ""
    profile: str = "default"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "warning"
    buildspecs: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    require_reason: bool = False
    projects: tuple[Project, ...] = ()

    def names_buildspec(self, path: str) -> bool:
        """Whether the configuration calls the file a buildspec."""
        return matches(self.folder, self.buildspecs, path) or any(
            matches(self.folder, project.buildspecs, path) for project in self.projects
        )

    def excludes(self, path: str) -> bool:
        """Whether the file, or the folder if the path ends in a slash, is not to be linted."""
        return matches(self.folder, self.exclude, path)

    def projects_of(self, path: str) -> list[Project]:
        """The projects that use the buildspec at ``path``."""
        return [project for project in self.projects if matches(self.folder, project.buildspecs, path)]


def matches(folder: str, patterns: tuple[str, ...], path: str) -> bool:
    """Whether patterns as in ``.gitignore`` that start at an absolute folder match a path below it."""
    if not patterns:
        return False
    full = os.path.abspath(path)
    if not full.startswith(folder.rstrip(os.sep) + os.sep):
        return False
    relative = os.path.relpath(full, folder).replace(os.sep, "/")
    return _compiled(patterns)(relative + "/" if path.endswith("/") else relative) is True


@lru_cache(maxsize=256)
def _compiled(patterns: tuple[str, ...]) -> Callable[[str], bool | None]:
    return matcher(list(patterns))


@lru_cache(maxsize=1024)
def config_for(folder: str) -> Config:
    """The configuration that holds in an absolute folder: the nearest one upward, not past the git root.

    Raises ConfigError.
    """
    root = git_root(folder)
    while True:
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                config = _read_once(path)
                if isinstance(config, ConfigError):
                    raise ConfigError(str(config))
                if config is not None:
                    return config
        parent = os.path.dirname(folder)
        if folder == root or parent == folder:
            return Config()
        folder = parent


@lru_cache(maxsize=16)
def load_config(path: str) -> Config:
    """The configuration in a file that the user named. Raises ConfigError."""
    config = _read(os.path.abspath(path), must_have=True)
    assert config is not None
    return config


@lru_cache(maxsize=1024)
def _read_once(path: str) -> Config | ConfigError | None:
    """What ``_read`` says: a configuration, wrong ones too, holds for many folders."""
    try:
        return _read(path, must_have=False)
    except ConfigError as error:
        return error


def _read(path: str, must_have: bool) -> Config | None:
    """None where a pyproject.toml has nothing for cblint."""
    shown = os.path.relpath(path)
    if not must_have and _leads_out(path):
        raise ConfigError(f"{shown} is a link that leads out of the repository")
    try:
        text = read(path, named=must_have)
    except Unreadable as error:
        raise ConfigError(f"{shown} {error}") from None
    try:
        return _read_text(text, path, shown, must_have)
    except ConfigError as error:
        from cblint.secrets.mask import mask_of  # most configurations are right

        raise ConfigError(mask_of(text).hidden(str(error))) from None


def _read_text(text: str, path: str, shown: str, must_have: bool) -> Config | None:
    try:
        if path.endswith(".toml"):
            own = _toml(text)
            if own is None and not must_have:
                return None
            text = own or "{}"
            shown += " [tool.cblint]"
        stream = load(Text.of(text))
    except TooComplex as error:
        raise ConfigError(f"{shown} {error}") from None
    except ValueError as error:
        raise ConfigError(f"{shown} is not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{shown} nests lists and tables too deep") from None
    lines = None if path.endswith(".toml") else Lines(text)
    if stream.problem is not None:
        raise ConfigError(f"{_at(shown, lines, stream.problem.span.start)} is not valid YAML: {stream.problem.problem}")
    if len(stream.documents) > 1:
        raise ConfigError(f"{_at(shown, lines, stream.documents[1].start)}: a configuration is one YAML document")
    root = stream.documents[0].root if stream.documents else None
    for again in _given_twice(root):
        raise ConfigError(f'{_at(shown, lines, again.key.span.start)}: "{again.name}" is given twice')
    if root is None or (isinstance(root, Scalar) and root.empty):
        return Config(os.path.dirname(path))
    from cblint.buildspec.shape import faults, sentence  # most repositories have no configuration

    for fault in faults(root, table("config")):
        raise ConfigError(f"{_at(shown, lines, fault.span.start)}: {sentence(fault)}")
    config = _config(_plain(root), os.path.dirname(path))
    _check_rules(root, shown, lines)
    return config


def _given_twice(root: Node | None) -> Iterator[Pair]:
    """Keys that stand in their mapping once more."""
    for node in walk(root):
        names: set[str | None] = set()
        for pair in node.pairs if isinstance(node, Mapping) else ():
            if pair.name in names and not pair.is_merge:
                yield pair
            names.add(pair.name)


def _leads_out(path: str) -> bool:
    """Whether a link would make us read something that is not the repository's."""
    folder = os.path.dirname(path)
    return os.path.islink(path) and leads_out(path, git_root(folder) or folder)


_DEEP_KEY = r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){60}"""
"""tomllib takes quadratic time over the parts of a key."""


def _toml(text: str) -> str | None:
    """The table [tool.cblint] as JSON, which is YAML; None if there is none. Raises ValueError."""
    if "cblint" not in text:
        return None
    import json
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    if re.search(_DEEP_KEY, text):
        raise ValueError("a key has more than 60 parts")
    table: Any = tomllib.loads(text)
    for name in ("tool", "cblint"):
        table = table.get(name) if isinstance(table, dict) else None
    if table is None:
        return None
    # YAML has no surrogate pairs: what lies beyond 16 bits stays as it is.
    dumped = json.dumps(table, default=str, ensure_ascii=False)
    return re.sub("[\x7f-\uffff]", lambda match: f"\\u{ord(match.group()):04x}", dumped)


def _at(shown: str, lines: Lines | None, offset: int) -> str:
    if lines is None:
        return shown
    position = lines.position(offset)
    return f"{shown}:{position.line}:{position.column}"


def _check_rules(root: Node, shown: str, lines: Lines | None) -> None:
    for key in ("select", "ignore"):
        pair = root.get(key) if isinstance(root, Mapping) else None
        items = pair.value.resolved if pair is not None else None
        for item in items.items if isinstance(items, Sequence) else ():
            name = item.resolved
            assert isinstance(name, Scalar)
            try:
                select(Selection(ignore=(name.value,)))
            except UnknownRule as error:
                raise ConfigError(f"{_at(shown, lines, item.span.start)}: {error}") from None


def _config(data: dict[str, Any], folder: str) -> Config:
    """A configuration of plain data that fits the schema."""
    known = {name.replace("-", "_"): value for name, value in data.items() if name != "projects"}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return Config(folder)._replace(
        **{**known, **lists}, projects=tuple(_project(project) for project in data.get("projects", ()))
    )


def _project(data: dict[str, Any]) -> Project:
    known = {name.replace("-", "_"): value for name, value in data.items()}
    if "source" in known:
        known["source"] = Source(**{name.replace("-", "_"): value for name, value in known["source"].items()})
    if "cache" in known:
        known["cache"] = Cache(known["cache"].get("type"), tuple(known["cache"].get("modes", ())))
    if "artifacts" in known:
        known["artifacts"] = Artifacts(known["artifacts"].get("type"), known["artifacts"].get("override-name"))
    variables = tuple((name, kind == "secret") for name, kind in known.get("variables", {}).items())
    return Project(**{**known, "buildspecs": tuple(data["buildspecs"]), "variables": variables})


def _plain(node: Node) -> Any:
    target = node.resolved
    if isinstance(target, Mapping):
        return {name: _plain(pair.value) for name, pair in target.effective().items()}
    if isinstance(target, Sequence):
        return [_plain(item) for item in target.items]
    assert isinstance(target, Scalar)
    from cblint.buildspec.shape import type_of

    kind = type_of(target)
    if kind == "boolean":
        return target.value.lower() == "true"
    return int(float(target.value)) if kind == "number" else target.value
