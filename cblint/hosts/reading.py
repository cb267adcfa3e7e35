"""Which format a file is in, and what it holds: each format has a module of its own, imported only when it is met."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable
from typing import NamedTuple

from cblint.hosts.definition import HostFile
from cblint.source.text import Text


class Host(NamedTuple):
    """A format.

    ``module`` is below ``cblint.hosts``; its ``read(text: Text) -> HostFile | None`` gives what a file holds, None if
    it is not of this format after all. ``words``: without one of them, in lower case, it holds nothing for us.
    """

    module: str
    words: tuple[str, ...] = ("codebuild",)


DOCUMENTS = (".md", ".markdown", ".mdx", ".txt")
"""Endings of what shows builds and defines none."""
_DATA = (Host("cloudformation"), Host("workflow"), Host("project_json"))
_HOSTS: dict[str, tuple[Host, ...]] = {
    **dict.fromkeys((".yml", ".yaml", ".json", ".template"), _DATA),
    **dict.fromkeys((".tf", ".tofu"), (Host("terraform"),)),
    **dict.fromkeys((".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"), (Host("cdk_typescript"),)),
    ".py": (Host("cdk_python"),),
    ".java": (Host("cdk_java"),),
    **dict.fromkeys(DOCUMENTS, (Host("markdown", ("codebuild", "phases")),)),
    **dict.fromkeys((".sh", ".bash"), (Host("script"),)),
}
"""By the ending of the file's name. Of several, the first that knows the file reads it."""
_LONGER = {".tf.json": (Host("terraform_json"),)}


def hosts_of(path: str) -> tuple[Host, ...]:
    """The formats that a file can be in, by its name."""
    name = os.path.basename(path).lower()
    for ending, hosts in _LONGER.items():
        if name.endswith(ending):
            return hosts
    return _HOSTS.get(os.path.splitext(name)[1], ())


def may_hold(path: str, source: str) -> bool:
    """Whether a file can hold anything for us: decided by a search for words, before a parser is imported."""
    words = {word for host in hosts_of(path) for word in host.words}
    if not words:
        return False
    lower = source.lower()
    return any(word in lower for word in words)


def host_file(path: str, text: Text) -> HostFile | None:
    """What a file of another format than a buildspec's own holds; None if it is none that we know."""
    if not may_hold(path, text.value):
        return None
    for host in hosts_of(path):
        found = _reader(host.module)(text)
        if found is not None:
            return found
    return None


def _reader(module: str) -> Callable[[Text], HostFile | None]:
    if importlib.util.find_spec(f"cblint.hosts.{module}") is None:
        return lambda _: None
    read: Callable[[Text], HostFile | None] = importlib.import_module(f"cblint.hosts.{module}").read
    return read
