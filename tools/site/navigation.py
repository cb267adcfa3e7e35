"""The navigation of the site: mkdocs.yml names pages and folders, and a folder's own README orders its pages."""

from __future__ import annotations

import os
import re
from typing import Any

from mkdocs.exceptions import ConfigurationError

INDEX = "README.md"
_LINE = re.compile(r"^## +(?P<title>.+)$|\]\((?P<page>[\w-]+\.md)\)", re.MULTILINE)


def expanded(nav: list[Any], docs: str) -> list[Any]:
    """The navigation with the pages of a folder for ``folder/``, in sections where its README has headings."""
    found: list[Any] = []
    for item in nav:
        if isinstance(item, str) and item.endswith("/"):
            found += pages_of(item, docs)
        elif isinstance(item, dict):
            found.append(
                {title: expanded(each, docs) if isinstance(each, list) else each for title, each in item.items()}
            )
        else:
            found.append(item)
    return found


def pages_of(folder: str, docs: str) -> list[Any]:
    """The README of a folder and the pages that it links, each at its first link. Raises where it forgets one."""
    with open(os.path.join(docs, folder, INDEX), encoding="utf-8") as file:
        text = file.read()
    left = {name for name in os.listdir(os.path.join(docs, folder)) if name.endswith(".md")} - {INDEX}
    found: list[Any] = [folder + INDEX]
    section = found
    for line in _LINE.finditer(text):
        if line["title"]:
            section = []
            found.append({line["title"]: section})
        elif line["page"] in left:
            section.append(folder + line["page"])
            left.remove(line["page"])
    if left:
        raise ConfigurationError(f"docs/{folder}{INDEX} has no link to {', '.join(sorted(left))}")
    return [each for each in found if not isinstance(each, dict) or any(each.values())]
