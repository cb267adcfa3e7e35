"""What a YAML syntax error is really about, and the characters that a person would point at."""

from __future__ import annotations

import re
from typing import NamedTuple

from cblint.source.text import Span, Text


class Problem(NamedTuple):
    """A syntax error.

    ``problem`` is libyaml's text, which CodeBuild prints too (facts: semantics 44); ``kind`` names the cause, or is
    ``other``; ``at`` is the local offset at which reading ended (of a scalar without an end, where it begins);
    ``details`` fills in the message of the kind.
    """

    kind: str
    problem: str
    span: Span
    at: int
    details: dict[str, str]


_ITEM = re.compile(r"[ \t]*(?:-[ \t]+)*")
_KEY = re.compile(r"""[\w.-]+|"[^"]*"|'[^']*'""")
_COLON = re.compile(r":(?=[ \t])")
_STRUCTURE = re.compile(r"([ ]*)(?:- |[\w.-]+:(?:[ \t]|$))")
_QUOTED_VALUE = re.compile(r"""[\w.-]+:[ \t]+["']""")
QUOTES = ("'", '"')


def _line_end(source: str, at: int) -> int:
    ends = [end for end in (source.find("\n", at), source.find("\r", at)) if end >= 0]
    return min(ends, default=len(source))


class _Place:
    """A local offset and the line around it."""

    def __init__(self, text: Text, at: int) -> None:
        source = text.value
        at = min(at, max(len(source) - 1, 0))
        if not source[at : _line_end(source, at)].strip(" \t"):
            # An error at the end of a line or of the file is about the last thing written before it.
            at = max(len(source[: at + 1].rstrip()) - 1, 0)
        self.source = source
        self.at = at
        self.line_start = max(source.rfind("\n", 0, at), source.rfind("\r", 0, at)) + 1
        self.line_end = _line_end(source, at)
        self.column = at - self.line_start
        prefix = _ITEM.match(source, self.line_start, self.line_end)
        self.content = prefix.end() if prefix else self.line_start
        self.is_item = "-" in source[self.line_start : self.content]

    @property
    def first(self) -> str:
        """The first character of the line's content, after its indentation and dashes."""
        return self.source[self.content : self.content + 1]

    @property
    def starts_line(self) -> bool:
        """Whether nothing but blanks stands before the place on its line."""
        return not self.source[self.line_start : self.at].strip(" \t")

    @property
    def before(self) -> str:
        return self.source[self.line_start : self.at].rstrip(" \t")

    def to_line_end(self) -> tuple[int, int]:
        end = self.line_end
        while end > self.at + 1 and self.source[end - 1] in " \t":
            end -= 1
        return self.at, end

    def one(self) -> tuple[int, int]:
        return self.at, self.at + 1


def undefined_alias(text: Text, start: int, end: int) -> Problem:
    """An alias to an anchor that does not exist; libyaml's events let it pass, every loader stops at it."""
    name = text.value[start:end]
    return Problem("undefined-alias", f"unknown anchor {name[1:]}", text.span(start, end), start, {"name": name})


def undecodable_tag(text: Text, start: int, end: int) -> Problem:
    """A tag whose ``%`` escapes are no UTF-8; libyaml's own check lets some pass that have no characters."""
    return Problem("other", "found an incorrect UTF-8 escape in a tag", text.span(start, end), start, {})


def diagnose(text: Text, problem: str, context: str, at: int, context_at: int | None) -> Problem:
    """Name the cause of an error that libyaml reports at local offset ``at``, in what began at ``context_at``."""
    kind, (start, end), details = _cause(text, problem, context, at, context_at)
    reached = context_at if context_at is not None and context.endswith(" scalar") else at
    return Problem(kind, problem, text.span(start, end), reached, details)


_Cause = tuple[str, tuple[int, int], dict[str, str]]


def _cause(text: Text, problem: str, context: str, at: int, context_at: int | None) -> _Cause:
    place = _Place(text, at)
    opening = _Place(text, context_at) if context_at is not None else place
    source = text.value
    character = source[place.at : place.at + 1]

    if problem.startswith("control characters"):
        return "control-character", (at, at + 1), {"character": f"U+{ord(source[at]):04X}"}
    if "tab character" in problem or (problem.startswith("found character") and character == "\t"):
        tab = source.find("\t", place.line_start, place.line_end)
        return "tab", (tab, tab + 1) if tab >= 0 else place.one(), {}
    if place.is_item and place.first in ("[", "{") and place.at > place.content:
        end = place.content + (2 if source.startswith(place.first * 2, place.content) else 1)
        return "flow-command", (place.content, end), {"character": source[place.content : end]}
    if problem.startswith("found character"):
        return "reserved-character", place.one(), {"character": character}
    bad_escape = problem.startswith("found unknown escape")
    if bad_escape and not (character == "\\" and place.at + 1 == len(source)):
        start = place.at if character == "\\" else place.at - 1  # PyYAML's own parser marks what follows it
        return "unknown-escape", (start, start + 2), {"escape": source[start : start + 2]}
    if context == "while scanning a quoted scalar" or bad_escape:
        return "unclosed-quote", opening.to_line_end(), {"character": source[opening.at : opening.at + 1]}
    key = place.before.lstrip(" \t")
    if problem.startswith("mapping values are not allowed") and _KEY.fullmatch(key):
        start = place.line_start + len(place.before) - len(key)
        return "key-indentation", (start, place.at + 1), {"key": key}
    if _follows_quote(place, opening, context):
        where = opening if context in _NAMES else place
        return "text-after-quote", where.to_line_end(), {}
    if context in _NAMES:
        return "alias-or-anchor", opening.one(), {"character": source[opening.at : opening.at + 1]}
    if problem.startswith("mapping values are not allowed"):
        return "colon-in-text", place.one(), {}
    if problem.startswith("could not find expected ':'"):
        return "bare-text", opening.to_line_end(), {}
    if problem.startswith("did not find expected ',' or"):
        return "unclosed-flow", opening.one(), {"character": source[opening.at : opening.at + 1]}
    if problem in ("did not find expected key", "did not find expected '-' indicator"):
        if not place.starts_line and opening.line_start == place.line_start:
            colon = _COLON.search(source, opening.at, place.at)
            return "colon-in-text", colon.span() if colon else place.one(), {}
        if place.starts_line and place.column == opening.column:
            return "wrong-level", place.to_line_end(), {"found": "list item" if character == "-" else "key"}
    levels = _levels(source, place.line_start) if place.starts_line and problem.startswith("did not find") else []
    if levels and place.column not in levels:
        return "indentation", place.to_line_end(), {"found": str(place.column), "levels": _either(levels)}
    return "other", place.to_line_end(), {}


def _levels(source: str, line_start: int) -> list[int]:
    """The indentations that the lines above leave open, least first."""
    levels: list[int] = []
    for line in reversed(source[:line_start].splitlines()):
        match = _STRUCTURE.match(line)
        if line.startswith(("---", "...")) or (levels and levels[-1] == 0):
            break
        if match and (not levels or len(match.group(1)) < levels[-1]):
            levels.append(len(match.group(1)))
    return levels[::-1]


def _either(numbers: list[int]) -> str:
    """``0, 2 or 6``."""
    *others, last = map(str, numbers)
    return f"{', '.join(others)} or {last}" if others else last


_NAMES = ("while scanning an alias", "while scanning an anchor")


def _follows_quote(place: _Place, opening: _Place, context: str) -> bool:
    """Whether the parser met text right after a closing quote, where a value must end."""
    here = opening if context in _NAMES else place
    if here.starts_line or here.before[-1:] not in QUOTES:
        return False
    content = here.source[here.content : here.at]
    return here.first in QUOTES or (not here.is_item and _QUOTED_VALUE.match(content) is not None)
