"""Links that lead out of docs/: relative where GitHub shows the documents, in the site addresses of the repository."""

from __future__ import annotations

import os
import posixpath
import re
from urllib.parse import unquote, urlsplit

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from mkdocs.plugins import get_plugin_logger
from pymdownx.slugs import slugify

from cblint.report import HOME

SOURCE = HOME + "/{kind}/main/{path}"
SCHEMAS = "schema/{name}.json"
"""Where the site has the schemas."""
_KEPT = re.compile(r"rules/schema/(?:own-)?(\w+)\.schema\.json")
"""Where the repository has them."""
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)

_log = get_plugin_logger(__name__)
_slug = slugify(case="lower")


class Links(Extension):  # type: ignore[misc] # Markdown carries no types
    """Rewrites them in ``page``, the path below docs/ of what is being converted."""

    def __init__(self, root: str) -> None:
        super().__init__()
        self.root = root
        self.page = ""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Look at the links after they were made of the text, and before mkdocs does."""
        md.treeprocessors.register(_Rewriting(self), "links-out-of-docs", 5)


class _Rewriting(Treeprocessor):  # type: ignore[misc]
    def __init__(self, links: Links) -> None:
        super().__init__()
        self._links = links

    def run(self, root: object) -> None:
        for element in root.iter():  # type: ignore[attr-defined]
            for attribute in {"a": ["href"], "img": ["src"]}.get(element.tag, ()):
                url = element.get(attribute, "")
                element.set(attribute, in_the_site(url, self._links.page, self._links.root))


def in_the_site(url: str, page: str, root: str) -> str:
    """The same link in the site. One that leads nowhere stays as it is: mkdocs then says so, and fails."""
    scheme, host, path, _, anchor = urlsplit(url)
    target = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), unquote(path)))
    if scheme or host or not path or path.startswith("/") or target.startswith(("docs/", "../")):
        return url
    full = os.path.join(root, target)
    if not os.path.exists(full):
        return url
    if kept := _KEPT.fullmatch(target):
        return posixpath.relpath(SCHEMAS.format(name=kept[1]), posixpath.dirname(page) or ".")
    if anchor and anchor not in anchors(full):
        _log.warning(f"Doc file '{page}' contains a link '{url}', but '{target}' has no heading of that name.")
    address = SOURCE.format(kind="tree" if os.path.isdir(full) else "blob", path=target)
    return f"{address}#{anchor}" if anchor else address


def anchors(path: str) -> set[str]:
    """What GitHub lets a link name in a document: its headings, as it spells them."""
    if not path.endswith(".md"):
        return set()
    with open(path, encoding="utf-8") as file:
        text = _FENCED.sub("", file.read())
    return {_slug(heading, "-") for heading in _HEADING.findall(text)}
