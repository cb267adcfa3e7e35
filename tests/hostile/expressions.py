"""Every place of cblint where a regular expression is compiled or matched, with the pattern if no run is needed."""

from __future__ import annotations

import ast
import importlib
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from cblint import expressions

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_FUNCTIONS = frozenset({"compile", "search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split"})
_ELSEWHERE = ("cblint/__main__.py", "cblint/expressions.py")
"""What has no expression of its own."""
_MODULES = ("re", "expressions")
_COMPILES = {"lazy": "compile"}
"""What ``cblint.expressions`` has as well."""
_TAKE_PATTERNS = {"holds": "search", "invocations": "search", "scripts": "search"}
"""Methods of ours that search with the pattern they are given first."""
_OURS = ("buildspec", "item")
"""What has them is called so everywhere."""


class Use(NamedTuple):
    """A place where a pattern is compiled or matched; ``pattern`` is None where only a run can tell which."""

    where: str
    text: str
    how: str
    pattern: str | bytes | None
    flags: int = 0


class Module(NamedTuple):
    """What stands in a module: its calls and attributes, and what each part of it stands in."""

    name: str
    calls: list[ast.Call]
    attributes: list[ast.Attribute]
    parents: dict[ast.AST, ast.AST]


@cache
def uses() -> list[Use]:
    """All places of the package, in the order of its files."""
    modules = [_parsed(name, source) for name, source in _sources() if _MATCHES.search(source)]
    methods = _methods(modules)
    return [use for module in modules for use in _of_module(module, methods)]


_MATCHES = re.compile(rf"\.(?:{'|'.join([*_FUNCTIONS, *_COMPILES, *_TAKE_PATTERNS])})\b")


def imported_otherwise() -> list[str]:
    """Modules that call ``re`` or its functions by other names, so that nothing of them would be found."""
    return [name for name, source in _sources() if re.search(r"\bfrom re import|\bimport re as\b", source)]


def _sources() -> Iterator[tuple[str, str]]:
    for folder, folders, files in os.walk(os.path.join(ROOT, "cblint")):
        folders.sort()
        for file in sorted(files):
            path = os.path.relpath(os.path.join(folder, file), ROOT)
            if file.endswith(".py") and path not in _ELSEWHERE and "_compiled" not in path:
                with open(os.path.join(ROOT, path), encoding="utf-8") as opened:
                    yield path.removesuffix(".py").removesuffix("/__init__").replace(os.sep, "."), opened.read()


def _parsed(name: str, source: str) -> Module:
    module = Module(name, [], [], {})
    stack: list[ast.AST] = [ast.parse(source, name)]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call):
            module.calls.append(node)
        elif isinstance(node, ast.Attribute):
            module.attributes.append(node)
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.expr_context):
                module.parents[child] = node
                stack.append(child)
    return module


Methods = dict[tuple[str, str], set[str]]


def _methods(modules: list[Module]) -> Methods:
    """By the name of a compiled pattern: the methods of it that are called, or passed on, where it can be seen."""
    found: Methods = {}
    for module in modules:
        for node in module.attributes:
            name = _name(node.value) if node.attr in _FUNCTIONS else ""
            if name:
                found.setdefault(_seen(module.name, name), set()).add(node.attr)
    return found


def _seen(module: str, name: str) -> tuple[str, str]:
    """A name that other modules may use stands for itself, one of a module or a function for the one there."""
    return (module, name) if name.startswith("_") or name.islower() else ("", name)


def _name(node: ast.expr) -> str:
    """What a compiled pattern is called, where it is asked: a variable, an attribute, or a function that keeps it."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _of_module(module: Module, methods: Methods) -> Iterator[Use]:
    for node in module.calls:
        if not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        is_re = isinstance(node.func.value, ast.Name) and node.func.value.id in _MODULES
        is_ours = _name(node.func.value) in _OURS
        method = _COMPILES.get(node.func.attr, node.func.attr)
        how = method if is_re and method in _FUNCTIONS else None
        how = _TAKE_PATTERNS.get(node.func.attr) if is_ours else how
        if how is None:
            continue
        names = vars(importlib.import_module(module.name))
        text = ast.unparse(node.args[0])
        flags = _flags(node, how, names)
        pattern = _value(node.args[0], names)
        if pattern is None and isinstance(node.args[0], ast.JoinedStr):
            pattern = _value(_filled(node.args[0], names), names)
        if isinstance(pattern, re.Pattern):
            pattern, flags = pattern.pattern, pattern.flags
        for each in sorted(_how(module, node, methods)) if how == "compile" else [how]:
            yield Use(module.name, text, each, pattern, flags)


def _how(module: Module, node: ast.Call, methods: Methods) -> set[str]:
    """The methods with which a compiled pattern is matched; search where that cannot be seen."""
    parent = module.parents[node]
    if isinstance(parent, ast.Attribute):
        return {parent.attr}
    while not isinstance(parent, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.Module)):
        parent = module.parents[parent]
    target = parent.targets[0] if isinstance(parent, ast.Assign) else getattr(parent, "target", None)
    name = parent.name if isinstance(parent, ast.FunctionDef) else _name(target) if target is not None else ""
    there = methods.get(_seen(module.name, name)) or {
        each
        for (where, other), found in methods.items()
        if where == module.name and other in _PASSED_ON
        for each in found
    }
    return there - {"compile"} or {"search"}


_PASSED_ON = ("pattern", "name", "expression", "mark")
"""What functions call a compiled pattern that they are given."""


def _flags(node: ast.Call, how: str, names: dict[str, Any]) -> int:
    """The flags of a call: by name, or in their place."""
    given = [each.value for each in node.keywords if each.arg == "flags"]
    place = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(how, 2)
    if isinstance(node.func, ast.Attribute) and _name(node.func.value) in _MODULES:
        given += node.args[place : place + 1]
    found = _value(given[0], names) if given else 0
    return int(found) if isinstance(found, int) else 0


def _filled(node: ast.JoinedStr, names: dict[str, Any]) -> ast.JoinedStr:
    """The same with a word in place of each value that is not known before a run."""
    values = [
        ast.Constant("aa") if isinstance(each, ast.FormattedValue) and _value(each.value, names) is None else each
        for each in node.values
    ]
    return ast.copy_location(ast.JoinedStr(values), node)


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """What an expression of module level comes to; None where it needs more than that."""
    if isinstance(node, ast.IfExp):
        return None
    try:
        expression = ast.fix_missing_locations(ast.Expression(node))
        found = eval(compile(expression, "<pattern>", "eval"), {**names, "re": re})
    except Exception:
        return None
    if isinstance(found, type(expressions.lazy(""))):
        return re.compile(found.pattern, found.flags)
    return found if isinstance(found, (str, bytes, int, re.Pattern)) else None
