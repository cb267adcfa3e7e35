"""Text of strangers as a terminal may show it: nothing that moves the cursor, colours, hides or turns round."""

from __future__ import annotations

import re

# Controls (but the tab), what has no width and steers (bidirectional marks, joiners aside), lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]"
)


def printable(text: str) -> str:
    """The text with every such character written as ``<U+XXXX>``, and tabs as one blank."""
    return visible(text).replace("\t", " ")


def visible(text: str) -> str:
    """The text with every such character written as ``<U+XXXX>``; tabs stay."""
    return _UNSAFE.sub(lambda match: f"<U+{ord(match.group()):04X}>", text)


def width(text: str) -> int:
    """Columns of a terminal that a text without controls takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    columns: int = wcswidth(text)
    return columns if columns >= 0 else len(text)
