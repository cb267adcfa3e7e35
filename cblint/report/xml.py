"""XML that is well-formed whatever strangers wrote, for texts come as ``printable`` makes them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Tree


def document(root: Tree.Element) -> Iterator[str]:
    """The element and all below, indented, in lines."""
    Tree.indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield Tree.tostring(root, encoding="unicode") + "\n"
