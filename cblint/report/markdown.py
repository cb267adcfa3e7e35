"""Words of strangers in Markdown that somebody else renders: nothing in them is a link, an element or a mention."""

from __future__ import annotations

import re
from itertools import groupby

from cblint.report.shown import printable

_LETTERS = "(?![A-Fa-f]{7,40}(?![A-Za-z]))[A-Za-z]{1,40}"
"""No hash of a commit, of which seven digits do: "defaced" is one."""
_PLAIN = f"[\"'(]{{0,2}}{_LETTERS}(?:['-]{_LETTERS}){{0,5}}[\"')]{{0,2}}[.,;:!?]?[\"')]?|[0-9]{{1,6}},?"
"""A word of prose or a number, in which no dialect of Markdown sees more than that."""


def inert(text: str) -> str:
    """The text as one line of Markdown: prose stays prose, all else becomes code, where nothing is looked for.

    Escaping would not do: hosts look for names to notify, issues and emoji in what is rendered.
    """
    plain = re.compile(_PLAIN)
    parts = groupby(printable(text).split(), lambda word: plain.fullmatch(word) is not None)
    return " ".join(" ".join(words) if prose else _code(" ".join(words)) for prose, words in parts)


def escaped(text: str) -> str:
    """Words of our own in which nothing is meant as Markdown: ``RETRY-<count>``, ``**/*``."""
    return re.sub(r"([\\`*<\[\]])", r"\\\1", text)


def code(text: str) -> str:
    """A text as one span of code, in which nothing is looked for; nothing of an empty one."""
    return _code(" ".join(printable(text).split())) if text.strip() else ""


def cell(text: str) -> str:
    """Markdown as it can stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    """A code span, with a fence that does not stand in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    room = " " if longest and (text[0] == "`" or text[-1] == "`") else ""
    return f"{fence}{room}{text}{room}{fence}"
