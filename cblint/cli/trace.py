"""What ``cblint trace`` does: run the build of one file on paper and print what is believed."""

from __future__ import annotations

import os
import sys

from cblint.cli.run import Misused
from cblint.config import ConfigError
from cblint.flow.build import run_build
from cblint.hosts.discover import git_root
from cblint.linter import STDIN, NotBuildspec, Settings, buildspecs_in
from cblint.report import shown
from cblint.report.trace import Traced, render_json, render_text
from cblint.source.file import MAX_BYTES, Unreadable, decode, read
from cblint.source.loader import TooComplex
from cblint.source.text import Lines


def trace(path: str, style: str) -> None:
    """Print the trace of a file, or of standard input (``-``), as ``text`` or ``json``. Raises Misused."""
    name = STDIN if path == "-" else path
    try:
        text = decode(sys.stdin.buffer.read(MAX_BYTES + 1)) if path == "-" else read(path, True)
        buildspecs = buildspecs_in(text, name, Settings())
    except (Unreadable, NotBuildspec, TooComplex) as error:
        raise Misused(f"{shown.printable(name)} {error}") from None
    except ConfigError as error:
        raise Misused(shown.printable(str(error))) from None
    files = RepositoryFiles(git_root(os.path.dirname(os.path.abspath(path))) if path != "-" else None)
    lines = Lines(text)
    traced = [Traced(spec, run_build(spec, files.read), lines, shown.path(name)) for spec in buildspecs]
    for chunk in render_json(traced) if style == "json" else render_text(traced):
        sys.stdout.buffer.write(chunk.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()


class RepositoryFiles:
    """The texts of the files of a repository, never of anything outside it."""

    def __init__(self, root: str | None) -> None:
        self._root = os.path.realpath(root) if root is not None else None

    def read(self, path: str) -> str | None:
        """The text of a file by its path from the root; None if there is none, or it is no text."""
        if self._root is None:
            return None
        found = os.path.realpath(os.path.join(self._root, path))
        if not found.startswith(self._root + os.sep):
            return None
        try:
            return read(found, False)
        except Unreadable:
            return None
