"""The properties that tests hold of what their generators write, driven by bytes: no second generator of anything."""

from __future__ import annotations

import importlib
import inspect
import os
import warnings
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import StopTest

from tests.integration.conftest import ROOT
from tools.fuzz.target import Target

_GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "yaml-written": (
        "YAML in all ways to write it, whole and damaged",
        ("properties.test_source_properties", "test_writing", "test_loader"),
    ),
    "shell-written": (
        "commands that a grammar writes, whole and damaged",
        ("properties.test_shell_properties", "properties.test_shell_places", "properties.test_plain_commands",
         "properties.test_powershell_properties", "properties.test_shellcheck_places", "test_effects", "test_edits"),
    ),
    "hosts-written": (
        "buildspecs written into files of other formats",
        ("properties.test_hosts", "properties.test_hosts_cloudformation", "properties.test_hosts_markdown",
         "properties.test_hosts_terraform", "test_webhooks", "test_roles", "test_graph"),
    ),
    "flow-written": (
        "values, states and builds on paper",
        ("properties.test_holes", "properties.test_flow_layers", "properties.test_flow_state",
         "properties.test_flow_values", "properties.test_taint", "test_own_rules", "test_batch", "test_files"),
    ),
    "fixes-written": (
        "fixes of buildspecs in all ways to write them",
        ("properties.test_fix_properties", "test_larger_fixes"),
    ),
    "words-written": (
        "what editors ask, and what outputs say",
        ("properties.test_completion_properties", "properties.test_options_properties", "test_lsp_hover",
         "test_lsp_symbols", "lsp.test_parts", "test_sarif", "test_sarif_places", "test_formats_hostile",
         "test_reports", "test_line_hash", "test_baseline", "test_pre_commit_hooks", "test_typed_names", "test_regular",
         "audit.test_targets", "audit.test_store", "integration.test_hostile_anything", "integration.test_completion",
         "integration.test_since", "integration.test_flow_footprint"),
    ),
}  # fmt: skip
_OF_OTHERS = frozenset({"test_git_makes_the_same_of_the_patch", "test_any_mutated_corpus_file_loads"})
"""Properties that start programs, and those of files that are not at hand everywhere."""

set_hypothesis_home_dir(os.path.join(ROOT, ".hypothesis"))
settings.register_profile("bytes", deadline=None, database=None, suppress_health_check=list(HealthCheck))


@cache
def properties(group: str) -> tuple[Callable[[bytes], object], ...]:
    """Those of a group that need nothing but what is drawn."""
    found: list[Callable[[bytes], object]] = []
    for name in _GROUPS[group][1]:
        module = importlib.import_module(f"tests.{name}")
        found += [
            each.hypothesis.fuzz_one_input
            for _, each in sorted(vars(module).items())
            if _is_property(each, module.__name__)
        ]
    return tuple(found)


def _is_property(each: Any, module: str) -> bool:
    return (
        getattr(each, "is_hypothesis_test", False)
        and each.__module__ == module
        and each.__name__ not in _OF_OTHERS
        and not inspect.signature(each).parameters
    )


def run(group: str, data: bytes) -> None:
    """The first byte says which property, and the others what is drawn."""
    known = properties(group)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            known[(data[0] if data else 0) % len(known)](data[1:])
        except StopTest:  # there are not enough bytes
            return


def loaded(group: str) -> tuple[bytes, ...]:
    """No seeds; but what hypothesis imports, and collects from all sources at first, is no part of any execution."""
    for number in range(len(properties(group))):
        run(group, bytes([number]) + bytes(range(256)) * 8)
    return ()


TARGETS = tuple(
    Target(name, about, partial(run, name), partial(loaded, name), quick=0, seconds=5.0)
    for name, (about, _) in _GROUPS.items()
)
