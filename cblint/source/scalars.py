"""From the value of a YAML scalar back to the file: every style, folding, escapes, indentation, chomping.

The parser gives a scalar's value and the range it was read from. These functions read that range once more, the
way libyaml 0.2.5 does (YAML 1.1: U+0085, U+2028 and U+2029 break lines too), and remember where each character
came from. All offsets are local: indexes into the text that was parsed.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from cblint import expressions
from cblint.source.text import BREAKS, LINE_BREAK, Piece

_BREAK_RUN = expressions.lazy(f"[ \t{BREAKS}]+")
# All that can make value and source differ; everything between two matches is taken as it stands.
_SPECIAL = {
    "": LINE_BREAK,
    "'": expressions.lazy("''|" + LINE_BREAK.pattern),
    '"': expressions.lazy(r"\\|" + LINE_BREAK.pattern),
}
_ESCAPE = expressions.lazy(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r\n|.)", re.DOTALL)
_ESCAPED = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


def pieces(source: str, start: int, end: int, style: str, value: str) -> list[Piece] | None:
    """What the scalar ``source[start:end]`` of that style is made of.

    ``start`` is the first character of the scalar proper (after any tag and anchor): its quote, ``|`` or ``>``.
    ``style`` is one of ``""`` (plain), ``'``, ``"``, ``|``, ``>``. Returns None when the pieces do not add up to
    the parser's ``value``, so that a caller can fall back to the whole range instead of a wrong place.
    """
    if style in ("|", ">"):
        found = list(_block(source, start, end, style == ">", value))
    elif style == "":
        found = list(_flow(source, start, end, ""))
    else:
        found = list(_flow(source, start + 1, end - 1, style))
    return found if "".join([piece.value for piece in found]) == value else None


def _break_value(text: str) -> str:
    return text if text in "\u2028\u2029" else "\n"


def _flow(source: str, start: int, end: int, quote: str) -> Iterator[Piece]:
    """The inside of a plain or quoted scalar: folded line breaks, doubled quotes, escapes."""
    at = start
    while match := _SPECIAL[quote].search(source, at, end):
        found = match.start()
        kind = source[found]
        text_end = found
        if kind not in "'\\":
            while text_end > at and source[text_end - 1] in " \t":
                text_end -= 1
        if text_end > at:
            yield Piece(source[at:text_end], at, text_end)
        if kind == "'":
            yield Piece("'", found, found + 2)
            at = found + 2
        elif kind == "\\":
            escape = _ESCAPE.match(source, found, end)
            if escape is None:
                return
            at = escape.end()
            body = escape.group()[1:]
            if LINE_BREAK.fullmatch(body):
                at = yield from _continuation(source, at, end)
            else:
                yield Piece(_unescape(body), found, at)
        else:
            at = yield from _fold(source, found, end)
    if at < end:
        yield Piece(source[at:end], at, end)


def _unescape(body: str) -> str:
    if body[0] in "xuU" and len(body) > 1:
        return chr(int(body[1:], 16))
    return _ESCAPED.get(body, "")


def _fold(source: str, start: int, end: int) -> Generator[Piece, None, int]:
    """A run of blanks and line breaks: one break becomes a blank, of several all but the first remain."""
    run = _BREAK_RUN.match(source, start, end)
    assert run is not None, "called at a line break"
    breaks = list(LINE_BREAK.finditer(source, run.start(), run.end()))
    first = _break_value(breaks[0].group())
    if first != "\n":
        yield Piece(first, *breaks[0].span())
    elif len(breaks) == 1:
        yield Piece(" ", *breaks[0].span())
    for match in breaks[1:]:
        yield Piece(_break_value(match.group()), *match.span())
    return run.end()


def _continuation(source: str, start: int, end: int) -> Generator[Piece, None, int]:
    """What follows an escaped line break: blanks vanish, further breaks remain."""
    at = start
    while at < end:
        if source[at] in " \t":
            at += 1
        elif match := LINE_BREAK.match(source, at, end):
            yield Piece(_break_value(match.group()), *match.span())
            at = match.end()
        else:
            break
    return at


def _block(source: str, start: int, end: int, folded: bool, value: str) -> Iterator[Piece]:
    """The lines of a literal or folded scalar below its header."""
    header = LINE_BREAK.search(source, start, end)
    if header is None:
        return
    lines = list(_lines(source, header.end(), end))
    strip = _indentation(source, lines, value)
    held: list[Piece] = []  # line breaks that chomping may drop, and of which folding may drop the first
    joinable = False  # the line before was a text line that does not begin with a blank
    length = 0
    for line_start, line_end, break_end in lines:
        if length == len(value):
            return
        content = line_start
        while content < min(line_end, line_start + strip) and source[content] == " ":
            content += 1
        if content < line_end:
            more_indented = source[content] in " \t"
            if folded and joinable and not more_indented and held and held[0].value == "\n":
                held = [held[0]._replace(value=" ")] if len(held) == 1 else held[1:]
            held.append(Piece(source[content:line_end], content, line_end))
            for piece in held:
                length += len(piece.value)
                yield piece
            held = []
            joinable = not more_indented
        if break_end > line_end:
            held.append(Piece(_break_value(source[line_end:break_end]), line_end, break_end))
    yield from held[: len(value) - length]


def _lines(source: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(start, end without the break, end with it) of each line; a line begun at ``end`` is none."""
    at = start
    while at < end:
        match = LINE_BREAK.search(source, at, end)
        if match is None:
            yield at, end, end
            return
        yield at, match.start(), match.end()
        at = match.end()


def _indentation(source: str, lines: list[tuple[int, int, int]], value: str) -> int:
    """How many blanks the parser took off each line.

    Leading empty lines are kept in every block style, so the first text of the value stands in the line of the
    same number; the blanks that it has more in the file are the indentation. This needs neither the indentation
    indicator nor the depth of the parent.
    """
    number = 0
    at = 0
    while at < len(value) and (match := LINE_BREAK.match(value, at)):
        number += 1
        at = match.end()
    if at == len(value) or number >= len(lines):
        return max((line_end - start for start, line_end, _ in lines), default=0)
    start, line_end, _ = lines[number]
    return _blanks(source, start, line_end) - _blanks(value, at, len(value))


def _blanks(text: str, start: int, end: int) -> int:
    at = start
    while at < end and text[at] == " ":
        at += 1
    return at - start
