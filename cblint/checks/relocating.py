"""A key, with all that stands below it, moved to where it belongs."""

from __future__ import annotations

from cblint.buildspec.model import PHASES, Buildspec
from cblint.checks.edits import NOTHING, Change
from cblint.checks.structure import comments_above, lines_behind
from cblint.finding import Edit
from cblint.source.text import begin_of_line, end_of_line, line_end_of
from cblint.source.tree import Mapping, Pair

_STEP = 2
_MADE = frozenset({"env", "variables", "batch", "install"})
"""Mappings that need no other key, and so can be made for the one that is moved."""


def relocated(buildspec: Buildspec, holder: Mapping, pair: Pair, home: tuple[str, ...]) -> Change:
    """The lines of a pair moved into the mapping at ``home``, which is made where it is missing.

    Nothing in flow mappings, where the key stands there already, or where nothing is below it or would be left.
    """
    found = _target(buildspec, home)
    if found is None or holder.flow or holder.anchor is not None or pair not in holder.pairs or pair.value.empty:
        return NOTHING
    target, missing = found
    if not _MADE.issuperset(missing):
        return NOTHING
    source = pair.key.origin.value
    lines = _lines_of(holder, pair)
    if lines is None or (not missing and target.get(pair.name or "") is not None):
        return NOTHING
    start, end = lines
    here = target is holder
    if not here and len(holder.pairs) < 2:
        return NOTHING
    origin, after = pair.key.origin, line_end_of(source)
    beside_version = missing[:1] == ["env"] and buildspec.version is not None
    column = 0 if beside_version else _column(target.pairs[0])
    new = _made(source[start:end].split(after), missing, _column(pair), column)
    if new is None:
        return NOTHING
    taken_out = Edit(origin.span(start, _behind(source, start, end, after)), "")
    if beside_version and buildspec.version is not None:
        # Where other fixes begin it as well, so that there are never two.
        added = lines_behind(target, buildspec.version, new)
        return ((holder, target), (taken_out, *added)) if added else NOTHING
    at = start if here else _place_in(target, [*missing, pair.name or ""][0])
    text = after.join(new)
    if start <= at <= end:
        return (holder, target), (Edit(origin.span(start, end), text),)
    # Between two lines: at the beginning of one, or at the end of the last.
    put = f"{text}{after}" if at == begin_of_line(source, at) else f"{after}{text}"
    return (holder, target), (taken_out, Edit(origin.span(at, at), put))


def _behind(source: str, start: int, end: int, after: str) -> int:
    """Where what follows lines that are taken out begins: of empty lines above and below, one stays."""
    end = min(end + len(after), len(source))
    apart = start == 0 or source.endswith(after * 2, 0, start)
    return end + len(after) if apart and source.startswith(after, end) else end


def _target(buildspec: Buildspec, home: tuple[str, ...]) -> tuple[Mapping, list[str]] | None:
    """The innermost block mapping on the way that is there, and the keys that are missing below it."""
    node = buildspec.root
    for number, name in enumerate(home):
        if not isinstance(node, Mapping):
            return None
        pair = node.get(name)
        if pair is None:
            return (node, list(home[number:])) if _is_plain(node) else None
        if pair not in node.pairs:
            return None
        node = pair.value
    return (node, []) if isinstance(node, Mapping) and _is_plain(node) else None


def _is_plain(node: Mapping) -> bool:
    return not node.flow and node.anchor is None and node.tag is None and bool(node.pairs)


def _lines_of(holder: Mapping, pair: Pair) -> tuple[int, int] | None:
    """From where the lines of a pair begin, with comments above, to the end of the last; None if others share one."""
    source, number = pair.key.origin.value, holder.pairs.index(pair)
    line = begin_of_line(source, pair.key.start)
    if source[line : pair.key.start].strip(" ") or pair.key.anchor is not None:
        return None
    start = comments_above(source, line, holder.pairs[number - 1].value.end) if number else line
    last = max(pair.key.end, pair.value.start + len(pair.value.source))
    return start, end_of_line(source, last)


def _place_in(target: Mapping, name: str) -> int:
    """Where a key goes: behind all others, a phase before those that run later."""
    last = target.pairs[-1]
    source = last.key.origin.value
    if name in PHASES and all(pair.name in PHASES for pair in target.pairs):
        later = (pair for pair in target.pairs if PHASES.index(pair.name or "") > PHASES.index(name))
        found = next(later, None)
        if found is not None:
            lines = _lines_of(target, found)
            return lines[0] if lines is not None else begin_of_line(source, found.key.start)
    return end_of_line(source, max(last.key.end, last.value.start + len(last.value.source)))


def _column(pair: Pair) -> int:
    return pair.key.start - begin_of_line(pair.key.origin.value, pair.key.start)


def _made(lines: list[str], missing: list[str], old: int, column: int) -> list[str] | None:
    """The lines at another depth, below the keys that are missing; None if one of them begins before the others."""
    depth = " " * (column + _STEP * len(missing))
    if any(line[:old].strip(" ") for line in lines):
        return None
    above = [" " * (column + _STEP * number) + f"{name}:" for number, name in enumerate(missing)]
    return [*above, *(depth + line[old:] if line.strip() else "" for line in lines)]
