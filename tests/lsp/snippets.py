"""The settings that docs/editors.md shows, and a real editor that runs with them."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.documents import Block, blocks
from tests.helpers import repository
from tests.integration.conftest import ROOT, environment

PAGE = "docs/editors.md"
MISSPELT = "version: 0.2\nphasess:\n  build:\n    commands:\n      - make\n"
"""A buildspec with one finding, which has a fix."""
_PATIENCE = 120
"""Seconds after which no answer is a hang, also on a machine that is busy."""


def shown(language: str) -> list[Block]:
    """The blocks of the page in a language."""
    return [block for block in blocks(PAGE) if block.language == language]


def titled(title: str) -> str:
    """The one block of the page whose first line, a comment, ends so."""
    (found,) = [block for block in blocks(PAGE) if block.text.partition("\n")[0].endswith(title)]
    return found.text


def program(name: str) -> str:
    """Where an editor is; a machine without it skips the test."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


class Desk:
    """A repository with a buildspec, a cblint on PATH, and a home without anybody's settings."""

    def __init__(self, folder: pathlib.Path, text: str) -> None:
        self.folder = folder / "shop"
        self.folder.mkdir()
        repository(self.folder, {"buildspec.yml": text})
        programs, self.home = folder / "programs", folder / "home"
        programs.mkdir()
        self.home.mkdir()
        starter = programs / "cblint"
        starter.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m cblint "$@"\n')
        starter.chmod(0o755)
        self._path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"

    def put(self, name: str, text: str) -> str:
        """A file beside the repository; its path."""
        path = self.home / name
        path.write_text(text)
        return str(path)

    def run(self, *command: str, **more: str) -> dict[str, Any]:
        """What an editor has written to the file that $TOLD names, as JSON; ``more`` are variables for it."""
        told = self.home / "told.json"
        variables = {
            "PATH": self._path,
            "HOME": str(self.home),
            "TOLD": str(told),
            "XDG_CONFIG_HOME": str(self.home),
            **more,
        }
        done = subprocess.run(
            command, cwd=self.folder, env=environment(variables), capture_output=True, timeout=_PATIENCE
        )
        assert told.exists(), (done.stdout + done.stderr).decode(errors="replace")
        found: dict[str, Any] = json.loads(told.read_text())
        return found
