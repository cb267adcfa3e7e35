"""The site as it was built: its pages, what they link, and what can be linked in them."""

from __future__ import annotations

import os
import posixpath
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_ADDRESSES = ("href", "src", "action", "poster", "data")
_BLOCKS = ("p", "li", "td")
_CODE = ("code", "pre", "script", "style")


class Page(NamedTuple):
    """A page: the names of its places, the addresses it has, and its words outside of code."""

    anchors: frozenset[str]
    addresses: tuple[str, ...]
    words: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.addresses: list[str] = []
        self.words: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value or "")
            if name in _ADDRESSES and value is not None:
                self.addresses.append(value)
        if tag in _CODE:
            self._within.append(tag)
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.words.append(data)


def pages_of(site: str) -> dict[str, Page]:
    """Every page of the site, by its path."""
    return {
        os.path.relpath(os.path.join(folder, name), site): _page(os.path.join(folder, name))
        for folder, _, names in os.walk(site)
        for name in names
        if name.endswith(".html")
    }


def _page(path: str) -> Page:
    reader = _Reader()
    with open(path, encoding="utf-8") as file:
        reader.feed(file.read())
    return Page(frozenset(reader.anchors), tuple(reader.addresses), "".join(reader.words))


def dead_links(site: str, pages: dict[str, Page]) -> list[str]:
    """``page: address`` of each link within the site that leads nowhere."""
    return [
        f"{path}: {address}"
        for path, page in pages.items()
        for address in dict.fromkeys(page.addresses)
        if not _leads_somewhere(address, path, site, pages)
    ]


def outside(pages: dict[str, Page]) -> set[str]:
    """The addresses that lead out of the site."""
    return {address for page in pages.values() for address in page.addresses if urlsplit(address).netloc}


def _leads_somewhere(address: str, path: str, site: str, pages: dict[str, Page]) -> bool:
    scheme, host, target, _, anchor = urlsplit(address)
    if scheme or host:
        return True
    # The page that is shown for what does not exist may stand anywhere, so its addresses begin at the root.
    folder = "" if target.startswith("/") else posixpath.dirname(path)
    found = posixpath.normpath(posixpath.join(folder, unquote(target).lstrip("/"))) if target else path
    if os.path.isdir(os.path.join(site, found)):
        found = posixpath.normpath(posixpath.join(found, "index.html"))
    if found not in pages:
        return os.path.isfile(os.path.join(site, found))
    return not anchor or unquote(anchor) in pages[found].anchors
