"""Which expansions stay one word without quotes, as the build on paper tells: ShellCheck sees one item only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from cblint import expressions
from cblint.buildspec.model import VARIABLES, Buildspec
from cblint.catalogue.shellcheck import is_among
from cblint.facts import table
from cblint.flow import build_of
from cblint.flow.events import Event
from cblint.flow.kinds import ASSIGNED, READ
from cblint.flow.state import Variable
from cblint.flow.values import Hole, Piece
from cblint.shell.syntax import Parameter
from cblint.source.text import Span

_ONE_WORD = expressions.lazy(r"[^\s*?\[\\]+")
"""A text that the shell neither splits nor takes for a pattern of file names."""
_SHORTENING = frozenset(("#", "##", "%", "%%", ":"))
"""The operators that take a part of the value: ``${X#v}``, ``${X%%:*}``, ``${X:0:8}``."""


@lru_cache(maxsize=1)
def whole(buildspec: Buildspec) -> Mapping[Span, bool]:
    """Where a variable is expanded to what certainly is one word or nothing; True if it is never nothing.

    Nowhere if the build says itself at which characters words are split.
    """
    found: dict[Span, bool | None] = {}
    given = _given(buildspec)
    for event in _events(buildspec):
        if event.kind == ASSIGNED and event.name == "IFS":
            return {}
        if event.kind == READ and event.standing is None and isinstance(event.node, Parameter):
            before = found.get(event.node.span, True)
            now = _is_filled(event.node, event.variable, given)
            found[event.node.span] = None if before is None or now is None else before and now
    return {place: filled for place, filled in found.items() if filled is not None}


def _events(buildspec: Buildspec) -> Iterator[Event]:
    return (event for run in build_of(buildspec).runs for event in run.events)


def _is_filled(node: Parameter, variable: Variable | None, given: Mapping[str, bool]) -> bool | None:
    """Whether one expansion always gives a word; None if it may give several."""
    if variable is None or variable.array is not False or node.prefix or node.subscript is not None:
        return None
    if node.operator and node.operator not in _SHORTENING:
        return None
    if not all(_is_one_word(piece, given) for piece in variable.value.pieces):
        return None
    return variable.assigned is True and bool(variable.value.pieces) and not node.operator


def _is_one_word(piece: Piece, given: Mapping[str, bool]) -> bool:
    if isinstance(piece, Hole):
        return given.get(piece.name, is_among(piece.name, table("shellcheck")["words"]))
    return _ONE_WORD.fullmatch(piece) is not None


def _given(buildspec: Buildspec) -> dict[str, bool]:
    """Whether each variable that the build is given is one word; what a project sets counts more than the buildspec."""
    found = {name: False for project in buildspec.projects for name, _ in project.variables}
    for each in buildspec.variables:
        one = each.section == VARIABLES and each.value is not None and _ONE_WORD.fullmatch(each.value.value) is not None
        found[each.name] = found.get(each.name, True) and one
    return found
