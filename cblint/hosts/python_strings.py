"""What string literals of Python say, and where each of their characters stands."""

from __future__ import annotations

import re

from cblint import expressions
from cblint.hosts.expressions import code_point, unescaped
from cblint.records import NamedTuple
from cblint.source.text import HOLE, Piece

_PREFIX = expressions.lazy(r"[A-Za-z]{0,2}")
_BETWEEN = expressions.lazy(r"(?:[ \t\f\r\n\\]|#[^\r\n]*)*")
_BRACKETS = expressions.lazy(r"[{}\[\]():'\"]")
_SIMPLE = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\n": "",
}
_DIGITS = {"x": 2, "u": 4, "U": 8}
_OCTAL = expressions.lazy(r"[0-7]{1,3}")
_NAMED = expressions.lazy(r"N\{([^{}]{1,100})\}")


class Run(NamedTuple):
    """Part of what literals say. ``field``: it is a replacement field, for which its piece has a hole."""

    piece: Piece
    field: bool = False


def runs(source: str, start: int, end: int) -> list[Run] | None:
    """What the literals of a range say one after the other, in offsets into the source; None if they are not read."""
    found: list[Run] = []
    at = start
    while True:
        at = _end(_BETWEEN, source, at, end)
        if at >= end:
            return found
        after = _end(_PREFIX, source, at, end)
        prefix = source[at:after].lower()
        mark = source[after : after + 3]
        mark = mark if mark in ("'''", '"""') else mark[:1]
        if mark[:1] not in ("'", '"'):
            return None
        read = _formatted if "f" in prefix else _constant
        closed = read(source, after + len(mark), end, mark, "r" in prefix, found)
        if closed is None:
            return None
        at = closed + len(mark)


def _end(pattern: re.Pattern[str], source: str, at: int, end: int) -> int:
    match = pattern.match(source, at, end)
    return match.end() if match else at


def _constant(source: str, start: int, end: int, mark: str, raw: bool, found: list[Run]) -> int | None:
    """Adds what a literal says; where it is closed."""
    closed = _close(source, start, end, mark)
    return closed if closed is not None and _add(source, start, closed, raw, found) else None


def _close(source: str, start: int, end: int, mark: str) -> int | None:
    """Where a literal is closed, whose escapes are skipped."""
    for match in re.compile(rf"\\.|{mark}", re.DOTALL).finditer(source, start, end):
        if match[0] == mark:
            return match.start()
    return None


def _add(source: str, start: int, end: int, raw: bool, found: list[Run]) -> bool:
    pieces = unescaped(source, start, end, _as_written if raw else _escape)
    found += [Run(piece) for piece in pieces or ()]
    return pieces is not None


def _formatted(source: str, start: int, end: int, mark: str, raw: bool, found: list[Run]) -> int | None:
    """The same as ``_constant`` for a literal with replacement fields."""
    special = re.compile(rf"\\N\{{|\\[^{{}}]|\{{\{{|\}}\}}|\{{|{mark}", re.DOTALL)
    done = at = start
    while True:
        match = special.search(source, at, end)
        if match is None:
            return None
        at = match.end()
        if match[0] == "\\N{" and not raw:
            at = source.find("}", at, end) + 1
            if at == 0:
                return None
        elif match[0] in ("{{", "}}", "{", mark, "\\N{"):
            written = match.end() - 1 if match[0] == "\\N{" else match.start()
            if not _add(source, done, written, raw, found):
                return None
            if match[0] == mark:
                return written
            if match[0] in ("{{", "}}"):
                found.append(Run(Piece(match[0][0], written, at)))
            else:
                closed = _field_end(source, at, end)
                if closed is None:
                    return None
                found.append(Run(Piece(HOLE, written, closed), True))
                at = closed
            done = at


def _field_end(source: str, start: int, end: int) -> int | None:
    """Where a replacement field ends, behind its brace."""
    depth, at, in_format = 1, start, False
    while True:
        match = _BRACKETS.search(source, at, end)
        if match is None:
            return None
        at = match.end()
        if match[0] in "'\"" and not in_format:
            mark = source[match.start() : match.start() + 3]
            mark = mark if mark in ("'''", '"""') else match[0]
            closed = _close(source, match.start() + len(mark), end, mark)
            if closed is None:
                return None
            at = closed + len(mark)
        elif match[0] == ":":
            in_format = in_format or depth == 1
        elif match[0] in "{}" or (not in_format and match[0] in "[]()"):
            depth += 1 if match[0] in "{[(" else -1
            if depth == 0:
                return at


def _as_written(_source: str, at: int, _end: int) -> tuple[str, int]:
    return "\\", at + 1


def _escape(source: str, at: int, end: int) -> tuple[str, int] | None:
    after = source[at + 1 : at + 2]
    if after == "\r":
        return "", at + (3 if source[at + 2 : at + 3] == "\n" else 2)
    if after in _SIMPLE and after:
        return _SIMPLE[after], at + 2
    digits = _DIGITS.get(after)
    if digits is not None:
        character = code_point(source[at + 2 : min(at + 2 + digits, end)])
        return (character, at + 2 + digits) if character is not None else None
    octal = _OCTAL.match(source, at + 1, end)
    if octal:
        return chr(int(octal[0], 8)), octal.end()
    named = _NAMED.match(source, at + 1, end)
    if named:
        import unicodedata

        try:
            return unicodedata.lookup(named[1]), named.end()
        except KeyError:
            return None
    return "\\", at + 1
