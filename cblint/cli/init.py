"""What ``cblint init`` does: looks at a repository and writes its first configuration."""

from __future__ import annotations

import os
import tempfile

from cblint.cli.run import Misused, say, write
from cblint.config import NAMES, ConfigError, chain_for
from cblint.hosts.buildspec import candidate, why_not
from cblint.hosts.discover import git_root
from cblint.hosts.reading import hosts_of
from cblint.hosts.repository import paths_of
from cblint.linter import Settings
from cblint.opening import repository_graph
from cblint.report.initial import render
from cblint.report.shown import printable
from cblint.running import Result, lint_paths
from cblint.source.file import Unreadable, read
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text

_LONGEST = 1 << 18
"""Bytes of a file that can be a buildspec under another name: what is longer is something else."""
_OF_BUILDSPECS = ("version", "phases", "commands")


def init(force: bool, to_stdout: bool) -> None:
    """Write ``.cblint.yml`` at the root of the repository, or print it. Raises Misused."""
    here = os.getcwd()
    root = git_root(here) or here
    path = os.path.join(root, NAMES[0])
    existing = _existing(root)
    if existing and not (force or to_stdout):
        raise Misused(_refusal(existing))
    result = lint_paths([os.path.relpath(root)], Settings(isolated=bool(existing)))
    for error in result.errors:
        say(error)
    text = "".join(render(result, _odd(root), _untold(root, result)))
    if to_stdout:
        write([text])
    else:
        _write(path, text, force)
        found = sum(file.buildspecs for file in result.files)
        told = f"Wrote {os.path.relpath(path)}. It found {found} buildspec{'' if found == 1 else 's'}; read on in it.\n"
        write([told])


def _existing(root: str) -> str | None:
    """The configuration that there is in a folder, also one that is wrong."""
    for name in NAMES[:2]:
        if os.path.lexists(os.path.join(root, name)):
            return os.path.join(root, name)
    try:
        chain = chain_for(root)
    except ConfigError:
        return os.path.join(root, NAMES[2])
    return chain[-1].path if chain and os.path.dirname(chain[-1].path) == root else None


def _refusal(existing: str) -> str:
    name, shown = os.path.basename(existing), printable(os.path.relpath(existing))
    if name == NAMES[0]:
        return f"{shown} is there already. To write it anew, give --force."
    there = f"{shown} has [tool.cblint] already" if name == NAMES[2] else f"{shown} is there already"
    return f"{there}. To write a {NAMES[0]}, which then counts in its place, give --force."


def _odd(root: str) -> list[str]:
    """Files that hold a buildspec, but that no search looks at because of their names."""
    return [path for path in paths_of(root, _is_odd) or () if _can_be_written(path)]


def _is_odd(path: str) -> bool:
    if candidate(path) or hosts_of(path):
        return False
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LONGEST:
            return False
        text = read(path, named=False)
        if not all(word in text for word in _OF_BUILDSPECS):
            return False
        stream = load(Text.of(text))
        return stream.problem is None and why_not(stream, by_name=False) is None
    except (Unreadable, TooComplex, OSError):
        return False


def _untold(root: str, result: Result) -> list[str]:
    """The buildspecs of which no file of the repository tells which project uses them."""
    graph = repository_graph(root) if git_root(root) is not None else None
    own = [file.path for file in result.files if file.kind == "buildspec" and _can_be_written(file.path)]
    return [path for path in own if graph is None or not graph.projects_using(path)]


def _can_be_written(path: str) -> bool:
    """Whether YAML can hold a path: not where its bytes are no text."""
    return path.isprintable() and not os.path.isabs(path)


def _write(path: str, text: str, force: bool) -> None:
    """Write a new file, or in the place of one if ``force``; never through a link."""
    try:
        if not force:
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            return
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".cblint-")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise Misused(f"Cannot write {printable(os.path.relpath(path))}: {error.strerror}") from None
