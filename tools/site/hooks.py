"""The hooks that mkdocs calls while it builds the site; mkdocs.yml names this file."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

from cblint.facts import PUBLISHED, published
from tools.site.links import SCHEMAS, SOURCE, Links
from tools.site.looks import Labels, coloured
from tools.site.navigation import expanded

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_links = Links(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
_MADE_FROM = re.compile(r"<!-- Made by tools/generate\.py from (?P<path>(?:\S+/(?P<rule>[\w-]+)\.yml)|\S+); .*-->\s*")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Folders in the navigation become their pages; Markdown gets our extensions."""
    config.nav = expanded(config.nav or [], config.docs_dir)
    extensions: list[Any] = config.markdown_extensions
    extensions += [_links, Labels()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The site publishes the schemas, under the names that ``cblint schema`` knows them by."""
    for name in PUBLISHED:
        files.append(File.generated(config, SCHEMAS.format(name=name), content=published(name)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Links are looked at from the page in which they stand. One that is made says and edits what it is made from."""
    _links.page = page.file.src_uri
    made = _MADE_FROM.match(markdown)
    if made is None:
        return markdown
    page.edit_url = SOURCE.format(kind="tree" if made["path"].endswith("/") else "blob", path=made["path"])
    if made["rule"]:
        page.meta["title"] = made["rule"]
    # Only a heading at the very beginning gives the page its title.
    return f"{markdown[made.end() :]}\nThis page is made from [{made['path']}]({page.edit_url}).\n"


def on_post_page(output: str, **_: Any) -> str:
    """The theme gives the window of the search no name."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')


def on_post_template(output_content: str, **_: Any) -> str:
    """Nor where it is shown for a page that does not exist."""
    return on_post_page(output_content)


def on_page_content(html: str, **_: Any) -> str:
    """What cblint prints has the colours that it has in a terminal."""
    return coloured(html)
