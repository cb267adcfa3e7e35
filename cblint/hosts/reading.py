"""Which format a file is in, and what it holds: each format has a module of its own, imported only when it is met."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Callable

from cblint.hosts.definition import HostFile
from cblint.records import NamedTuple
from cblint.source.file import MAX_BYTES, is_baseline
from cblint.source.text import Text


class Host(NamedTuple):
    """A format.

    ``module`` is below ``cblint.hosts``; its ``read(text: Text) -> HostFile | None`` gives what a file holds, None if
    it is not of this format after all. Without one of ``words``, in any case, and one of ``marks``, it holds nothing
    for us.
    """

    module: str
    words: tuple[str, ...] = ("codebuild",)
    marks: tuple[str, ...] = ("",)


DOCUMENTS = (".md", ".markdown", ".mdx", ".txt")
"""Endings of what shows builds and defines none."""
_OF_BUILDSPECS = (b"version", b"phases", b"commands")
"""What a buildspec holds under whatever name, and little else does."""
_DATA = (
    Host("cloudformation"),
    Host("workflow"),
    Host("project_json", ("codebuild", "build_general1", "filtergroups")),
)
_HOSTS: dict[str, tuple[Host, ...]] = {
    **dict.fromkeys((".yml", ".yaml", ".json", ".template"), _DATA),
    **dict.fromkeys((".tf", ".tofu"), (Host("terraform", ("codebuild", "buildspec")),)),
    **dict.fromkeys((".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"), (Host("cdk_typescript"),)),
    ".py": (Host("cdk_python"),),
    ".java": (Host("cdk_java"),),
    **dict.fromkeys(DOCUMENTS, (Host("markdown", ("codebuild", "phases"), ("```", "~~~")),)),
    **dict.fromkeys((".sh", ".bash"), (Host("script"),)),
    **dict.fromkeys((".tpl", ".tftpl"), (Host("terraform_template", ("phases",), ("commands",)),)),
}
"""By the ending of the file's name. Of several, the first that knows the file reads it."""
_LONGER = {".tf.json": (Host("terraform_json", ("codebuild", "buildspec")),)}


def hosts_of(path: str) -> tuple[Host, ...]:
    """The formats that a file can be in, by its name."""
    name = os.path.basename(path).lower()
    for ending, hosts in _LONGER.items():
        if name.endswith(ending):
            return hosts
    return _HOSTS.get(os.path.splitext(name)[1], ())


def may_hold(path: str, source: str) -> bool:
    """Whether a file can hold anything for us: decided by a search for words, before a parser is imported."""
    hosts = hosts_of(path)
    return bool(hosts) and _may(hosts, source.lower().encode("utf-8", "replace"))


def mentions(path: str) -> bool:
    """The same of a file that is not read yet: at the speed of reading it."""
    hosts = hosts_of(path)
    try:
        # Not opened before it is known to be a file: a pipe would never end.
        about = os.stat(path) if hosts else None
        if about is None or not stat.S_ISREG(about.st_mode):
            return False
        with open(path, "rb") as file:
            # As much as there is: room for the most there can be takes longer to make than to fill.
            data = file.read(min(about.st_size, MAX_BYTES)).lower()
    except (OSError, ValueError):
        return False
    if is_baseline(data):
        return False
    return _may(hosts, data) or (hosts is _DATA and all(word in data for word in _OF_BUILDSPECS))


def _may(hosts: tuple[Host, ...], lower: bytes) -> bool:
    return any(
        any(word.encode() in lower for word in host.words) and any(mark.encode() in lower for mark in host.marks)
        for host in hosts
    )


def host_file(path: str, text: Text) -> HostFile | None:
    """What a file of another format than a buildspec's own holds; None if it is none that we know."""
    if not may_hold(path, text.value):
        return None
    for host in hosts_of(path):
        found = _reader(host.module)(text)
        if found is not None:
            return found._replace(source=text.value)
    return None


def _reader(module: str) -> Callable[[Text], HostFile | None]:
    read: Callable[[Text], HostFile | None] = importlib.import_module(f"cblint.hosts.{module}").read
    return read
