"""An entry under ``exported-variables`` for a variable that commands set."""

from __future__ import annotations

from cblint.buildspec.model import Buildspec, scalar
from cblint.checks.assigning import set_in
from cblint.checks.edits import after, before
from cblint.finding import Edit
from cblint.source.text import begin_of_line
from cblint.source.tree import Mapping, Node, Scalar, Sequence

_KEY = "exported-variables"


def exported_too(buildspec: Buildspec, name: str) -> tuple[Edit, ...]:
    """The text of a buildspec that exports one more variable; nothing where it is unclear how, or who sets it."""
    if name not in set_in(buildspec) | {variable.name for variable in buildspec.variables}:
        return ()
    env = buildspec.get("env")
    listed = buildspec.get("env", _KEY)
    if listed is not None:
        return _listed_too(listed.value, name)
    if env is not None:
        return _with_list(env.value, name)
    version = buildspec.version
    if version is None or not isinstance(version.value, Scalar) or not _begins_line(version.key):
        return ()
    return (after(version.value.span, f"\nenv:\n  {_KEY}: [{name}]"),) if _ends_line(version.value) else ()


def _listed_too(names: Node, name: str) -> tuple[Edit, ...]:
    """The name as the last of the list."""
    if not isinstance(names, Sequence) or names.anchor is not None or not names.items:
        return ()
    last = names.items[-1]
    if scalar(last) is not last:
        return ()
    if names.flow:
        return (after(last.span, f", {name}"),)
    source = last.origin.value
    dash = source[begin_of_line(source, last.start) : last.start]
    return (after(last.span, f"\n{dash}{name}"),) if dash.strip(" ") == "-" and _ends_line(last) else ()


def _with_list(env: Node, name: str) -> tuple[Edit, ...]:
    """The list with this name alone, as the first key of ``env``."""
    if not isinstance(env, Mapping) or env.flow or env.anchor is not None or not env.pairs:
        return ()
    first = env.pairs[0].key
    source = first.origin.value
    indentation = source[begin_of_line(source, first.start) : first.start]
    return (before(first.span, f"{_KEY}: [{name}]\n{indentation}"),) if not indentation.strip(" ") else ()


def _begins_line(node: Node) -> bool:
    return begin_of_line(node.origin.value, node.start) == node.start


def _ends_line(node: Node) -> bool:
    """Whether nothing stands behind a node on its line."""
    return node.one_line and node.rest_of_line == node.span
