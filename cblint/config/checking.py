"""What a configuration must hold to: the schema, names of rules that there are, patterns that can match."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cblint.buildspec.shape import Fault, faults, sentence
from cblint.catalogue.selection import UnknownRule, codes_of, is_family
from cblint.config.model import ConfigError
from cblint.hosts.discover import useless
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence, walk

Wrong = Callable[[int, str], ConfigError]
"""Makes the error of an offset and what is wrong there."""


def check(root: Node, schema: dict[str, Any], wrong: Wrong) -> None:
    """Raise ConfigError for the first thing that is wrong."""
    for fault in faults(root, schema):
        raise wrong(fault.span.start, _sentence(fault))
    for pair in _nameless(root):
        raise wrong(pair.key.span.start, "a key must be text")
    for name in _rules(root):
        try:
            codes_of(name.value)
        except UnknownRule as error:
            raise wrong(name.span.start, str(error)) from None
    _check_severities(_pairs(root, "severity"), wrong)
    for pattern in _patterns(root):
        fault_of = useless(pattern.value)
        if fault_of:
            raise wrong(pattern.span.start, f'the pattern "{_bounded(pattern.value)}" {fault_of}')
    for key in _keys(root, "per-path-ignores"):
        if key.value.startswith("!"):
            raise wrong(
                key.span.start, f'per-path-ignores."{key.value}": each pattern stands alone, so ! means nothing'
            )
    for url in (node for node in _texts(root, "extends") if "://" in node.value):
        raise wrong(url.span.start, f'extends "{url.value}": only files of the repository are read, nothing is fetched')


def _nameless(root: Node) -> Iterator[Pair]:
    """Pairs whose key is a list or a mapping, where any text would do."""
    mappings = (node for node in walk(root) if isinstance(node, Mapping))
    return (pair for node in mappings for pair in node.pairs if pair.name is None)


_LONGEST = 80


def _bounded(pattern: str) -> str:
    return pattern if len(pattern) <= _LONGEST else pattern[: _LONGEST - 1] + "…"


def _sentence(fault: Fault) -> str:
    said = sentence(fault)
    value = fault.node.resolved
    if fault.keyword == "enum" and fault.steps[0] == "severity" and isinstance(value, Scalar) and value.value == "off":
        return f'{said} To switch a rule off, name it under "ignore".'
    return said


def _check_severities(pairs: list[Pair], wrong: Wrong) -> None:
    """Two names of one rule would say two things of it; a rule and its family may."""
    said: dict[str, str] = {}
    for pair in pairs:
        name = pair.name or ""
        (code, *_) = [name.upper()] if is_family(name) else codes_of(name)
        if code in said:
            raise wrong(pair.key.span.start, f'severity names one rule twice: "{said[code]}" and "{name}"')
        said[code] = name


def _rules(root: Node) -> Iterator[Scalar]:
    """The nodes that name rules."""
    yield from _texts(root, "select")
    yield from _texts(root, "ignore")
    for pair in _pairs(root, "per-path-ignores"):
        yield from _scalars(pair.value)
    yield from _keys(root, "severity")


def _patterns(root: Node) -> Iterator[Scalar]:
    """The nodes that are patterns of files."""
    yield from _texts(root, "buildspecs")
    yield from _texts(root, "exclude")
    yield from _keys(root, "per-path-ignores")
    projects = _value(root, "projects")
    for project in projects.items if isinstance(projects, Sequence) else ():
        yield from _texts(project.resolved, "buildspecs")


def _value(root: Node, key: str) -> Node | None:
    pair = root.effective().get(key) if isinstance(root, Mapping) else None
    return pair.value.resolved if pair is not None else None


def _pairs(root: Node, key: str) -> list[Pair]:
    value = _value(root, key)
    return list(value.effective().values()) if isinstance(value, Mapping) else []


def _keys(root: Node, key: str) -> Iterator[Scalar]:
    for pair in _pairs(root, key):
        name = pair.key.resolved
        assert isinstance(name, Scalar)
        yield name


def _texts(root: Node, key: str) -> Iterator[Scalar]:
    """The text of a key, or those in its list."""
    value = _value(root, key)
    if isinstance(value, Scalar):
        yield value
    elif value is not None:
        yield from _scalars(value)


def _scalars(node: Node) -> Iterator[Scalar]:
    target = node.resolved
    for item in target.items if isinstance(target, Sequence) else ():
        value = item.resolved
        assert isinstance(value, Scalar)
        yield value
