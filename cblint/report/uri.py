"""URIs and references as RFC 3986 has them: names of files, and which texts are addresses of pages."""

from __future__ import annotations

import os
from urllib.parse import quote

from cblint import expressions

_REST = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*"
_ADDRESS = expressions.lazy(rf"https://[A-Za-z0-9._~:-]+(?:[/?]{_REST})?(?:#{_REST})?")


def is_address(text: str) -> bool:
    """Whether a text is the URI of a page as it stands: nobody has to guess what was meant."""
    return _ADDRESS.fullmatch(text) is not None


def relative(path: str) -> str:
    """A relative path with forward slashes. In front of a colon in its first part stands ``./``: it is no scheme."""
    reference = quote(_bytes(path), safe="/:")
    return f"./{reference}" if ":" in reference.split("/", 1)[0] else reference


def absolute(path: str) -> str:
    """An absolute path, as a ``file:`` URI."""
    return "file:///" + quote(_bytes(path), safe="/:").lstrip("/")


def _bytes(path: str) -> bytes:
    """The name as the file system has it, which need not be text."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:  # no file can have it here: a name that was only said
        return path.encode("utf-8", "surrogatepass")
