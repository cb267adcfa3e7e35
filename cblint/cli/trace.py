"""What ``cblint trace`` does: run the build of one file on paper and print what is believed."""

from __future__ import annotations

import os
import sys

from cblint.cli.run import Misused, write
from cblint.config import ConfigError
from cblint.flow.build import run_build
from cblint.hiding import Hiding
from cblint.hosts.discover import git_root, ignored
from cblint.linter import Settings, held_in
from cblint.opening import STDIN, NotBuildspec
from cblint.report import shown
from cblint.report.trace import Traced, render_json, render_text
from cblint.secrets.mask import mask_of
from cblint.source.file import MAX_BYTES, Unreadable, decode, read
from cblint.source.loader import TooComplex
from cblint.source.text import Lines


def trace(path: str, style: str) -> None:
    """Print the trace of a file, or of standard input (``-``), as ``text`` or ``json``. Raises Misused."""
    name = STDIN if path == "-" else path
    if path == "-" and sys.stdin is None:
        raise Misused("Standard input is closed.")
    try:
        text = decode(sys.stdin.buffer.read(MAX_BYTES + 1)) if path == "-" else read(path, True)
        held = held_in(text, name, Settings())
    except TooComplex as error:
        raise Misused(f"{shown.printable(name)} {shown.printable(mask_of(text).hidden(str(error)))}") from None
    except (Unreadable, NotBuildspec) as error:
        raise Misused(f"{shown.printable(name)} {error}") from None
    except ConfigError as error:
        raise Misused(shown.printable(str(error))) from None
    lines = Lines(text)
    problem = held.buildspecs[0].stream.problem if held.buildspecs else None
    if problem is not None:
        line = lines.number(problem.span.start)
        raise Misused(f"{shown.printable(name)} is not valid YAML from line {line} on: no command of it would run")
    files = RepositoryFiles(git_root(os.path.dirname(os.path.abspath(path))) if path != "-" else None)
    hiding = Hiding(text, held.subjects)
    traced = [Traced(spec, run_build(spec, files.read), lines, shown.path(name), hiding) for spec in held.buildspecs]
    write(render_json(traced) if style == "json" else render_text(traced))


class RepositoryFiles:
    """The texts of the files of a repository, never of anything outside it, nor of what git itself keeps there.

    What git ignores is not in the clone that a build begins with.
    """

    MOST, LONGEST = 1_000, 1 << 18

    def __init__(self, root: str | None) -> None:
        self._root = os.path.realpath(root) if root is not None else None
        self._texts: dict[str, str | None] = {}

    def read(self, path: str) -> str | None:
        """The text of a file by its path from the root; None if there is none, it is no text, or it is too long."""
        if path not in self._texts:
            if len(self._texts) >= self.MOST:
                return None
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        if self._root is None or "\0" in path:
            return None
        found = os.path.realpath(os.path.join(self._root, path))
        inside = os.path.relpath(found, self._root).split(os.sep)
        if inside[0] == os.pardir or ".git" in inside or ignored(found, False):
            return None
        try:
            return read(found, False) if os.path.getsize(found) <= self.LONGEST else None
        except (Unreadable, OSError):
            return None
