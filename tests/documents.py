"""The pages of the documentation as tests read them: code blocks, the commands in them, the files that they show."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from cblint.hosts.fences import fences
from cblint.source.text import Lines, Text
from tests.integration.conftest import ROOT

_GENERATED = "<!-- Made by tools/generate.py"
"""How a page begins that is made from what is tested elsewhere."""
_FILE = re.compile(r"# (?P<path>[\w./-]*\.(?:yml|yaml|sh))(?P<more>, at the end)?\n")
_SAYS = re.compile(r"[`~]{3,}\n\ncblint says: ((?:.+\n)+)")


class Command(NamedTuple):
    """A command of a ``console`` block, and what the block shows of its output, empty if nothing."""

    line: str
    shown: str


class Block(NamedTuple):
    """A code block: its page, the first and the last line of what it holds, its language, its text.

    ``says`` are the rules that the page says find something in it; None where it says nothing.
    """

    page: str
    first: int
    last: int
    language: str
    text: str
    says: tuple[str, ...] | None

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.page}:{self.first}"

    @property
    def file(self) -> str | None:
        """The path of the file that it is, or adds to: a comment in its first line."""
        match = _FILE.match(self.text)
        return match["path"] if match else None

    def written(self, before: str) -> str:
        """What the file holds with it, where it held something before."""
        match = _FILE.match(self.text)
        return before + self.text[match.end() :] if match and match["more"] else self.text

    def commands(self) -> Iterator[Command]:
        """The commands of a ``console`` block."""
        line: list[str] = []
        shown: list[str] = []
        for each in self.text.splitlines():
            if line and line[-1].endswith("\\"):
                line += [each]
            elif each.startswith("$ "):
                yield from [Command("\n".join(line), "\n".join(shown).strip("\n"))] if line else []
                line, shown = [each[2:]], []
            else:
                shown.append(each)
        yield Command("\n".join(line), "\n".join(shown).strip("\n"))


def pages() -> list[str]:
    """The README and the pages below ``docs`` that nobody has generated, from the root of the project."""
    found = [
        os.path.relpath(os.path.join(folder, name), ROOT)
        for folder, _, names in os.walk(os.path.join(ROOT, "docs"))
        for name in names
        if name.endswith(".md")
    ]
    return ["README.md", *sorted(page for page in found if not text_of(page).startswith(_GENERATED))]


def text_of(page: str) -> str:
    """What a page holds."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def blocks(page: str) -> list[Block]:
    """The fenced code blocks of a page, in order."""
    text = text_of(page)
    lines = Lines(text)
    return [
        Block(
            page,
            lines.position(fence.start).line,
            lines.position(max(fence.start, fence.end - 1)).line,
            fence.language,
            fence.text.value,
            _says(text[fence.end :]),
        )
        for fence in fences(Text.of(text))
    ]


def _says(following: str) -> tuple[str, ...] | None:
    match = _SAYS.match(following)
    return tuple(re.findall(r"\[([a-z0-9-]+)\]", match[1])) if match else None


def rows(text: str, name: str) -> Iterator[list[str]]:
    """The cells, as they are read, of a table between comments: ``<!-- name: begin``, and ``<!-- name: end``.

    A bar in a cell is ``&#124;``: what ``\\|`` is in code, readers of Markdown do not agree on.
    """
    table = text.partition(f"<!-- {name}: begin")[2].partition(f"<!-- {name}: end")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [html.unescape(re.sub("</?code>|`", "", cell)).strip() for cell in line.split("|")[1:-1]]
