"""What a YAML syntax error is really about, and the characters that a person would point at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.records import NamedTuple
from cblint.source.text import BREAKS, Span, Text, begin_of_line
from cblint.source.tree import QUOTES
from cblint.wording import enumerated


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


_LINE_END = expressions.lazy(r"\r\n|\r|\n")
_ITEM = expressions.lazy(r"[ \t]*(?:-[ \t]+)*")
_KEY = expressions.lazy(r"""[\w.-]+|"[^"]*"|'[^']*'""")
_COMMENT_OR_ESCAPES = expressions.lazy(rf"#[^{BREAKS}]*|(%[89A-Fa-f][0-9A-Fa-f](?:%[0-9A-Fa-f]{{2}})*)")
_COLON = expressions.lazy(r":(?=[ \t])")
_STRUCTURE = expressions.lazy(r"([ ]*)(?:- |[\w.-]+:(?:[ \t]|$))")
_QUOTED_VALUE = expressions.lazy(r"""[\w.-]+:[ \t]+["']""")
_CONFLICT = expressions.lazy(r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?$", re.MULTILINE)
_ODD_SPACE = expressions.lazy("[ \t]*([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000])")
_NO_SPACE = expressions.lazy(r"[ \t]*(?:- +)*[\w.-]+(:)(?![\s/])(?!.*:(?:\s|$))")
_BARE_WORD = expressions.lazy(r"[ \t]*([\w.-]+)[ \t]*$")
_PLAIN_ITEM = expressions.lazy(r"[ \t]*- +\S+[ \t]+\S(?!.*:(?:\s|$))")
_ITEM_WITH_COLON = expressions.lazy(r"[ \t]*- +[\w.-]+[ \t][^:'\"]*?(:)(?=\s)")


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
        self.line_start = begin_of_line(source, at)
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


def undecodable_tag(text: Text, reached: int) -> Problem:
    """A tag whose ``%`` escapes are no UTF-8; libyaml's own check lets some pass that have no characters."""
    found = [match.span() for match in _COMMENT_OR_ESCAPES.finditer(text.value, reached) if match[1]]
    start, end = found[0] if found else (reached, reached)
    return Problem("other", "found an incorrect UTF-8 escape in a tag", text.span(start, end), start, {})


class _Error(NamedTuple):
    """What libyaml reports, and the places that it names. ``quoted`` is the last quoted scalar before it, if any."""

    text: Text
    problem: str
    place: _Place
    context: str
    opening: _Place
    quoted: tuple[int, int] | None

    @property
    def source(self) -> str:
        return self.text.value

    @property
    def character(self) -> str:
        return self.source[self.place.at : self.place.at + 1]

    @property
    def opened_by(self) -> str:
        return self.source[self.opening.at : self.opening.at + 1]


_Cause = tuple[str, tuple[int, int], dict[str, str]]
"""The kind, the range to point at, and the details of its message."""


def diagnose(
    text: Text,
    problem: str,
    context: str,
    at: int,
    context_at: int | None,
    quoted: tuple[int, int] | None = None,
) -> Problem:
    """Name the cause of an error that libyaml reports at local offset ``at``, in what began at ``context_at``."""
    place = _Place(text, at)
    opening = _Place(text, context_at) if context_at is not None else place
    error = _Error(text, problem, place, context, opening, quoted)
    causes = (cause(error) for cause in _CAUSES)
    kind, (start, end), details = next((found for found in causes if found), ("other", place.to_line_end(), {}))
    reached = context_at if context_at is not None and context.endswith(" scalar") else at
    return Problem(kind, problem, text.span(start, end), reached, details)


def control_character(text: Text, at: int, reached: int) -> Problem:
    """A character that YAML forbids at local offset ``at``; all before ``reached`` was read."""
    details = {"character": f"U+{ord(text.value[at]):04X}"}
    return Problem("control-character", "control characters are not allowed", text.span(at, at + 1), reached, details)


def _merge_conflict(error: _Error) -> _Cause | None:
    for place in (error.place, error.opening):
        if _CONFLICT.match(error.source, place.line_start, place.line_end):
            # The mark in the middle is text like any other: it is the first that a person looks for.
            begun = max(error.source.rfind("<" * 7, 0, place.line_end), 0)
            at = begun if _CONFLICT.match(error.source, begun) else place.line_start
            return "merge-conflict", _Place(error.text, at).to_line_end(), {}
    return None


def _odd_space(error: _Error) -> _Cause | None:
    for place in (error.place, error.opening):
        if match := _ODD_SPACE.match(error.source, place.line_start, place.line_end):
            return "odd-space", match.span(1), {"character": f"U+{ord(match[1]):04X}"}
    return None


def _tab(error: _Error) -> _Cause | None:
    if "tab character" in error.problem or (error.problem.startswith("found character") and error.character == "\t"):
        tab = error.source.find("\t", error.place.line_start, error.place.line_end)
        return "tab", (tab, tab + 1) if tab >= 0 else error.place.one(), {}
    return None


def _flow_command(error: _Error) -> _Cause | None:
    place = error.place
    if not place.is_item or place.first not in ("[", "{") or place.at == place.content:
        return None
    length = 2 if error.source.startswith(place.first * 2, place.content) else 1
    return "flow-command", (place.content, place.content + length), {"character": place.first * length}


def _reserved_character(error: _Error) -> _Cause | None:
    if error.problem.startswith("found character"):
        return "reserved-character", error.place.one(), {"character": error.character}
    return None


def _escape(error: _Error) -> _Cause | None:
    if not error.problem.startswith(("found unknown escape", "did not find expected hexdecimal")):
        return None
    start = error.source.rfind("\\", error.place.line_start, error.place.at + 1)
    if start + 1 >= len(error.source) or start < 0:
        return "unclosed-quote", error.opening.to_line_end(), {"character": error.opened_by}
    return "unknown-escape", (start, start + 2), {"escape": error.source[start : start + 2]}


def _unclosed_quote(error: _Error) -> _Cause | None:
    if error.context == "while scanning a quoted scalar":
        return "unclosed-quote", error.opening.to_line_end(), {"character": error.opened_by}
    return None


def _quote_runs_on(error: _Error) -> _Cause | None:
    """A quote that was meant to end on its line, and met its like further down."""
    if error.quoted is None:
        return None
    start, end = error.quoted
    if _line_end(error.source, start) >= end or error.source[end : error.place.at].strip(" \t"):
        return None
    line = len(_LINE_END.findall(error.source, 0, end)) + 1
    return (
        "quote-runs-on",
        _Place(error.text, start).to_line_end(),
        {
            "character": error.source[start],
            "line": str(line),
        },
    )


def _flow(error: _Error) -> _Cause | None:
    if not error.problem.startswith("did not find expected ',' or"):
        return None
    closing = {"[": "]", "{": "}"}.get(error.opened_by, "")
    if closing and error.source.find(closing, error.place.at) >= 0:
        return "missing-comma", error.place.one(), {"closing": closing}
    return "unclosed-flow", error.opening.one(), {"character": error.opened_by}


def _key_where_none_can_be(error: _Error) -> _Cause | None:
    """A line that looks like a key but goes on with what stands above it: one of the two lines is wrong."""
    place = error.place
    key = place.before.lstrip(" \t")
    if not error.problem.startswith("mapping values are not allowed") or not _KEY.fullmatch(key):
        return None
    start = place.line_start + len(place.before) - len(key)
    details = {"key": key}
    above, line = next(lines_above(error.source, place.line_start), (0, ""))
    if match := _NO_SPACE.match(line):
        return "colon-without-space", (above + match.start(1), above + match.end(1)), details
    if match := _BARE_WORD.match(line):
        return "missing-colon", (above + match.start(1), above + match.end(1)), {"key": match[1]}
    structure = next((line for _, line in lines_above(error.source, place.line_start) if _STRUCTURE.match(line)), "")
    if _PLAIN_ITEM.match(structure):
        return "block-needed", (start, place.at + 1), details
    return "key-indentation", (start, place.at + 1), details


def _text_after_quote(error: _Error) -> _Cause | None:
    if not _follows_quote(error.place, error.opening, error.context):
        return None
    return "text-after-quote", (error.opening if error.context in _NAMES else error.place).to_line_end(), {}


def _alias_or_anchor(error: _Error) -> _Cause | None:
    if error.context not in _NAMES:
        return None
    above, line = next(lines_above(error.source, error.opening.line_start), (0, ""))
    if error.opening.starts_line and (match := _ITEM_WITH_COLON.match(line)):
        return "colon-in-text", (above + match.start(1), above + match.end(1)), {}
    return "alias-or-anchor", error.opening.one(), {"character": error.opened_by}


def _colon_in_text(error: _Error) -> _Cause | None:
    place, opening = error.place, error.opening
    if error.problem.startswith("mapping values are not allowed"):
        return "colon-in-text", place.one(), {}
    if error.problem in _UNEXPECTED and not place.starts_line and opening.line_start == place.line_start:
        colon = _COLON.search(error.source, opening.at, place.at)
        return "colon-in-text", colon.span() if colon else place.one(), {}
    return None


def _bare_text(error: _Error) -> _Cause | None:
    if error.problem.startswith("could not find expected ':'"):
        return "bare-text", error.opening.to_line_end(), {}
    return None


def _list_beside_key(error: _Error) -> _Cause | None:
    if error.problem.startswith("block sequence entries are not allowed") and error.character == "-":
        return "list-beside-key", error.place.to_line_end(), {}
    return None


def _block_header(error: _Error) -> _Cause | None:
    if error.context == "while scanning a block scalar" and error.opened_by in ("|", ">"):
        return "block-header", error.opening.one(), {"character": error.opened_by}
    return None


def _indentation(error: _Error) -> _Cause | None:
    place = error.place
    if not place.starts_line or not error.problem.startswith("did not find"):
        return None
    if error.problem in _UNEXPECTED and place.column == error.opening.column:
        return "wrong-level", place.to_line_end(), {"found": "list item" if error.character == "-" else "key"}
    levels = levels_above(error.source, place.line_start)
    if not levels or place.column in levels:
        return None
    shown = enumerated([str(level) for level in levels], "or")
    return "indentation", place.to_line_end(), {"found": str(place.column), "levels": shown}


_CAUSES = (
    _merge_conflict,
    _odd_space,
    _tab,
    _quote_runs_on,
    _flow_command,
    _reserved_character,
    _escape,
    _unclosed_quote,
    _flow,
    _key_where_none_can_be,
    _text_after_quote,
    _alias_or_anchor,
    _colon_in_text,
    _bare_text,
    _list_beside_key,
    _block_header,
    _indentation,
)
"""In this order: the first that knows the error names it."""


def lines_above(source: str, line_start: int) -> Iterator[tuple[int, str]]:
    """Lines with something on them but a comment, upward from the one that begins at ``line_start``; each with its
    offset."""
    end = line_start
    while end > 0:
        stop = end - (2 if source[max(end - 2, 0) : end] == "\r\n" else 1)
        start = begin_of_line(source, stop)
        line = source[start:stop]
        if line.strip() and not line.lstrip().startswith("#"):
            yield start, line
        end = start


def levels_above(source: str, line_start: int) -> list[int]:
    """The indentations that the lines above leave open, least first."""
    levels: list[int] = []
    for _, line in lines_above(source, line_start):
        indented = len(line) - len(line.lstrip(" "))
        if line.startswith(("---", "...")) or (levels and levels[-1] == 0):
            break
        # The line just above counts whatever it is: it may be text of a block scalar.
        if not levels or (indented < levels[-1] and _STRUCTURE.match(line)):
            levels.append(indented)
    return levels[::-1]


_UNEXPECTED = ("did not find expected key", "did not find expected '-' indicator")
_NAMES = ("while scanning an alias", "while scanning an anchor")


def _follows_quote(place: _Place, opening: _Place, context: str) -> bool:
    """Whether the parser met text right after a closing quote, where a value must end."""
    here = opening if context in _NAMES else place
    if here.starts_line or here.before[-1:] not in QUOTES:
        return False
    content = here.source[here.content : here.at]
    return here.first in QUOTES or (not here.is_item and _QUOTED_VALUE.match(content) is not None)
