"""All targets by their names. Their modules are imported when they are asked for: some need what others do not."""

from __future__ import annotations

import importlib

from tools.fuzz.target import Target

_MODULES = ("check", "shell", "fixes", "hosts", "editor", "settings", "stored", "written")


def all_targets() -> dict[str, Target]:
    """Every target by its name."""
    modules = (importlib.import_module(f"tools.fuzz.targets.{name}") for name in _MODULES)
    return {target.name: target for module in modules for target in module.TARGETS}
