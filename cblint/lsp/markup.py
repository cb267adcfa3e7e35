"""What is shown beside a place: Markdown, or its words alone for an editor that shows no more."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types


def markup(markdown: str, is_shown: bool) -> types.MarkupContent | str:
    """Markdown as the protocol says it, or a plain text; ``is_shown``: the editor shows it as such."""
    return types.MarkupContent(types.MarkupKind.Markdown, markdown) if is_shown else words(markdown)


def words(markdown: str) -> str:
    """The words of Markdown, without its marks: paragraphs and code with an empty line between, items without."""
    return "\n\n".join(_blocks(markdown)).replace("\n\n- ", "\n- ")


def _blocks(markdown: str) -> Iterator[str]:
    from markdown_it import MarkdownIt  # most editors show Markdown

    items = 0
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown):
        items += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.type in ("fence", "code_block"):
            yield token.content.rstrip("\n")
        elif token.type == "inline":
            text = "".join(
                "\n" if child.type in ("softbreak", "hardbreak") else child.content for child in token.children or ()
            )
            yield f"- {text}" if items else text
