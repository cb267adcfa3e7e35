"""Hatchling's hook: compiles ``rules/`` into a wheel, so that an installed cblint parses no YAML to start."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Only for standard wheels: an editable install reads ``rules/`` itself, and must carry no stale copy."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the generated modules, the explanations and the published schema to the wheel."""
        if self.target_name != "wheel" or version != "standard":
            return
        sys.path.insert(0, self.root)
        from cblint.facts.sources import compiled

        folder = tempfile.mkdtemp(prefix="cblint-build-")
        for name, text in compiled().items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            build_data["force_include"][path] = f"cblint/{name}"
