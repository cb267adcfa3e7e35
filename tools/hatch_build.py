"""Hatchling's hook: compiles ``rules/`` into a wheel, so that an installed cblint parses no YAML to start."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Only for standard wheels: an editable install reads ``rules/`` itself, and must carry no stale copy."""

    _folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the generated modules, the explanations and the published schema to the wheel."""
        if self.target_name != "wheel" or version != "standard":
            return
        sys.path.insert(0, self.root)
        from cblint.facts.sources import compiled

        self._folder = tempfile.TemporaryDirectory(prefix="cblint-build-")
        for name, text in compiled().items():
            path = os.path.join(self._folder.name, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            # Line ends are part of the bytes: the same on every system.
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            build_data["force_include"][path] = f"cblint/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Take away what was written for the wheel."""
        if self._folder is not None:
            self._folder.cleanup()
