"""Requests to start a build, read as the settings of the project that they stand in for."""

from __future__ import annotations

from collections.abc import Iterable

from cblint.facts import table
from cblint.source.foreign import Given, Settings, key
from cblint.source.text import Text
from cblint.source.tree import Mapping, Node, Pair


def is_build(names: Iterable[str]) -> bool:
    """Whether these keys can be only those of a request to start a build."""
    return any(name.endswith("Override") for name in names if name in table("requests")["overrides"])


def project_of(request: Mapping) -> Settings:
    """What a request to start a build says of its project, under the names that a project has for it.

    Nothing else is known of that project: not even of ``environment``, where only its image is given.
    """
    overrides = table("requests")["overrides"]
    whole: list[tuple[Node, Node]] = []
    parts: dict[str, list[tuple[Node, Node]]] = {}
    for pair in request.pairs:
        path = overrides.get(pair.name, [pair.name])
        if len(path) == 2:
            parts.setdefault(path[0], []).append(_renamed(pair, path[1]))
        elif path:
            whole.append(_renamed(pair, path[0]))
    groups = [_group(name, pairs) for name, pairs in parts.items()]
    return Settings(request.origin, request.start, request.end, in_order([*groups, *whole]), complete=False)


def in_order(pairs: Iterable[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """Keys and values in the order of the file, as mappings have them."""
    return sorted(pairs, key=lambda pair: pair[0].span.start)


def _group(name: str, pairs: list[tuple[Node, Node]]) -> tuple[Node, Node]:
    """Settings of one part of the project, which stand where the first of them does."""
    first = pairs[0][0]
    value = Settings(first.origin, first.start, pairs[-1][1].end, pairs, complete=False)
    return key(first.origin, first.start, first.end, name), value


def _renamed(pair: Pair, name: str | None) -> tuple[Node, Node]:
    if name is None or name == pair.name:
        return pair.key, pair.value
    return key(pair.key.origin, pair.key.start, pair.key.end, name), pair.value


def member(option: str) -> str:
    """The name that the API has for what command lines and actions write with hyphens: ``imageOverride``."""
    first, *others = option.split("-")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def named(origin: Text, start: int, end: int, option: str) -> Given:
    """The key under the name of the API that an option, written at ``start`` to ``end``, stands for."""
    return key(origin, start, end, member(option))
