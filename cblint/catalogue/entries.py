"""Reading ``rules/`` in a checkout, and compiling it for a wheel; an installed cblint imports none of this."""

from __future__ import annotations

import json
import os
from typing import Any

import yaml

from cblint.catalogue.model import HELP_FIELDS

ROOT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "rules")


def entry_files() -> list[str]:
    """Paths of all entries, sorted: ``rules/<family>/<rule-name>.yml``."""
    found = []
    for family in sorted(os.listdir(ROOT)):
        folder = os.path.join(ROOT, family)
        if os.path.isdir(folder) and family not in ("schema", "facts"):
            found += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".yml")]
    return found


def read_entry(path: str) -> dict[str, Any]:
    """One entry as plain data."""
    with open(path, encoding="utf-8") as file:
        # The C loader where there is one: both are safe loaders.
        entry: dict[str, Any] = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return entry


def read_entries() -> list[dict[str, Any]]:
    """All entries, by code."""
    return sorted((read_entry(path) for path in entry_files()), key=lambda entry: str(entry["code"]))


def read_schema(name: str) -> dict[str, Any]:
    """``rules/schema/<name>.schema.json``."""
    with open(os.path.join(ROOT, "schema", f"{name}.schema.json"), encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema


def read_start_up() -> dict[str, Any]:
    """What every start needs: the entries without their help, and the configuration's schema."""
    return {
        "rules": [{key: value for key, value in entry.items() if key not in HELP_FIELDS} for entry in read_entries()],
        "config_schema": read_schema("config"),
    }


def read_help() -> dict[str, dict[str, Any]]:
    """What explanations need, by rule name."""
    return {entry["name"]: {field: entry[field] for field in HELP_FIELDS if field in entry} for entry in read_entries()}


def compiled_source() -> str:
    """The module of literals that a wheel carries as ``cblint/_compiled.py``."""
    return (
        '"""Generated from rules/ by tools/hatch_build.py; not kept in the repository."""\n\n'
        f"DATA = {read_start_up()!r}\n"
    )


def compiled_help() -> str:
    """The file of explanations that a wheel carries as ``cblint/_help.json``."""
    return json.dumps(read_help(), ensure_ascii=False, separators=(",", ":"))
