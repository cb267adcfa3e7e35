"""How a changed value is written in the scalar that holds it: escapes, doubled quotes, indentation."""

from __future__ import annotations

from collections.abc import Sequence as Several
from functools import lru_cache
from itertools import islice

from cblint import expressions
from cblint.records import NamedTuple
from cblint.source.loader import TooComplex, load
from cblint.source.text import BREAKS, Text, begin_of_line, line_end_of
from cblint.source.tree import QUOTES, Scalar, Sequence

_BLOCKS = ("|", ">")
_LONGEST = 20_000
"""Characters of a scalar that is parsed once more: there can be thousands of changes."""
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})

_LINE = expressions.lazy(r"(?m)^(?=[^\r\n])")
_BLANK = expressions.lazy(r"[ \t>]*")
"""In Markdown, quotations begin their lines with a mark."""
_PLAIN_WORDS = expressions.lazy(r"[ \w./=-]*[\w./=-]")


class Change(NamedTuple):
    """Put ``text`` in the place of what stands from ``start`` to ``end``, offsets into a value or a source."""

    start: int
    end: int
    text: str


def changed(value: str, changes: Several[Change]) -> str:
    """A value after changes that do not overlap; what is put in at one place keeps its order."""
    parts, at = [], 0
    for change in sorted(changes, key=lambda change: change[:2]):
        parts += [value[at : change.start], change.text]
        at = change.end
    return "".join([*parts, value[at:]])


def rewritten(node: Scalar, changes: Several[Change], in_brackets: bool) -> tuple[Change, ...] | None:
    """Changes of a scalar's value as those of the text that was parsed; None where it is not certain how to write them.

    ``changes`` are in offsets into ``node.value``, the result in offsets into ``node.origin.value``. What a plain
    scalar cannot hold, where it stands in the brackets of a list or a mapping less than elsewhere, is put in quotes.
    """
    value = changed(node.value, changes)
    local = _local(node)
    made = [_in_style(node, local, change) for change in changes]
    written = [each for each in made if each is not None]
    if len(written) == len(made) and all(_is_harmless(node, change) for change in changes):
        return tuple(written)
    if len(node.value) > _LONGEST:
        return None
    is_certain = len(written) == len(made) and _is_read_as(node, written, value, in_brackets)
    return tuple(written) if is_certain else _in_quotes(node, value)


@lru_cache(maxsize=4)
def _local(node: Scalar) -> Text:
    """The value with its places in what was parsed: thousands of changes may be about one."""
    return node.local


def _in_style(node: Scalar, local: Text, change: Change) -> Change | None:
    text = _spelled(node.style, change.text)
    if text is None:
        return None
    if node.style != "|":
        start, end = range_of(local, change)
        if start < end and node.origin.value[end - 1] in BREAKS and change.end < len(local):
            end = local.offset(change.end)  # with the indentation of the line that follows
        return Change(start, end, text)
    return in_lines(local, node.origin.value, change)


def _spelled(style: str, text: str) -> str | None:
    """The characters of a text in the style of a scalar; None if it cannot hold them."""
    if style == '"':
        spelled = text.translate(_ESCAPED)
        return spelled if spelled.isprintable() else None
    if style != "|" and any(end in text for end in BREAKS):
        return None
    return text.replace("'", "''") if style == "'" else text


def range_of(text: Text, change: Change) -> tuple[int, int]:
    """Where what is changed begins and ends, in the offsets that the places of a text are in.

    What is whole lines is taken out from where one of them begins to where the next does, so that what stands before
    the first stays with what follows; at the end of the text, from where the line before ends.
    """
    start = text.offset(change.start)
    if change.end == change.start:
        return start, start
    if text.value[change.end - 1] != "\n":
        return start, text.offset_behind(change.end - 1)
    if change.end < len(text.value):
        return start, text.offset(change.end)
    is_line = change.start > 0 and text.value[change.start - 1] == "\n" and not change.text
    return text.offset_behind(change.start - 1) if is_line else start, text.offset_behind(change.end - 1)


def in_lines(text: Text, source: str, change: Change) -> Change | None:
    """A change of a text that stands in lines of a source, each behind the same indentation; None for other texts."""
    indentation = _indentation(text, source)
    if indentation is None:
        return None
    start, end = range_of(text, change)
    line_end = line_end_of(source)
    if change.start < len(text.value) or not text.value.endswith("\n"):
        return Change(start, end, _indented(change.text, indentation, line_end))
    if not change.text.endswith("\n"):
        return None
    return Change(start, end, indentation + _indented(change.text[:-1], indentation, line_end) + line_end)


def _indented(text: str, indentation: str, line_end: str) -> str:
    """A text of which each line but the first is indented; of one that is empty, blanks at the end are none."""
    first, *lines = text.split("\n")
    empty = indentation.rstrip(" \t")
    kept = [f"{indentation}{line}" if line or number == len(lines) - 1 else empty for number, line in enumerate(lines)]
    return line_end.join([first, *kept])


def _indentation(text: Text, source: str) -> str | None:
    """What stands before the lines of a text in its source; None where they do not stand in lines of it.

    The first may begin behind something else; one that is empty may have no indentation.
    """
    end = text.value.find("\n")
    if end < 0 or source[text.offset(end) : text.offset_behind(end)] not in ("\n", "\r\n", "\r"):
        return None
    lines = [match.start() for match in islice(_LINE.finditer(text.value), 2)]
    for at in (*lines[1:2], *lines[:1]):
        place = text.offset(at)
        before = source[begin_of_line(source, place) : place]
        return before if _BLANK.fullmatch(before) else None
    return None


def _is_harmless(node: Scalar, change: Change) -> bool:
    """Whether a change spoils no scalar of that style, so that no parser need be asked."""
    if node.style == "|":
        before = node.value[change.start - 1 : change.start]
        lines = change.text + node.value[change.start : change.end + 1]
        return before.strip() != "" and change.text.isprintable() and "\n" not in lines
    # Whatever stands behind it, it is not made the beginning of a comment.
    return 0 < change.start == change.end and _PLAIN_WORDS.fullmatch(change.text) is not None


def _is_read_as(node: Scalar, written: list[Change], value: str, in_brackets: bool) -> bool:
    """Whether a parser takes what is written for the value, in the same style."""
    changes = [Change(each.start - node.start, each.end - node.start, each.text) for each in written]
    source = changed(node.origin.value[node.start : node.end], changes)
    # What a format makes of YAML says of all that it is in brackets; no block is.
    return _read(f"[{source}]" if in_brackets and node.style not in _BLOCKS else f"- {source}") == (value, node.style)


def _read(source: str) -> tuple[str, str] | None:
    """The value and the style of the only scalar in a list; None if it is anything else."""
    try:
        stream = load(Text.of(source))
    except TooComplex:
        return None
    root = stream.documents[0].root if stream.problem is None and len(stream.documents) == 1 else None
    if not isinstance(root, Sequence) or len(root.items) != 1:
        return None
    item = root.items[0]
    return (item.value, item.style) if isinstance(item, Scalar) and item.tag is None and item.anchor is None else None


def _in_quotes(node: Scalar, value: str) -> tuple[Change, ...] | None:
    """All of a plain scalar written anew, in single quotes."""
    if node.style in QUOTES + _BLOCKS or node.tag is not None or not node.one_line:
        return None
    source = "'" + value.replace("'", "''") + "'"
    if not value.isprintable() or _read(f"- {source}") != (value, "'"):
        return None
    return (Change(node.start, node.start + len(node.source), source),)
