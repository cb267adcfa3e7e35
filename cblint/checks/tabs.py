"""Tabs that indent lines, turned into spaces where the file can then be read."""

from __future__ import annotations

from cblint import expressions
from cblint.finding import Edit
from cblint.records import NamedTuple
from cblint.source.loader import Stream, TooComplex, load
from cblint.source.syntax import levels_above, lines_above
from cblint.source.text import Text, begin_of_line
from cblint.source.tree import Mapping, Scalar, Sequence, walk

_WIDTHS = (2, 4, 8)
"""What a tab may have been in the editor of its author."""
_MOST_LINES = 100
_LONGEST = 20_000
"""Each line that is mended costs a reading of the file."""
_LEAD = expressions.lazy(r"[ \t]*")
_OPENS = expressions.lazy(r"(?:[:-]|[|>][-+0-9]*)\s*(?:#|$)")

_BEGINS_TEXT = expressions.lazy(r"(?:^|[\s:-])[|>][-+0-9]*\s*(?:#|$)")


class _Mended(NamedTuple):
    """The text as it is then, and the new beginning of each line that is changed, by where that begins in the old."""

    text: str
    leads: dict[int, str]


def spaces_for_tabs(stream: Stream) -> tuple[Edit, ...]:
    """Spaces in the place of the tabs, if each width of a tab with which the file can be read makes it the same."""
    source = stream.text.value
    if len(source) > _LONGEST:
        return ()
    found = [mended for width in _WIDTHS if (mended := _mended(source, width)) is not None]
    if not found or any(_shape(other.text) != _shape(found[0].text) for other in found[1:]):
        return ()
    return tuple(
        Edit(stream.text.span(start, start + len(_lead_at(source, start))), lead)
        for start, lead in found[0].leads.items()
    )


def _mended(source: str, width: int) -> _Mended | None:
    """The file with tabs of a width; None where that cannot be read, or a line then stands where none can be."""
    text, leads, shift = source, dict[int, str](), 0
    block = "", ""
    """How the lines of the last block scalar began, and begin now: tabs behind that belong to its text."""
    for _ in range(_MOST_LINES):
        problem = _read(text).problem
        if problem is None:
            return _Mended(text, leads)
        start = begin_of_line(text, problem.span.start)
        old = _lead_at(text, start)
        lead = old.expandtabs(width)
        if _BEGINS_TEXT.search(_line_above(text, start)) is not None:
            block = old, lead
        elif block[0] and old.startswith(block[0]) and _is_text(text, start, len(lead)):
            lead = block[1] + old[len(block[0]) :]
        if problem.kind != "tab" or "\t" not in old or not _fits(text, start, len(lead)):
            return None
        leads[start - shift] = lead
        shift += len(lead) - len(old)
        text = text[:start] + lead + text[start + len(old) :]
    return None


def _lead_at(text: str, start: int) -> str:
    match = _LEAD.match(text, start)
    return match[0] if match is not None else ""


def _fits(text: str, start: int, column: int) -> bool:
    """Whether the lines above a line are open at a column, or the last of them opens a new one."""
    levels = levels_above(text, start)
    opens = _OPENS.search(_line_above(text, start)) is not None
    return column in levels or (opens and (not levels or column > levels[-1])) or _is_text(text, start, column)


def _line_above(text: str, start: int) -> str:
    return next((line for _, line in lines_above(text, start)), "")


def _is_text(text: str, start: int, column: int) -> bool:
    """Whether a line that begins there at a column belongs to a block scalar."""
    for _, line in lines_above(text, start):
        indented = len(line) - len(line.lstrip(" "))
        if indented < column:
            if _BEGINS_TEXT.search(line) is not None:
                return True
            column = indented
    return False


def _shape(text: str) -> list[tuple[str, int, str]]:
    """What a file holds: its nodes in order, each with how many stand below it, and its text."""
    roots = [document.root for document in _read(text).documents]
    return [
        (
            type(node).__name__,
            len(node.pairs) if isinstance(node, Mapping) else len(node.items) if isinstance(node, Sequence) else 0,
            node.value if isinstance(node, Scalar) else "",
        )
        for root in roots
        for node in walk(root)
    ]


def _read(text: str) -> Stream:
    try:
        return load(Text.of(text))
    except TooComplex:
        return Stream(Text.of(""), (), None)
