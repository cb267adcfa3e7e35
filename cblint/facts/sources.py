"""Reading ``rules/`` in a checkout, and compiling it for a wheel; an installed cblint imports none of this."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial

import yaml

from cblint.facts import PUBLISHED
from cblint.typing import Any

ROOT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "rules")
HELP_FIELDS = ("why", "advice", "references", "examples")
"""What only explanations need: kept out of the module that every start loads."""
_ANNOTATIONS = ("$schema", "$id", "title", "description", "examples", "default")
"""What a schema says to people and editors only."""


def entry_files() -> list[str]:
    """Paths of all entries, sorted: ``rules/<family>/<rule-name>.yml``."""
    found = []
    for family in sorted(os.listdir(ROOT)):
        folder = os.path.join(ROOT, family)
        if os.path.isdir(folder) and family not in ("schema", "facts"):
            found += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".yml")]
    return found


def read_yaml(path: str) -> Any:
    """A file of ours as plain data."""
    with open(path, encoding="utf-8") as file:
        # The C loader where there is one: both are safe loaders.
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def read_entries() -> list[dict[str, Any]]:
    """All entries, by code."""
    return sorted((read_yaml(path) for path in entry_files()), key=lambda entry: str(entry["code"]))


def read_schema(name: str) -> dict[str, Any]:
    """``rules/schema/<name>.schema.json``."""
    with open(os.path.join(ROOT, "schema", f"{name}.schema.json"), encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema


def read_help() -> dict[str, dict[str, Any]]:
    """What explanations need, by rule name."""
    return {entry["name"]: {field: entry[field] for field in HELP_FIELDS if field in entry} for entry in read_entries()}


def _start_up_entries() -> list[dict[str, Any]]:
    return [{key: value for key, value in entry.items() if key not in HELP_FIELDS} for entry in read_entries()]


def bare(schema: Any, named: bool = False) -> Any:
    """A schema without its annotations; ``named``: the keys of this mapping are names, not keywords."""
    if isinstance(schema, list):
        return [bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: bare(value, not named and key in ("properties", "patternProperties", "definitions", "$defs"))
        for key, value in schema.items()
        if named or key not in _ANNOTATIONS
    }


def _fact_names() -> list[str]:
    return sorted(
        name.removesuffix(".yml") for name in os.listdir(os.path.join(ROOT, "facts")) if name.endswith(".yml")
    )


TABLES: dict[str, Callable[[], Any]] = {
    "rules": _start_up_entries,
    "config": lambda: bare(read_schema("config")),
    "buildspec": lambda: bare(read_schema("buildspec")),
    "own-rule": lambda: bare(read_schema("own-rule")),
    "project": lambda: bare(read_schema("project")),
    **{name: partial(read_yaml, os.path.join(ROOT, "facts", f"{name}.yml")) for name in _fact_names()},
}
"""What ``cblint.facts.table`` gives, by name."""


def compiled() -> dict[str, str]:
    """The files that a wheel carries below ``cblint/``: a module of literals for each table, and what is for people."""
    notice = '"""Generated from rules/ by tools/hatch_build.py; not kept in the repository."""\n'
    modules = {f"_compiled/{name}.py": f"{notice}\nDATA = {read()!r}\n" for name, read in TABLES.items()}
    return {
        "_compiled/__init__.py": notice,
        **modules,
        "_help.json": _dumped(read_help()),
        **{f"_schema/{name}.json": read_published(name) for name in PUBLISHED},
    }


def read_published(name: str) -> str:
    """A schema as it stands in ``rules/schema``; that of a rule is the one for people's own."""
    file_name = "own-rule" if name == "rule" else name
    with open(os.path.join(ROOT, "schema", f"{file_name}.schema.json"), encoding="utf-8") as file:
        return file.read()


def _dumped(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
