"""The escapes of ``$'…'``."""

from __future__ import annotations

from cblint import expressions

_ANSI = expressions.lazy(r"\\(?:([abefnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2}))")
_ANSI_CHARACTERS = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unescaped(text: str) -> str | None:
    """What stands in ``$'…'`` without its escapes; None if some are rare."""
    pieces = []
    at = 0
    for match in _ANSI.finditer(text):
        if "\\" in text[at : match.start()]:
            return None
        char, octal, hexadecimal = match.groups()
        code = int(octal, 8) if octal else int(hexadecimal, 16) if hexadecimal else None
        if code is not None and not 0 < code < 128:
            return None
        pieces += [text[at : match.start()], chr(code) if code is not None else _ANSI_CHARACTERS.get(char, char)]
        at = match.end()
    return None if "\\" in text[at:] else "".join([*pieces, text[at:]])
