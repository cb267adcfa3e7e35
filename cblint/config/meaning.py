"""What the files of a configuration mean together: the nearest decides, lists and knowledge add up."""

from __future__ import annotations

import os
from collections.abc import Sequence as Items

from cblint.buildspec.shape import plain
from cblint.catalogue.selection import is_family
from cblint.config.files import ConfigFile
from cblint.config.model import Config
from cblint.config.rules import baseline_path, rule_paths
from cblint.hosts.project import Artifacts, Cache, Project, Source
from cblint.typing import Any

SCALARS = ("profile", "fail-on", "require-reason")
"""Of these the nearest file that says one decides."""


def config_of(files: Items[ConfigFile]) -> Config:
    """The configuration that some files make, of which each adds to those before it."""
    said = [plain(file.root) if file.root is not None else {} for file in files]
    each = [_own(data, os.path.dirname(file.path)) for file, data in zip(files, said, strict=True)]
    scalars = {name.replace("-", "_"): data[name] for data in said for name in SCALARS if name in data}
    select, ignore = _chosen(said)
    return each[-1]._replace(
        **scalars,
        select=select,
        ignore=ignore,
        baseline=next((path for file in reversed(files) for path in baseline_path(file)), ""),
        rules=tuple(dict.fromkeys(path for file in files for path in rule_paths(file))),
        severity=tuple(pair for config in each for pair in config.severity),
        extends=tuple(each[:-1]),
    )


def _chosen(said: Items[dict[str, Any]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is selected and what is ignored: a file that selects begins anew, so what it selects runs."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    for data in said:
        if "select" in data:
            select, ignore = tuple(data["select"]), ()
        ignore = (*ignore, *data.get("ignore", ()))
    return select, tuple(dict.fromkeys(ignore))


def _own(data: dict[str, Any], folder: str) -> Config:
    """What one file says by itself; its data fits the schema."""
    known = {name.replace("-", "_"): value for name, value in data.items() if name != "extends"}
    known |= {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    severity = sorted(data.get("severity", {}).items(), key=lambda pair: not is_family(pair[0]))
    ignores = ((pattern, tuple(rules)) for pattern, rules in data.get("per-path-ignores", {}).items())
    projects = tuple(map(_project, data.get("projects", ())))
    return Config(folder)._replace(
        **{**known, "projects": projects, "severity": tuple(severity), "per_path_ignores": tuple(ignores)}
    )


def _project(data: dict[str, Any]) -> Project:
    known = {name.replace("-", "_"): value for name, value in data.items()}
    if "source" in known:
        known["source"] = Source(**{name.replace("-", "_"): value for name, value in known["source"].items()})
    if "cache" in known:
        known["cache"] = Cache(known["cache"].get("type"), tuple(known["cache"].get("modes", ())))
    if "artifacts" in known:
        known["artifacts"] = Artifacts(known["artifacts"].get("type"), known["artifacts"].get("override-name"))
    variables = tuple((name, kind == "secret") for name, kind in known.get("variables", {}).items())
    return Project(**{**known, "buildspecs": tuple(data["buildspecs"]), "variables": variables})
