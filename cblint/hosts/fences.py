"""The fenced code blocks of a Markdown text: their language, and their content with its places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint import expressions
from cblint.records import NamedTuple
from cblint.source.text import Lines, Piece, Text

_LANGUAGE = expressions.lazy(r"[{\s]*\.?([\w+#.-]*)")
_FRONT_MATTER_END = expressions.lazy(r"(?m)^(?:---|\.\.\.)[ \t\r]*$")

_TAB = 4
"""Columns that a tab is wide in Markdown."""


class Fence(NamedTuple):
    """A fenced code block.

    ``language`` is what its info string begins with, in small letters, empty if there is none. ``text`` is what it
    holds, without the indentation that the list or quote round it asks for; ``start`` and ``end`` are where that
    begins and ends in the text of the file.
    """

    language: str
    text: Text
    start: int
    end: int


def fences(text: Text) -> Iterator[Fence]:
    """The fenced code blocks of a Markdown text in its order, also those in lists and quotes, as CommonMark has them.

    Neither code that is only indented, nor what stands in HTML or in the front matter.
    """
    from markdown_it import MarkdownIt

    # What stands in the lines of a paragraph says nothing of blocks, nor do definitions of links.
    parser = MarkdownIt("commonmark").disable(["inline", "reference"])
    lines = Lines(text.value)
    for token in parser.parse(_without_front_matter(text.value)):
        if token.type == "fence" and token.map is not None:
            yield _fence(text, lines, token.info, token.map[0] + 2, token.content.split("\n")[:-1])


def _without_front_matter(source: str) -> str:
    """The text with empty lines in the place of its front matter."""
    if not re.match(r"---[ \t]*[\r\n]", source):
        return source
    end = _FRONT_MATTER_END.search(source, 3)
    if end is None:
        return source
    return re.sub(r"[^\r\n]+", "", source[: end.end()]) + source[end.end() :]


def _fence(text: Text, lines: Lines, info: str, first: int, contents: list[str]) -> Fence:
    """The code block whose lines begin with number ``first``; what the parser made of each is in ``contents``."""
    pieces: list[Piece] = []
    for number, content in enumerate(contents, first):
        pieces += _line(text.value, *lines.span(number), _following(lines, number), content)
    start = pieces[0].start if pieces else lines.span(min(first, len(lines))).start
    end = pieces[-1].end if pieces else start
    return Fence(language(info), text.derive(pieces, start), start, end)


def _following(lines: Lines, number: int) -> int:
    """Where the next line begins."""
    return lines.span(number + 1).start if number < len(lines) else lines.span(number).end


def _line(source: str, start: int, end: int, following: int, content: str) -> Iterator[Piece]:
    """A line of a code block: the end of one of the file, with its line end.

    Where the indentation that the container asks for ends inside a tab, blanks stand for what is left of it.
    """
    blanks = 0
    while blanks < min(_TAB, len(content)) and not _ends_with(source, start, end, content[blanks:]):
        blanks += 1
    begin = end - (len(content) - blanks)
    if blanks:
        yield Piece(" " * blanks, begin - 1, begin)
    if following > begin:
        yield Piece(source[begin:following], begin, following)


def _ends_with(source: str, start: int, end: int, content: str) -> bool:
    begin = end - len(content)
    return begin >= start and source[begin:end].replace("\0", "\ufffd") == content


def language(info: str) -> str:
    """What an info string says of the language: ``yaml`` of ``yaml title="x"``, ``{.yaml .numbered}``, ``yaml:x``."""
    match = _LANGUAGE.match(info)
    return match[1].lower() if match is not None else ""
