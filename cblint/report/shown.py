"""Text of strangers as a terminal or a CI log may show it: nothing that moves the cursor, colours, hides, turns round
or commands."""

from __future__ import annotations

import re

COMMAND = "#(?=#\\[|#vso\\[)"
"""What begins a command to GitHub Actions or Azure Pipelines, wherever in a line of their logs it stands."""

# Controls (but the tab), what has no width and steers (bidirectional marks, joiners aside), lone surrogates, and the
# last two of what is no character, which XML cannot hold.
_UNSAFE = (
    f"{COMMAND}|[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
)


def printable(text: str) -> str:
    """The text with every such character written as ``<U+XXXX>``, and tabs as one blank."""
    return visible(text).replace("\t", " ")


def visible(text: str) -> str:
    """The text with every such character written as ``<U+XXXX>``; tabs stay."""
    return "".join(characters(text))


def characters(text: str) -> list[str]:
    """What ``visible`` makes of each character: some are unsafe only because of what follows."""
    shown = list(text)
    if is_plain(text):
        return shown  # nearly always, and the pattern takes its time to compile
    for match in re.finditer(_UNSAFE, text):
        shown[match.start()] = f"<U+{ord(match.group()):04X}>"
    return shown


def is_plain(text: str) -> bool:
    """Whether each character is shown as it is, in a column of its own: False also where that is not seen at once."""
    return text.isascii() and text.isprintable() and "##" not in text


def path(name: str) -> str:
    """The name of a file as it may begin a line."""
    shown = printable(name)
    return f"./{shown}" if commands(shown) else shown


def commands(line: str) -> bool:
    """Whether GitHub Actions would take the line for a command."""
    return line.lstrip().startswith("::")


def quoted(text: str) -> str:
    """A line of a file, or of what a stranger says, as it may stand alone in a line; tabs stay."""
    shown = visible(text)
    return shown.replace(":", "<U+003A>", 1) if commands(shown) else shown


def width(text: str) -> int:
    """Columns of a terminal that a text without controls takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    columns: int = wcswidth(text)
    return columns if columns >= 0 else len(text)
