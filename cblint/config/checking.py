"""What a configuration must hold to: the schema, and patterns that can match."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cblint.buildspec.shape import Fault, faults, sentence
from cblint.config.model import ConfigError
from cblint.config.nodes import keys, texts, value_of
from cblint.hosts.discover import MOST_PATTERNS, useless
from cblint.source.tree import Mapping, Node, Pair, Scalar, Sequence, walk
from cblint.typing import Any

Wrong = Callable[[int, str], ConfigError]
"""Makes the error of an offset and what is wrong there."""


def check(root: Node, schema: dict[str, Any], wrong: Wrong) -> None:
    """Raise ConfigError for the first thing that is wrong."""
    for fault in faults(root, schema):
        raise wrong(fault.span.start, _sentence(fault))
    for pair in _nameless(root):
        raise wrong(pair.key.span.start, "a key must be text")
    for number, pattern in enumerate(_patterns(root)):
        if number == MOST_PATTERNS:
            raise wrong(pattern.span.start, f"there are more than {MOST_PATTERNS:,} patterns")
        fault_of = useless(pattern.value)
        if fault_of:
            raise wrong(pattern.span.start, f'the pattern "{_bounded(pattern.value)}" {fault_of}')
    for key in keys(root, "per-path-ignores"):
        if key.value.startswith("!"):
            raise wrong(
                key.span.start, f'per-path-ignores."{key.value}": each pattern stands alone, so ! means nothing'
            )
    for url in (node for node in texts(root, "extends") if "://" in node.value):
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


def _patterns(root: Node) -> Iterator[Scalar]:
    """The nodes that are patterns of files."""
    yield from texts(root, "buildspecs")
    yield from texts(root, "exclude")
    yield from keys(root, "per-path-ignores")
    projects = value_of(root, "projects")
    for project in projects.items if isinstance(projects, Sequence) else ():
        yield from texts(project.resolved, "buildspecs")
