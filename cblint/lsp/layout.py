"""How what is offered is written where it would stand: its quotes, and the lines that follow a key."""

from __future__ import annotations

from collections import Counter

from cblint import expressions
from cblint.lsp.offers import Choice, Key
from cblint.lsp.probe import Standing
from cblint.lsp.typed import Typed
from cblint.records import NamedTuple
from cblint.source.text import begin_of_line, line_end_of
from cblint.source.tree import Mapping, Node, Scalar, Sequence, walk

_STEP = 2
_LITERAL = expressions.lazy(r"[A-Za-z0-9_/](?:[\w./:-]*[\w./-])?")
"""A text that YAML takes as it stands, in brackets too."""
_LOSSY = expressions.lazy(r"[0-9]*\.[0-9]*0")
"""A number whose last zero a tool may lose."""
_NO_BLANK = expressions.lazy(r"[^ \t]")


class Layout(NamedTuple):
    """The way in which a file is written round a key.

    ``nested`` and ``listed`` are what stands before the lines of a mapping and of a list below it; None where no lines
    can follow: in brackets, or in a text whose line ends are escapes. ``is_json``: all is in double quotes.
    """

    nested: str | None
    listed: str | None
    line_end: str
    is_json: bool


def layout_of(path: str, source: str, place: Standing) -> Layout:
    """The way in which a file is written round the place of a key; ``source`` is its text without the placeholder."""
    before = None if place.in_brackets or place.pair is None else _before(source, place.pair.key)
    nested, listed = _steps(place.root) if before is not None else (0, 0)
    return Layout(
        f"{before}{' ' * nested}" if before is not None else None,
        f"{before}{' ' * listed}" if before is not None else None,
        line_end_of(source),
        is_json(path, place.root),
    )


def _before(source: str, key: Node) -> str | None:
    """What stands before a line that is indented as far as a key; None if the text's lines are not the file's."""
    text = key.origin
    begin = begin_of_line(text.value, key.start)
    lead = text.value[begin : key.start]
    place = text.offset(begin)
    host = source[begin_of_line(source, place) : place]
    if host.strip(" \t") or not source.startswith(lead, place):
        return None
    return host + _NO_BLANK.sub(" ", lead)


def _steps(root: Node) -> tuple[int, int]:
    """How far a file indents a mapping below its key, and a list: as it does most often."""
    nested: Counter[int] = Counter()
    listed: Counter[int] = Counter()
    for node in walk(root):
        for pair in node.pairs if isinstance(node, Mapping) and not node.flow else ():
            value = pair.value
            if isinstance(value, (Mapping, Sequence)) and not value.flow:
                deeper = column(value) - column(pair.key)
                if isinstance(value, Sequence):
                    listed[max(deeper, 0)] += 1
                elif deeper > 0:
                    nested[deeper] += 1
    step = nested.most_common(1)[0][0] if nested else _STEP
    return step, listed.most_common(1)[0][0] if listed else step


def column(node: Node) -> int:
    """How many characters stand before a node on its line."""
    return node.start - begin_of_line(node.origin.value, node.start)


def is_json(path: str, root: Node) -> bool:
    """Whether a file is JSON, or written like it."""
    if path.lower().endswith(".json"):
        return True
    first = root.pairs[0].key if isinstance(root, Mapping) and root.flow and root.pairs else None
    return isinstance(first, Scalar) and first.style == '"'


def key_text(typed: Typed, key: Key, layout: Layout, has_value: bool) -> tuple[str, bool]:
    """What makes a key, and whether that is a snippet; ``has_value``: its value stands below already."""
    name = f'"{key.name}"' if layout.is_json and not typed.quote else typed.quoted(key.name)
    if typed.colon:
        return name, False
    if has_value:
        return f"{name}:", False
    if key.kind == "array" and layout.listed is not None:
        return f"{name}:{layout.line_end}{layout.listed}- $0", True
    if key.kind == "object" and layout.nested is not None:
        return f"{name}:{layout.line_end}{layout.nested}$0", True
    return f"{name}: ", False


def value_text(typed: Typed, choice: Choice, in_json: bool) -> str | None:
    """What makes a value; None for a number or a truth value in quotes, which would be another one."""
    value = label_of(choice)
    if not isinstance(choice.value, str):
        return None if typed.quote else typed.gap + value
    if typed.quote:
        return typed.quoted(value)
    is_plain = not in_json and _LITERAL.fullmatch(value) is not None and _LOSSY.fullmatch(value) is None
    return typed.gap + (value if is_plain else f'"{value}"')


def label_of(choice: Choice) -> str:
    """A value as people read it."""
    if isinstance(choice.value, bool):
        return str(choice.value).lower()
    return choice.value if isinstance(choice.value, str) else f"{choice.value:g}"
