"""Words in lines of a terminal: paragraphs, and rows with a label."""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDEST = 100
"""Columns that words take, where there are so many."""
_LABEL = 16
_CODE = "`[^`\n]{1,60}`"
"""Code in a sentence that stays on one line."""
_KEPT = "\0"
_WORD = r"([ \n\r\f\v]*)([^ \n\r\f\v]+)"


def wrapped(words: str, columns: int) -> list[str]:
    """A paragraph in lines; what has no blank is never broken.

    As ``textwrap`` does it, which takes a fiftieth of a cold start to import.
    """
    lines: list[str] = []
    for blanks, word in re.findall(_WORD, words.expandtabs()):
        if lines and len(lines[-1]) + len(blanks) + len(word) <= columns:
            lines[-1] += " " * len(blanks) + word  # in code that is quoted, two are not one
        else:
            lines.append(word)
    return lines


def row(label: str, text: str, *, columns: int = WIDEST, hanging: int = 0) -> Iterator[str]:
    """A text beside its label, in lines with their ends; nothing where there is nothing to say."""
    indent = 2 + _LABEL
    for number, line in enumerate(wrapped(text, max(columns - indent - hanging, 20))):
        yield f"{'' if number else f'  {label}':<{indent}}{' ' * hanging if number else ''}{line}\n"


def prose(text: str, columns: int, indent: str = "  ") -> Iterator[str]:
    """Paragraphs with blank lines between them, in lines with their ends; what is indented stays as it is."""
    for number, paragraph in enumerate(text.strip("\n").split("\n\n")):
        if number:
            yield "\n"
        if paragraph.startswith("    "):
            yield from (f"{indent}{line}\n" for line in paragraph.splitlines())
        else:
            words = re.sub(_CODE, lambda code: code[0].replace(" ", _KEPT), " ".join(paragraph.split()))
            yield from (f"{indent}{line}\n".replace(_KEPT, " ") for line in wrapped(words, columns - len(indent)))
