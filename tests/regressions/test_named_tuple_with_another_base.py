"""Python 3.10 could read no Terraform and no CDK: there a NamedTuple can have no other base, as ``Generic``."""

from __future__ import annotations

import ast
import os

import pytest

import cblint

FOLDER = os.path.dirname(cblint.__file__)
MODULES = sorted(
    os.path.relpath(os.path.join(folder, name), FOLDER)
    for folder, _, names in os.walk(FOLDER)
    for name in names
    if name.endswith(".py")
)


def several_bases(text: str) -> list[str]:
    """The classes of a module that are a NamedTuple and something else."""
    classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef) and len(node.bases) > 1]
    return [each.name for each in classes if "NamedTuple" in map(ast.unparse, each.bases)]


def test_no_named_tuple_has_another_base() -> None:
    found = {}
    for module in MODULES:
        with open(os.path.join(FOLDER, module), encoding="utf-8") as file:
            found[module] = several_bases(file.read())
    assert len(found) > 200
    assert {module: names for module, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("bases", "expected"), [("NamedTuple", []), ("Generic[T]", []), ("NamedTuple, Generic[T]", ["C"])]
)
def test_one_that_has_is_seen(bases: str, expected: list[str]) -> None:
    assert several_bases(f"class C({bases}):\n    value: T\n") == expected
